/// Memory on the CPU or on a CUDA device: owned, aligned, zero-filled, with explicit copies.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"

namespace gigalane {

enum class Device { cpu, cuda };

/// Whether this build knows CUDA and the machine has a device that it can use.
bool cuda_available();
/// Why not, where it is not.
std::string why_no_cuda();
/// "cpu", "cuda" or "auto" (cuda where available). Throws Error for anything else, and for "cuda" where it is
/// not available, with the reason.
Device parse_device(const std::string& text);
/// "cpu" or "cuda".
const char* device_name(Device device);
/// The model's name, e.g. "NVIDIA H100 80GB HBM3", "AMD EPYC 9B45"; "cpu" where the system tells none.
std::string device_model(Device device);
/// Makes this process use GPU `index`, from its first use on. Throws Error if there is none of that number.
/// Where a process sees one GPU alone, as launchers can arrange, that one.
void choose_cuda_device(int index);
/// Bytes of memory that the machine, or its GPU, has.
uint64_t total_memory(Device device);
/// Bytes in use: of the GPU by all processes, or of the machine's memory by this one.
uint64_t used_memory(Device device);

/// Waits for the work on a stream (cudaStream_t; null: the default stream). Nothing to do on the CPU.
void synchronize(Device device, void* stream = nullptr);

/// Throws Error("cudaMalloc: out of memory") unless `error`, a cudaError_t, is cudaSuccess.
void check_cuda(int error, const char* call);

/// Untyped memory, 64-byte aligned and zero-filled. kDevicePadding bytes beyond the end (a block of the
/// widest lanes, a record each) may be read and written by whole blocks of lanes; their content is undefined.
constexpr size_t kDevicePadding = 512;
void* allocate_memory(Device device, size_t bytes);
/// Asks the system to hold what is in this memory of the CPU in large pages, now: random reads of tens of
/// megabytes otherwise wait for page tables as much as for memory. A wish; nothing happens where it is not
/// met.
void prefer_large_pages(const void* memory, size_t bytes);
void free_memory(Device device, void* memory) noexcept;
void set_zero(Device device, void* memory, size_t bytes, void* stream);
/// Copies between any two devices; done when it returns.
void copy_memory(Device to_device, void* to, Device from_device, const void* from, size_t bytes,
                 void* stream);

/// Copies within one device, in the stream's order, without waiting for it.
void copy_memory_async(Device device, void* to, const void* from, size_t bytes, void* stream);
/// Bytes that both have copied since the process began: what a loop that shares memory must not add to.
uint64_t copied_bytes();

/// An owning array of `T` (trivially copyable) on a device; move-only; fixed size.
template <class T>
class DeviceBuffer {
  static_assert(std::is_trivially_copyable_v<T>, "device memory holds plain values");

 public:
  DeviceBuffer() = default;
  /// `size` zero-filled elements. Throws Error if there is not enough memory.
  DeviceBuffer(Device device, size_t size) : device_(device), size_(size) {
    data_ = static_cast<T*>(allocate_memory(device, size * sizeof(T)));
  }
  /// A copy of a host vector.
  DeviceBuffer(Device device, const std::vector<T>& values) : DeviceBuffer(device, values.size()) {
    copy_from_host(values.data(), values.size());
  }
  ~DeviceBuffer() { free_memory(device_, data_); }
  DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    DeviceBuffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Device device() const { return device_; }

  /// Copies `count` elements to or from [offset, offset + count). Throws Error if that is out of range.
  void copy_from_host(const T* from, size_t count, size_t offset = 0, void* stream = nullptr) {
    check_range(count, offset);
    copy_memory(device_, data_ + offset, Device::cpu, from, count * sizeof(T), stream);
  }
  void copy_to_host(T* to, size_t count, size_t offset = 0, void* stream = nullptr) const {
    check_range(count, offset);
    copy_memory(Device::cpu, to, device_, data_ + offset, count * sizeof(T), stream);
  }
  std::vector<T> to_host(void* stream = nullptr) const {
    std::vector<T> values(size_);
    copy_to_host(values.data(), size_, 0, stream);
    return values;
  }
  /// Copies all of a buffer of the same size, on whichever device. Throws Error if sizes differ.
  void copy_from(const DeviceBuffer& other, void* stream = nullptr) {
    require(other.size_ == size_, "copy of ", other.size_, " elements into a buffer of ", size_);
    copy_memory(device_, data_, other.device_, other.data_, size_ * sizeof(T), stream);
  }
  void fill_zero(void* stream = nullptr) { set_zero(device_, data_, size_ * sizeof(T), stream); }

  void swap(DeviceBuffer& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
  }

 private:
  void check_range(size_t count, size_t offset) const {
    require(offset <= size_ && count <= size_ - offset, "elements ", offset, " to ", offset + count,
            " of a buffer of ", size_);
  }

  Device device_ = Device::cpu;
  size_t size_ = 0;
  T* data_ = nullptr;
};

}  // namespace gigalane
