#pragma once

// cuDNN's graph API: descriptors with attributes, which are set one by one and then finalised.

#include <cudnn.h>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "gwsd/core/error.hpp"
#include "shared_library.hpp"

namespace gwsd::kernels::cudnn {

struct Api {
    decltype(::cudnnCreate)* create;
    decltype(::cudnnSetStream)* set_stream;
    decltype(::cudnnGetErrorString)* error_string;
    decltype(::cudnnGetLastErrorString)* last_error_string;
    decltype(::cudnnBackendCreateDescriptor)* create_descriptor;
    decltype(::cudnnBackendDestroyDescriptor)* destroy_descriptor;
    decltype(::cudnnBackendSetAttribute)* set_attribute;
    decltype(::cudnnBackendGetAttribute)* get_attribute;
    decltype(::cudnnBackendFinalize)* finalize;
    decltype(::cudnnBackendExecute)* execute;
    Api()
    {
        const SharedLibrary library("libcudnn.so." GWSD_TEXT(CUDNN_MAJOR), GWSD_CUDNN_LIBRARY);
        library.find(create, "cudnnCreate");
        library.find(set_stream, "cudnnSetStream");
        library.find(error_string, "cudnnGetErrorString");
        library.find(last_error_string, "cudnnGetLastErrorString");
        library.find(create_descriptor, "cudnnBackendCreateDescriptor");
        library.find(destroy_descriptor, "cudnnBackendDestroyDescriptor");
        library.find(set_attribute, "cudnnBackendSetAttribute");
        library.find(get_attribute, "cudnnBackendGetAttribute");
        library.find(finalize, "cudnnBackendFinalize");
        library.find(execute, "cudnnBackendExecute");
    }
};

inline const Api& api()
{
    static const Api functions;
    return functions;
}

/// CUDNN_STATUS_NOT_SUPPORTED and its kinds.
inline bool unsupported(cudnnStatus_t status)
{
    return static_cast<int>(status) / 1000 == static_cast<int>(CUDNN_STATUS_NOT_SUPPORTED) / 1000;
}

inline void check(cudnnStatus_t status, const char* operation)
{
    if (status == CUDNN_STATUS_SUCCESS) return;
    std::vector<char> detail(512, '\0');
    api().last_error_string(detail.data(), detail.size());
    std::string said = api().error_string(status);
    if (detail[0] != '\0') said += std::string(" (") + detail.data() + ")";
    const bool no_memory = status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                           status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
    fail(no_memory                                ? Failure::out_of_memory
         : status == CUDNN_STATUS_NOT_INITIALIZED ? Failure::no_device
                                                  : Failure::other,
         operation, "cuDNN", said);
}

/// The name that cuDNN has for the type of an attribute's values.
template <class V>
constexpr cudnnBackendAttributeType_t attribute_type()
{
    if constexpr (std::is_same_v<V, std::int64_t>)
        return CUDNN_TYPE_INT64;
    else if constexpr (std::is_same_v<V, float>)
        return CUDNN_TYPE_FLOAT;
    else if constexpr (std::is_same_v<V, cudnnDataType_t>)
        return CUDNN_TYPE_DATA_TYPE;
    else if constexpr (std::is_same_v<V, cudnnConvolutionMode_t>)
        return CUDNN_TYPE_CONVOLUTION_MODE;
    else if constexpr (std::is_same_v<V, cudnnBackendHeurMode_t>)
        return CUDNN_TYPE_HEUR_MODE;
    else if constexpr (std::is_same_v<V, cudnnBackendNumericalNote_t>)
        return CUDNN_TYPE_NUMERICAL_NOTE;
    else if constexpr (std::is_same_v<V, cudnnHandle_t>)
        return CUDNN_TYPE_HANDLE;
    else {
        static_assert(std::is_same_v<V, void*>);
        return CUDNN_TYPE_VOID_PTR;
    }
}

/// One descriptor, named in errors by the operation it is part of. Copies are handles to the same one, and it keeps the
/// descriptors that it refers to: whether cuDNN copies them is not documented.
class Descriptor {
public:
    Descriptor(cudnnBackendDescriptorType_t type, const char* operation)
        : kept_(std::make_shared<Kept>()), operation_(operation)
    {
        check(api().create_descriptor(type, &kept_->descriptor), operation_);
    }

    template <class V>
    void set(cudnnBackendAttributeName_t name, const std::vector<V>& values)
    {
        check(api().set_attribute(raw(), name, attribute_type<V>(), static_cast<std::int64_t>(values.size()),
                                  values.data()),
              operation_);
    }
    template <class V>
    void set(cudnnBackendAttributeName_t name, V value) requires(!std::is_same_v<V, Descriptor>)
    {
        set(name, std::vector<V>{value});
    }
    void set(cudnnBackendAttributeName_t name, const Descriptor& part)
    {
        keep(part);
        check(api().set_attribute(raw(), name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &part.kept_->descriptor), operation_);
    }

    template <class V>
    std::vector<V> get(cudnnBackendAttributeName_t name, std::int64_t most) const
    {
        std::vector<V> values(static_cast<std::size_t>(most));
        std::int64_t count = 0;
        check(api().get_attribute(raw(), name, attribute_type<V>(), most, &count, values.data()), operation_);
        values.resize(static_cast<std::size_t>(count < most ? count : most));
        return values;
    }
    /// Fills `parts`, which are new, and gives the number that there are.
    std::int64_t get(cudnnBackendAttributeName_t name, const std::vector<Descriptor>& parts) const
    {
        std::vector<cudnnBackendDescriptor_t> to;
        for (const auto& part : parts) to.push_back(part.raw());
        std::int64_t count = 0;
        check(api().get_attribute(raw(), name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<std::int64_t>(to.size()),
                                  &count, to.empty() ? nullptr : to.data()),
              operation_);
        return count;
    }

    /// False if cuDNN does not support what the attributes say.
    bool finalize()
    {
        const cudnnStatus_t status = api().finalize(raw());
        if (unsupported(status)) return false;
        check(status, operation_);
        return true;
    }
    void execute(cudnnHandle_t handle, const Descriptor& arguments) const
    {
        check(api().execute(handle, raw(), arguments.raw()), operation_);
    }

    /// `part` lives at least as long as this one.
    void keep(const Descriptor& part) { kept_->parts.push_back(part.kept_); }

private:
    struct Kept {
        cudnnBackendDescriptor_t descriptor = nullptr;
        std::vector<std::shared_ptr<Kept>> parts;
        Kept() = default;
        ~Kept()
        {
            if (descriptor) (void)api().destroy_descriptor(descriptor);
        }
        Kept(const Kept&) = delete;
        Kept& operator=(const Kept&) = delete;
    };
    cudnnBackendDescriptor_t raw() const { return kept_->descriptor; }

    std::shared_ptr<Kept> kept_;
    const char* operation_;
};

} // namespace gwsd::kernels::cudnn
