# What is not ours, as imported targets; all their headers are system headers, without warnings.
#   torch gloo thrust hdf5 yaml-cpp spdlog_headers pugixml CLI11::CLI11
#   nlohmann_json::nlohmann_json protozero stb imgui glfw opengl zlib doctest Threads::Threads

# Where nothing may be installed, scripts/sysroot unpacks the packages here.
if(EXISTS "${GIGALANE_DEPS}/sysroot/usr")
  list(PREPEND CMAKE_PREFIX_PATH "${GIGALANE_DEPS}/sysroot/usr")
endif()

find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(pugixml REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(doctest REQUIRED)
find_path(HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial REQUIRED)
find_library(HDF5_LIBRARY NAMES hdf5_serial hdf5 PATH_SUFFIXES hdf5/serial REQUIRED)
find_path(GLOO_INCLUDE gloo/context.h REQUIRED)
find_path(PROTOZERO_INCLUDE protozero/pbf_writer.hpp REQUIRED)
find_path(STB_INCLUDE stb_image_write.h PATH_SUFFIXES stb REQUIRED)
find_library(STB_LIBRARY stb REQUIRED)
if(GIGALANE_VIEWER)
  find_package(glfw3 REQUIRED)
  find_package(OpenGL REQUIRED COMPONENTS OpenGL EGL)
  find_path(IMGUI_INCLUDE imgui.h PATH_SUFFIXES imgui REQUIRED)
  find_library(IMGUI_LIBRARY imgui REQUIRED)
endif()

function(gigalane_interface name)
  cmake_parse_arguments(A "" "" "INCLUDES;LINKS;DEFINES" ${ARGN})
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${A_INCLUDES})
  target_link_libraries(${name} INTERFACE ${A_LINKS})
  target_compile_definitions(${name} INTERFACE ${A_DEFINES})
endfunction()

# Header-only, as LibTorch exports symbols of a libfmt of its own.
gigalane_interface(spdlog_headers DEFINES SPDLOG_FMT_EXTERNAL
                   LINKS fmt::fmt-header-only Threads::Threads)
gigalane_interface(hdf5 INCLUDES ${HDF5_INCLUDE} LINKS ${HDF5_LIBRARY})
# Gloo runs inside LibTorch, whose wheel lacks the headers that c10d's own include. Debian's are of another version: they
# only name types here, and nothing of theirs may be called or derived from.
gigalane_interface(gloo INCLUDES ${GLOO_INCLUDE} DEFINES USE_C10D_GLOO)
gigalane_interface(protozero INCLUDES ${PROTOZERO_INCLUDE})
gigalane_interface(stb INCLUDES ${STB_INCLUDE} LINKS ${STB_LIBRARY})
if(GIGALANE_VIEWER)
  gigalane_interface(opengl LINKS OpenGL::OpenGL OpenGL::EGL)
  gigalane_interface(imgui INCLUDES ${IMGUI_INCLUDE} ${IMGUI_INCLUDE}/backends
                     LINKS ${IMGUI_LIBRARY} stb glfw opengl)
endif()

# Thrust and CUB from NVIDIA's wheel. Without CUDA they run on the host.
set(GIGALANE_CCCL "${GIGALANE_DEPS}/nvidia/cu13/include/cccl" CACHE PATH "Thrust's headers")
if(NOT EXISTS "${GIGALANE_CCCL}/thrust/version.h")
  message(FATAL_ERROR "no Thrust at ${GIGALANE_CCCL}: run scripts/setup")
endif()
if(GIGALANE_CUDA)
  gigalane_interface(thrust)   # nvcc knows where its own are
else()
  gigalane_interface(thrust INCLUDES ${GIGALANE_CCCL} DEFINES
    THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP CCCL_IGNORE_DEPRECATED_CPP_DIALECT)
endif()

# LibTorch from the wheel, without its own CMake files, which ask for a CUDA toolkit.
set(GIGALANE_TORCH "${GIGALANE_DEPS}/torch" CACHE PATH "LibTorch: include/ and lib/")
set(GIGALANE_CUDA_LIB "${GIGALANE_DEPS}/nvidia/cu13/lib" CACHE PATH "libcudart.so.13 and libcupti.so.13")
if(NOT EXISTS "${GIGALANE_TORCH}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "no LibTorch at ${GIGALANE_TORCH}: run scripts/setup")
endif()
gigalane_interface(torch
  INCLUDES ${GIGALANE_TORCH}/include ${GIGALANE_TORCH}/include/torch/csrc/api/include
  DEFINES _GLIBCXX_USE_CXX11_ABI=1
  LINKS ${GIGALANE_TORCH}/lib/libtorch_cpu.so ${GIGALANE_TORCH}/lib/libc10.so
        ${GIGALANE_CUDA_LIB}/libcudart.so.13 ${GIGALANE_CUDA_LIB}/libcupti.so.13 Threads::Threads)
if(GIGALANE_CUDA)
  if(NOT EXISTS "${GIGALANE_TORCH}/lib/libtorch_cuda.so")
    message(FATAL_ERROR "no CUDA half of LibTorch at ${GIGALANE_TORCH}: run scripts/setup --cuda")
  endif()
  # Nothing of ours names a symbol of libtorch_cuda.so, it registers itself: keep it all the same.
  # The libraries that it names (cuBLAS, cuDNN, ...) may be absent where the program is only linked.
  target_include_directories(torch SYSTEM INTERFACE ${GIGALANE_CUDA_ROOT}/include)
  target_link_libraries(torch INTERFACE
    -Wl,--push-state,--no-as-needed
    ${GIGALANE_TORCH}/lib/libtorch_cuda.so ${GIGALANE_TORCH}/lib/libc10_cuda.so
    -Wl,--pop-state -Wl,--allow-shlib-undefined)
endif()
