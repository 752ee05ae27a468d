#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "gwsd/infer/downscale.hpp"
#include "infer/small_model.hpp"
#include "io/output_read.hpp"
#include "io_output/scratch.hpp"

namespace gwsd::test {

/// A model and a cube in a folder, and the options to refine it with tiles that overlap.
struct DownscaleCase {
    Scratch folder;
    infer::DownscaleOptions options;

    explicit DownscaleCase(const CubeChoice& choice = {}, train::TrainedModel model = small_model(),
                           const std::string& cube = "cube.nc")
        : DownscaleCase(*small_cube(choice), std::move(model), cube)
    {
    }
    DownscaleCase(const io::FieldSource& cube, train::TrainedModel model, const std::string& name = "cube.nc")
    {
        ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
        options.model = folder / "model.gwsd";
        options.cube = folder / name;
        options.output = folder / "fine.nc";
        options.tile = 8;
        train::save_model(options.model, model, false);
        save_cube(cube, options.cube);
    }
    infer::DownscaleSummary run() const { return infer::downscale(options); }
    std::vector<float> read(const std::string& variable, Index t, const std::string& name = "fine.nc") const
    {
        const io::WrittenFile file(folder / name);
        std::vector<float> field(static_cast<std::size_t>(file.grid().cells()));
        file.read(variable, t, field);
        return field;
    }
    std::vector<std::string> written() const
    {
        auto names = folder.names();
        std::erase_if(names, [](const std::string& name) { return name == "model.gwsd" || name.starts_with("cube"); });
        return names;
    }
};

} // namespace gwsd::test
