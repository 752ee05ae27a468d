#include "train/ensemble.hpp"

#include <cmath>

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::train;

namespace {

/// Predicts what it is given.
class Constant : public Predictor {
public:
    Constant(std::vector<float> mean, std::vector<float> log_variance)
        : mean_(std::move(mean)), log_variance_(std::move(log_variance))
    {
    }
    PredictedBatch operator()(const data::Batch&) const override
    {
        const Shape shape{1, 1, static_cast<Index>(mean_.size())};
        PredictedBatch p{Tensor<float>::empty(shape), Tensor<float>::empty(shape)};
        std::copy(mean_.begin(), mean_.end(), p.mean.data());
        std::copy(log_variance_.begin(), log_variance_.end(), p.log_variance.data());
        return p;
    }

private:
    std::vector<float> mean_, log_variance_;
};

} // namespace

TEST_CASE("an ensemble's variance is the mean of the variances and the variance of the means")
{
    std::vector<std::unique_ptr<Predictor>> members;
    members.push_back(std::make_unique<Constant>(std::vector{1.0F, 0.0F}, std::vector{std::log(2.0F), 0.0F}));
    members.push_back(std::make_unique<Constant>(std::vector{3.0F, 0.0F}, std::vector{std::log(4.0F), 0.0F}));
    members.push_back(std::make_unique<Constant>(std::vector{8.0F, 0.0F}, std::vector{std::log(6.0F), 0.0F}));
    const auto p = EnsemblePredictor(std::move(members))({});
    CHECK(p.mean.data()[0] == Approx(4));
    // (2 + 4 + 6) / 3 + (9 + 1 + 16) / 3
    CHECK(std::exp(p.log_variance.data()[0]) == Approx(4 + 26.0 / 3));
    CHECK(p.mean.data()[1] == 0);
    CHECK(p.log_variance.data()[1] == Approx(0).margin(1e-7)); // members that agree add nothing
}

TEST_CASE("an ensemble has the same bits for any number of threads")
{
    Random random(3);
    std::vector<std::vector<float>> fields;
    for (int k = 0; k < 6; ++k) {
        fields.emplace_back();
        for (int i = 0; i < 20001; ++i) fields.back().push_back(static_cast<float>(random.normal()));
    }
    const auto bits = [&](int threads) {
        set_threads(threads);
        std::vector<std::unique_ptr<Predictor>> members;
        for (std::size_t k = 0; k < 6; k += 2) members.push_back(std::make_unique<Constant>(fields[k], fields[k + 1]));
        const auto p = EnsemblePredictor(std::move(members))({});
        set_threads(default_threads());
        auto values = p.mean.to_vector(), more = p.log_variance.to_vector();
        values.insert(values.end(), more.begin(), more.end());
        return values;
    };
    CHECK(bits(1) == bits(2));
    CHECK(bits(1) == bits(5));
}
