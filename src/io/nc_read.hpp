#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::io {

/// An attribute, as text and, where it has any, as numbers.
struct NcAttribute {
    std::string name, text;
    std::vector<double> numbers;
};

/// Attributes are found by exact name first, then without case, since files spell `Units` and `units`.
const NcAttribute* find_attribute(const std::vector<NcAttribute>& attributes, const std::string& name);
std::string attribute_text(const std::vector<NcAttribute>& attributes, const std::string& name);

struct NcDimension {
    std::string name;
    Index length = 0;
};

enum class NcKind { number, text, other };

struct NcVariable {
    std::string name;      ///< "/group/name" inside groups
    int group = 0, id = 0; ///< within the file
    int type = 0;          ///< nc_type
    NcKind kind = NcKind::other;
    std::vector<NcDimension> dimensions; ///< outermost first
    std::vector<NcAttribute> attributes;
    std::vector<Index> chunks; ///< extents of a chunk; empty if contiguous

    std::string short_name() const { return name.substr(name.rfind('/') + 1); }
    std::string group_path() const { return name.substr(0, name.rfind('/') + 1); }
};

/// A netCDF file of any layout, opened for reading. Every size is checked before anything is allocated. Errors are
/// DataError naming the file (as `shown`) and the variable. Calls hold the lock of netCDF.
class NcFile {
public:
    /// Opens and lists everything. `shown` names the file in messages; it differs from `path` for members of archives.
    NcFile(std::string path, std::string shown);
    ~NcFile();
    NcFile(const NcFile&) = delete;
    NcFile& operator=(const NcFile&) = delete;

    const std::string& shown() const { return shown_; }
    /// "netCDF-3", "netCDF-3 (64-bit offset)", "netCDF-4", ...
    const std::string& format() const { return format_; }
    const std::vector<NcAttribute>& attributes() const { return attributes_; }
    const std::vector<NcVariable>& variables() const { return variables_; }
    const NcVariable* find(const std::string& name) const;

    /// A block of a numeric variable as stored, without unpacking.
    void read(const NcVariable& variable, std::span<const std::size_t> start, std::span<const std::size_t> count,
              std::span<double> out);
    /// All numbers, or all texts, of a small variable (at most ten million values).
    std::vector<double> numbers(const NcVariable& variable);
    std::vector<std::string> texts(const NcVariable& variable);

    /// Lets go of the open file; the next read opens it again.
    void close();

private:
    void open();
    void check(int status, const std::string& what, const NcVariable* variable = nullptr) const;
    std::string missing_filter(const NcVariable& variable) const;
    void list_group(int group, const std::string& path, int depth);
    std::vector<NcAttribute> list_attributes(int group, int variable) const;

    std::string path_, shown_, format_;
    int file_ = -1;
    std::vector<NcAttribute> attributes_;
    std::vector<NcVariable> variables_;
};

} // namespace gwsd::io
