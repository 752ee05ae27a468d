#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "gwsd/geo/interpolate.hpp"
#include "prepare_plan.hpp"

namespace gwsd::data::prepare_detail {

using Field = std::vector<float>;

/// Reads steps of a series and puts them on grids; infinite values are missing, and counted.
class Reader {
public:
    Reader(io::Series& series, double minimum_valid_fraction)
        : series_(series), least_(minimum_valid_fraction), own_(static_cast<std::size_t>(series.grid().cells()))
    {
    }

    /// The step on the series' own grid, until the next read.
    const Field& read(Index step);
    /// The last step read on another grid, conservatively; a grid that is the series' own, or a part of it, is copied.
    Field on(const geo::Grid& grid);
    const io::Series& series() const { return series_; }
    Index infinite() const { return infinite_; }

private:
    struct Way {
        geo::Grid grid;
        std::shared_ptr<const geo::Regridder> regridder;
    };
    io::Series& series_;
    double least_;
    Field own_;
    std::vector<Way> ways_;
    Index infinite_ = 0;
};

inline constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// "0.3 %" of a share.
std::string percent_text(double share);

/// True if any value is there.
bool any_valid(const Field& field);

/// The part of a field on `from` that lies on `to`, whose cells begin at (row, col) of it.
Field cut(const Field& field, const geo::Grid& from, const geo::Grid& to, Index row, Index col);

/// Size, spread and the correlation with the target of a field over all steps: what a constant or copied input shows.
struct Statistics {
    double n = 0, x = 0, xx = 0, low = 1e300, high = -1e300;
    double pairs = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;

    void add(const Field& field);
    void add_pairs(const Field& field, const Field& target);
    bool constant() const { return n > 0 && high - low <= 1e-6 * std::max(1.0, std::max(high, -low)); }
    double correlation() const;
};

/// Land fraction on the fine grid and how it was found. Throws DataError for values that are no fraction, and where
/// there is no land at all.
Field land_fraction(Inputs& inputs, const geo::Grid& fine, std::string& source);

/// The mean over the baseline months of a series on a grid, NaN where it never is valid. `months` tells how many steps
/// it is made of; baseline "unknown" takes all steps of the series.
Field baseline_mean(Reader& reader, const geo::Grid& grid, const std::string& baseline, Index& months);

/// The months of "2004-01-01/2009-12-31"; empty for "unknown".
geo::Period baseline_period(const std::string& text);

} // namespace gwsd::data::prepare_detail
