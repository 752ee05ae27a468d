#pragma once

#include <vector>

#include "gwsd/data/batch.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::data {

/// Which cells of a grid a tile covers: the row and column of the grid for each of its own, or -1 for padding. Columns
/// wrap on a periodic grid, but no column comes twice.
struct TileCells {
    std::vector<Index> rows, cols;

    /// row, col: the tile's first cell on `grid`; height, width: its size in cells of `grid`.
    TileCells(const geo::Grid& grid, Index row, Index col, Index height, Index width)
    {
        for (Index r = row; r < row + height; ++r) rows.push_back(r >= 0 && r < grid.rows() ? r : -1);
        const Index around = grid.cols();
        const bool wraps = grid.periodic();
        for (Index c = col; c < col + width; ++c) {
            const bool inside = c >= 0 && c < around;
            const Index wrapped = wraps && c - col < around ? ((c % around) + around) % around : -1;
            cols.push_back(inside && c - col < around ? c : wrapped);
        }
    }

    /// work(cell of the tile, cell of the grid) for every cell that is not padding.
    template <class Work>
    void each(const geo::Grid& grid, Work work) const
    {
        for (std::size_t r = 0; r < rows.size(); ++r)
            for (std::size_t c = 0; c < cols.size(); ++c)
                if (rows[r] >= 0 && cols[c] >= 0)
                    work(static_cast<Index>(r * cols.size() + c), rows[r] * grid.cols() + cols[c]);
    }
};

} // namespace gwsd::data
