#include "maps/connection_ends.h"

#include <cmath>

namespace gigalane {

RoadEnd facing_end(const RoadNetwork& network, const Connection& connection, int junction) {
  const Road& road = network.roads[size_t(connection.incoming)];
  const auto leads_in = [&](const RoadLink& link) {
    return (link.kind == RoadLink::Kind::junction && link.index == junction) ||
           (link.kind == RoadLink::Kind::road && link.index == connection.connecting);
  };
  const bool at_start = leads_in(road.predecessor), at_end = leads_in(road.successor);
  if (at_start != at_end) return at_end ? RoadEnd::end : RoadEnd::start;
  const Road& connecting = network.roads[size_t(connection.connecting)];
  const CurvePlace p =
      place_at(connecting.geometry, connection.contact == RoadEnd::start ? 0 : connecting.length);
  const CurvePlace a = place_at(road.geometry, 0), b = place_at(road.geometry, road.length);
  return std::hypot(a.x - p.x, a.y - p.y) < std::hypot(b.x - p.x, b.y - p.y) ? RoadEnd::start : RoadEnd::end;
}

const RoadLink* midway_link(const RoadNetwork& network, const Connection& connection) {
  const Road& road = network.roads[size_t(connection.connecting)];
  const RoadLink& back = connection.contact == RoadEnd::start ? road.predecessor : road.successor;
  const bool midway = back.kind == RoadLink::Kind::road && back.index == connection.incoming && back.s >= 0;
  return midway ? &back : nullptr;
}

}  // namespace gigalane
