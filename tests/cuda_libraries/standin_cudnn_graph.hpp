#pragma once

// Descriptors of the stand-in for cuDNN: what a graph is made of, and the attributes that each kind must have.

#include <cudnn.h>

#include <cstring>
#include <map>
#include <vector>

namespace gwsd::test {

struct Node {
    cudnnBackendDescriptorType_t type;
    bool finalized = false;
    std::map<int, std::vector<char>> attributes;
    int engine = -1; ///< of an engine or its configuration
};

using Types = std::map<int, cudnnBackendAttributeType_t>;

/// The attributes that a descriptor must have, and their types.
inline const Types& wanted(cudnnBackendDescriptorType_t type)
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

inline Node& node(cudnnBackendDescriptor_t d) { return *static_cast<Node*>(d); }

template <class V>
std::vector<V> get(const Node& n, int name)
{
    const auto& bytes = n.attributes.at(name);
    std::vector<V> values(bytes.size() / sizeof(V));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}
inline const Node& part(const Node& n, int name) { return *get<const Node*>(n, name).at(0); }

inline std::size_t size_of(cudnnBackendAttributeType_t type)
{
    const bool wide = type == CUDNN_TYPE_INT64 || type == CUDNN_TYPE_VOID_PTR || type == CUDNN_TYPE_HANDLE ||
                      type == CUDNN_TYPE_BACKEND_DESCRIPTOR;
    return wide ? 8 : 4;
}

} // namespace gwsd::test
