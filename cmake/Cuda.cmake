# nvcc from its wheel (scripts/setup --cuda), so that every machine compiles with the same one.

set(GIGALANE_CUDA_ROOT "${GIGALANE_DEPS}/nvidia/cu13" CACHE PATH "A CUDA 13 toolkit")
set(CMAKE_CUDA_COMPILER "${GIGALANE_CUDA_ROOT}/bin/nvcc" CACHE FILEPATH "")
if(NOT EXISTS "${CMAKE_CUDA_COMPILER}")
  message(FATAL_ERROR "no nvcc at ${CMAKE_CUDA_COMPILER}: run scripts/setup --cuda")
endif()

# Machine code for A100 and H100, PTX for what came later, and this machine's own card.
set(architectures 80-real 90-real 90-virtual)
find_program(GIGALANE_NVIDIA_SMI nvidia-smi)
if(GIGALANE_NVIDIA_SMI)
  execute_process(COMMAND "${GIGALANE_NVIDIA_SMI}" --query-gpu=compute_cap --format=csv,noheader
                  OUTPUT_VARIABLE capabilities ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    string(REGEX MATCHALL "[0-9]+\\.[0-9]+" capabilities "${capabilities}")
    foreach(capability IN LISTS capabilities)
      string(REPLACE "." "" number "${capability}")
      list(APPEND architectures ${number}-real)
    endforeach()
    list(REMOVE_DUPLICATES architectures)
  endif()
endif()
set(CMAKE_CUDA_ARCHITECTURES "${architectures}" CACHE STRING "")
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)   # LibTorch's; two runtimes in a program do not mix
set(CMAKE_CUDA_STANDARD 17)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)

enable_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER_VERSION MATCHES "^13\\.")
  message(FATAL_ERROR
    "nvcc ${CMAKE_CUDA_COMPILER_VERSION} does not fit LibTorch's CUDA 13: use that of scripts/setup --cuda")
endif()

set(CMAKE_CUDA_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CUDA_FLAGS_DEBUG "-O1 -g")
set(GIGALANE_CUDA_OPTIONS -fmad=false --expt-relaxed-constexpr --extended-lambda
    -Werror=cross-execution-space-call)
