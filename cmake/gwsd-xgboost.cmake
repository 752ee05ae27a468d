# Target gwsd_xgboost, if XGBoost is there. Its CMake package names the build types and libraries of its own build, and its C
# interface needs one header and one library, so these are looked for.
if(NOT TARGET gwsd_xgboost)
  find_path(GWSD_XGBOOST_INCLUDE_DIR xgboost/c_api.h)
  find_library(GWSD_XGBOOST_LIBRARY xgboost)
  mark_as_advanced(GWSD_XGBOOST_INCLUDE_DIR GWSD_XGBOOST_LIBRARY)
  if(GWSD_XGBOOST_INCLUDE_DIR AND GWSD_XGBOOST_LIBRARY)
    add_library(gwsd_xgboost SHARED IMPORTED)
    set_target_properties(gwsd_xgboost PROPERTIES
      IMPORTED_LOCATION ${GWSD_XGBOOST_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${GWSD_XGBOOST_INCLUDE_DIR})
  endif()
endif()
