#include "base/device_stopwatch.h"

#if defined(GIGALANE_CUDA)
#include <cuda_runtime.h>
#endif

namespace gigalane {

#if defined(GIGALANE_CUDA)
namespace {

void* create_event() {
  cudaEvent_t event = nullptr;
  check_cuda(cudaEventCreate(&event), "cudaEventCreate");
  return event;
}
void destroy_event(void* event) { cudaEventDestroy(static_cast<cudaEvent_t>(event)); }
void record_event(void* event, void* stream) {
  check_cuda(cudaEventRecord(static_cast<cudaEvent_t>(event), static_cast<cudaStream_t>(stream)),
             "cudaEventRecord");
}
void wait_for_event(void* event) {
  check_cuda(cudaEventSynchronize(static_cast<cudaEvent_t>(event)), "cudaEventSynchronize");
}
double seconds_between(void* from, void* to) {
  float ms = 0;
  check_cuda(cudaEventElapsedTime(&ms, static_cast<cudaEvent_t>(from), static_cast<cudaEvent_t>(to)),
             "cudaEventElapsedTime");
  return double(ms) * 1e-3;
}

}  // namespace
#else
namespace {

[[noreturn]] void* create_event() { fail("device = cuda, but ", why_no_cuda()); }
void destroy_event(void*) {}
void record_event(void*, void*) {}
void wait_for_event(void*) {}
double seconds_between(void*, void*) { return 0; }

}  // namespace
#endif

DeviceStopwatch::DeviceStopwatch(Device device, void* stream, int part_count)
    : device_(device), stream_(stream), seconds_(size_t(part_count)) {}

DeviceStopwatch::~DeviceStopwatch() {
  for (void* event : events_) destroy_event(event);
}

void DeviceStopwatch::start() {
  parts_.clear();
  seconds_.assign(seconds_.size(), 0);
  if (device_ == Device::cuda)
    record_event(next_event(), stream_);
  else
    last_ = std::chrono::steady_clock::now();
}

void DeviceStopwatch::mark(int part) {
  require(part >= 0 && part < int(seconds_.size()), "part ", part, ", expected 0 to ", seconds_.size() - 1);
  if (device_ == Device::cuda) {
    parts_.push_back(part);
    record_event(next_event(), stream_);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  seconds_[size_t(part)] += std::chrono::duration<double>(now - last_).count();
  last_ = now;
}

std::vector<double> DeviceStopwatch::seconds() {
  if (device_ == Device::cpu || parts_.empty()) return seconds_;
  wait_for_event(events_[parts_.size()]);
  std::vector<double> sums(seconds_.size());
  for (size_t i = 0; i < parts_.size(); ++i)
    sums[size_t(parts_[i])] += seconds_between(events_[i], events_[i + 1]);
  return sums;
}

/// The event of start(), or of the mark that was just noted.
void* DeviceStopwatch::next_event() {
  if (events_.size() == parts_.size()) events_.push_back(create_event());
  return events_[parts_.size()];
}

}  // namespace gigalane
