#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::io {

/// The plan of a netCDF-4 file, complete before the first value is written, so that it can be handed to another
/// process.
namespace plan {

enum class Type { float32, float64, int32, int8, int16, int64, text };

using Value = std::variant<std::string, double, float, std::int32_t, std::int64_t, std::vector<std::int8_t>>;

struct Attribute {
    std::string name;
    Value value;
};
struct Dimension {
    std::string name;
    Index size = 0;
    bool unlimited = false;
};
struct Variable {
    std::string name;
    Type type = Type::float64;
    std::vector<std::string> dimensions;
    std::vector<Attribute> attributes;
    std::vector<std::size_t> chunks; ///< empty: contiguous; else shuffle, deflate 1 and fletcher32
    std::vector<double> values;      ///< written at once where not empty (coordinates, bounds, areas)
    std::string text = {};           ///< every element of a variable of type text
};
struct File {
    std::vector<Dimension> dimensions;
    std::vector<Variable> variables;
    std::vector<Attribute> attributes;

    std::size_t index(const std::string& variable) const; ///< throws ShapeError
    std::size_t raw_bytes() const;                        ///< of all variables, before compression
};

} // namespace plan

/// Where a planned file goes: nothing appears at its path before finish().
class NetcdfSink {
public:
    virtual ~NetcdfSink() = default;
    /// The slab of step t (the leading dimension), or the whole variable where t is negative; values of the variable's
    /// type.
    virtual void put(std::size_t variable, Index t, std::span<const std::byte> values) = 0;
    /// Adds a global attribute.
    virtual void put_attribute(const std::string& name, const std::string& text) = 0;
    virtual void finish() = 0;
};

inline constexpr std::size_t largest_image = 500'000'000;

/// A file of at most `memory_limit` raw bytes is made in memory and written atomically. A larger one is written by a
/// child process, since HDF5 must then touch the disk and its errors should not take this process with them: the child
/// writes
/// `<path>.tmp.<pid>`, reads it back and compares hashes; this process syncs and renames it.
std::unique_ptr<NetcdfSink> create_netcdf(const std::string& path, const plan::File& file, bool overwrite,
                                          std::size_t memory_limit = largest_image);

} // namespace gwsd::io
