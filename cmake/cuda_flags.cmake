# How CUDA files are compiled. PTX stays uncompressed and lines keep their numbers, so that tools can read the objects; a
# register that spills to memory is an error. 554: the conversion of a view to one of constants, which views of constants do not have.
function(gwsd_cuda_flags target)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--compress-mode=none -lineinfo --diag-suppress=554
                         -Xptxas -warn-spills,-warn-lmem-usage -Werror all-warnings -Xcompiler -Wall,-Wextra>)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:$<TARGET_PROPERTY:gwsd_warnings,INTERFACE_COMPILE_OPTIONS>>)
endfunction()
