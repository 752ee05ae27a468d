// A stand-in for cuDNN's graph API: descriptors that insist on their attributes, on the types of these and on the order
// of steps, and convolutions computed on the host from the stand-in runtime's memory. It shows that gwsd says what it
// means, not what cuDNN does. Its heuristics name six engines, of which gwsd may take the fifth, or in f32 the sixth
// alone.

#include <cudnn.h>

#include <array>
#include <map>
#include <set>

#include "device_values.hpp"
#include "standin_cudnn_convolution.hpp"

using namespace gwsd::test;

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

std::set<const Node*> living; ///< what a descriptor refers to must still be there

struct Context {
    cudaStream_t stream = nullptr;
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
        f.values = values_of(at[f.id], f.elements(), reading, stream);
        if (f.values.empty()) return CUDNN_STATUS_EXECUTION_FAILED;
    }
    c.run();
    Field& result = c.field(c.result);
    return write_values(result.values, at[result.id], stream) ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}
}
