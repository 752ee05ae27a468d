#include "gwsd/io/versions.hpp"

#include <hdf5.h>
#include <netcdf.h>
#include <udunits2.h>
#include <xxhash.h>
#include <zip.h>
#ifdef GWSD_HAVE_ECCODES
#include <eccodes.h>
#endif

namespace gwsd::io {
namespace {

std::string dotted(long number)
{
    return std::to_string(number / 10000) + "." + std::to_string(number / 100 % 100) + "." +
           std::to_string(number % 100);
}

std::string netcdf_version()
{
    // "4.9.0 of Jul 13 2023 10:11:12 $": the number is what matters.
    const std::string text = nc_inq_libvers();
    return text.substr(0, text.find(' '));
}

std::string hdf5_version()
{
    unsigned major = 0, minor = 0, release = 0;
    if (H5get_libversion(&major, &minor, &release) < 0) return "unknown";
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

std::string eccodes_version()
{
#ifdef GWSD_HAVE_ECCODES
    return dotted(codes_get_api_version());
#else
    return "not built in";
#endif
}

} // namespace

std::vector<LibraryVersion> library_versions()
{
    // UDUNITS has no call that tells its version; the build system's is the best there is.
    return {{"netCDF", netcdf_version()},
            {"HDF5", hdf5_version()},
            {"UDUNITS", GWSD_UDUNITS_VERSION},
            {"libzip", zip_libzip_version()},
            {"xxHash", dotted(static_cast<long>(XXH_versionNumber()))},
            {"ecCodes", eccodes_version()}};
}

std::string unit_database_problem()
{
    ut_set_error_message_handler(ut_ignore);
    ut_system* system = ut_read_xml(nullptr);
    if (!system)
        return std::string("the database of units cannot be read (status ") + std::to_string(ut_get_status()) +
               "); install libudunits2-data, or unset UDUNITS2_XML_PATH";
    ut_free_system(system);
    return {};
}

} // namespace gwsd::io
