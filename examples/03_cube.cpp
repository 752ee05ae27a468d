// Reads a cube, as `gwsd prepare` makes it, one field at a time: the mean anomaly over land, month by month, as CSV.
//     03_cube cube.nc
// Without an argument it makes a small cube first, and so shows how a program hands its own fields to gwsd.
// Compiled rooms: link gwsd::io.
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "gwsd/io/cube.hpp"

using namespace gwsd;

namespace {

// Two months on 2 x 2 coarse cells; the fields are functions of place and month.
void make_cube(const std::string& path)
{
    io::CubeInfo info;
    info.coarse = geo::regular_grid(0.5, {.west = 10, .south = 45, .east = 11, .north = 46});
    info.fine = geo::refine(info.coarse, info.factor);
    info.time = geo::TimeAxis::months(geo::Month::of(2003, 1), geo::Month::of(2003, 2));
    info.baseline = "2003-01/2003-02";
    info.has_given = true;
    info.history = "03_cube";
    const auto cube = io::create_cube(path, info, true);
    const auto fields = [](Index cells, float value) {
        return std::vector<float>(static_cast<std::size_t>(cells), value);
    };
    cube->write_static("land_fraction", fields(info.fine.cells(), 1));
    cube->write_static("land_fraction_coarse", fields(info.coarse.cells(), 1));
    for (Index t = 0; t < 2; ++t) cube->write("gwsa", t, fields(info.coarse.cells(), t == 0 ? -20.0F : 20.0F));
    cube->finish(); // only now the file is there
}

double mean_over_land(const geo::Grid& grid, const std::vector<float>& field, const std::vector<float>& land)
{
    double sum = 0, weight = 0;
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col) {
            const auto cell = static_cast<std::size_t>(row * grid.cols() + col); // rows run south to north
            if (std::isnan(field[cell])) continue;
            const double w = grid.area(row, col) * static_cast<double>(land[cell]);
            sum += w * static_cast<double>(field[cell]);
            weight += w;
        }
    return sum / weight;
}

} // namespace

int main(int argc, char** argv)
try {
    std::string path = argc > 1 ? argv[1] : "";
    const bool own = path.empty();
    if (own) {
        path = (std::filesystem::temp_directory_path() / "gwsd_example_cube.nc").string();
        make_cube(path);
    }
    const auto cube = io::open_cube(path);
    const io::CubeInfo& info = cube->info();
    const auto land = cube->field("land_fraction_coarse", 0);
    std::printf("month,gwsa [%s]\n", info.unit.c_str());
    for (Index t = 0; t < info.time.size(); ++t) {
        const double mean = mean_over_land(info.coarse, *cube->field("gwsa", t), *land); // NaN in an absent month
        std::printf("%s,%.2f\n", info.time.label(t).c_str(), mean);
    }
    if (own) std::filesystem::remove(path);
    return 0;
} catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.exit_code());
}
