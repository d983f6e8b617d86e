# gigalane_library(NAME SOURCES ... LINKS ...): the static library gigalane_NAME.
# gigalane_test(NAME SOURCES ... LINKS ...): the executable test_NAME, one CTest entry a file.

# What a program needs that includes our headers: their inline functions must be compiled alike everywhere.
add_library(gigalane_headers INTERFACE)
target_include_directories(gigalane_headers INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_features(gigalane_headers INTERFACE cxx_std_17)
target_compile_options(gigalane_headers INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${GIGALANE_COMPILE_OPTIONS}>")

add_library(gigalane_options INTERFACE)
target_link_libraries(gigalane_options INTERFACE gigalane_headers)
target_compile_options(gigalane_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${GIGALANE_WARNINGS};-Wpedantic>")
if(GIGALANE_CUDA)
  list(JOIN GIGALANE_COMPILE_OPTIONS "," host_options)
  list(JOIN GIGALANE_WARNINGS "," host_warnings)
  target_compile_options(gigalane_options INTERFACE
    "$<$<COMPILE_LANGUAGE:CUDA>:${GIGALANE_CUDA_OPTIONS};-Xcompiler=${host_options},${host_warnings}>")
  target_compile_definitions(gigalane_options INTERFACE GIGALANE_CUDA=1)
endif()

# A .cu file is compiled by nvcc in the CUDA build and as C++ in the other.
function(gigalane_set_languages)
  foreach(source IN LISTS ARGN)
    if(source MATCHES "\\.cu$" AND NOT GIGALANE_CUDA)
      set_source_files_properties(${source} PROPERTIES LANGUAGE CXX)
      if(GIGALANE_SANITIZE)   # Thrust binds a reference to null and never uses it
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS -fno-sanitize=null)
      endif()
    endif()
  endforeach()
endfunction()

# A library whose list is still empty is only its links.
function(gigalane_library name)
  cmake_parse_arguments(A "" "" "SOURCES;LINKS" ${ARGN})
  set(target gigalane_${name})
  if(A_SOURCES)
    gigalane_set_languages(${A_SOURCES})
    add_library(${target} STATIC ${A_SOURCES})
    target_link_libraries(${target} PRIVATE gigalane_options PUBLIC ${A_LINKS})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${A_LINKS})
  endif()
endfunction()

function(gigalane_executable target)
  cmake_parse_arguments(A "" "" "SOURCES;LINKS" ${ARGN})
  gigalane_set_languages(${A_SOURCES})
  add_executable(${target} ${A_SOURCES})
  target_link_libraries(${target} PRIVATE gigalane_options ${A_LINKS})
endfunction()

# CTest gets an entry for each file: `ctest -R sim/collision` runs sim/collision_test.cpp.
function(gigalane_test name)
  cmake_parse_arguments(A "" "" "SOURCES;LINKS" ${ARGN})
  if(NOT A_SOURCES)
    return()
  endif()
  list(TRANSFORM A_SOURCES PREPEND "${name}/")
  gigalane_executable(test_${name} SOURCES ${A_SOURCES} LINKS ${A_LINKS} test_main)
  foreach(source IN LISTS A_SOURCES)
    string(REGEX REPLACE "(_test)?\\.(cpp|cu)$" "" entry "${source}")
    add_test(NAME ${entry} COMMAND test_${name} "--source-file=*/${source}")
    set_tests_properties(${entry} PROPERTIES LABELS ${name}
      ENVIRONMENT "${GIGALANE_TEST_ENVIRONMENT}")
  endforeach()
endfunction()
