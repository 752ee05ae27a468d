#pragma once

#include <cmath>
#include <filesystem>
#include <memory>
#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/data/prepare.hpp"
#include "gwsd/io/cube.hpp"
#include "prepare/field_file.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

namespace gwsd::test {

inline const float gap = std::nanf("");

/// A coarse field over 4 x 4 cells of half a degree, some months of 2005, and a predictor and a reference to go with
/// it.
struct Inputs {
    TemporaryFolder folder;
    geo::Grid coarse = geo::regular_grid(0.5, {10, 40, 12, 42}), fine = geo::refine(coarse, 4),
              weather = geo::regular_grid(0.25, {9, 39, 13, 43});
    geo::TimeAxis time = months("2005-01:2005-06");
    std::string gwsa, tp, reference;

    Inputs()
    {
        gwsa = write_fields(folder / "gwsa.nc", coarse, time,
                            {{"gwsa", "cm", "groundwater storage anomaly",
                              [](Index t, Index r, Index c) { return static_cast<float>(t + 10 * r + c); }},
                             {"uncertainty", "cm", "1-sigma", [](Index, Index, Index) { return 2.0F; }}});
        tp = write_fields(folder / "tp.nc", weather, time,
                          {{"rain", "mm/month", "precipitation",
                            [](Index t, Index r, Index) { return static_cast<float>(100 * t + r); }}});
        reference = write_fields(folder / "truth.nc", fine, time,
                                 {{"gws", "mm", "groundwater storage anomaly", [](Index t, Index r, Index c) {
                                       return static_cast<float>((t + 1) * ((r * 7 + c * 3) % 11));
                                   }}});
    }

    data::PrepareOptions options() const
    {
        data::PrepareOptions o;
        o.gwsa = {gwsa};
        o.predictors = {"tp=" + tp + ":rain"};
        return o;
    }
    std::shared_ptr<io::FieldSource> cube(const data::PrepareOptions& o) const
    {
        return io::open_cube(data::prepare(o, folder / "cube.nc", true).path);
    }
    std::string refusal(const data::PrepareOptions& o) const
    {
        try {
            data::prepare(o, folder / "refused.nc", false);
        } catch (const DataError& error) {
            CHECK_FALSE(std::filesystem::exists(folder / "refused.nc"));
            return error.what();
        }
        return "nothing was refused";
    }
};

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline float at(const io::FieldSource& cube, const std::string& variable, Index t, Index row, Index col)
{
    const bool coarse = variable.ends_with("_coarse") || variable.starts_with("gwsa");
    const geo::Grid& grid = coarse ? cube.info().coarse : cube.info().fine;
    return (*cube.field(variable, t))[static_cast<std::size_t>(row * grid.cols() + col)];
}

} // namespace gwsd::test
