# Target gwsd_onednn, if oneDNN with OpenMP is there. Debian's CMake package of oneDNN asks for OpenCL, which gwsd has no use
# for, so header and library are looked for.
if(NOT TARGET gwsd_onednn)
  find_path(GWSD_ONEDNN_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
  find_library(GWSD_ONEDNN_LIBRARY dnnl)
  find_package(OpenMP QUIET COMPONENTS CXX)
  mark_as_advanced(GWSD_ONEDNN_INCLUDE_DIR GWSD_ONEDNN_LIBRARY)
  if(GWSD_ONEDNN_INCLUDE_DIR AND GWSD_ONEDNN_LIBRARY AND OpenMP_CXX_FOUND)
    add_library(gwsd_onednn SHARED IMPORTED)
    set_target_properties(gwsd_onednn PROPERTIES
      IMPORTED_LOCATION ${GWSD_ONEDNN_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${GWSD_ONEDNN_INCLUDE_DIR}
      INTERFACE_LINK_LIBRARIES "$<LINK_ONLY:OpenMP::OpenMP_CXX>") # its number of threads is set, no loop of gwsd's own uses it
  endif()
endif()
