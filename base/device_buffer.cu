#include "base/device_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>

#if defined(GIGALANE_CUDA)
#include <cuda_runtime.h>
#endif

namespace gigalane {

namespace {

/// As Linux names it, e.g. "AMD EPYC 9B45".
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "cpu";
}

}  // namespace

#if defined(GIGALANE_CUDA)
namespace {

int cuda_device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace

std::string why_no_cuda() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  return error == cudaSuccess ? "no CUDA device" : cudaGetErrorString(error);
}

void check_cuda(int error, const char* call) {
  if (error != int(cudaSuccess)) fail(call, ": ", cudaGetErrorString(cudaError_t(error)));
}

bool cuda_available() {
  static const bool available = cuda_device_count() > 0;
  return available;
}

std::string device_model(Device device) {
  if (device == Device::cpu) return processor_name();
  int index = 0;
  cudaDeviceProp properties;
  check_cuda(cudaGetDevice(&index), "cudaGetDevice");
  check_cuda(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  return properties.name;
}

void synchronize(Device device, void* stream) {
  if (device == Device::cpu) return;
  check_cuda(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)), "cudaStreamSynchronize");
}

namespace {

void* allocate_cuda(size_t bytes) {
  void* memory = nullptr;
  check_cuda(cudaMalloc(&memory, bytes), "cudaMalloc");
  check_cuda(cudaMemset(memory, 0, bytes), "cudaMemset");
  check_cuda(cudaStreamSynchronize(nullptr), "cudaMemset");  // another stream may not wait for this one
  return memory;
}
void free_cuda(void* memory) noexcept { cudaFree(memory); }
uint64_t total_cuda_memory() {
  size_t free_bytes = 0, total_bytes = 0;
  check_cuda(cudaMemGetInfo(&free_bytes, &total_bytes), "cudaMemGetInfo");
  return total_bytes;
}
uint64_t used_cuda_memory() {
  size_t available = 0, total = 0;
  check_cuda(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
  return total - available;
}
void set_zero_cuda(void* memory, size_t bytes, void* stream) {
  check_cuda(cudaMemsetAsync(memory, 0, bytes, static_cast<cudaStream_t>(stream)), "cudaMemsetAsync");
}
void start_copy_cuda(void* to, const void* from, size_t bytes, void* stream) {
  check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, static_cast<cudaStream_t>(stream)),
             "cudaMemcpyAsync");
}

}  // namespace

void choose_cuda_device(int index) {
  if (cuda_device_count() == 1) index = 0;
  require(index >= 0 && index < cuda_device_count(), "GPU ", index, ": this machine has ",
          cuda_device_count(), ", expected at most as many processes on it");
  check_cuda(cudaSetDevice(index), "cudaSetDevice");
}

#else  // a build without CUDA

std::string why_no_cuda() { return "this build is for the CPU alone"; }

namespace {

[[noreturn]] void no_cuda() { fail("device = cuda, but ", why_no_cuda()); }
void* allocate_cuda(size_t) { no_cuda(); }
void free_cuda(void*) noexcept {}
void set_zero_cuda(void*, size_t, void*) { no_cuda(); }
void start_copy_cuda(void*, const void*, size_t, void*) { no_cuda(); }
uint64_t total_cuda_memory() { no_cuda(); }
uint64_t used_cuda_memory() { no_cuda(); }

}  // namespace

void check_cuda(int error, const char* call) {
  if (error != 0) fail(call, ": CUDA error ", error);
}
void choose_cuda_device(int) { no_cuda(); }
bool cuda_available() { return false; }
std::string device_model(Device device) {
  if (device == Device::cuda) no_cuda();
  return processor_name();
}
void synchronize(Device device, void*) {
  if (device == Device::cuda) no_cuda();
}

#endif

Device parse_device(const std::string& text) {
  if (text == "cpu") return Device::cpu;
  if (text == "auto") return cuda_available() ? Device::cuda : Device::cpu;
  if (text != "cuda") fail("device = ", text, ", expected auto, cpu or cuda");
  if (!cuda_available()) fail("device = cuda, but ", why_no_cuda());
  return Device::cuda;
}

uint64_t total_memory(Device device) {
  if (device == Device::cuda) return total_cuda_memory();
  return uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGE_SIZE));
}

uint64_t used_memory(Device device) {
  if (device == Device::cuda) return used_cuda_memory();
  std::ifstream pages("/proc/self/statm");
  uint64_t all = 0, resident = 0;
  pages >> all >> resident;
  return resident * uint64_t(sysconf(_SC_PAGE_SIZE));
}

const char* device_name(Device device) { return device == Device::cpu ? "cpu" : "cuda"; }

namespace {

constexpr size_t kLargePage = size_t(2) << 20;
constexpr int kCollapse = 25;  // MADV_COLLAPSE of Linux 6.1, which older headers do not name

}  // namespace

void prefer_large_pages(const void* memory, size_t bytes) {
  const uintptr_t begin = (uintptr_t(memory) + kLargePage - 1) / kLargePage * kLargePage;
  const uintptr_t end = (uintptr_t(memory) + bytes) / kLargePage * kLargePage;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, kCollapse);
}

void* allocate_memory(Device device, size_t bytes) {
  if (bytes == 0) return nullptr;
  require(bytes < SIZE_MAX / 2, "not enough memory: ", bytes, " bytes asked for");
  const size_t whole = (bytes + kDevicePadding + 63) / 64 * 64;
  if (device == Device::cuda) return allocate_cuda(whole);
  const bool large = whole >= 2 * kLargePage;
  void* memory = large ? std::aligned_alloc(kLargePage, (whole + kLargePage - 1) / kLargePage * kLargePage)
                       : std::aligned_alloc(64, whole);
  require(memory != nullptr, "not enough memory: ", bytes, " bytes asked for");
  if (large) madvise(memory, whole, MADV_HUGEPAGE);
  std::memset(memory, 0, whole);
  return memory;
}

void free_memory(Device device, void* memory) noexcept {
  if (!memory) return;
  if (device == Device::cuda)
    free_cuda(memory);
  else
    std::free(memory);
}

void set_zero(Device device, void* memory, size_t bytes, void* stream) {
  if (bytes == 0) return;
  if (device == Device::cuda)
    set_zero_cuda(memory, bytes, stream);
  else
    std::memset(memory, 0, bytes);
}

namespace {

std::atomic<uint64_t> all_copied{0};

}  // namespace

uint64_t copied_bytes() { return all_copied; }

void copy_memory(Device to_device, void* to, Device from_device, const void* from, size_t bytes,
                 void* stream) {
  if (bytes == 0) return;
  all_copied.fetch_add(bytes, std::memory_order_relaxed);
  if (to_device == Device::cpu && from_device == Device::cpu) {
    std::memcpy(to, from, bytes);
  } else {
    start_copy_cuda(to, from, bytes, stream);
    synchronize(Device::cuda, stream);
  }
}

void copy_memory_async(Device device, void* to, const void* from, size_t bytes, void* stream) {
  if (bytes == 0) return;
  all_copied.fetch_add(bytes, std::memory_order_relaxed);
  if (device == Device::cpu)
    std::memcpy(to, from, bytes);
  else
    start_copy_cuda(to, from, bytes, stream);
}

}  // namespace gigalane
