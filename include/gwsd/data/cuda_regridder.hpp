#pragma once

#include <cstdint>
#include <vector>

#include "gwsd/geo/conservative.hpp"
#include "gwsd/kernels/regrid_cuda.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::data {

/// geo::ConservativeRegridder for fields on a GPU: its weights are made on the host and kept on the device.
class CudaRegridder {
public:
    CudaRegridder(const geo::Grid& from, const geo::Grid& to)
        : from_rows_(from.rows()),
          from_cols_(from.cols()),
          rows_(geo::overlapping_rows(from, to), row_measures(to)),
          cols_(geo::overlapping_cols(from, to), col_measures(to))
    {
    }

    /// in is [..., from.rows, from.cols], the result [..., to.rows, to.cols]; NaN and `min_valid_fraction` as in
    /// geo::Regridder::apply. Throws ShapeError for other sizes.
    template <class T>
    Tensor<T, Cuda> operator()(const Tensor<T, Cuda>& in, double min_valid_fraction = 0) const
    {
        const int rank = in.shape().rank();
        if (rank < 2 || in.extent(-2) != from_rows_ || in.extent(-1) != from_cols_)
            throw ShapeError("conservative: expects fields [..., " + std::to_string(from_rows_) + ", " +
                             std::to_string(from_cols_) + "], got " + to_string(in.shape()));
        Shape shape = in.shape();
        Index fields = 1;
        for (int axis = 0; axis < rank - 2; ++axis) fields *= shape[axis];
        shape[-2] = rows_.size, shape[-1] = cols_.size;
        auto out = Tensor<T, Cuda>::empty(shape);
        kernels::regrid(Cuda{}, rows_.stencil(), cols_.stencil(), fields, from_rows_, from_cols_, min_valid_fraction,
                        in.data(), out.data());
        return out;
    }

private:
    struct Axis {
        Index size;
        Tensor<std::int32_t, Cuda> begin, cell;
        Tensor<double, Cuda> weight, measure;

        Axis(const geo::AxisWeights& weights, const std::vector<double>& measures)
            : size(weights.size()),
              begin(upload<std::int32_t>(weights.begin)),
              cell(upload<std::int32_t>(weights.cell)),
              weight(upload<double>(weights.weight)),
              measure(upload<double>(measures))
        {
        }
        kernels::AxisStencil stencil() const
        {
            return {size, begin.data(), cell.data(), weight.data(), measure.data()};
        }
    };

    template <class To, class From>
    static Tensor<To, Cuda> upload(const std::vector<From>& values)
    {
        std::vector<To> converted;
        for (const From value : values) converted.push_back(static_cast<To>(value));
        return Tensor<To, Cuda>::from({static_cast<Index>(values.size())}, converted);
    }
    static std::vector<double> row_measures(const geo::Grid& to)
    {
        std::vector<double> bands;
        for (std::size_t i = 0; i + 1 < to.lat_edges.size(); ++i)
            bands.push_back(geo::band_measure(to.lat_edges[i], to.lat_edges[i + 1]));
        return bands;
    }
    static std::vector<double> col_measures(const geo::Grid& to)
    {
        std::vector<double> widths;
        for (std::size_t i = 0; i + 1 < to.lon_edges.size(); ++i)
            widths.push_back(to.lon_edges[i + 1] - to.lon_edges[i]);
        return widths;
    }

    Index from_rows_, from_cols_;
    Axis rows_, cols_;
};

} // namespace gwsd::data
