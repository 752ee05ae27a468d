#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/geo/nearest_valid.hpp"

namespace gwsd::geo {

/// Gives missing cells of fields the value of the nearest valid cell on the sphere. Which cell lends to which is found
/// once for each pattern of gaps and kept for the last one, since the months of a record mostly miss the same cells.
/// Safe to use from several threads.
class NearestFill {
public:
    /// Filled are cells for which `wanted` is above 0, all if it is empty. Throws ShapeError for another size.
    explicit NearestFill(const Grid& grid, std::span<const float> wanted = {}) : grid_(grid)
    {
        if (!wanted.empty() && std::ssize(wanted) != grid.cells())
            throw ShapeError("fill_nearest: expects a mask of " + std::to_string(grid.cells()) + " cells, got " +
                             std::to_string(wanted.size()));
        for (const float w : wanted) wanted_.push_back(w > 0);
    }

    /// Returns how many cells were filled; 0 with nothing done if no cell is valid. Throws ShapeError for another size.
    Index operator()(std::span<float> field) const
    {
        if (std::ssize(field) != grid_.cells())
            throw ShapeError("fill_nearest: expects " + std::to_string(grid_.cells()) + " cells, got a field of " +
                             std::to_string(field.size()));
        const std::shared_ptr<const Loans> loans = loans_for(field);
        parallel_for(std::ssize(loans->to), 1 << 14, [&](Index begin, Index end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                field[loans->to[i]] = field[loans->from[i]];
        });
        return std::ssize(loans->to);
    }

private:
    struct Loans {
        std::vector<bool> missing;           ///< the pattern of gaps that they hold for
        std::vector<std::uint32_t> to, from; ///< cells
    };

    std::shared_ptr<const Loans> loans_for(std::span<const float> field) const
    {
        std::shared_ptr<const Loans> loans;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            loans = last_;
        }
        if (loans && fits(*loans, field)) return loans;
        loans = find(field);
        const std::lock_guard<std::mutex> lock(mutex_);
        return last_ = loans;
    }

    static bool fits(const Loans& loans, std::span<const float> field)
    {
        for (std::size_t i = 0; i < field.size(); ++i)
            if (std::isnan(field[i]) != loans.missing[i]) return false;
        return true;
    }

    std::shared_ptr<const Loans> find(std::span<const float> field) const
    {
        const auto loans = std::make_shared<Loans>();
        for (std::size_t i = 0; i < field.size(); ++i) {
            loans->missing.push_back(std::isnan(field[i]));
            if (loans->missing[i] && (wanted_.empty() || wanted_[i]))
                loans->to.push_back(static_cast<std::uint32_t>(i));
        }
        if (loans->to.empty()) return loans;
        const NearestValid nearest(grid_, field);
        if (!nearest.any()) loans->to.clear();
        loans->from.resize(loans->to.size());
        parallel_for(std::ssize(loans->to), 256, [&](Index begin, Index end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                const auto cell = static_cast<Index>(loans->to[i]);
                loans->from[i] = static_cast<std::uint32_t>(nearest(cell / grid_.cols(), cell % grid_.cols()));
            }
        });
        return loans;
    }

    Grid grid_;
    std::vector<bool> wanted_;
    mutable std::mutex mutex_;
    mutable std::shared_ptr<const Loans> last_;
};

/// Fills one field.
inline Index fill_nearest(const Grid& grid, std::span<float> field, std::span<const float> wanted = {})
{
    return NearestFill(grid, wanted)(field);
}

} // namespace gwsd::geo
