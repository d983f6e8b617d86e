// Which strip goes on into which, and which lie side by side.
#include <algorithm>

#include "maps/connection_ends.h"
#include "maps/strips.h"

namespace gigalane {
namespace {

class StripLinker {
 public:
  StripLinker(const RoadNetwork& network, std::vector<Strip>& strips,
              std::vector<std::pair<int, int>>* refused)
      : network_(network), strips_(strips), refused_(refused) {
    sections_.resize(network.roads.size());
    for (size_t road = 0; road < network.roads.size(); ++road)
      sections_[road].resize(network.roads[road].sections.size());
    for (size_t k = 0; k < strips.size(); ++k)
      sections_[size_t(strips[k].road)][size_t(strips[k].section)].push_back(int(k));
  }

  void link() {
    for (size_t road = 0; road < network_.roads.size(); ++road) {
      link_sections(int(road));
      link_ends(int(road));
    }
    for (const Junction& junction : network_.junctions)
      for (const Connection& connection : junction.connections) link_connection(connection, junction);
    for (const LaneLink& link : network_.lane_links) link_lanes(link);
    for (Strip& strip : strips_) {
      sort_unique(strip.successors);
      sort_unique(strip.predecessors);
    }
    for (size_t k = 0; k < strips_.size(); ++k) find_neighbours(int(k));
    if (!refused_) return;
    std::sort(refused_->begin(), refused_->end());
    refused_->erase(std::unique(refused_->begin(), refused_->end()), refused_->end());
  }

 private:
  static void sort_unique(std::vector<int>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }

  /// A lane's end at one end of a road or section.
  struct LaneEnd {
    int road, section, lane_id;
    RoadEnd end;
  };

  int section_at(int road, RoadEnd end) const {
    return end == RoadEnd::start ? 0 : int(network_.roads[size_t(road)].sections.size()) - 1;
  }

  /// The end of the other road that a road's end meets, as section and end of it.
  LaneEnd met_by(const RoadLink& link, RoadEnd own_end) const {
    if (link.s < 0) return {link.index, section_at(link.index, link.contact), 0, link.contact};
    const auto& sections = network_.roads[size_t(link.index)].sections;
    int next = 0;  // the section that begins where they meet
    for (int k = 1; k < int(sections.size()); ++k)
      if (std::abs(sections[size_t(k)].s - link.s) < std::abs(sections[size_t(next)].s - link.s)) next = k;
    // leaving a road that is followed along s, one leaves the section before; entering it, one enters the
    // next
    const bool before = (own_end == RoadEnd::start) == link.along_s;
    if (before && next > 0) return {link.index, next - 1, 0, RoadEnd::end};
    return {link.index, next, 0, RoadEnd::start};
  }

  void connect(const LaneEnd& a, const LaneEnd& b) {
    for (const int from : sections_[size_t(a.road)][size_t(a.section)]) {
      if (strips_[size_t(from)].lane_id != a.lane_id) continue;
      for (const int to : sections_[size_t(b.road)][size_t(b.section)]) {
        if (strips_[size_t(to)].lane_id != b.lane_id) continue;
        const bool linked = connect_strips(from, a.end, to, b.end);
        if (!connect_strips(to, b.end, from, a.end) && !linked) refuse(from, a.end, to, b.end);
      }
    }
  }

  /// Whether traffic goes on from one strip into the other.
  bool connect_strips(int from, RoadEnd from_end, int to, RoadEnd to_end) {
    if ((from == to && from_end == to_end) || !strips_[size_t(from)].leaves_by(from_end) ||
        !strips_[size_t(to)].enters_by(to_end))
      return false;
    strips_[size_t(from)].successors.push_back(to);
    strips_[size_t(to)].predecessors.push_back(from);
    return true;
  }

  /// Notes driving lanes that both end, or both begin, where they are linked.
  void refuse(int a, RoadEnd a_end, int b, RoadEnd b_end) {
    const Strip &p = strips_[size_t(a)], &q = strips_[size_t(b)];
    if (!refused_ || a == b || p.type != LaneType::driving || q.type != LaneType::driving) return;
    if ((p.leaves_by(a_end) && q.leaves_by(b_end)) || (p.enters_by(a_end) && q.enters_by(b_end)))
      refused_->push_back({std::min(a, b), std::max(a, b)});
  }

  void link_sections(int road) {
    const auto& sections = network_.roads[size_t(road)].sections;
    for (int k = 0; k + 1 < int(sections.size()); ++k) {
      for (const RoadLane& lane : sections[size_t(k)].lanes)
        for (const int next : lane.successors)
          connect({road, k, lane.id, RoadEnd::end}, {road, k + 1, next, RoadEnd::start});
      for (const RoadLane& lane : sections[size_t(k) + 1].lanes)
        for (const int before : lane.predecessors)
          connect({road, k, before, RoadEnd::end}, {road, k + 1, lane.id, RoadEnd::start});
    }
  }

  void link_ends(int road) {
    const Road& r = network_.roads[size_t(road)];
    for (const RoadEnd end : {RoadEnd::start, RoadEnd::end}) {
      const RoadLink& link = end == RoadEnd::start ? r.predecessor : r.successor;
      if (link.kind != RoadLink::Kind::road) continue;
      const int section = section_at(road, end);
      LaneEnd other = met_by(link, end);
      for (const RoadLane& lane : r.sections[size_t(section)].lanes)
        for (const int id : end == RoadEnd::start ? lane.predecessors : lane.successors) {
          other.lane_id = id;
          connect({road, section, lane.id, end}, other);
        }
    }
  }

  void link_connection(const Connection& connection, const Junction& junction) {
    LaneEnd incoming{connection.incoming, 0, 0,
                     facing_end(network_, connection, int(&junction - network_.junctions.data()))};
    incoming.section = section_at(incoming.road, incoming.end);
    if (const RoadLink* link = midway_link(network_, connection))
      incoming = met_by(*link, connection.contact);
    const int other = section_at(connection.connecting, connection.contact);
    for (const auto& [from, to] : connection.lane_links) {
      incoming.lane_id = from;
      connect(incoming, {connection.connecting, other, to, connection.contact});
    }
  }

  void link_lanes(const LaneLink& link) {
    const auto end_of = [&](int road, int lane, bool leaving) {
      const bool forward = (lane < 0) != network_.roads[size_t(road)].left_hand_traffic;
      const RoadEnd end = forward == leaving ? RoadEnd::end : RoadEnd::start;
      return LaneEnd{road, section_at(road, end), lane, end};
    };
    connect(end_of(link.from_road, link.from_lane, true), end_of(link.to_road, link.to_lane, false));
  }

  /// The lane beside it, towards the reference line (-1) or away from it (+1), that shares most pieces.
  int neighbour(int index, int step) const {
    const Strip& strip = strips_[size_t(index)];
    const int id = strip.lane_id + (strip.lane_id > 0 ? step : -step);
    int best = -1, best_shared = 0;
    if (id == 0) return -1;
    for (const int other : sections_[size_t(strip.road)][size_t(strip.section)]) {
      const Strip& o = strips_[size_t(other)];
      if (o.lane_id != id || o.type != LaneType::driving || o.forward != strip.forward) continue;
      const int shared = std::min(o.first_piece + o.piece_count(), strip.first_piece + strip.piece_count()) -
                         std::max(o.first_piece, strip.first_piece);
      if (shared > best_shared) {
        best_shared = shared;
        best = other;
      }
    }
    return best;
  }

  void find_neighbours(int index) {
    Strip& strip = strips_[size_t(index)];
    const bool inner_is_left = (strip.lane_id < 0) == strip.forward;
    const int inner = neighbour(index, -1), outer = neighbour(index, 1);
    strip.left_strip = inner_is_left ? inner : outer;
    strip.right_strip = inner_is_left ? outer : inner;
  }

  const RoadNetwork& network_;
  std::vector<Strip>& strips_;
  std::vector<std::pair<int, int>>* refused_;
  std::vector<std::vector<std::vector<int>>> sections_;  ///< strips by road and section
};

}  // namespace

void link_strips(const RoadNetwork& network, std::vector<Strip>& strips,
                 std::vector<std::pair<int, int>>* refused) {
  StripLinker(network, strips, refused).link();
}

}  // namespace gigalane
