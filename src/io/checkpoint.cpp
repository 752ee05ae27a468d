#include "gwsd/io/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "io/atomic_file.hpp"
#include "io/hash.hpp"
#include "io/safetensors.hpp"

namespace gwsd::io {
namespace {

bool is_parameter(const NamedArray& array, bool has_prefix)
{
    if (array.dtype != "F32" && array.dtype != "F64") return false;
    return !has_prefix || array.name.rfind("model.", 0) == 0;
}

bool has_model_prefix(const Checkpoint& checkpoint)
{
    return std::any_of(checkpoint.arrays.begin(), checkpoint.arrays.end(),
                       [](const NamedArray& array) { return array.name.rfind("model.", 0) == 0; });
}

template <class T>
bool all_finite(const std::vector<std::byte>& bytes)
{
    for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
        T value{};
        std::memcpy(&value, bytes.data() + i, sizeof value);
        if (!std::isfinite(value)) return false;
    }
    return true;
}

void check_weights(const std::string& path, const Checkpoint& checkpoint)
{
    const bool prefix = has_model_prefix(checkpoint);
    for (const NamedArray& array : checkpoint.arrays)
        if (is_parameter(array, prefix) &&
            !(array.dtype == "F32" ? all_finite<float>(array.bytes) : all_finite<double>(array.bytes)))
            throw DataError(path + ": parameter '" + array.name +
                            "' holds NaN or infinite values; expected finite weights. Use an earlier checkpoint");
}

} // namespace

const NamedArray& Checkpoint::at(const std::string& name) const
{
    for (const NamedArray& array : arrays)
        if (array.name == name) return array;
    throw DataError("checkpoint: has no array '" + name + "'; was it written for another kind of model?");
}

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint, bool overwrite)
{
    const std::string header = safetensors_header(checkpoint);
    const std::uint64_t length = header.size();
    AtomicFile file(path, overwrite);
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(std::as_bytes(std::span(header)));
    for (const NamedArray& array : checkpoint.arrays) file.write(array.bytes);
    file.sync();
    try {
        read_safetensors(file.temporary());
    } catch (const DataError& error) {
        throw IoError(path + ": what was written does not read back: " + error.what());
    }
    file.publish();
}

Checkpoint load_checkpoint(const std::string& path)
{
    Checkpoint checkpoint = read_safetensors(path);
    check_weights(path, checkpoint);
    return checkpoint;
}

std::string model_hash(const Checkpoint& checkpoint)
{
    const bool prefix = has_model_prefix(checkpoint);
    std::vector<const NamedArray*> arrays;
    for (const NamedArray& array : checkpoint.arrays)
        if (is_parameter(array, prefix)) arrays.push_back(&array);
    std::sort(arrays.begin(), arrays.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    Hash hash;
    for (const NamedArray* array : arrays) {
        hash.add(array->name + "\n" + array->dtype + to_string(array->shape) + "\n");
        hash.add(array->bytes);
    }
    return hash.text();
}

} // namespace gwsd::io
