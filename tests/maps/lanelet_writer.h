// Lanelet2 maps written by hand.
#pragma once
#include <sstream>
#include <string>
#include <vector>

#include "maps/lanelet.h"

namespace gigalane::testing {

inline std::string tag(const char* key, const char* value) {
  return std::string("<tag k='") + key + "' v='" + value + "'/>";
}

// A map being written: nodes with local coordinates, ways, relations.
class LaneletWriter {
 public:
  int node(double x, double y, double z = 0) {
    nodes_.precision(12);
    nodes_ << "<node id='" << ++last_ << "' lat='0' lon='0'><tag k='local_x' v='" << x
           << "'/><tag k='local_y' v='" << y << "'/><tag k='ele' v='" << z << "'/></node>";
    return last_;
  }
  int way(const std::vector<int>& nodes, const std::string& tags = "") {
    ways_ << "<way id='" << ++last_ << "'>";
    for (const int node : nodes) ways_ << "<nd ref='" << node << "'/>";
    ways_ << tags << "</way>";
    return last_;
  }
  int line(double x0, double y0, double x1, double y1) { return way({node(x0, y0), node(x1, y1)}); }
  int lanelet(int left, int right, const std::string& more = "<tag k='subtype' v='road'/>") {
    return relation("<member type='way' ref='" + std::to_string(left) +
                    "' role='left'/><member type='way' ref='" + std::to_string(right) +
                    "' role='right'/><tag k='type' v='lanelet'/>" + more);
  }
  int relation(const std::string& inside) {
    relations_ << "<relation id='" << ++last_ << "'>" << inside << "</relation>";
    return last_;
  }
  int next_id() const { return last_ + 1; }
  RoadNetwork parse() const { return parse_lanelets(text(), "some/town.osm"); }
  std::string text() const {
    return "<?xml version='1.0'?><osm>" + nodes_.str() + ways_.str() + relations_.str() + "</osm>";
  }

 private:
  int last_ = 0;
  std::ostringstream nodes_, ways_, relations_;
};

}  // namespace gigalane::testing
