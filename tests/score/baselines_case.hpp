#pragma once

#include <cmath>
#include <memory>

#include "gwsd/geo/block_mean.hpp"
#include "gwsd/io/memory_cube.hpp"
#include "score/baselines/baselines.hpp"

namespace gwsd::test {

/// 10 x 6 degrees, four years, land from one degree east on, the last two degrees held out. The coarse field is a wave;
/// the truth adds detail of 8 mm that one predictor and one static tell together: `wet` where `rock` is above 0,
/// against it elsewhere.
class BaselinesCase {
public:
    BaselinesCase() : cube(std::make_shared<io::MemoryCube>(description()))
    {
        const io::CubeInfo& info = cube->info();
        const geo::Grid& fine = info.fine;
        std::vector<float> rock, land;
        for (Index r = 0; r < fine.rows(); ++r)
            for (Index c = 0; c < fine.cols(); ++c) {
                rock.push_back(static_cast<float>(std::sin(9 * fine.lat(r)) + std::cos(7 * fine.lon(c))));
                land.push_back(fine.lon(c) > 1 ? 1.0F : 0.0F);
            }
        cube->set_static("rock", rock);
        cube->set_static("land_fraction", land);
        for (Index t = 0; t < info.time.size(); ++t) {
            std::vector<float> wet, truth, base, wet_coarse(static_cast<std::size_t>(info.coarse.cells())),
                coarse(wet_coarse.size());
            for (Index i = 0; i < fine.cells(); ++i) {
                const double lat = fine.lat(i / fine.cols()), lon = fine.lon(i % fine.cols());
                const auto step = static_cast<double>(t);
                wet.push_back(static_cast<float>(std::sin(31 * lon + 2.3 * step) * std::cos(29 * lat + 1.1 * step)));
                base.push_back(static_cast<float>(40 * std::sin(0.5 * step + 0.3 * lat + 0.2 * lon)));
                const auto at = static_cast<std::size_t>(i);
                truth.push_back(base.back() + (rock[at] > 0 ? 8.0F : -8.0F) * wet.back());
                if (land[at] == 0) truth.back() = std::nanf("");
            }
            geo::block_mean(fine, info.factor, base, {}, coarse);
            geo::block_mean(fine, info.factor, wet, {}, wet_coarse);
            if (t != absent) cube->set("gwsa_operator", t, coarse);
            cube->set("wet", t, wet), cube->set("wet_coarse", t, wet_coarse), cube->set("reference", t, truth);
        }
    }

    /// 2005-01 to 2007-12 train.
    score::EvaluationInput input() const
    {
        struct Reference : score::TruthSource {
            explicit Reference(std::shared_ptr<const io::FieldSource> c) : cube(std::move(c)) {}
            std::string description() const override { return "the cube's reference"; }
            std::shared_ptr<const std::vector<float>> field(Index t) const override
            {
                return cube->field("reference", t);
            }
            std::shared_ptr<const io::FieldSource> cube;
        };
        score::EvaluationInput input;
        input.cube = cube;
        input.truth = std::make_unique<Reference>(cube);
        input.truth_mode = "reference";
        input.coarse_variable = "gwsa_operator";
        input.split.train = geo::Period::parse("2005-01:2007-12");
        input.split.holdouts = {{8, 40, 10, 46}};
        input.land_fraction = *cube->field("land_fraction", 0);
        return input;
    }

    /// Root mean square error over land in `steps`, east or west of the held-out region's edge.
    double rmse(const score::Baselines& baselines, const std::string& name, std::initializer_list<Index> steps,
                bool held_out) const
    {
        double squares = 0, n = 0;
        std::vector<std::vector<float>> fields;
        for (const Index t : steps) {
            baselines.fields(t, fields);
            const auto truth = cube->field("reference", t);
            for (std::size_t i = 0; i < truth->size(); ++i) {
                const double lon = cube->info().fine.lon(static_cast<Index>(i) % cube->info().fine.cols());
                const double e = static_cast<double>(fields[baselines.index_of(name)][i] - (*truth)[i]);
                if (std::isfinite((*truth)[i]) && (lon > 8) == held_out) squares += e * e, n += 1;
            }
        }
        return std::sqrt(squares / n);
    }

    /// Truths of places and months that may not be learnt from become nonsense.
    void spoil_what_is_held_out()
    {
        const geo::Grid& fine = cube->info().fine;
        for (Index t = 0; t < cube->info().time.size(); ++t) {
            auto truth = *cube->field("reference", t);
            for (std::size_t i = 0; i < truth.size(); ++i)
                if (t >= 36 || fine.lon(static_cast<Index>(i) % fine.cols()) > 8) truth[i] = 1e6F;
            cube->set("reference", t, truth);
        }
    }

    static constexpr Index absent = 40; ///< step without a coarse field
    std::shared_ptr<io::MemoryCube> cube;

private:
    static io::CubeInfo description()
    {
        io::CubeInfo info;
        info.coarse = geo::regular_grid(0.5, {0, 40, 10, 46});
        info.fine = geo::refine(info.coarse, 4);
        info.time = geo::TimeAxis::months(geo::Month::of(2005, 1), geo::Month::of(2008, 12));
        info.predictors = {"wet"};
        info.statics = {"rock"};
        info.has_reference = true;
        return info;
    }
};

} // namespace gwsd::test
