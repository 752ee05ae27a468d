// Convolutions by oneDNN. Operands and results are copied to and from the layouts that a primitive wants, where these
// are not gwsd's. Primitives are kept, one for each shape.

#include <omp.h>
#include <algorithm>
#include <map>
#include <unordered_map>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/conv2d_library.hpp"
#include "primitive.hpp"

namespace gwsd::kernels::onednn {

namespace {

/// While it lives, loops of this thread's OpenMP have as many threads as gwsd's pool.
class Threads {
public:
    explicit Threads(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
    ~Threads() { omp_set_num_threads(before_); }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

private:
    int before_;
};

/// Each thread keeps its own, since a primitive belongs to the thread that made it.
const Convolution& convolution(const Key& key)
{
    static thread_local std::map<Key, Convolution> made;
    const auto found = made.find(key);
    return found != made.end() ? found->second : made.emplace(key, make(key)).first->second;
}

/// The pass that the key says, of two operands; false where oneDNN has no implementation.
bool run(const Key& key, const float* left, const float* right, const float* bias, float* result)
{
    const Threads threads(key.threads);
    const Convolution& c = convolution(key);
    if (!c.primitive) return false;
    static thread_local dnnl::stream stream(engine());
    const Operand a(c.left, left, stream), b(c.right, right, stream);
    const auto buffer = c.writes_in_place ? Tensor<float>() : room_for(c.result.from);
    memory written = at(c.result.from, c.writes_in_place ? result : buffer.data());
    std::unordered_map<int, memory> arguments{{c.left_name, a.data}, {c.right_name, b.data}, {c.result_name, written}};
    if (bias) arguments[DNNL_ARG_BIAS] = at(bias_layout(key), bias);
    c.primitive.execute(stream, arguments);
    if (!c.writes_in_place) {
        memory to = at(c.result.to, result);
        c.result.reorder.execute(stream, written, to);
    }
    stream.wait();
    return true;
}

bool conv2d_forward(TensorView<const float, 4> x, TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
                    TensorView<float, 4> y)
{
    const Key key{Pass::forward, x.extents,   w.extents, y.extents,           o.stride,
                  o.padding,     o.precision, into.add,  into.bias != nullptr};
    return run(key, x.data, w.data, into.bias, y.data);
}

/// oneDNN knows no bias of this gradient, which a transposed convolution has.
bool conv2d_backward_input(TensorView<const float, 4> grad_y, TensorView<const float, 4> w, Conv2dOptions o,
                           Conv2dInto<float> into, TensorView<float, 4> grad_x)
{
    const Key key{Pass::input, grad_x.extents, w.extents, grad_y.extents, o.stride,
                  o.padding,   o.precision,    into.add,  false};
    if (!run(key, grad_y.data, w.data, nullptr, grad_x.data)) return false;
    if (!into.bias) return true;
    const Index channels = grad_x.extent(3);
    parallel_for(grad_x.elements() / std::max<Index>(channels, 1), 1024, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            for (Index c = 0; c < channels; ++c) grad_x.data[i * channels + c] += into.bias[c];
    });
    return true;
}

bool conv2d_backward_weight(TensorView<const float, 4> x, TensorView<const float, 4> grad_y, Conv2dOptions o,
                            TensorView<float, 4> grad_w)
{
    if (grad_y.elements() == 0) return true; // nothing to add, and oneDNN would write nothing
    const Key key{Pass::weight, x.extents,   grad_w.extents, grad_y.extents, o.stride,
                  o.padding,    o.precision, true,           false};
    return run(key, x.data, grad_y.data, nullptr, grad_w.data);
}

} // namespace

const ConvLibrary* convolutions()
{
    static const ConvLibrary library{"onednn", conv2d_forward, conv2d_backward_input, conv2d_backward_weight};
    return &library;
}

} // namespace gwsd::kernels::onednn
