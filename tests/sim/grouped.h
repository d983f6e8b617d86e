/// Records in groups of four after one another; a last group of fewer repeats its last.
#pragma once
#include <algorithm>
#include <vector>

#include "base/records.h"

namespace gigalane::testing {

inline std::vector<RecordGroup> grouped(const std::vector<Record>& records) {
  std::vector<RecordGroup> groups((records.size() + kGroupSize - 1) / kGroupSize);
  for (size_t place = 0; place < groups.size() * kGroupSize; ++place) {
    const Record& record = records[std::min(place, records.size() - 1)];
    RecordGroup& group = groups[place / kGroupSize];
    const size_t k = place % kGroupSize;
    group.a[k] = record.a, group.b[k] = record.b, group.c[k] = record.c, group.d[k] = record.d;
  }
  return groups;
}

}  // namespace gigalane::testing
