# Target gwsd_eccodes, if ecCodes is there. Debian's CMake package of ecCodes asks for programs that it does not bring, and
# its pkg-config file names a folder of headers that does not exist, so header and library are looked for.
if(NOT TARGET gwsd_eccodes)
  find_path(GWSD_ECCODES_INCLUDE_DIR eccodes.h)
  find_library(GWSD_ECCODES_LIBRARY eccodes)
  mark_as_advanced(GWSD_ECCODES_INCLUDE_DIR GWSD_ECCODES_LIBRARY)
  if(GWSD_ECCODES_INCLUDE_DIR AND GWSD_ECCODES_LIBRARY)
    add_library(gwsd_eccodes SHARED IMPORTED)
    set_target_properties(gwsd_eccodes PROPERTIES
      IMPORTED_LOCATION ${GWSD_ECCODES_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${GWSD_ECCODES_INCLUDE_DIR})
  endif()
endif()
