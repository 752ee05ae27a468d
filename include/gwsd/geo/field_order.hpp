#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/shape.hpp"

namespace gwsd::geo {

/// How to bring a field as stored in a file into canonical order: row 0 southernmost, column 0 westernmost, longitudes
/// from -180. The same file turned, flipped or shifted gives the same canonical field bit by bit.
struct FieldOrder {
    Index raw_rows = 0, raw_cols = 0; ///< latitudes and longitudes as stored
    bool rows_descend = false;        ///< the file starts in the north
    bool repeated_column = false;     ///< the last column repeated the first at +360 degrees and is dropped
    std::vector<Index> column;        ///< canonical column -> stored column
    bool transposed = false;          ///< the file stores [longitude, latitude]

    Index rows() const { return raw_rows; }
    Index cols() const { return static_cast<Index>(column.size()); }
    Index raw_cells() const { return raw_rows * raw_cols; }
    Index raw_row(Index row) const { return rows_descend ? raw_rows - 1 - row : row; }

    /// in is [raw_rows, raw_cols] ([raw_cols, raw_rows] if transposed), out is [rows, cols]; T is any copyable type.
    /// Throws ShapeError if the sizes differ.
    template <class T>
    void apply(std::span<const T> in, std::span<T> out) const
    {
        if (std::ssize(in) != raw_cells() || std::ssize(out) != rows() * cols())
            throw ShapeError("field order: expects " + std::to_string(raw_cells()) + " stored and " +
                             std::to_string(rows() * cols()) + " canonical cells, got " + std::to_string(in.size()) +
                             " and " + std::to_string(out.size()));
        const Index row_stride = transposed ? 1 : raw_cols, col_stride = transposed ? raw_rows : 1;
        T* to = out.data();
        for (Index row = 0; row < rows(); ++row) {
            const T* from = in.data() + raw_row(row) * row_stride;
            for (const Index col : column) *to++ = from[col * col_stride];
        }
    }
    void apply(std::span<const float> in, std::span<float> out) const { apply<float>(in, out); }
};

} // namespace gwsd::geo
