#pragma once

#include <memory>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/conservative_projection.hpp"
#include "gwsd/kernels/conservative_projection_cuda.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::kernels {

/// Arrays that a projection reads; share and variance may be undefined.
template <class T, class Device>
struct ProjectionFields {
    Tensor<T, Device> known, weight, share, variance;
};

/// The projections of a batch, kept from the forward to the backward pass.
template <class T, class Device>
class Projection;

/// On the CPU a system a sample, sparse. The constructor throws NumericalError for shares that are not above zero.
template <class T>
class Projection<T, Cpu> {
public:
    Projection(const ProjectionShape& shape, const ProjectionFields<T, Cpu>& in)
        : shape_(shape), systems_(static_cast<std::size_t>(shape.batch))
    {
        each_sample([&](Index b, Index cell, Index block) {
            systems_[static_cast<std::size_t>(b)] = std::make_unique<ProjectionSystem>(
                shape.rows, shape.cols, shape.options, at(in.weight.data(), cell), at(in.known.data(), block),
                in.share.defined() ? in.share.data() + cell : nullptr,
                in.variance.defined() ? in.variance.data() + block : nullptr);
        });
    }
    void forward(const T* mean, const T* x, T* projected)
    {
        each_sample([&](Index b, Index cell, Index block) {
            systems_[static_cast<std::size_t>(b)]->forward(mean + cell, x + block, projected + cell);
        });
    }
    void backward(const T* g, T* grad_mean, T* grad_share, T* grad_x) const
    {
        each_sample([&](Index b, Index cell, Index block) {
            systems_[static_cast<std::size_t>(b)]->backward(g + cell, at(grad_mean, cell), at(grad_share, cell),
                                                            at(grad_x, block));
        });
    }

private:
    static T* at(T* pointer, Index offset) { return pointer ? pointer + offset : nullptr; }

    /// Calls work(sample, its first cell, its first block), samples in parallel.
    template <class Work>
    void each_sample(const Work& work) const
    {
        parallel_for(shape_.batch, 1, [&](Index begin, Index end) {
            for (Index b = begin; b < end; ++b) work(b, b * shape_.rows * shape_.cols, b * shape_.blocks());
        });
    }

    ProjectionShape shape_;
    std::vector<std::unique_ptr<ProjectionSystem>> systems_;
};

/// On a GPU a band matrix a sample, by kernels that never wait for the host.
template <class T>
class Projection<T, Cuda> {
public:
    Projection(const ProjectionShape& shape, const ProjectionFields<T, Cuda>& in)
        : shape_(shape),
          in_(in),
          total_(Values::empty({shape.batch, shape.blocks()})),
          upper_(Values::empty({shape.batch, shape.blocks(), 2 * shape.half() + 1})),
          lower_(Values::empty({shape.batch, shape.blocks(), shape.half()})),
          solution_(Values::empty({shape.batch, shape.blocks()})),
          pivots_(Tensor<int32_t, Cuda>::empty({shape.batch, shape.blocks()}))
    {
    }
    void forward(const T* mean, const T* x, T* projected)
    {
        projection_forward<T>(Cuda{}, shape_, data(), mean, x, factors(), projected);
    }
    void backward(const T* g, T* grad_mean, T* grad_share, T* grad_x) const
    {
        projection_backward<T>(Cuda{}, shape_, data(), factors(), g, grad_mean, grad_share, grad_x);
    }

private:
    using Values = Tensor<double, Cuda>;

    ProjectionData<T> data() const
    {
        return {in_.weight.data(), in_.known.data(), in_.share.defined() ? in_.share.data() : nullptr,
                in_.variance.defined() ? in_.variance.data() : nullptr};
    }
    ProjectionFactors factors() const
    {
        return {total_.data(), upper_.data(), lower_.data(), pivots_.data(), solution_.data()};
    }

    ProjectionShape shape_;
    ProjectionFields<T, Cuda> in_;
    Values total_, upper_, lower_, solution_;
    Tensor<int32_t, Cuda> pivots_;
};

} // namespace gwsd::kernels
