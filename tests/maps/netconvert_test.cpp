// Streets of OpenStreetMap and SUMO: a small town is drivable, with its lights; what is missing is named.
#include "maps/netconvert.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "maps/check.h"
#include "maps/compile.h"
#include "maps/import.h"
#include "maps/sumo_net.h"
#include "tests/maps/help.h"
#include "tests/maps/small_net.h"
#include "tests/maps/small_town.h"
#include "tests/paths.h"

using namespace gigalane;
using testing::error_of;
using testing::Folder;
using testing::has;
using testing::has_netconvert;
using testing::small_town;
namespace fs = std::filesystem;

TEST_CASE("a town of OpenStreetMap becomes one drivable part, with its light and a loop at its dead end") {
  if (!has_netconvert()) return;
  const Folder folder;
  const RoadNetwork network = read_network(folder.write("town.osm", small_town()));
  CHECK(network.name == "town");
  CHECK(network.source == "town.osm");
  CHECK(network.source_sha256.size() == 64);
  CHECK(network.licence == "ODbL 1.0");
  CHECK(network.attribution == "(c) OpenStreetMap contributors, ODbL");
  const CompiledMap map = compile(network);
  CHECK(map.statistics.components == 1);
  CHECK(count_traps(map.findings) == 0);
  // 12 streets of 200 m and one of 150 m, of a lane or two each way, less what the junctions take
  CHECK(map.statistics.lane_km > 4.8);
  CHECK(map.statistics.dead_end_lanes == 0);
  CHECK(map.half_width_m > 0.5f * (550 + 30));  // the loop lies beyond the dead end
  // the four approaches of one crossing: those that face each other turn left across each other, so each has
  // its own turn
  CHECK(map.statistics.lights == 4);
  REQUIRE(map.stop_lines.size() == 4);
  for (const StopLine& a : map.stop_lines)
    for (const StopLine& b : map.stop_lines) {
      const Signal &p = map.signals[size_t(a.signal)], &q = map.signals[size_t(b.signal)];
      CHECK(p.phase_count == 4);
      CHECK(p.junction == q.junction);
      CHECK((p.phase == q.phase) == (a.signal == b.signal));
    }
}

TEST_CASE(
    "the same streets with traffic on the left: east stays east, who comes towards one passes on the right") {
  if (!has_netconvert()) return;
  const Folder folder;
  const std::string town = folder.write("town.osm", small_town());
  const CompiledMap right = compile(read_network(town)), left = compile(read_network(town, {{}, true}));
  for (const CompiledMap* map : {&right, &left}) {
    const bool left_hand = map == &left;
    CHECK(map->statistics.components == 1);
    CHECK(map->statistics.lights == 4);
    CHECK(map->statistics.lane_km == doctest::Approx(right.statistics.lane_km).epsilon(1e-3));
    CHECK(count_traps(map->findings) == 0);
    int pairs = 0;
    for (const Lane& a : map->lanes)
      for (const Lane& b : map->lanes) {
        if (a.junction >= 0 || b.junction >= 0 || a.length_m < 100 || b.length_m < 100) continue;
        const Quad &p = map->quads[size_t(a.first_quad + a.quad_count / 2)],
                   &q = map->quads[size_t(b.first_quad + b.quad_count / 2)];
        if (p.tangent_x * q.tangent_x + p.tangent_y * q.tangent_y > 0 || std::hypot(p.x - q.x, p.y - q.y) > 9)
          continue;  // not the other direction of the same street
        const float to_left = (q.y - p.y) * p.tangent_x - (q.x - p.x) * p.tangent_y;
        CHECK((to_left < 0) == left_hand);
        ++pairs;
      }
    CHECK(pairs == 20);  // 10 streets between junctions and corners, each seen from both directions
    const auto east = std::max_element(map->quads.begin(), map->quads.end(),
                                       [](const Quad& p, const Quad& q) { return p.x < q.x; });
    CHECK(east->y > 100);  // the dead end, in the north east
    CHECK(east->x > map->half_width_m - 10);
  }
}

TEST_CASE("only OpenStreetMap needs to be told on which side traffic drives") {
  const Folder folder;
  for (const char* name : {"a.net.xml", "a.xodr"})
    CHECK(has(error_of([&] {
                read_network(folder.write(name, "<a/>"), {{}, true});
              }),
              "expected --left-hand for OpenStreetMap only"));
  CHECK(has(error_of([&] {
              read_network(
                  folder.write("a.osm", "<osm><relation><tag k='type' v='lanelet'/></relation></osm>"),
                  {{}, true});
            }),
            "a Lanelet2 map says itself"));
}

TEST_CASE("a SUMO network is converted as it stands") {
  if (!has_netconvert()) return;
  const Folder folder;
  const std::string net = testing::built_town(folder);
  const RoadNetwork network = read_network(net);
  CHECK(network.name == "built");
  CHECK(network.licence.empty());
  const CompiledMap map = compile(network);
  CHECK(map.statistics.components == 1);
  CHECK(map.statistics.lane_km > 4);
  CHECK(count_traps(map.findings) == 0);
}

TEST_CASE("whole cities are drivable: Monaco of OpenStreetMap, Braunschweig of SUMO") {
  if (!has_netconvert()) return;
  struct City {
    std::string path;
    double least_km;
    int levels, lights;
  };
  const City cities[] = {{(testing::data_dir() / "maps" / "monaco.osm.gz").string(), 70, 2, 5},
                         {"/usr/share/sumo/tools/game/bs3d/bs.net.xml", 15, 1, 4}};
  for (const City& city : cities) {
    if (!fs::exists(city.path)) {
      MESSAGE("skipped: no ", city.path);
      continue;
    }
    CAPTURE(city.path);
    const CompiledMap map = compile(read_network(city.path));
    CHECK(map.statistics.components == 1);
    CHECK(count_traps(map.findings) == 0);
    CHECK(map.statistics.lane_km > city.least_km);
    CHECK(map.statistics.levels >= city.levels);
    CHECK(map.statistics.lights >= city.lights);
    CHECK(map.attribution.find("OpenStreetMap contributors") != std::string::npos);
  }
}

TEST_CASE("without netconvert the package to install is named, and so is its complaint about a broken file") {
  const Folder folder;
  const std::string osm = folder.write("town.osm", small_town());
  const std::string path = std::getenv("PATH") ? std::getenv("PATH") : "";
  setenv("PATH", folder.path.c_str(), 1);
  const std::string missing = error_of([&] { read_network(osm); });
  setenv("PATH", path.c_str(), 1);
  CHECK(has(missing, "town.osm"));
  CHECK(has(missing, "packages sumo and sumo-tools"));
  CHECK(!has(missing, "\n"));
  CHECK(has(error_of([&] { read_network(folder.write("a.net.xml", "<svg/>")); }), "expected a SUMO network"));
  if (!has_netconvert()) return;
  const std::string broken = error_of([&] { read_network(folder.write("b.osm", "<osm><node id='1'")); });
  CHECK(has(broken, "b.osm"));
  CHECK(has(broken, "netconvert, which converts it, stops: "));
  CHECK(!has(broken, "\n"));
  CHECK(has(error_of([&] { read_network(folder.write("c.txt", "")); }), "expected .xodr, .net.xml or .osm"));
}

/// The small town as a SUMO network with one text in place of another, once; the path of the file.
std::string built_net(const Folder& folder, const std::string& text, const std::string& instead) {
  std::string xml = read_maybe_zipped(testing::built_town(folder));
  const size_t at = xml.find(text);
  REQUIRE(at != std::string::npos);
  return folder.write("broken.net.xml", xml.replace(at, text.size(), instead));
}

TEST_CASE("errors about a converted network name the user's file and its elements") {
  if (!has_netconvert()) return;
  const Folder folder;
  const auto said = [&](const std::string& text, const std::string& instead) {
    const std::string path = built_net(folder, text, instead);
    return error_of([&] { compile(read_network(path)); });
  };
  const std::string unknown = said("<edge id=\"100#0\" from=\"5\"", "<edge id=\"100#0\" from=\"nowhere\"");
  CHECK(has(unknown, "broken.net.xml:"));
  CHECK(has(unknown, ": edge 100#0: netconvert, which converts it, stops: "));
  const std::string wide = said("<lane id=\"100#0_0\"", "<lane id=\"100#0_0\" width=\"300\"");
  CHECK(has(wide, "broken.net.xml, converted by netconvert: road 100#0: lane -"));
  // netconvert reads it on one line of its own, and counts lines from 2
  const std::string twice = said("<edge id=\"100#0\" from=\"5\"", "<edge id=\"100#0\" from=\"5\" from=\"6\"");
  const std::string xml = read_maybe_zipped(folder.file("broken.net.xml"));
  const auto line =
      1 + std::count(xml.begin(), xml.begin() + std::ptrdiff_t(xml.find(" from=\"5\" from")), '\n');
  CHECK(has(twice, "broken.net.xml:" + std::to_string(line) + ": netconvert"));
  for (const std::string& message : {unknown, wide, twice}) CHECK(!has(message, "gigalane_import"));

  const std::string osm =
      folder.write("entity.osm", "<osm>\n<node id='1' lat='43' lon='7'/>\n<way id='&x;'/></osm>");
  CHECK(has(error_of([&] { read_network(osm); }), "entity.osm:3: "));
}

TEST_CASE("a temporary folder that cannot be had is named as the user knows it") {
  if (!has_netconvert()) return;
  const Folder folder;
  const std::string town = folder.write("town.osm", small_town());
  const char* before = std::getenv("TMPDIR");
  const std::string old = before ? before : "";
  setenv("TMPDIR", folder.file("town.osm").c_str(), 1);
  const std::string message = error_of([&] { read_network(town); });
  before ? setenv("TMPDIR", old.c_str(), 1) : unsetenv("TMPDIR");
  CHECK(message == "no folder can be made in $TMPDIR, expected a writable folder for temporary files");
}

TEST_CASE("streets and networks without a lane for cars say what they have and what was looked for") {
  if (!has_netconvert()) return;
  const Folder folder;
  std::string town = small_town();
  for (const char* kind : {"secondary", "residential"})
    for (size_t at; (at = town.find(kind)) != std::string::npos;) town.replace(at, std::strlen(kind), "path");
  const std::string walk = folder.write("walk.osm", town);
  CHECK(error_of([&] { read_network(walk); }) ==
        walk +
            ": no lane to drive on: its streets are highway = path (7), footway (1), expected at least one "
            "that is "
            "open to cars by SUMO's osmNetconvert.typ.xml, as highway = residential");
  const std::string empty = folder.write("empty.osm", "<osm/>");
  CHECK(has(error_of([&] { read_network(empty); }),
            "empty.osm: no lane to drive on: it has no streets, expected"));

  std::string net = read_maybe_zipped(testing::built_town(folder));
  for (size_t at = 0; (at = net.find("<lane ", at)) != std::string::npos; ++at)
    net.insert(at + 6, "allow=\"pedestrian\" ");
  for (size_t at; (at = net.find(" disallow=\"")) != std::string::npos;)
    net.erase(at, net.find('"', at + 11) + 1 - at);
  const std::string path = folder.write("walk.net.xml", net);
  CHECK(has(error_of([&] { read_network(path); }),
            "walk.net.xml, converted by netconvert: no lane to drive on: lanes are of type "));
}

TEST_CASE("elements deep within each other are refused before netconvert sees them") {
  const Folder folder;
  std::string deep = "<?xml version=\"1.0\"?><!-- > --><osm note=\"a > b / c\">\n";
  for (int k = 0; k < 300000; ++k) deep += "<a>";
  for (const char* name : {"deep.osm", "deep.net.xml"}) {
    const std::string path = folder.write(name, deep), expected = path + ":2: elements over 64 deep";
    const std::string message = error_of([&] { read_network(path); });
    CHECK(has(message, expected.c_str()));
  }
}

TEST_CASE("turns of lights follow the phases of all programs; half turns are listed") {
  const SumoNet net = read_sumo_net(testing::kSmallNet, "net");
  REQUIRE(net.programs.size() == 1);
  CHECK(net.programs[0].turn_of_edge.at("a") == 0);
  CHECK(net.programs[0].turn_of_edge.at("-b") == 0);
  CHECK(net.programs[0].turn_of_edge.at("c") == 2);
  CHECK(net.half_turns.size() == 1);
  CHECK(net.half_turns.count({"a", "-a"}) == 1);
}
