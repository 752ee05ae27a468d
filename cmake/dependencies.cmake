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

# Through pkg-config, since Debian's CMake package of ecCodes asks for programs that it does not bring.
set(GWSD_HAVE_ECCODES OFF)
if(GWSD_WITH_ECCODES)
  pkg_check_modules(eccodes QUIET IMPORTED_TARGET eccodes)
  set(GWSD_HAVE_ECCODES ${eccodes_FOUND})
endif()
