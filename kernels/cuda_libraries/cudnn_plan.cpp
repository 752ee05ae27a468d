#include "cudnn_plan.hpp"

#include <algorithm>

namespace gwsd::kernels::cudnn {
namespace {

/// A tensor that lies channels last, in cuDNN's order of axes: n, c, h, w or, for weights, out, in, rows, cols.
Descriptor tensor(const std::array<Index, 4>& e, Name name, cudnnDataType_t type, const char* operation)
{
    Descriptor d(CUDNN_BACKEND_TENSOR_DESCRIPTOR, operation);
    d.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
    d.set(CUDNN_ATTR_TENSOR_DIMENSIONS, std::vector<std::int64_t>{e[0], e[3], e[1], e[2]});
    d.set(CUDNN_ATTR_TENSOR_STRIDES, std::vector<std::int64_t>{e[1] * e[2] * e[3], 1, e[2] * e[3], e[3]});
    d.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, static_cast<std::int64_t>(name));
    d.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, std::int64_t{16});
    return d;
}

Descriptor convolution(const Key& key, const char* operation)
{
    const auto both = [](Index i) { return std::vector<std::int64_t>{i, i}; };
    Descriptor d(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, operation);
    d.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
    d.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
    d.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2});
    d.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, both(key.padding));
    d.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, both(key.padding));
    d.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, both(key.stride));
    d.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, both(1));
    return d;
}

/// The attributes of a pass.
struct PassNames {
    cudnnBackendDescriptorType_t operation;
    cudnnBackendAttributeName_t convolution, x, w, y, alpha, beta;
};

PassNames names_of(Pass pass)
{
    if (pass == Pass::forward)
        return {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
                CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
    if (pass == Pass::input)
        return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

/// The operation of a pass: operands in the key's format, the result in f32, written over. False if it cannot be.
bool make_operation(const Key& key, const char* operation, Descriptor& made)
{
    const cudnnDataType_t narrow = key.format == Format::bf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
    const auto type = [&](Pass result) { return key.pass == result ? CUDNN_DATA_FLOAT : narrow; };
    const PassNames name = names_of(key.pass);
    Descriptor x = tensor(key.x, name_x, type(Pass::input), operation),
               w = tensor(key.w, name_w, type(Pass::weight), operation),
               y = tensor(key.y, name_y, type(Pass::forward), operation), conv = convolution(key, operation);
    if (!x.finalize() || !w.finalize() || !y.finalize() || !conv.finalize()) return false;
    made.set(name.convolution, conv);
    made.set(name.x, x);
    made.set(name.w, w);
    made.set(name.y, y);
    made.set(name.alpha, 1.0F);
    made.set(name.beta, 0.0F);
    return made.finalize();
}

/// Bits that are the same on every run, and no arithmetic that is less exact than was asked for.
bool will_do(const Descriptor& configuration, Format format, const char* operation)
{
    std::vector<Descriptor> engine;
    engine.emplace_back(CUDNN_BACKEND_ENGINE_DESCRIPTOR, operation);
    configuration.get(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
    const auto notes =
        engine[0].get<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
    return std::none_of(notes.begin(), notes.end(), [&](cudnnBackendNumericalNote_t note) {
        // A tensor core takes f32 as TF32.
        if (note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE) return format == Format::f32;
        return note != CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP;
    });
}

std::vector<Descriptor> configurations(const Descriptor& graph, cudnnBackendHeurMode_t mode, const char* operation)
{
    Descriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, operation);
    heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
    heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
    std::vector<Descriptor> found;
    if (!heuristics.finalize()) return found;
    const std::int64_t there_are = heuristics.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, found);
    for (std::int64_t i = 0; i < there_are; ++i)
        found.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, operation).keep(graph);
    const std::int64_t filled = heuristics.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, found);
    found.erase(found.begin() + std::min(filled, there_are), found.end());
    return found;
}

} // namespace

std::optional<Plan> make_plan(cudnnHandle_t handle, const Key& key)
{
    const char* name = name_of(key.pass);
    Descriptor operation(names_of(key.pass).operation, name);
    if (!make_operation(key, name, operation)) return {};
    Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, name);
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation);
    graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
    if (!graph.finalize()) return {};
    for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
        for (const Descriptor& configuration : configurations(graph, mode, name)) {
            if (!will_do(configuration, key.format, name)) continue;
            Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, name);
            plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
            plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
            if (!plan.finalize()) continue;
            const auto bytes = plan.get<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, 1).at(0);
            if (bytes <= most_workspace_bytes) return Plan{std::move(plan), bytes};
        }
    return {};
}

} // namespace gwsd::kernels::cudnn
