// A stand-in for cuDNN's graph API: descriptors that insist on their attributes, on the types of these and on the order
// of steps, and convolutions computed on the host from the stand-in runtime's memory. It shows that gwsd says what it
// means, not what cuDNN does. Its heuristics name six engines, of which gwsd may take the fifth, or in f32 the sixth
// alone.

#include <cudnn.h>

#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <set>

#include "device_values.hpp"

using gwsd::test::Reading;

namespace {

constexpr std::array<std::array<int, 2>, 6> notes{
    {{CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, -1},
     {CUDNN_NUMERICAL_NOTE_TENSOR_CORE, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS},
     {CUDNN_NUMERICAL_NOTE_WINOGRAD, -1},
     {CUDNN_NUMERICAL_NOTE_TENSOR_CORE, -1}, // wants too much memory
     {CUDNN_NUMERICAL_NOTE_TENSOR_CORE, -1},
     {-1, -1}}};
constexpr int greedy = 3, tensor_core = 4, plain = 5;
constexpr std::int64_t greedy_bytes = std::int64_t{1} << 30, usual_bytes = 65536;

struct Node {
    cudnnBackendDescriptorType_t type;
    bool finalized = false;
    std::map<int, std::vector<char>> attributes;
    int engine = -1; ///< of an engine or its configuration
};

std::set<const Node*> living; ///< what a descriptor refers to must still be there

struct Context {
    cudaStream_t stream = nullptr;
};

using Types = std::map<int, cudnnBackendAttributeType_t>;

/// The attributes that a descriptor must have, and their types.
const Types& wanted(cudnnBackendDescriptorType_t type)
{
    constexpr auto numbers = CUDNN_TYPE_INT64;
    constexpr auto refers = CUDNN_TYPE_BACKEND_DESCRIPTOR;
    static const std::map<int, Types> all{
        {CUDNN_BACKEND_TENSOR_DESCRIPTOR,
         {{CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE},
          {CUDNN_ATTR_TENSOR_DIMENSIONS, numbers},
          {CUDNN_ATTR_TENSOR_STRIDES, numbers},
          {CUDNN_ATTR_TENSOR_UNIQUE_ID, numbers},
          {CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, numbers}}},
        {CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR,
         {{CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE},
          {CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE},
          {CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, numbers},
          {CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, numbers},
          {CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, numbers},
          {CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, numbers},
          {CUDNN_ATTR_CONVOLUTION_DILATIONS, numbers}}},
        {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
         {{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT}}},
        {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
         {{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_TYPE_FLOAT},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, CUDNN_TYPE_FLOAT}}},
        {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
         {{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, refers},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_TYPE_FLOAT},
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, CUDNN_TYPE_FLOAT}}},
        {CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR,
         {{CUDNN_ATTR_OPERATIONGRAPH_OPS, refers}, {CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE}}},
        {CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR,
         {{CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, refers}, {CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE}}},
        {CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR,
         {{CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE}, {CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, refers}}},
        {CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR,
         {{CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, numbers},
          {CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR},
          {CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR}}}};
    static const Types none;
    const auto found = all.find(type);
    return found == all.end() ? none : found->second;
}

Node& node(cudnnBackendDescriptor_t d) { return *static_cast<Node*>(d); }

template <class V>
std::vector<V> get(const Node& n, int name)
{
    const auto& bytes = n.attributes.at(name);
    std::vector<V> values(bytes.size() / sizeof(V));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}
const Node& part(const Node& n, int name) { return *get<const Node*>(n, name).at(0); }

std::size_t size_of(cudnnBackendAttributeType_t type)
{
    const bool wide = type == CUDNN_TYPE_INT64 || type == CUDNN_TYPE_VOID_PTR || type == CUDNN_TYPE_HANDLE ||
                      type == CUDNN_TYPE_BACKEND_DESCRIPTOR;
    return wide ? 8 : 4;
}

/// A tensor's description, and its values while a convolution runs.
struct Field {
    std::vector<std::int64_t> dims, strides;
    std::int64_t id = 0;
    bool bf16 = false;
    std::vector<double> values;

    explicit Field(const Node& n)
        : dims(get<std::int64_t>(n, CUDNN_ATTR_TENSOR_DIMENSIONS)),
          strides(get<std::int64_t>(n, CUDNN_ATTR_TENSOR_STRIDES)),
          id(get<std::int64_t>(n, CUDNN_ATTR_TENSOR_UNIQUE_ID).at(0)),
          bf16(get<cudnnDataType_t>(n, CUDNN_ATTR_TENSOR_DATA_TYPE).at(0) == CUDNN_DATA_BFLOAT16)
    {
    }
    std::size_t elements() const { return static_cast<std::size_t>(dims[0] * dims[1] * dims[2] * dims[3]); }
    double& operator()(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d)
    {
        return values.at(static_cast<std::size_t>(a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3]));
    }
};

/// An operation as its descriptors say it.
struct Convolution {
    std::array<int, 6> names; ///< of the convolution, x, w, y, alpha, beta
    Field x, w, y;
    std::vector<std::int64_t> padding, after, stride;
    int result; ///< 0: x, 1: w, 2: y

    static std::array<int, 6> names_of(cudnnBackendDescriptorType_t type)
    {
        if (type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR)
            return {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
        if (type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR)
            return {
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
        return {
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
            CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
    }
    explicit Convolution(const Node& operation)
        : names(names_of(operation.type)),
          x(part(operation, names[1])),
          w(part(operation, names[2])),
          y(part(operation, names[3])),
          padding(get<std::int64_t>(part(operation, names[0]), CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS)),
          after(get<std::int64_t>(part(operation, names[0]), CUDNN_ATTR_CONVOLUTION_POST_PADDINGS)),
          stride(get<std::int64_t>(part(operation, names[0]), CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES)),
          result(operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR         ? 2
                 : operation.type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ? 0
                                                                                                  : 1)
    {
    }
    Field& field(int n) { return n == 0 ? x : n == 1 ? w : y; }
    bool shapes_fit() const
    {
        const auto out = [&](std::size_t axis) {
            return (x.dims[axis] + padding[axis - 2] + after[axis - 2] - w.dims[axis]) / stride[axis - 2] + 1;
        };
        return y.dims == std::vector<std::int64_t>{x.dims[0], w.dims[0], out(2), out(3)} && w.dims[1] == x.dims[1];
    }
    /// Tensor cores take channels in eights.
    bool in_eights() const { return w.dims[0] % 8 == 0 && w.dims[1] % 8 == 0; }

    void run()
    {
        for (std::int64_t n = 0; n < y.dims[0]; ++n)
            for (std::int64_t p = 0; p < y.dims[2]; ++p)
                for (std::int64_t q = 0; q < y.dims[3]; ++q)
                    for (std::int64_t r = 0; r < w.dims[2]; ++r)
                        for (std::int64_t s = 0; s < w.dims[3]; ++s) {
                            const std::int64_t row = p * stride[0] - padding[0] + r,
                                               col = q * stride[1] - padding[1] + s;
                            if (row < 0 || row >= x.dims[2] || col < 0 || col >= x.dims[3]) continue;
                            for (std::int64_t k = 0; k < w.dims[0]; ++k)
                                for (std::int64_t c = 0; c < w.dims[1]; ++c) {
                                    double &a = x(n, c, row, col), &b = w(k, c, r, s), &to = y(n, k, p, q);
                                    result == 2 ? to += a* b : result == 0 ? a += b* to : b += a * to;
                                }
                        }
    }
};

bool is_operation(cudnnBackendDescriptorType_t type)
{
    return type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR ||
           type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR ||
           type == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
}

const Node& operation_of(const Node& configuration)
{
    return part(part(configuration, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH), CUDNN_ATTR_OPERATIONGRAPH_OPS);
}

cudnnStatus_t check_operation(const Node& operation)
{
    Convolution c(operation);
    if (get<float>(operation, c.names[4]).at(0) != 1 || get<float>(operation, c.names[5]).at(0) != 0)
        return CUDNN_STATUS_NOT_SUPPORTED;
    return c.shapes_fit() ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
}

cudnnStatus_t check_plan(const Node& plan)
{
    const Node& configuration = part(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
    Convolution c(operation_of(configuration));
    const bool bf16 = c.x.bf16 || c.w.bf16;
    if (configuration.engine == plain) return bf16 ? CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE : CUDNN_STATUS_SUCCESS;
    return c.in_eights() ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_NOT_SUPPORTED_SHAPE;
}

} // namespace

extern "C" {

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle)
{
    *handle = reinterpret_cast<cudnnHandle_t>(new Context);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream)
{
    reinterpret_cast<Context*>(handle)->stream = stream;
    return CUDNN_STATUS_SUCCESS;
}

const char* cudnnGetErrorString(cudnnStatus_t) { return "refused by the stand-in"; }
void cudnnGetLastErrorString(char* message, size_t) { message[0] = '\0'; }

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* descriptor)
{
    auto* made = new Node{type, false, {}, -1};
    living.insert(made);
    *descriptor = made;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor)
{
    if (living.erase(&node(descriptor)) == 0) return CUDNN_STATUS_BAD_PARAM;
    delete &node(descriptor);
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void* values)
{
    Node& n = node(descriptor);
    const auto known = wanted(n.type).find(name);
    if (n.finalized || known == wanted(n.type).end() || known->second != type)
        return CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE;
    const char* bytes = static_cast<const char*>(values);
    n.attributes[name] = {bytes, bytes + static_cast<std::size_t>(count) * size_of(type)};
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor)
{
    Node& n = node(descriptor);
    for (const auto& [name, type] : wanted(n.type)) {
        if (!n.attributes.contains(name)) return CUDNN_STATUS_BAD_PARAM;
        if (type != CUDNN_TYPE_BACKEND_DESCRIPTOR) continue;
        const Node* p = &part(n, name);
        if (!living.contains(p) || !p->finalized) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    }
    if (is_operation(n.type))
        if (const auto status = check_operation(n)) return status;
    if (n.type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR)
        if (const auto status = check_plan(n)) return status;
    n.finalized = true;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t, int64_t requested, int64_t* count, void* values)
{
    Node& n = node(descriptor);
    if (!n.finalized) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    if (name == CUDNN_ATTR_ENGINEHEUR_RESULTS) {
        const bool first = get<cudnnBackendHeurMode_t>(n, CUDNN_ATTR_ENGINEHEUR_MODE).at(0) == CUDNN_HEUR_MODE_A;
        *count = first ? static_cast<std::int64_t>(notes.size()) : 0;
        for (std::int64_t i = 0; i < requested && i < *count; ++i) {
            Node& to = node(static_cast<cudnnBackendDescriptor_t*>(values)[i]);
            to.engine = static_cast<int>(i), to.finalized = true, to.attributes = n.attributes;
        }
    } else if (name == CUDNN_ATTR_ENGINECFG_ENGINE) {
        *count = 1;
        Node& to = node(static_cast<cudnnBackendDescriptor_t*>(values)[0]);
        to.engine = n.engine, to.finalized = true;
    } else if (name == CUDNN_ATTR_ENGINE_NUMERICAL_NOTE) {
        *count = 0;
        for (const int note : notes[static_cast<std::size_t>(n.engine)])
            if (note >= 0)
                static_cast<cudnnBackendNumericalNote_t*>(values)[(*count)++] =
                    static_cast<cudnnBackendNumericalNote_t>(note);
    } else if (name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE) {
        *count = 1;
        const int engine = part(n, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG).engine;
        *static_cast<std::int64_t*>(values) = engine == greedy ? greedy_bytes : engine == tensor_core ? usual_bytes : 0;
    } else {
        return CUDNN_STATUS_NOT_SUPPORTED;
    }
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack)
{
    const Node &p = node(plan), &arguments = node(pack);
    if (!p.finalized || !arguments.finalized) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    const Node& configuration = part(p, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
    const bool on_tensor_cores = configuration.engine == tensor_core;
    if (configuration.engine != plain && !on_tensor_cores) return CUDNN_STATUS_EXECUTION_FAILED;
    if (on_tensor_cores && !get<void*>(arguments, CUDNN_ATTR_VARIANT_PACK_WORKSPACE).at(0))
        return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    const auto ids = get<std::int64_t>(arguments, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
    const auto pointers = get<void*>(arguments, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
    std::map<std::int64_t, void*> at;
    for (std::size_t i = 0; i < ids.size() && i < pointers.size(); ++i) at[ids[i]] = pointers[i];
    Convolution c(operation_of(configuration));
    const cudaStream_t stream = reinterpret_cast<Context*>(handle)->stream;
    for (int n = 0; n < 3; ++n) {
        Field& f = c.field(n);
        if (!at.contains(f.id) || reinterpret_cast<std::uintptr_t>(at[f.id]) % 16 != 0) return CUDNN_STATUS_BAD_PARAM;
        if (n == c.result) {
            if (f.bf16) return CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE;
            f.values.assign(f.elements(), 0.0);
            continue;
        }
        const Reading reading = f.bf16 ? Reading::bf16 : on_tensor_cores ? Reading::tf32 : Reading::f32;
        f.values = gwsd::test::values_of(at[f.id], f.elements(), reading, stream);
        if (f.values.empty()) return CUDNN_STATUS_EXECUTION_FAILED;
    }
    c.run();
    Field& result = c.field(c.result);
    return gwsd::test::write_values(result.values, at[result.id], stream) ? CUDNN_STATUS_SUCCESS
                                                                          : CUDNN_STATUS_EXECUTION_FAILED;
}
}
