#include "gwsd/data/leakage.hpp"

#include <algorithm>
#include <cmath>

namespace gwsd::data {
namespace {

/// Adds a step's cells, coarse cell by coarse cell. Values are taken from `shift` to keep the sums of squares exact.
void add_step(const io::CubeInfo& info, const std::vector<float>& predicted, const std::vector<float>& truth,
              const std::vector<double>& area, double shift, SubgridSums& sums)
{
    const Index f = info.factor, cols = info.fine.cols();
    for (Index row = 0; row < info.coarse.rows(); ++row)
        for (Index col = 0; col < info.coarse.cols(); ++col) {
            for (Index r = f * row; r < f * (row + 1); ++r)
                for (Index c = f * col; c < f * (col + 1); ++c) {
                    const auto i = static_cast<std::size_t>(r * cols + c);
                    if (area[i] > 0 && std::isfinite(predicted[i]) && std::isfinite(truth[i]))
                        sums.add(static_cast<double>(predicted[i]) - shift, static_cast<double>(truth[i]) - shift,
                                 area[i]);
                }
            sums.end_block();
        }
}

} // namespace

LeakageVerdict check_leakage(const BatchMaker& maker, std::span<const Index> steps, const std::vector<char>& usable,
                             Index most, const Checkpoint& checkpoint)
{
    const io::FieldSource& cube = maker.cube();
    const io::CubeInfo& info = cube.info();
    const auto bilinear = geo::make_regridder(geo::Method::bilinear, info.coarse, info.fine),
               bicubic = geo::make_regridder(geo::Method::bicubic, info.coarse, info.fine);
    std::vector<double> area(usable.size(), 0.0);
    for (std::size_t i = 0; i < area.size(); ++i)
        if (usable[i])
            area[i] = static_cast<double>(maker.land_fraction()[i]) *
                      info.fine.row_weight(static_cast<Index>(i) / info.fine.cols());

    SubgridSums of_bilinear, of_bicubic;
    LeakageVerdict verdict;
    const Index count = std::min(most, static_cast<Index>(std::ssize(steps)));
    std::vector<float> fine(usable.size());
    for (Index k = 0; k < count; ++k) {
        const Index t = steps[static_cast<std::size_t>(k * std::ssize(steps) / count)];
        if (!maker.has_coarse(t)) continue;
        if (checkpoint) checkpoint();
        ++verdict.steps;
        const auto coarse = cube.field(maker.spec().coarse_variable(), t), truth = cube.field("reference", t);
        const double shift = maker.normalisation().target.mean;
        bilinear->apply(*coarse, fine);
        add_step(info, fine, *truth, area, shift, of_bilinear);
        bicubic->apply(*coarse, fine);
        add_step(info, fine, *truth, area, shift, of_bicubic);
    }
    verdict.has_subgrid = of_bilinear.has_subgrid();
    if (verdict.has_subgrid) verdict.bilinear = of_bilinear.r2(), verdict.bicubic = of_bicubic.r2();
    return verdict;
}

} // namespace gwsd::data
