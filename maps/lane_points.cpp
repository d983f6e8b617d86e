// Lane points: coarse places on the lanes, at the same cross-sections on all lanes of a section.
#include <cstring>

#include "maps/compile_steps.h"

namespace gigalane {
namespace {

constexpr double kSpacingM = 40;

float pack_heading(float cosine, float sine) {
  const auto c = uint16_t(int16_t(std::lround(cosine * 32767))),
             s = uint16_t(int16_t(std::lround(sine * 32767)));
  const uint32_t word = uint32_t(c) | uint32_t(s) << 16;
  float packed;
  std::memcpy(&packed, &word, sizeof packed);
  return packed;
}

/// Pieces of the section that carry a point on all lanes of one direction.
std::vector<int> point_pieces(int section_pieces, double longest_lane) {
  const int count = std::clamp(int(std::lround(longest_lane / kSpacingM)), 1, section_pieces);
  std::vector<int> pieces;
  for (int k = 0; k < count; ++k) pieces.push_back(int((k + 0.5) * section_pieces / count));
  return pieces;
}

void add_points(const std::vector<int>& pieces, const Strip& strip, CompiledMap& map, Lane& lane) {
  std::vector<int> own;
  for (const int piece : pieces)
    if (piece >= strip.first_piece && piece < strip.first_piece + strip.piece_count())
      own.push_back(piece - strip.first_piece);
  if (own.empty()) own.push_back(strip.piece_count() / 2);
  lane.first_point = map.lane_point_count();
  lane.point_count = int32_t(own.size());
  for (const int k : own) {
    const Quad& quad = map.quads[size_t(lane.first_quad + k)];
    map.lane_points.push_back({quad.x, quad.y, pack_heading(quad.tangent_x, quad.tangent_y), quad.width});
    map.lane_point_quad.push_back(lane.first_quad + k);
  }
}

void find_next_points(CompiledMap& map, const Lane& lane) {
  int point = lane.first_point + lane.point_count - 1;
  for (int q = lane.first_quad + lane.quad_count - 1; q >= lane.first_quad; --q) {
    while (point > lane.first_point && map.lane_point_quad[size_t(point) - 1] >= q) --point;
    const Quad& at = map.quads[size_t(map.lane_point_quad[size_t(point)])];
    Quad& quad = map.quads[size_t(q)];
    if (map.lane_point_quad[size_t(point)] < q) continue;
    quad.next_point = point;
    quad.next_point_m = at.lane_offset_m - quad.lane_offset_m;
  }
}

}  // namespace

void place_lane_points(const std::vector<Strip>& strips, CompiledMap& map) {
  for (size_t first = 0, last; first < strips.size(); first = last) {
    last = end_of_section(strips, first);
    double longest[2] = {0, 0};
    for (size_t k = first; k < last; ++k)
      longest[strips[k].forward] =
          std::max(longest[strips[k].forward],
                   double(map.lanes[k].length_m) * strips[k].section_pieces / strips[k].piece_count());
    for (size_t k = first; k < last; ++k)
      add_points(point_pieces(strips[k].section_pieces, longest[strips[k].forward]), strips[k], map,
                 map.lanes[k]);
  }
  for (const Lane& lane : map.lanes) find_next_points(map, lane);
}

}  // namespace gigalane
