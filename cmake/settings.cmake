# Compiler settings that hold for every target of the project.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# Contraction into fused multiply-adds would make results depend on the compiler's mood; kernels ask for them by name.
add_library(gwsd_warnings INTERFACE)
target_compile_options(gwsd_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${GWSD_WARNINGS_AS_ERRORS}>:-Werror>)

if(GWSD_SANITIZE)
  add_compile_options(-fsanitize=${GWSD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # These two checks take half of the time that everything else takes to compile. A null pointer ends a program under the
  # address sanitizer without them.
  if(GWSD_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize=null,alignment)
  endif()
  add_link_options(-fsanitize=${GWSD_SANITIZE})
endif()

# Files are compiled several at a time: most of what a small one compiles for are headers and templates of the standard
# library and of others, once more for each. To work on one file of a room, -DCMAKE_UNITY_BUILD=OFF.
if(NOT DEFINED CMAKE_UNITY_BUILD)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
endif()

find_program(GWSD_CCACHE ccache)
if(GWSD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GWSD_CCACHE})
endif()

# Rooms that read, write and report spend their time in libraries and files; full optimisation would only make them compile
# for longer. Under the sanitizers, whose checks take three times as long to optimise as to write down, not at all.
function(gwsd_compile_quickly target)
  if(GWSD_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  else()
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()
