# Every library that gwsd uses, found once; scripts/packages lists the Debian packages that bring them.
find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(PkgConfig REQUIRED)
find_package(PNG REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED CONFIG)
find_package(tomlplusplus REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
# Through pkg-config, since the CMake packages of netCDF and HDF5 name everything that their own builds linked (libcurl, OpenSSL, ...).
pkg_check_modules(netcdf REQUIRED IMPORTED_TARGET netcdf)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(udunits REQUIRED IMPORTED_TARGET udunits)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(hdf5 REQUIRED IMPORTED_TARGET hdf5)

# Debian's CMake package of ecCodes asks for programs that it does not bring, and its pkg-config file names a folder of
# headers that does not exist, so the two files are looked for.
set(GWSD_HAVE_ECCODES OFF)
if(GWSD_WITH_ECCODES)
  find_path(GWSD_ECCODES_INCLUDE_DIR eccodes.h)
  find_library(GWSD_ECCODES_LIBRARY eccodes)
  mark_as_advanced(GWSD_ECCODES_INCLUDE_DIR GWSD_ECCODES_LIBRARY)
  if(GWSD_ECCODES_INCLUDE_DIR AND GWSD_ECCODES_LIBRARY)
    set(GWSD_HAVE_ECCODES ON)
  endif()
endif()
