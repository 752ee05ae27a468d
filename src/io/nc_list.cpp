// What a netCDF file says that it holds: attributes, variables, groups.

#include <netcdf.h>
#include <array>

#include "gwsd/core/error.hpp"
#include "io/nc_read.hpp"
#include "io/netcdf_lock.hpp"
#include "io/number_text.hpp"
#include "io/text.hpp"

namespace gwsd::io {
namespace {

// More than any real product has; a header that claims more is damaged or hostile (RELIABILITY D.2).
constexpr int most_variables = 10'000, most_dimensions = 8, most_groups = 1'000, most_attributes = 10'000;
constexpr std::size_t longest_attribute = std::size_t{1} << 20;

NcKind kind_of(int type)
{
    switch (type) {
        case NC_BYTE:
        case NC_UBYTE:
        case NC_SHORT:
        case NC_USHORT:
        case NC_INT:
        case NC_UINT:
        case NC_INT64:
        case NC_UINT64:
        case NC_FLOAT:
        case NC_DOUBLE:
            return NcKind::number;
        case NC_CHAR:
        case NC_STRING:
            return NcKind::text;
        default:
            return NcKind::other;
    }
}

} // namespace

std::vector<NcAttribute> NcFile::list_attributes(int group, int variable) const
{
    int count = 0;
    check(variable == NC_GLOBAL ? nc_inq_natts(group, &count) : nc_inq_varnatts(group, variable, &count),
          "the list of attributes");
    if (count < 0 || count > most_attributes)
        throw DataError(shown_ + ": claims " + std::to_string(count) + " attributes; the file is damaged");
    std::vector<NcAttribute> list;
    for (int i = 0; i < count; ++i) {
        std::array<char, NC_MAX_NAME + 1> name{};
        nc_type type = 0;
        std::size_t length = 0;
        check(nc_inq_attname(group, variable, i, name.data()), "the name of an attribute");
        check(nc_inq_att(group, variable, name.data(), &type, &length), std::string("attribute ") + name.data());
        NcAttribute attribute{name.data(), {}, {}};
        const std::string what = "attribute '" + attribute.name + "'";
        if (length > longest_attribute) {
            attribute.text = std::to_string(length) + " values";
        } else if (type == NC_CHAR) {
            std::string text(length, '\0');
            check(nc_get_att_text(group, variable, name.data(), text.data()), what);
            attribute.text = until_null(text);
        } else if (type == NC_STRING && length > 0) {
            std::vector<char*> texts(length, nullptr);
            check(nc_get_att_string(group, variable, name.data(), texts.data()), what);
            for (const char* text : texts) append(attribute.text, text ? text : "", " ");
            nc_free_string(length, texts.data());
        } else if (kind_of(type) == NcKind::number) {
            attribute.numbers.resize(length);
            check(nc_get_att_double(group, variable, name.data(), attribute.numbers.data()), what);
            for (std::size_t k = 0; k < std::min<std::size_t>(length, 16); ++k)
                append(attribute.text, number_text(attribute.numbers[k]), " ");
        }
        list.push_back(std::move(attribute));
    }
    return list;
}

void NcFile::list_group(int group, const std::string& path, int depth)
{
    const std::lock_guard lock(netcdf_lock());
    if (depth == 0) attributes_ = list_attributes(group, NC_GLOBAL);
    int count = 0;
    check(nc_inq_nvars(group, &count), "the list of variables");
    if (count < 0 || count + std::ssize(variables_) > most_variables)
        throw DataError(shown_ + ": claims " + std::to_string(count) + " variables, more than " +
                        std::to_string(most_variables) + "; the file is damaged");
    for (int id = 0; id < count; ++id) {
        std::array<char, NC_MAX_NAME + 1> name{};
        int rank = 0, type = 0;
        check(nc_inq_varname(group, id, name.data()), "the name of a variable");
        NcVariable variable;
        variable.name = path.empty() ? name.data() : path + "/" + name.data();
        variable.group = group & 0xffff; // the rest names the open file, and changes when it is opened again
        variable.id = id;
        check(nc_inq_vartype(group, id, &type), "its type", &variable);
        check(nc_inq_varndims(group, id, &rank), "its shape", &variable);
        variable.type = type;
        variable.kind = kind_of(type);
        if (rank < 0 || rank > most_dimensions) {
            variable.kind = NcKind::other; // listed, never read
            rank = 0;
        }
        std::array<int, NC_MAX_VAR_DIMS> dimensions{};
        if (rank > 0) check(nc_inq_vardimid(group, id, dimensions.data()), "its shape", &variable);
        double cells = 1;
        for (int axis = 0; axis < rank; ++axis) {
            NcDimension dimension;
            std::array<char, NC_MAX_NAME + 1> label{};
            std::size_t length = 0;
            check(nc_inq_dim(group, dimensions[static_cast<std::size_t>(axis)], label.data(), &length), "its shape",
                  &variable);
            cells *= static_cast<double>(length);
            dimension.name = label.data();
            dimension.length = static_cast<Index>(length);
            variable.dimensions.push_back(dimension);
        }
        if (cells > 1e12)
            throw DataError(shown_ + ": variable '" + variable.name + "' claims " + number_text(cells) +
                            " values; the header is damaged");
        int storage = NC_CONTIGUOUS;
        std::array<std::size_t, NC_MAX_VAR_DIMS> chunks{};
        if (rank > 0 && nc_inq_var_chunking(group, id, &storage, chunks.data()) == NC_NOERR && storage == NC_CHUNKED)
            for (int axis = 0; axis < rank; ++axis)
                variable.chunks.push_back(static_cast<Index>(chunks[static_cast<std::size_t>(axis)]));
        variable.attributes = list_attributes(group, id);
        variables_.push_back(std::move(variable));
    }
    int groups = 0;
    if (nc_inq_grps(group, &groups, nullptr) != NC_NOERR || groups <= 0) return;
    if (groups > most_groups || depth > 16)
        throw DataError(shown_ + ": has " + std::to_string(groups) + " groups " + std::to_string(depth) +
                        " levels deep; the file is damaged");
    std::vector<int> ids(static_cast<std::size_t>(groups));
    check(nc_inq_grps(group, &groups, ids.data()), "the list of groups");
    for (const int id : ids) {
        std::array<char, NC_MAX_NAME + 1> name{};
        check(nc_inq_grpname(id, name.data()), "the name of a group");
        list_group(id, path + "/" + name.data(), depth + 1);
    }
}

} // namespace gwsd::io
