# The compilers, their oldest versions, and the flags of every file of ours.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 11)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} is too old: 11 or newer is needed")
endif()

find_program(GIGALANE_CCACHE ccache)
if(GIGALANE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${GIGALANE_CCACHE}")
  set(CMAKE_CUDA_COMPILER_LAUNCHER "${GIGALANE_CCACHE}")
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g -D_GLIBCXX_ASSERTIONS")

# The world's bits must depend on no flag. Contraction is off in every library, not only in
# base, maps and sim: their inline functions are compiled by all the others too, and the linker
# keeps whichever copy it meets first. Where a network wants a fused multiply-add it asks for it.
# g++ 12 fuses a * b -+ c * d in pairs (vfmaddsub) in spite of -ffp-contract=off: without the
# vectoriser of straight-line code it does not. architecture/fma_test.py looks at the libraries.
set(GIGALANE_COMPILE_OPTIONS
    -march=${GIGALANE_ARCH} -ffp-contract=off -fno-tree-slp-vectorize
    -fno-math-errno -fno-trapping-math -Wno-psabi)
set(GIGALANE_WARNINGS -Wall -Wextra)
if(GIGALANE_WERROR)
  list(APPEND GIGALANE_WARNINGS -Werror)
endif()

if(GIGALANE_SANITIZE)
  # vptr needs type information that LibTorch does not export
  set(GIGALANE_SANITIZERS -fsanitize=address,undefined -fno-sanitize=vptr
      -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  list(APPEND GIGALANE_COMPILE_OPTIONS ${GIGALANE_SANITIZERS})
  add_link_options(${GIGALANE_SANITIZERS})
endif()

if(GIGALANE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "GIGALANE_FUZZ needs libFuzzer: configure with -DCMAKE_CXX_COMPILER=clang++")
  endif()
  set(GIGALANE_FUZZERS -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=vptr
      -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  list(APPEND GIGALANE_COMPILE_OPTIONS ${GIGALANE_FUZZERS})
  add_link_options(${GIGALANE_FUZZERS})
endif()

if(GIGALANE_CUDA)
  include(Cuda)
endif()
