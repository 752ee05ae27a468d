#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::score {

/// Rows that trees learn from.
struct TreeTable {
    std::size_t features = 0;
    std::vector<float> x;              ///< [rows, features], NaN where missing
    std::vector<float> target, weight; ///< [rows]

    std::size_t rows() const { return target.size(); }
};

/// How trees are grown. The defaults are middling values that suit a noisy target: deep trees with large leaves, each
/// from half of the rows.
struct TreeOptions {
    Index rounds = 300;  ///< trees, at most
    Index patience = 20; ///< trees without gain on the rows that were left out, before one stops
    Index depth = 8;
    double eta = 0.1;          ///< share of a tree that is added
    double subsample = 0.5;    ///< share of rows, and
    double columns = 0.8;      ///< of features, that a tree sees
    double smallest_leaf = 50; ///< rows
    std::uint64_t seed = 1;
};

/// Gradient-boosted regression trees (Friedman 2001) for squared errors, grown by XGBoost (Chen and Guestrin 2016) from
/// histograms, on one thread, so that they are the same bits everywhere.
class TreeBooster {
public:
    /// Whether this build has the library; without it the functions below throw DeviceUnavailable.
    static bool built();
    /// "1.7.4", or "not built in".
    static std::string version();

    /// Number of trees, grown on `learn`, that leaves the least squared error on `left_out`.
    static Index best_rounds(const TreeTable& learn, const TreeTable& left_out, const TreeOptions& options);

    /// Grows `rounds` trees. Throws ShapeError for a table without rows; Error with the library's words if it fails.
    TreeBooster(const TreeTable& table, const TreeOptions& options, Index rounds);
    ~TreeBooster();
    TreeBooster(TreeBooster&&) noexcept;

    /// x is [rows, features], out [rows].
    void predict(std::span<const float> x, std::span<float> out) const;

private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
    std::size_t features_;
};

} // namespace gwsd::score
