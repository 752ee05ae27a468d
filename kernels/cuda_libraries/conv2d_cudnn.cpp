// Convolutions by cuDNN. A plan is made for each shape and kept; so are the handle and the workspace.

#include <map>
#include <memory>
#include <mutex>

#include "cudnn_plan.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"
#include "gwsd/tensor/device_memory.hpp"

namespace gwsd::kernels::cudnn {
namespace {

/// What lives as long as the process: never destroyed, as the stream.
struct Session {
    cudnnHandle_t handle = nullptr;
    std::map<Key, std::optional<Plan>> plans;
    std::shared_ptr<void> workspace;
    std::int64_t workspace_bytes = 0;
    std::mutex one_at_a_time; ///< a handle serves one thread

    Session()
    {
        const cudaStream_t stream = cuda::stream();
        check(api().create(&handle), "cudnnCreate");
        check(api().set_stream(handle, stream), "cudnnSetStream");
    }
    const std::optional<Plan>& plan(const Key& key)
    {
        const auto found = plans.find(key);
        return found != plans.end() ? found->second : plans.emplace(key, make_plan(handle, key)).first->second;
    }
    /// The old block goes back to the pool in the order of the stream, behind what still uses it.
    void* room(std::int64_t bytes)
    {
        if (bytes > workspace_bytes) {
            workspace.reset();
            workspace_bytes = 0;
            workspace = allocate_on_cuda(static_cast<std::size_t>(bytes));
            workspace_bytes = bytes;
        }
        return workspace.get();
    }
};

Session& session()
{
    static Session& kept = *new Session;
    return kept;
}

struct Operand {
    Name name;
    Index count;
    const float* data;
};

bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; }

/// The pass that the key says. cuDNN writes its result where nothing is to be added, else aside.
bool run(const Key& key, Precision precision, const Operand& left, const Operand& right, Conv2dInto<float> into,
         Name result_name, TensorView<float, 4> result)
{
    if (left.count == 0 || right.count == 0 || result.elements() == 0) return false;
    if (!aligned(left.data) || !aligned(right.data) || !aligned(result.data)) return false;
    const char* operation = name_of(key.pass);
    Session& s = session();
    const std::lock_guard lock(s.one_at_a_time);
    const auto& plan = s.plan(key);
    if (!plan) return false;
    void* workspace = s.room(plan->workspace_bytes);
    const auto convolve = [&](const void* a, const void* b, float* to) {
        Descriptor arguments(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, operation);
        arguments.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
                      std::vector<std::int64_t>{left.name, right.name, result_name});
        arguments.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
                      std::vector<void*>{const_cast<void*>(a), const_cast<void*>(b), to});
        arguments.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
        if (!arguments.finalize()) throw CudaError(std::string(operation) + ": cuDNN takes no such arguments");
        plan->execution.execute(s.handle, arguments);
    };
    multiply_in(precision, left.count, left.data, right.count, right.data, into,
                [&](const void* a, const void* b, Conv2dInto<float> how) {
                    if (!how.add && !how.bias) return convolve(a, b, result.data);
                    const cuda::Scratch<float> part(result.elements(), operation);
                    convolve(a, b, part.data());
                    deliver(result.elements() / result.extent(3), result.extent(3), part.data(), how, result.data);
                });
    return true;
}

bool forward(TensorView<const float, 4> x, TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
             TensorView<float, 4> y)
{
    const Key key{Pass::forward, x.extents, w.extents, y.extents, o.stride, o.padding, format_in(o.precision)};
    return run(key, o.precision, {name_x, x.elements(), x.data}, {name_w, w.elements(), w.data}, into, name_y, y);
}

bool backward_input(TensorView<const float, 4> grad_y, TensorView<const float, 4> w, Conv2dOptions o,
                    Conv2dInto<float> into, TensorView<float, 4> grad_x)
{
    const Key key{Pass::input, grad_x.extents, w.extents, grad_y.extents, o.stride, o.padding, format_in(o.precision)};
    return run(key, o.precision, {name_y, grad_y.elements(), grad_y.data}, {name_w, w.elements(), w.data}, into, name_x,
               grad_x);
}

bool backward_weight(TensorView<const float, 4> x, TensorView<const float, 4> grad_y, Conv2dOptions o,
                     TensorView<float, 4> grad_w)
{
    const Key key{Pass::weight, x.extents, grad_w.extents, grad_y.extents, o.stride, o.padding, format_in(o.precision)};
    return run(key, o.precision, {name_x, x.elements(), x.data}, {name_y, grad_y.elements(), grad_y.data}, {}, name_w,
               grad_w);
}

} // namespace

const CudaConvLibrary* convolutions()
{
    static const CudaConvLibrary library{"cudnn", forward, backward_input, backward_weight};
    api();
    return &library;
}

} // namespace gwsd::kernels::cudnn
