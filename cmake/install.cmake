# Installs headers, libraries, the program, and what find_package(gwsd CONFIG) and pkg-config read.
# The installed tree may be moved: nothing in it names the place it was installed to.
option(GWSD_INSTALL "Make the install target" ${PROJECT_IS_TOP_LEVEL})
if(NOT GWSD_INSTALL)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(GWSD_HAVE_IO FALSE)
if(TARGET gwsd_io)
  set(GWSD_HAVE_IO TRUE)
endif()
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/gwsd)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gwsd DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
if(IS_DIRECTORY ${PROJECT_BINARY_DIR}/include/gwsd) # headers that the configuration makes
  install(DIRECTORY ${PROJECT_BINARY_DIR}/include/gwsd DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endif()

# Two export sets, so that a program that uses the headers alone needs no netCDF.
set(gwsd_pc_libraries "")
install(TARGETS gwsd EXPORT gwsd-targets)
if(TARGET gwsd_cpu_kernels)
  install(TARGETS gwsd_cpu_kernels EXPORT gwsd-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  set(gwsd_pc_libraries "-lgwsd_cpu_kernels")
endif()
install(EXPORT gwsd-targets NAMESPACE gwsd:: DESTINATION ${package_dir})
if(TARGET gwsd_io)
  install(TARGETS gwsd_io EXPORT gwsd-io-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT gwsd-io-targets NAMESPACE gwsd:: DESTINATION ${package_dir})
endif()
if(TARGET gwsd_cli)
  install(TARGETS gwsd_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gwsd-config.cmake.in ${PROJECT_BINARY_DIR}/gwsd-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gwsd-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gwsd-config.cmake ${PROJECT_BINARY_DIR}/gwsd-config-version.cmake ${CMAKE_CURRENT_LIST_DIR}/gwsd-eccodes.cmake
  DESTINATION ${package_dir})

# pkg-config: definitions that the headers are built with go along, so that both ways see the same program.
file(RELATIVE_PATH gwsd_pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set(gwsd_pc_eccodes "")
if(GWSD_HAVE_ECCODES)
  set(gwsd_pc_eccodes "-leccodes")
endif()
set(definitions "$<TARGET_PROPERTY:gwsd,INTERFACE_COMPILE_DEFINITIONS>")
foreach(name gwsd gwsd-io)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc.generate @ONLY)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc INPUT ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc.generate)
  install(FILES ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
