#include "maps/open_drive.h"

#include <zlib.h>

#include <algorithm>

#include "base/error.h"
#include "base/state_hash.h"
#include "maps/open_drive_xml.h"
#include "maps/word_counts.h"

namespace gigalane {
namespace {

using namespace open_drive;

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

IdIndex index_of(const Context& in, const pugi::xml_node& root, const char* element) {
  IdIndex index;
  int count = 0;
  for (const pugi::xml_node& node : root.children(element)) {
    const char* id = text(in, node, "id");
    if (!index.emplace(id, count++).second)
      in.stop("two elements <", element, "> have the id ", shortened(id));
  }
  return index;
}

bool has_lane(const RoadNetwork& network) {
  for (const Road& road : network.roads)
    for (const LaneSection& section : road.sections)
      for (const RoadLane& lane : section.lanes)
        if (lane.type != LaneType::none) return true;
  return false;
}

/// Says which types lanes have, and which were looked for.
[[noreturn]] void stop_without_lanes(const Context& in, const pugi::xml_node& root,
                                     const OpenDriveOptions& options) {
  WordCounts types;
  in.last = pugi::xml_node();
  for (const pugi::xml_node& road : root.children("road"))
    for (const pugi::xml_node& section : road.child("lanes").children("laneSection"))
      for (const char* side : {"left", "right"})
        for (const pugi::xml_node& lane : section.child(side).children("lane")) {
          types.add(lane.attribute("type").value());
          if (!in.last) in.last = lane;
        }
  std::vector<std::string> wanted = options.driving;
  wanted.insert(wanted.end(), options.bidirectional.begin(), options.bidirectional.end());
  const char* how = options.name_lines ? " (maps import --driving, --bidirectional)" : "";
  if (types.total() == 0)
    in.stop("no lane to drive on: its roads have no lanes at all, expected at least one");
  in.stop("no lane to drive on: lanes are of type ", types.text(), ", expected at least one of type ",
          any_of_words(wanted), how);
}

}  // namespace

std::string read_maybe_zipped(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) fail(path, ": cannot be opened, expected a readable file");
  gzbuffer(file, 1 << 18);
  std::string bytes;
  size_t used = 0;
  int got = 0;
  do {
    bytes.resize(used + (1 << 20));
    got = gzread(file, &bytes[used], 1 << 20);
    if (got > 0) used += size_t(got);
    if (used > kLargestXmlBytes) {
      gzclose(file);
      fail(path, ": more than ", kLargestXmlBytes >> 20, " MB of text, expected less");
    }
  } while (got == 1 << 20);
  int code = Z_OK;
  gzerror(file, &code);
  const bool whole = got >= 0 && (code == Z_OK || code == Z_STREAM_END);
  gzclose(file);
  if (!whole) fail(path, ": truncated or damaged after ", used, " bytes, expected a whole file");
  bytes.resize(used);
  return bytes;
}

RoadNetwork parse_open_drive(const std::string& xml, const std::string& origin,
                             const OpenDriveOptions& options) {
  const LineIndex index(xml);
  const LineIndex* lines = options.name_lines ? &index : nullptr;
  const Context in{origin, "", lines};
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(xml.data(), xml.size());
  if (!result) {
    const int line = index.line_at(size_t(std::max<std::ptrdiff_t>(result.offset, 0)));
    fail(origin, lines ? ":" + std::to_string(line) : "", ": not whole XML (", result.description(),
         "), expected OpenDRIVE");
  }
  const pugi::xml_node root = document.child("OpenDRIVE");
  if (!root) in.stop("no element <OpenDRIVE>, expected an OpenDRIVE file");

  RoadNetwork network;
  network.source = file_name(origin);
  network.name = network.source.substr(0, network.source.find('.'));
  // RoadRunner writes orientation "+" for lanes that travel against s
  network.signals_face_traffic = bool(root.child("header").child("userData").child("vectorScene"));

  const IdIndex roads = index_of(in, root, "road"), junctions = index_of(in, root, "junction");
  in.last = root;
  if (roads.empty()) in.stop("no element <road>, expected at least one road");
  for (const pugi::xml_node& node : root.children("road"))
    network.roads.push_back(read_road(in.at("road", node), node, {roads, junctions, options}));
  for (const pugi::xml_node& node : root.children("junction"))
    network.junctions.push_back(read_junction(in.at("junction", node), node, roads, network));
  network.controllers = read_controllers(in, root);
  check_references(in, root, network);
  cut_linked_sections(network);
  if (!has_lane(network)) stop_without_lanes(in, root, options);
  return network;
}

RoadNetwork read_open_drive(const std::string& path, const OpenDriveOptions& options) {
  RoadNetwork network = parse_open_drive(read_maybe_zipped(path), path, options);
  network.source_sha256 = sha256_file(path);
  return network;
}

}  // namespace gigalane
