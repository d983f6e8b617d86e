/// Memory for observations, in any format.
#pragma once
#include "base/device_buffer.h"
#include "sim/observation_layout.h"

namespace gigalane {

class ObservationRows {
 public:
  ObservationRows() = default;
  /// `count` rows and their counts, all 0. Throws Error if memory does not suffice.
  ObservationRows(Device device, const ObservationShape& shape, size_t count)
      : shape_(shape), rows_(device, count * shape.row_bytes()), counts_(device, count * kSetCount) {}

  ObservationView view() {
    if (shape_.format == NumberFormat::float32)
      return {shape_, reinterpret_cast<float*>(rows_.data()), counts_.data()};
    return {shape_, nullptr, counts_.data(), reinterpret_cast<uint16_t*>(rows_.data())};
  }
  const ObservationShape& shape() const { return shape_; }
  size_t count() const { return counts_.size() / kSetCount; }

 private:
  ObservationShape shape_;
  DeviceBuffer<uint8_t> rows_;
  DeviceBuffer<int32_t> counts_;
};

}  // namespace gigalane
