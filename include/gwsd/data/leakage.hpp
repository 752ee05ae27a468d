#pragma once

#include <span>
#include <vector>

#include "gwsd/data/statistics.hpp"

namespace gwsd::data {

/// How much of the target below the coarse grid an interpolation of the input explains.
struct LeakageVerdict {
    static constexpr double limit = 0.995;

    double bilinear = 0, bicubic = 0; ///< sub-grid R2, pooled over cells and steps
    bool has_subgrid = true;          ///< false: the target is constant within coarse cells, so R2 has no meaning
    Index steps = 0;                  ///< looked at

    /// True if there is nothing to learn that an interpolation does not know (SPEC 6).
    bool leaks() const { return !has_subgrid || bilinear > limit || bicubic > limit; }
};

/// Sub-grid R2 = 1 - sum w [(p - <p>) - (t - <t>)]^2 / sum w (t - <t>)^2, <.> the area-weighted mean over a coarse
/// cell, over usable land where both fields are known. Of more than `most` steps it takes that many, evenly spaced.
LeakageVerdict check_leakage(const BatchMaker& maker, std::span<const Index> steps, const std::vector<char>& usable,
                             Index most = 36, const Checkpoint& checkpoint = {});

/// Sums of the sub-grid R2 over the cells of one coarse cell; fed cell by cell, closed by end_block().
class SubgridSums {
public:
    void add(double predicted, double truth, double weight)
    {
        w_ += weight, p_ += weight * predicted, t_ += weight * truth;
        pp_ += weight * predicted * predicted, tt_ += weight * truth * truth, pt_ += weight * predicted * truth;
    }
    void end_block()
    {
        if (w_ > 0) {
            const double tt = tt_ - t_ * t_ / w_, pp = pp_ - p_ * p_ / w_, pt = pt_ - p_ * t_ / w_;
            error_ += pp - 2 * pt + tt, truth_ += tt, square_ += tt_;
        }
        w_ = p_ = t_ = pp_ = tt_ = pt_ = 0;
    }
    double r2() const { return 1 - error_ / truth_; }
    /// Rounding of floats leaves about 1e-13 of the square where a block is constant.
    bool has_subgrid() const { return truth_ > 1e-9 * square_; }

private:
    double w_ = 0, p_ = 0, t_ = 0, pp_ = 0, tt_ = 0, pt_ = 0;
    double error_ = 0, truth_ = 0, square_ = 0;
};

} // namespace gwsd::data
