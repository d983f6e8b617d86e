/// Curves for TensorBoard: an events file, written record by record as training goes on.
#pragma once
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "train/metrics.h"

namespace gigalane {

class TensorBoardWriter {
 public:
  /// Makes FOLDER/events.out.tfevents.TIME.gigalane; a resumed run makes one of its own, TensorBoard joins
  /// them and forgets what the files before hold of `first_step` and later. Throws Error if it cannot be
  /// written.
  TensorBoardWriter(const std::string& folder, int64_t first_step);
  /// One point of each curve, flushed.
  void write(int64_t step, const std::vector<NamedValue>&);
  const std::string& path() const { return path_; }

 private:
  void write_record(const std::string& event);

  std::string path_;
  std::ofstream file_;
};

/// CRC-32C (Castagnoli), and as TensorFlow masks it in record files.
uint32_t crc32c(const std::string& bytes);
uint32_t masked_crc32c(const std::string& bytes);

}  // namespace gigalane
