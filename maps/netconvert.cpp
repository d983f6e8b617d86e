#include "maps/netconvert.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <pugixml.hpp>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "maps/mirror.h"
#include "maps/netconvert_report.h"
#include "maps/open_drive.h"
#include "maps/prune.h"
#include "maps/sumo_net.h"
#include "maps/sumo_net_steps.h"
#include "maps/xml_tags.h"

namespace gigalane {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMissing =
    ": SUMO's netconvert and its types of streets are needed to import it and were not found, expected the "
    "packages sumo and sumo-tools (apt-get install --no-install-recommends sumo sumo-tools)";

/// A folder of its own that goes when the work is done.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    std::string name = (parent / "gigalane_import_XXXXXX").string();
    if (error || !mkdtemp(name.data()))
      fail("no folder can be made in ", error ? "$TMPDIR" : parent.string(),
           ", expected a writable folder for temporary files");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

/// Where SUMO keeps its data.
std::string sumo_home() {
  const char* home = std::getenv("SUMO_HOME");
  return home && *home ? home : "/usr/share/sumo";
}

std::string types_of_streets() { return sumo_home() + "/data/typemap/osmNetconvert.typ.xml"; }

/// Runs a program without a shell, its output going to a file. Returns its exit status; 127: not found.
int run(const std::vector<std::string>& arguments, const std::string& output) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  setenv("SUMO_HOME", sumo_home().c_str(), 0);
  pid_t child = 0;
  const int error = posix_spawnp(&child, pointers[0], &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error == ENOENT) return 127;
  if (error != 0) fail(arguments[0], ": cannot be started (", std::strerror(error), ")");
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail(arguments[0], ": lost (", std::strerror(errno), ")");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Names of OpenDRIVE's roads or junctions, by their ids. Of two that are called the same, the later one's
/// name goes on with its id.
class Names {
 public:
  Names(const pugi::xml_node& root, const char* element) {
    std::unordered_set<std::string> taken;
    for (const pugi::xml_node& node : root.children(element)) {
      const std::string id = node.attribute("id").value(), name = node.attribute("name").value();
      name_of_.emplace(id, taken.insert(name).second ? name : name + " (" + id + ")");
    }
  }
  /// Puts the name in place of the id. False: there is no such id.
  bool put(const pugi::xml_node& node, const char* attribute) const {
    const auto name = name_of_.find(node.attribute(attribute).value());
    if (name != name_of_.end()) node.attribute(attribute).set_value(name->second.c_str());
    return name != name_of_.end();
  }

 private:
  std::unordered_map<std::string, std::string> name_of_;
};

/// Turns a network round that was converted in a mirror.
void mirror_back(RoadNetwork& network) {
  mirror_network(network);
  make_drivable(network);  // corners round otherwise on this side
}

class Converter {
 public:
  explicit Converter(const std::string& source)
      : source_(source), made_(source + ", converted by netconvert") {}

  /// From OpenStreetMap's streets to a SUMO network: lanes and limits by the type of street, junctions that
  /// belong together joined, roundabouts and slip roads found, lights joined by junction, bridges and tunnels
  /// 6 m above or below each other.
  std::string build_net(const std::string& streets) {
    const std::string types = types_of_streets();
    check_depth(read_maybe_zipped(streets), source_);
    if (!fs::exists(types)) fail(source_, kMissing);
    netconvert(streets, true,
               {"--osm-files",
                streets,
                "--type-files",
                types,
                "--keep-edges.by-vclass",
                "passenger",
                "--remove-edges.isolated",
                "--geometry.remove",
                "--roundabouts.guess",
                "--ramps.guess",
                "--junctions.join",
                "--tls.guess-signals",
                "--tls.discard-simple",
                "--tls.join",
                "--osm.layer-elevation",
                "6",
                "--osm.layer-elevation.max-grade",
                "12",
                "--tls.default-type",
                "static",
                "--no-turnarounds",
                "--output-file",
                folder_ / "a.net.xml"});
    return folder_ / "a.net.xml";
  }

  /// The streets of the source in a mirror, east for west: there those who keep to the left keep to the
  /// right.
  std::string mirrored_streets() {
    pugi::xml_document document;
    const std::string xml = read_maybe_zipped(source_);
    const pugi::xml_parse_result result = document.load_buffer(xml.data(), xml.size());
    if (!result)
      fail(source_, ":", line_at(xml, size_t(result.offset)), ": not whole XML (", result.description(),
           "), expected streets of OpenStreetMap");
    for (const pugi::xml_node& node : document.child("osm").children("node"))
      node.attribute("lon") = sumo_net::negative(node.attribute("lon").value()).c_str();
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    write("mirrored.osm", text.str());
    return folder_ / "mirrored.osm";
  }

  RoadNetwork convert(const std::string& net_path) {
    const std::string net = read_maybe_zipped(net_path);
    const bool of_source = net_path == source_;
    check_depth(net, of_source ? source_ : made_);
    const PreparedNet prepared = prepare_net(net, of_source ? source_ : made_, of_source);
    write("named.net.xml", prepared.xml);
    netconvert(folder_ / "named.net.xml", of_source,
               {"--sumo-net-file", folder_ / "named.net.xml", "--output.street-names", "--no-turnarounds",
                "--junctions.corner-detail", "5", "--output-file", folder_ / "b.net.xml",
                "--opendrive-output", folder_ / "b.xodr"});
    OpenDriveOptions options;
    options.name_lines = false;
    RoadNetwork network = parse_open_drive(clean(read_file(folder_ / "b.xodr")), made_, options);
    network.source = source_.substr(source_.find_last_of('/') + 1);
    network.converter = "netconvert";
    find_edges(network);
    const SumoNet last = read_sumo_net(read_file(folder_ / "b.net.xml"), made_, false);
    drop_half_turns(last, network);
    place_lights(last, network);
    make_drivable(network);
    if (prepared.mirrored) mirror_back(network);
    return network;
  }

 private:
  void write(const char* name, const std::string& bytes) {
    try {
      write_file(folder_ / name, bytes);
    } catch (const Error&) {
      fail(source_, ": cannot be converted, expected room for ", 1 + (bytes.size() >> 20), " MB in ",
           fs::path(folder_.path()).parent_path().string());
    }
  }

  /// `of_source`: whether `read` is the source, or was made of it element by element.
  void netconvert(const std::string& read, bool of_source, std::vector<std::string> arguments) {
    const int status = start(std::move(arguments));
    if (status == 127) fail(source_, kMissing);
    if (status == 0) return;
    const std::string output = read_file(folder_ / "output.txt");
    Conversion conversion{source_, read_maybe_zipped(source_), read, "", folder_.path()};
    conversion.types = types_of_streets();
    if (of_source && line_of_complaint(output) > 0) {
      conversion.read_text = read == source_ ? conversion.text : read_file(read);
      conversion.first_line = first_line();
    }
    fail(netconvert_error(output, conversion));
  }

  int start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"netconvert", "--xml-validation", "never", "--no-warnings"});
    return run(arguments, folder_ / "output.txt");
  }

  /// How this netconvert counts lines, found out by a mistake in the first one.
  int first_line() {
    write("broken.net.xml", "<net><");
    start({"--sumo-net-file", folder_ / "broken.net.xml", "--output-file", folder_ / "none.net.xml"});
    return std::max(1, line_of_complaint(read_file(folder_ / "output.txt")));
  }

  /// What netconvert writes, with geometry as long as its road (ways of no length over a junction are given
  /// 0.1 m) and without links to junctions that it leaves out (where a street ends). Its numbers of roads and
  /// junctions give way to the names that the net has for them; prepare_net() made the edges' ids names.
  std::string clean(const std::string& xml) {
    pugi::xml_document document;
    if (!document.load_buffer(xml.data(), xml.size())) fail(source_, ": netconvert wrote no XML");
    const pugi::xml_node root = document.child("OpenDRIVE");
    const Names roads(root, "road"), junctions(root, "junction");
    for (const pugi::xml_node& road : root.children("road")) {
      stretch(road);
      roads.put(road, "id");
      junctions.put(road, "junction");
      pugi::xml_node links = road.child("link");
      for (const char* end : {"predecessor", "successor"}) {
        const pugi::xml_node link = links.child(end);
        const bool junction = std::strcmp(link.attribute("elementType").value(), "junction") == 0;
        if (!(junction ? junctions : roads).put(link, "elementId") && junction) links.remove_child(link);
      }
    }
    for (const pugi::xml_node& junction : root.children("junction")) {
      junctions.put(junction, "id");
      for (const pugi::xml_node& connection : junction.children("connection"))
        for (const char* road : {"incomingRoad", "connectingRoad"}) roads.put(connection, road);
    }
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return text.str();
  }

  static void stretch(const pugi::xml_node& road) {
    const pugi::xml_node last = road.child("planView").last_child();
    const double left = road.attribute("length").as_double() - last.attribute("s").as_double();
    if (left > last.attribute("length").as_double()) last.attribute("length").set_value(left);
  }

  void find_edges(const RoadNetwork& network) {
    for (size_t k = 0; k < network.roads.size(); ++k) {
      edge_of_.push_back(network.roads[k].junction < 0 ? network.roads[k].id : "");
      if (!edge_of_.back().empty()) road_of_.emplace(edge_of_.back(), int(k));
    }
  }

  /// Half turns within a junction have arcs that no car can follow: they are no lanes here.
  void drop_half_turns(const SumoNet& net, RoadNetwork& network) {
    std::vector<bool> dropped(network.roads.size(), false);
    for (size_t k = 0; k < network.roads.size(); ++k) {
      Road& road = network.roads[k];
      if (road.junction < 0 || road.predecessor.kind != RoadLink::Kind::road ||
          road.successor.kind != RoadLink::Kind::road)
        continue;
      if (!net.half_turns.count(
              {edge_of_[size_t(road.predecessor.index)], edge_of_[size_t(road.successor.index)]}))
        continue;
      dropped[k] = true;
      for (LaneSection& section : road.sections)
        for (RoadLane& lane : section.lanes) lane.type = LaneType::none;
    }
    for (Junction& junction : network.junctions) {
      auto& all = junction.connections;
      all.erase(std::remove_if(all.begin(), all.end(),
                               [&](const Connection& c) { return dropped[size_t(c.connecting)]; }),
                all.end());
    }
  }

  /// One light for each approach, in the turns of the program. The signals that netconvert writes itself name
  /// lanes by SUMO's numbers and have no controllers.
  void place_lights(const SumoNet& net, RoadNetwork& network) {
    for (Road& road : network.roads) road.signals.clear();
    for (const SumoNet::Program& program : net.programs)
      for (const auto& [edge, turn] : program.turn_of_edge) {
        const auto road = road_of_.find(edge);
        if (road == road_of_.end()) continue;
        const std::string number = std::to_string(turn), padding(3 - std::min<size_t>(3, number.size()), '0');
        const std::string controller = program.id + " turn " + padding + number;
        add_light(network.roads[size_t(road->second)], program.id + " " + edge);
        add_turn(network, road->second, controller, program.id + " " + edge);
      }
    for (Junction& junction : network.junctions)
      std::sort(junction.controllers.begin(), junction.controllers.end());
  }

  static void add_light(Road& road, const std::string& id) {
    RoadSignal light;
    light.id = id;
    light.type = "1000001";
    light.dynamic = true;
    light.s = std::max(0.0, road.length - 0.5);
    double right = 0;
    for (const RoadLane& lane : road.sections.back().lanes)
      if (lane.id < 0) right += value_at(lane.widths, road.length - road.sections.back().s);
    light.t = -right - 0.5;
    light.z_offset = 5;
    light.orientation = '+';
    road.signals.push_back(light);
  }

  static void add_turn(RoadNetwork& network, int road, const std::string& id, const std::string& light) {
    auto known = std::find_if(network.controllers.begin(), network.controllers.end(),
                              [&](const Controller& c) { return c.id == id; });
    if (known == network.controllers.end()) {
      network.controllers.push_back({id, {}});
      known = network.controllers.end() - 1;
    }
    known->signals.push_back(light);
    const RoadLink& ahead = network.roads[size_t(road)].successor;
    if (ahead.kind != RoadLink::Kind::junction) return;
    auto& turns = network.junctions[size_t(ahead.index)].controllers;
    if (std::find(turns.begin(), turns.end(), id) == turns.end()) turns.push_back(id);
  }

  std::string source_;
  std::string made_;  ///< names what errors find in netconvert's output
  TemporaryFolder folder_;
  std::vector<std::string> edge_of_;              ///< by road; empty within junctions
  std::unordered_map<std::string, int> road_of_;  ///< by edge
};

}  // namespace

RoadNetwork convert_open_street_map(const std::string& path, bool left_hand) {
  Converter converter(path);
  // all that a side of the road decides (ramps, loops, who turns across whom) is decided in the mirror
  RoadNetwork network =
      converter.convert(converter.build_net(left_hand ? converter.mirrored_streets() : path));
  if (left_hand) mirror_back(network);
  network.licence = "ODbL 1.0";
  network.attribution = "(c) OpenStreetMap contributors, ODbL";
  return network;
}

RoadNetwork convert_sumo(const std::string& path) { return Converter(path).convert(path); }

}  // namespace gigalane
