#include "io/open_inputs.hpp"

#include "gwsd/core/error.hpp"
#include "io/input_name.hpp"

namespace gwsd::io {

std::vector<std::unique_ptr<InputFile>> open_inputs(const std::string& path, const OpenOptions& options)
{
    std::vector<std::unique_ptr<InputFile>> list;
    if (is_remote(path)) {
        if (!options.allow_remote)
            throw UsageError(path +
                             ": is an address, not a file, and nothing was opened; download it first, or allow " +
                             "it with --allow-remote");
        list.push_back(open_netcdf_input(path, path));
        return list;
    }
    check_input_file(path);
    list.push_back(open_netcdf_input(path, path));
    return list;
}

} // namespace gwsd::io
