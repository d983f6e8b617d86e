// Stop lines across whole approaches, the lights that they obey, and the turns of a junction's lights.
#include <cstring>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/error.h"
#include "maps/compile_steps.h"
#include "maps/light_conflicts.h"
#include "maps/painted_lines.h"
#include "maps/place_grid.h"

namespace gigalane {
namespace {

constexpr double kJunctionNearM = 40;  ///< a signal this near before a junction holds for its entry
constexpr double kPostNearM = 20;      ///< a line this near to a signal away from junctions is the signal's

bool is_light(const RoadSignal& s) {
  // OpenDRIVE's catalogue: lights for vehicles with three, two or one lamp, with or without arrows
  static const std::set<std::string> types{"1000001", "1000008", "1000009", "1000010", "1000011", "1000020"};
  return types.count(s.type) > 0;
}
/// By the German and the American catalogue.
bool is_stop_sign(const RoadSignal& s) { return s.type == "206" || s.type == "R1-1"; }
bool is_yield_sign(const RoadSignal& s) { return s.type == "205" || s.type == "R1-2"; }

/// A light or sign as it stands in the network, and the approaches that it holds for.
struct Post {
  const RoadSignal* signal;
  int road;
  StopLineKind kind;
  int light = -1;  ///< index in CompiledMap::signals
  int junction = -1;
};

/// One end of a road where traffic enters a junction, or a place within a road.
struct Approach {
  int road, section;
  RoadEnd end;
  int piece;  ///< line at the end of this piece of its lanes (in driving direction); the last one at a road's
              ///< end
  bool operator<(const Approach& o) const {
    return std::tie(road, section, end, piece) < std::tie(o.road, o.section, o.end, o.piece);
  }
};

class StopLinePlacer {
 public:
  StopLinePlacer(const RoadNetwork& network, const std::vector<Strip>& strips, CompiledMap& map)
      : network_(network), strips_(strips), map_(map) {
    for (size_t k = 0; k < strips.size(); ++k)
      by_section_[{strips[k].road, strips[k].section}].push_back(int(k));
  }

  void place() {
    find_posts();
    for (size_t road = 0; road < network_.roads.size(); ++road)
      for (const RoadSignal& signal : network_.roads[road].signals) apply(int(road), signal);
    for (const auto& [approach, votes] : votes_) add_line(approach, votes);
    check_sizes();
    give_turns();
    find_next_lines();
    list_lines();
  }

  std::vector<int> light_roads() const {
    std::vector<int> roads;
    for (const Post& post : posts_)
      if (post.kind == StopLineKind::light) roads.push_back(post.road);
    return roads;
  }

 private:
  // ---- which lights and signs there are

  void find_posts() {
    for (size_t road = 0; road < network_.roads.size(); ++road)
      for (const RoadSignal& signal : network_.roads[road].signals) {
        if (signal.is_reference) {
          referenced_.insert(signal.id);
          continue;
        }
        if (!is_light(signal) && !is_stop_sign(signal) && !is_yield_sign(signal)) continue;
        Post post{&signal, int(road), StopLineKind::yield_sign};
        if (is_stop_sign(signal)) post.kind = StopLineKind::stop_sign;
        if (is_light(signal)) {
          post.kind = StopLineKind::light;
          post.light = int(map_.signals.size());
          map_.signals.push_back(place_signal(int(road), signal));
        }
        (is_light(signal) ? map_.statistics.lights : map_.statistics.stop_signs)++;
        post_of_.emplace(signal.id, int(posts_.size()));
        posts_.push_back(post);
      }
  }

  Signal place_signal(int road, const RoadSignal& signal) const {
    const Road& r = network_.roads[size_t(road)];
    const CurvePlace p = place_at(r.geometry, signal.s);
    Signal placed;
    std::memset(&placed, 0, sizeof placed);
    placed.x = float(std::round((p.x - signal.t * p.direction_y - map_.origin_x) / kGrid) * kGrid);
    placed.y = float(std::round((p.y + signal.t * p.direction_x - map_.origin_y) / kGrid) * kGrid);
    placed.z = float(std::round((value_at(r.elevation, signal.s) + signal.z_offset) / kGrid) * kGrid);
    placed.junction = placed.group = -1;
    return placed;
  }

  // ---- which approaches each holds for

  void apply(int road, const RoadSignal& signal) {
    const auto found = post_of_.find(signal.id);
    if (found == post_of_.end()) return;
    if (!signal.is_reference && referenced_.count(signal.id))
      return;  // only the pole: its references say for whom
    const Road& r = network_.roads[size_t(road)];
    int section = 0;
    while (section + 1 < int(r.sections.size()) && r.sections[size_t(section) + 1].s <= signal.s + 1e-6)
      ++section;
    for (const int k : by_section_[{road, section}])
      if (holds_for(signal, strips_[size_t(k)])) vote(found->second, k, signal.s);
  }

  /// Named lanes count more than the orientation, which some programs write the other way round: it decides
  /// only where no lane is named, or lanes of both directions.
  bool holds_for(const RoadSignal& signal, const Strip& strip) const {
    if (strip.type != LaneType::driving) return false;
    bool named = false, to_right = false, to_left = false;
    for (const auto& [from, to] : signal.validities) {
      named |= std::min(from, to) <= strip.lane_id && strip.lane_id <= std::max(from, to);
      to_right |= std::min(from, to) < 0;
      to_left |= std::max(from, to) > 0;
    }
    if (!signal.validities.empty() && !named) return false;
    if (signal.orientation == 'n' || to_right != to_left) return true;
    return (signal.orientation == '+') == (strip.forward != network_.signals_face_traffic);
  }

  int junction_of(int strip) const { return network_.roads[size_t(strips_[size_t(strip)].road)].junction; }

  void vote(int post, int k, double s) {
    if (junction_of(k) >= 0) {
      vote_for_entries(post, k);
      return;
    }
    // a light on the approach itself: the line is where the junction begins, if that is near
    const Road& road = network_.roads[size_t(strips_[size_t(k)].road)];
    double ahead = strips_[size_t(k)].forward ? road.section_end(size_t(strips_[size_t(k)].section)) - s
                                              : s - road.sections[size_t(strips_[size_t(k)].section)].s;
    int at = k;
    while (ahead < kJunctionNearM && strips_[size_t(at)].successors.size() == 1 &&
           junction_of(strips_[size_t(at)].successors[0]) < 0) {
      at = strips_[size_t(at)].successors[0];
      ahead += map_.lanes[size_t(at)].length_m;
    }
    const auto& next = strips_[size_t(at)].successors;
    if (ahead < kJunctionNearM && !next.empty() && junction_of(next[0]) >= 0)
      vote_for_end(post, at, junction_of(next[0]));
    else if (const auto line = painted_line_near(network_, strips_, k, s, kPostNearM))
      vote_for_place(post, line->strip, line->s);
    else
      vote_for_place(post, k, s);
  }

  /// Lights stand on a junction's own roads: their approaches are where traffic comes from.
  void vote_for_entries(int post, int k) {
    const int junction = junction_of(k);
    std::vector<int> open{k};
    std::set<int> seen{k};
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      for (const int before : strips_[size_t(at)].predecessors) {
        if (!seen.insert(before).second) continue;
        if (junction_of(before) == junction)
          open.push_back(before);
        else
          vote_for_end(post, before, junction);
      }
    }
  }

  void vote_for_end(int post, int k, int junction) {
    const Strip& strip = strips_[size_t(k)];
    posts_[size_t(post)].junction = junction;
    const Road& road = network_.roads[size_t(strip.road)];
    const double entry_s =
        strip.forward ? road.section_end(size_t(strip.section)) : road.sections[size_t(strip.section)].s;
    if (const auto line = painted_line_before(network_, strips_, k, entry_s, kJunctionNearM))
      return vote_for_place(post, line->strip, line->s);
    const RoadEnd end = strip.forward ? RoadEnd::end : RoadEnd::start;
    ++votes_[{strip.road, strip.section, end, strip.section_pieces - 1}][post];
  }

  void vote_for_place(int post, int k, double s) {
    const Strip& strip = strips_[size_t(k)];
    const int piece = piece_up_to(network_.roads[size_t(strip.road)], strip, s);
    ++votes_[{strip.road, strip.section, strip.forward ? RoadEnd::end : RoadEnd::start, piece}][post];
  }

  // ---- the line across the whole carriageway

  void add_line(const Approach& approach, const std::map<int, int>& votes) {
    int best = -1, best_votes = 0;
    for (const auto& [post, count] : votes) {  // lights before signs, then most votes, then the first
      const int weight = count + (posts_[size_t(post)].kind == StopLineKind::light ? 1000 : 0);
      if (weight > best_votes) best = post, best_votes = weight;
    }
    const bool forward = approach.end == RoadEnd::end;
    Vec2 ahead{};
    std::vector<Vec2> reach;
    StopLine line;
    std::memset(&line, 0, sizeof line);
    const int index = int(map_.stop_lines.size());
    for (const int k : by_section_[{approach.road, approach.section}]) {
      const Strip& strip = strips_[size_t(k)];
      const int piece = strip.forward == forward ? approach.piece : strip.section_pieces - 1 - approach.piece;
      const int own = piece - strip.first_piece;
      if (own < 0 || own >= strip.piece_count()) continue;
      const Quad& quad = map_.quads[size_t(map_.lanes[size_t(k)].first_quad + own)];
      const bool with = strip.forward == forward;
      reach.push_back(corner_of(quad, with ? 1 : 0));
      reach.push_back(corner_of(quad, with ? 2 : 3));
      if (!with) continue;
      ahead = Vec2{quad.tangent_x, quad.tangent_y};
      line.z = quad.z + quad.slope * quad.half_length;
      lines_on_[k].push_back({quad.lane_offset_m + quad.half_length, index});
    }
    if (reach.empty()) return;
    const auto across = [&](Vec2 p) { return cross(ahead, p); };  // grows to the left
    const auto [right, left] = std::minmax_element(reach.begin(), reach.end(),
                                                   [&](Vec2 a, Vec2 b) { return across(a) < across(b); });
    const Vec2 along = (1 / std::max(length(*left - *right), 1e-6)) * (*left - *right);
    line.x0 = float(right->x);
    line.y0 = float(right->y);
    line.x1 = float(left->x);
    line.y1 = float(left->y);
    line.direction_x = float(along.y);
    line.direction_y = float(-along.x);
    line.kind = int16_t(posts_[size_t(best)].kind);
    line.signal = int16_t(posts_[size_t(best)].light);
    if (posts_[size_t(best)].light >= 0) leads_[posts_[size_t(best)].light] = approach;
    map_.stop_lines.push_back(line);
  }

  /// Stop lines are listed and lights named by 16 bits.
  void check_sizes() const {
    const size_t most = 32767;
    if (map_.signals.size() > most || map_.stop_lines.size() > most)
      fail(map_.source, ": ", map_.signals.size(), " lights and ", map_.stop_lines.size(),
           " stop lines, expected at most ", most, " of each");
  }

  // ---- whose turn it is

  void give_turns() {
    std::unordered_map<std::string, int> controller_of;
    for (size_t k = 0; k < network_.controllers.size(); ++k)
      for (const std::string& id : network_.controllers[k].signals) controller_of.emplace(id, int(k));
    // lights of one controller and junction are one group; without a controller an approach is one
    std::map<std::pair<int, Turn>, std::vector<int>> groups;  // by junction
    int extra_junctions = 0;
    for (Post& post : posts_) {
      if (post.light < 0) continue;
      const auto controller = controller_of.find(post.signal->id);
      if (post.junction < 0 && controller != controller_of.end())
        post.junction = junction_with(controller->second);
      if (post.junction < 0) post.junction = int(network_.junctions.size()) + extra_junctions++;
      const Turn turn = controller != controller_of.end() ? turn_of(post.junction, controller->second)
                                                          : turn_of_approach(post.light);
      groups[{post.junction, turn}].push_back(post.light);
    }
    map_.junction_count = int32_t(network_.junctions.size()) + extra_junctions;
    map_.junction_phase_count.assign(size_t(map_.junction_count), 0);
    map_.group_count = 0;
    const std::vector<std::vector<int>> ways = ways_of_lights();
    for (const auto& [key, lights] : groups)
      for (const std::vector<int>& together : split_by_conflicts(lights, ways, strips_)) {
        const int phase = map_.junction_phase_count[size_t(key.first)]++;
        for (const int light : together) {
          Signal& signal = map_.signals[size_t(light)];
          signal.junction = key.first;
          signal.phase = int16_t(phase);
          signal.group = map_.group_count;
        }
        ++map_.group_count;
      }
    for (Signal& signal : map_.signals)
      signal.phase_count = int16_t(map_.junction_phase_count[size_t(signal.junction)]);
  }

  /// The lanes through the junction that each light lets traffic take.
  std::vector<std::vector<int>> ways_of_lights() const {
    std::vector<std::vector<int>> entries(map_.signals.size()), ways;
    for (const auto& [lane, lines] : lines_on_)
      for (const auto& [offset, line] : lines)
        if (const int light = map_.stop_lines[size_t(line)].signal; light >= 0)
          entries[size_t(light)].push_back(lane);
    for (const std::vector<int>& lanes : entries)
      ways.push_back(ways_through(network_, strips_, lanes, kJunctionNearM));
    return ways;
  }

  int junction_with(int controller) const {
    for (size_t k = 0; k < network_.junctions.size(); ++k)
      for (const std::string& id : network_.junctions[k].controllers)
        if (id == network_.controllers[size_t(controller)].id) return int(k);
    return -1;
  }

  /// The controllers that a junction names, in their order, then those that it does not, then lights without
  /// one by their approaches, then those that lead none.
  using Turn = std::pair<int, int>;
  Turn turn_of(int junction, int controller) const {
    if (junction < int(network_.junctions.size())) {
      const auto& named = network_.junctions[size_t(junction)].controllers;
      const auto found = std::find(named.begin(), named.end(), network_.controllers[size_t(controller)].id);
      if (found != named.end()) return {0, int(found - named.begin())};
    }
    return {1, controller};
  }

  Turn turn_of_approach(int light) const {
    const auto found = leads_.find(light);
    if (found == leads_.end()) return {3, light};
    int number = 0;
    for (const auto& [approach, votes] : votes_) {
      if (!(approach < found->second) && !(found->second < approach)) break;
      ++number;
    }
    return {2, number};
  }

  // ---- the line ahead of each quad

  void find_next_lines() {
    for (auto& [lane, lines] : lines_on_) std::sort(lines.begin(), lines.end());
    for (Quad& quad : map_.quads) {
      double passed = -double(quad.lane_offset_m);  // from the quad's middle to the lane's start
      int lane = quad.lane;
      for (int step = 0; step < 50 && passed < kListReachM; ++step) {
        if (take_line(quad, lane, passed)) break;
        passed += map_.lanes[size_t(lane)].length_m;
        if (map_.lanes[size_t(lane)].successor_count != 1) break;
        lane = map_.successors[size_t(map_.lanes[size_t(lane)].first_successor)];
      }
    }
  }

  bool take_line(Quad& quad, int lane, double passed) {
    const auto found = lines_on_.find(lane);
    if (found == lines_on_.end()) return false;
    for (const auto& [offset, line] : found->second) {
      const double ahead = passed + offset;
      if (ahead < 0) continue;
      if (ahead > kListReachM) return true;
      quad.next_stop_line = uint16_t(line);
      quad.next_stop_line_m = float(ahead);
      return true;
    }
    return false;
  }

  float distance_to(const StopLine& line, const Quad& quad) const {
    const float dx = line.x1 - line.x0, dy = line.y1 - line.y0, px = quad.x - line.x0, py = quad.y - line.y0;
    const float u = std::clamp((px * dx + py * dy) / std::max(dx * dx + dy * dy, 1e-6f), 0.0f, 1.0f);
    const float ex = px - u * dx, ey = py - u * dy;
    return std::sqrt(ex * ex + ey * ey);
  }

  void list_lines() {
    PlaceGrid grid(map_, 64);
    float longest = 0;
    for (size_t k = 0; k < map_.stop_lines.size(); ++k) {
      const StopLine& line = map_.stop_lines[k];
      grid.add(0.5f * (line.x0 + line.x1), 0.5f * (line.y0 + line.y1), int(k));
      longest = std::max(longest, std::hypot(line.x1 - line.x0, line.y1 - line.y0));
    }
    std::vector<std::pair<float, int>> near;
    for (size_t q = 0; q < map_.quads.size(); ++q) {
      const Quad& quad = map_.quads[q];
      near.clear();
      if (quad.next_stop_line != kNone16) near.push_back({-1.0f, quad.next_stop_line});
      grid.visit_near(quad.x, quad.y, kListReachM + longest, [&](int k) {
        const float distance = distance_to(map_.stop_lines[size_t(k)], quad);
        if (k != quad.next_stop_line && distance <= kListReachM &&
            same_surface(quad, map_.stop_lines[size_t(k)].z, distance))
          near.push_back({distance, k});
      });
      std::sort(near.begin(), near.end());
      const size_t listed = std::min(near.size(), size_t(kListedStopLines));
      for (size_t k = 0; k < listed; ++k) map_.lists[q].stop_lines[k] = uint16_t(near[k].second);
      map_.lists[q].stop_line_count = uint8_t(listed);
    }
  }

  const RoadNetwork& network_;
  const std::vector<Strip>& strips_;
  CompiledMap& map_;
  std::map<std::pair<int, int>, std::vector<int>> by_section_;
  std::vector<Post> posts_;
  std::unordered_map<std::string, int> post_of_;
  std::set<std::string> referenced_;
  std::map<Approach, std::map<int, int>> votes_;  ///< by post
  std::map<int, Approach> leads_;                 ///< by light: the approach whose line obeys it
  std::map<int, std::vector<std::pair<double, int>>> lines_on_;  ///< by lane: offset, line
};

}  // namespace

std::vector<int> place_stop_lines(const RoadNetwork& network, const std::vector<Strip>& strips,
                                  CompiledMap& map) {
  StopLinePlacer placer(network, strips, map);
  placer.place();
  return placer.light_roads();
}

}  // namespace gigalane
