/// A road network as its source describes it: what importers and generators make and compile() reads.
/// The model is OpenDRIVE's: roads with a reference line, lane sections, links, junctions, signals.
/// Metres, radians, x east, y north; s runs along the reference line, t to its left.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "maps/road_geometry.h"

namespace gigalane {

enum class LaneType { none, driving, bidirectional };
enum class RoadEnd { start, end };

/// A limit that holds from `s` on (of the road, or of the lane section for a lane).
struct SpeedRecord {
  double s, limit_mps;
};

/// A corner of a lane's border.
struct BoundPoint {
  double x, y, z;
};

/// How far a lane is raised above the road at its two borders, `s` metres from its section's start.
struct LaneHeight {
  double s, inner_m, outer_m;
};

/// The height of a road across at one s, above elevation and superelevation: cubics whose s is t.
struct ShapeProfile {
  double s;
  std::vector<Cubic> pieces;  ///< at least one
};

struct RoadLane {
  int id = 0;  ///< OpenDRIVE's: negative to the right of the reference line, positive to the left
  LaneType type = LaneType::none;
  bool reversed = false;       ///< traffic runs against the rule of the road
  std::vector<Cubic> widths;   ///< s counts from the section's start
  std::vector<Cubic> borders;  ///< where there are no widths: t of the outer border, without lane offset
  std::vector<LaneHeight> heights;
  bool level = false;  ///< not tilted: all of it is as high as its inner border
  std::vector<SpeedRecord> speeds;
  std::vector<int> predecessors, successors;  ///< lane ids at the section's start and end
  /// Borders in the direction of travel, where the source gives them (Lanelet2): they take the place of
  /// widths, elevation and the reference line. All lanes of a section have them, or none.
  std::vector<BoundPoint> left, right;
};

/// Lanes from `s` to the next section; sorted by id, the centre lane left out.
struct LaneSection {
  double s = 0;
  std::vector<RoadLane> lanes;
  const RoadLane* find(int id) const {
    for (const RoadLane& lane : lanes)
      if (lane.id == id) return &lane;
    return nullptr;
  }
};

struct RoadLink {
  enum class Kind { none, road, junction } kind = Kind::none;
  int index = -1;  ///< of the road or junction
  RoadEnd contact = RoadEnd::start;
  double s = -1;        ///< where the other road is met midway, as in virtual junctions; -1: at its contact
  bool along_s = true;  ///< then: which way the other road is followed
};

/// A signal or a reference to one: where it stands, and for which lanes it holds.
struct RoadSignal {
  std::string id;
  std::string type;  ///< empty for a reference
  bool is_reference = false;
  bool dynamic = false;
  double s = 0, t = 0, z_offset = 0;
  char orientation = 'n';                       ///< '+', '-' or 'n' (both)
  std::vector<std::pair<int, int>> validities;  ///< from lane, to lane; {0, 0}: none, it is only the pole
};

/// Something painted on a road that says where to stop.
struct RoadMark {
  double s = 0, t = 0;
};

struct Road {
  std::string id;
  int line = 0;  ///< of the source, from 1; 0 if it has none
  double length = 0;
  int junction = -1;  ///< index of the junction that it belongs to
  bool left_hand_traffic = false;
  RoadLink predecessor, successor;
  std::vector<Geometry> geometry;
  std::vector<Cubic> elevation, superelevation, lane_offset;
  std::vector<Cubic> crossfall_left, crossfall_right;  ///< radians, falling away from the reference line
  std::vector<ShapeProfile> shape;                     ///< by s
  std::vector<SpeedRecord> speeds;
  std::vector<LaneSection> sections;
  std::vector<RoadSignal> signals;
  std::vector<RoadMark> stop_lines;

  double section_end(size_t section) const {
    return section + 1 < sections.size() ? sections[section + 1].s : length;
  }
};

struct Connection {
  int incoming = -1, connecting = -1;           ///< road indices
  RoadEnd contact = RoadEnd::start;             ///< end of the connecting road that the incoming road meets
  std::vector<std::pair<int, int>> lane_links;  ///< lane of the incoming road, lane of the connecting road
};

struct Junction {
  std::string id;
  std::vector<Connection> connections;
  std::vector<std::string> controllers;  ///< ids, in the order of their turns
};

struct Controller {
  std::string id;
  std::vector<std::string> signals;
};

/// A link from the end of one lane to the start of another, in the direction of travel, beside those of roads
/// and junctions.
struct LaneLink {
  int from_road, from_lane, to_road, to_lane;
};

struct RoadNetwork {
  std::string name;
  std::string source;         ///< file name, or what generated it
  std::string converter;      ///< the program that made roads of it, which errors mention; empty if none did
  std::string source_sha256;  ///< of the file's bytes; empty if generated
  std::string licence, attribution;
  bool signals_face_traffic =
      false;               ///< signal orientation is where it faces, not the traffic that it holds for
  double left_out_km = 0;  ///< lanes that no car could drive on or get out of, taken out
  std::vector<Road> roads;
  std::vector<Junction> junctions;
  std::vector<Controller> controllers;
  std::vector<LaneLink> lane_links;
};

}  // namespace gigalane
