#include <atomic>
#include <filesystem>

#include "support/catch.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

class CountedReads : public io::FieldSource {
public:
    explicit CountedReads(std::shared_ptr<const io::FieldSource> cube) : cube_(std::move(cube)) {}
    const io::CubeInfo& info() const override { return cube_->info(); }
    std::shared_ptr<const std::vector<float>> field(const std::string& variable, Index t) const override
    {
        ++reads;
        return cube_->field(variable, t);
    }
    mutable std::atomic<int> reads{0};

private:
    std::shared_ptr<const io::FieldSource> cube_;
};

} // namespace

TEST_CASE("a run whose fields lie in a scratch file has the bits of one that reads them again, and leaves no file")
{
    Scratch scratch;
    int reads = 0;
    const auto model = [&](const std::string& name, const std::string& where) {
        const auto cube = std::make_shared<CountedReads>(learnable_cube());
        auto options = small_run(scratch / name, guessing_config());
        options.config.data.scratch = where;
        options.field_bytes = 20'000; // of some ten fields of each of 48 months, 1 to 4 kB each
        const auto trained = train::load_model(train::train(options, cube).model);
        for (const auto& entry : std::filesystem::directory_iterator(scratch / name))
            CHECK(entry.path().filename().string().rfind("scratch", 0) != 0);
        reads = cube->reads;
        return trained.hash;
    };
    const auto read_again = model("again", "none");
    const int many = reads;
    CHECK(model("run", "run") == read_again);
    INFO(many << " reads without a scratch file, " << reads << " with one");
    CHECK(2 * reads < many);
}
