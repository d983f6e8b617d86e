/// What the importer needs from a SUMO network beside its OpenDRIVE form; internal to maps/.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gigalane {

/// The streets of a network by their edges' ids, and the turns of its lights.
struct SumoNet {
  /// Approaches (edges) of each program of lights, and the turn that each is green in.
  struct Program {
    std::string id;
    std::map<std::string, int> turn_of_edge;
  };
  std::vector<Program> programs;
  std::set<std::pair<std::string, std::string>> half_turns;  ///< from an edge back into its opposite
};

/// Reads a network. Throws Error naming `origin`, and the line if `lines` are those of a file of the user's.
SumoNet read_sumo_net(const std::string& xml, const std::string& origin, bool lines = true);

/// A network as netconvert is to read it.
struct PreparedNet {
  std::string xml;
  bool mirrored;  ///< x has changed its sign
};

/// Names each edge by its id, so that the name ends up in OpenDRIVE's roads, and mirrors a network whose
/// traffic keeps to the left: what netconvert makes of it as it is has turning ends on the wrong side. Throws
/// Error also where a number is none (NaN, infinite) or that of no road (a width below 0).
PreparedNet prepare_net(const std::string& xml, const std::string& origin, bool lines = true);

}  // namespace gigalane
