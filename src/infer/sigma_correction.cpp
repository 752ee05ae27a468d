#include "infer/sigma_correction.hpp"

#include <cmath>

#include "gwsd/core/parallel.hpp"
#include "gwsd/data/region.hpp"
#include "gwsd/data/splits.hpp"

namespace gwsd::infer {
namespace {

/// Inside the training grid, outside of holdout regions and their buffer.
std::vector<char> trained_cells(const train::TrainedModel& model, const geo::Region& extent, const geo::Grid& fine)
{
    auto trained = data::outside_regions(fine, data::parse_regions(model.holdout_regions, "model: holdout regions"),
                                         model.holdout_buffer);
    const auto within = data::outside_regions(fine, {extent}, 0);
    for (std::size_t i = 0; i < trained.size(); ++i) trained[i] = trained[i] && !within[i] ? 1 : 0;
    return trained;
}

} // namespace

SigmaCorrection::SigmaCorrection(const train::TrainedModel& model, std::shared_ptr<const io::FieldSource> cube,
                                 bool product_sigma)
    : cube_(std::move(cube)), scale_(model.variance_scale), recalibration_(model.recalibration)
{
    const io::CubeInfo& info = cube_->info();
    if (product_sigma) {
        if (!info.has_sigma)
            throw DataError(
                "cube: has no 'gwsa_sigma', the product's own uncertainty, beside which the model was trained "
                "(loss.product_sigma); prepare the cube from a product that has one");
        product_ = geo::make_regridder(geo::Method::bilinear, info.coarse, info.fine);
    }
    if (!recalibration_) return;
    zone_ = train::zone_of_cells(recalibration_->zones, *cube_);
    trained_ = trained_cells(model, recalibration_->extent, info.fine);
}

void SigmaCorrection::apply(Index t, std::span<float> variance) const
{
    std::vector<float> product;
    if (product_) product = fine_product_sigma(*product_, *cube_, t);
    const geo::Grid& fine = cube_->info().fine;
    const int month = cube_->info().time.month(t).month();
    parallel_for(fine.rows(), 16, [&](Index first, Index last) {
        for (Index row = first; row < last; ++row) {
            const Index season = train::season_of(month, fine.lat(row));
            for (Index col = 0; col < fine.cols(); ++col) {
                const auto i = static_cast<std::size_t>(row * fine.cols() + col);
                double scale = scale_;
                if (recalibration_) {
                    const auto place = trained_[i] ? train::Place::trained : train::Place::unseen;
                    const double factor = recalibration_->factor(place, zone_[i], season);
                    scale = factor * factor;
                }
                const double own = product.empty() ? 0.0 : static_cast<double>(product[i]);
                variance[i] = static_cast<float>(scale * (static_cast<double>(variance[i]) + own * own));
            }
        }
    });
}

std::vector<float> fine_product_sigma(const geo::Regridder& to_fine, const io::FieldSource& cube, Index t)
{
    std::vector<float> fine(static_cast<std::size_t>(cube.info().fine.cells()));
    to_fine.apply(*cube.field("gwsa_sigma", t), fine);
    for (float& sigma : fine)
        if (!std::isfinite(sigma)) sigma = 0;
    return fine;
}

} // namespace gwsd::infer
