#pragma once
#include <cmath>
#include <nlohmann/json.hpp>

#include "gwsd/score/wells.hpp"
#include "io_output/scratch.hpp"

namespace gwsd::test {

inline double season(int t) { return std::sin(2 * M_PI * t / 12); }

inline std::string month(int t) { return to_string(geo::Month{12 * 2005 + t}); }

inline std::string text(double value) { return std::to_string(value); }

/// Two wells in one cell of half a degree, one in another, 48 months; depth falls as the field rises.
struct WellCase {
    WellCase()
    {
        std::string field = "month,gwsa_mm\n", wells = "month,a,b,c\n";
        for (int t = 0; t < 48; ++t) {
            const double storage = 30 * season(t) + 0.5 * t;
            if (t != 7) field += month(t) + "," + text(storage) + "\n";
            wells += month(t) + "," + text(12 - storage / 100) + "," + text(40 - storage / 100) + "," +
                     (t < 20 ? "" : text(7 + storage / 50)) + "\n";
        }
        write_bytes(folder / "field.csv", field);
        write_bytes(folder / "wells.csv", wells);
        write_bytes(folder / "sites.csv", "ID,LAT,LONG,sy_mean\na,48.1,2.1,0.1\nb,48.2,2.2,0.1\nc,48.7,2.1,0.05\n");
        options.field = folder / "field.csv", options.wells = folder / "wells.csv";
        options.sites = folder / "sites.csv";
    }
    nlohmann::json scores() const { return nlohmann::json::parse(score::score_wells(options).scores); }

    Scratch folder;
    score::WellsOptions options;
};

} // namespace gwsd::test
