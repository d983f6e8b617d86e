/// Things by their place in the plane, to find those near a point; internal to maps/.
#pragma once
#include <algorithm>
#include <vector>

#include "maps/compiled_map.h"

namespace gigalane {

class PlaceGrid {
 public:
  /// Cells of `cell_m`, or larger on a map that would have too many.
  PlaceGrid(const CompiledMap& map, float cell_m) : map_(map), cell_m_(cell_m) {
    constexpr float kMostCells = 1 << 22;
    while (4 * map.half_width_m * map.half_height_m > kMostCells * cell_m_ * cell_m_) cell_m_ *= 2;
    columns_ = int(2 * map.half_width_m / cell_m_) + 3;
    rows_ = int(2 * map.half_height_m / cell_m_) + 3;
    cells_.resize(size_t(columns_) * size_t(rows_));
  }

  void add(float x, float y, int index) {
    cells_[size_t(row(y)) * size_t(columns_) + size_t(column(x))].push_back(index);
  }

  /// Calls visit(index) for all that may lie within `reach` of a place, and some beyond.
  template <class Visit>
  void visit_near(float x, float y, float reach, Visit visit) const {
    for (int r = row(y - reach); r <= row(y + reach); ++r)
      for (int c = column(x - reach); c <= column(x + reach); ++c)
        for (const int index : cells_[size_t(r) * size_t(columns_) + size_t(c)]) visit(index);
  }

 private:
  int column(float x) const {
    return std::clamp(int((x + map_.half_width_m) / cell_m_) + 1, 0, columns_ - 1);
  }
  int row(float y) const { return std::clamp(int((y + map_.half_height_m) / cell_m_) + 1, 0, rows_ - 1); }

  const CompiledMap& map_;
  float cell_m_;
  int columns_, rows_;
  std::vector<std::vector<int>> cells_;
};

}  // namespace gigalane
