/// How long the parts of some work take on a device, without waiting for it on the way.
#pragma once
#include <chrono>
#include <vector>

#include "base/device_buffer.h"

namespace gigalane {

class DeviceStopwatch {
 public:
  /// For work on a stream (cudaStream_t; null: the default stream), in parts 0 to part_count - 1.
  DeviceStopwatch(Device device, void* stream, int part_count);
  ~DeviceStopwatch();
  DeviceStopwatch(const DeviceStopwatch&) = delete;
  DeviceStopwatch& operator=(const DeviceStopwatch&) = delete;

  /// Starts anew, all parts at 0.
  void start();
  /// The work begun since the last mark, or since start(), was of `part`.
  void mark(int part);
  /// Seconds by part since start(). Waits for the last mark's work.
  std::vector<double> seconds();

 private:
  void* next_event();

  Device device_;
  void* stream_;
  std::vector<double> seconds_;  // the CPU's
  std::chrono::steady_clock::time_point last_ = {};
  std::vector<void*> events_;  // cudaEvent_t, the first of them start()'s
  std::vector<int> parts_;     // of the marks
};

}  // namespace gigalane
