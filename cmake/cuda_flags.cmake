# How CUDA files are compiled. PTX stays uncompressed and lines keep their numbers, so that tools can read the objects; a
# register that spills to memory is an error. 554: the conversion of a view to one of constants, which views of constants do not have.
function(gwsd_cuda_flags target)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--compress-mode=none -lineinfo --diag-suppress=554
                         -Xptxas -warn-spills,-warn-lmem-usage -Werror all-warnings -Xcompiler -Wall,-Wextra>)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:$<TARGET_PROPERTY:gwsd_warnings,INTERFACE_COMPILE_OPTIONS>>)
endfunction()

# Kernels of one file, compiled alone, take less time than the headers that every file reads again, once for the host and once
# for every architecture. So files are compiled some at a time: `variable` becomes the list of files, made here, that include
# `sources`, five by five. CMake has unity builds of its own for C++ only, up to 3.30.
function(gwsd_cuda_together variable)
  set(sources ${ARGN})
  list(SORT sources)
  list(LENGTH sources last)
  math(EXPR last "${last} - 1")
  set(files "")
  foreach(first RANGE 0 ${last} 5)
    list(SUBLIST sources ${first} 5 some)
    list(TRANSFORM some REPLACE "(.+)" "#include \"\\1\"\n#undef GWSD_INSTANTIATE\n")
    list(JOIN some "" text)
    set(file ${CMAKE_CURRENT_BINARY_DIR}/kernels_${first}.cu)
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
    list(APPEND files ${file})
  endforeach()
  set(${variable} ${files} PARENT_SCOPE)
endfunction()
