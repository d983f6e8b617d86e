// The importer on small texts, right ones and broken ones.
#include "maps/open_drive.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "maps/compile.h"
#include "tests/maps/help.h"
#include "tests/maps/towns.h"

using namespace gigalane;
using testing::has;

namespace {

/// A road along x of 100 m with one lane each way; `inside` comes before its lanes, `lane` into lane -1.
std::string one_road(const std::string& inside = "", const std::string& lane = "",
                     const std::string& attributes = "", const std::string& geometry = "<line/>") {
  return "<?xml version=\"1.0\"?><OpenDRIVE><header revMajor=\"1\" revMinor=\"4\"/><road name=\"\" "
         "length=\"100\" id=\"7\" "
         "junction=\"-1\" " +
         attributes + ">" + inside + "<planView><geometry s=\"0\" x=\"0\" y=\"0\" hdg=\"0\" length=\"100\">" +
         geometry +
         "</geometry></planView><lanes><laneSection s=\"0\"><left><lane id=\"1\" type=\"driving\"><width "
         "sOffset=\"0\" a=\"3\" "
         "b=\"0\" c=\"0\" d=\"0\"/></lane></left><center><lane id=\"0\" type=\"none\"/></center><right><lane "
         "id=\"-1\" "
         "type=\"driving\"><width sOffset=\"0\" a=\"4\" b=\"0\" c=\"0\" d=\"0\"/>" +
         lane + "</lane></right></laneSection></lanes></road></OpenDRIVE>";
}

std::string error_of(const std::string& xml) {
  return testing::error_of([&] { parse_open_drive(xml, "some/file.xodr"); });
}

/// Mean of the quads' tangents, and of their places, over a lane.
Quad middle_quad(const CompiledMap& map, int lane_id) {
  for (const Lane& lane : map.lanes)
    if (lane.lane_id == lane_id) return map.quads[size_t(lane.first_quad + lane.quad_count / 2)];
  FAIL("no lane ", lane_id);
  return {};
}

}  // namespace

TEST_CASE("a road has its lanes where they belong, traffic on the right") {
  const CompiledMap map = compile(parse_open_drive(one_road(), "one.xodr"));
  CHECK(map.name == "one");
  CHECK(map.statistics.lane_km == doctest::Approx(0.2));
  const Quad right = middle_quad(map, -1), left = middle_quad(map, 1);
  CHECK(right.tangent_x == doctest::Approx(1));
  CHECK(right.y + map.origin_y == doctest::Approx(-2));
  CHECK(right.width == doctest::Approx(4));
  CHECK(left.tangent_x == doctest::Approx(-1));
  CHECK(left.y + map.origin_y == doctest::Approx(1.5));
}

TEST_CASE("left-hand traffic drives the other way") {
  const CompiledMap map = compile(parse_open_drive(one_road("", "", "rule=\"LHT\""), "one.xodr"));
  CHECK(middle_quad(map, -1).tangent_x == doctest::Approx(-1));
  CHECK(middle_quad(map, 1).tangent_x == doctest::Approx(1));
}

TEST_CASE("speed limits come in three units, a lane's own goes first") {
  const auto limit = [](const std::string& road_speed, const std::string& lane_speed = "") {
    return middle_quad(compile(parse_open_drive(one_road(road_speed, lane_speed), "one.xodr")), -1)
        .speed_limit_mps;
  };
  CHECK(limit("<type s=\"0\" type=\"town\"><speed max=\"25\" unit=\"mph\"/></type>") ==
        doctest::Approx(11.176));
  CHECK(limit("<type s=\"0\" type=\"town\"><speed max=\"36\" unit=\"km/h\"/></type>") == doctest::Approx(10));
  CHECK(limit("<type s=\"0\" type=\"town\"><speed max=\"12\"/></type>") == doctest::Approx(12));
  CHECK(limit("<type s=\"0\" type=\"town\"><speed max=\"undefined\"/></type>") == doctest::Approx(50 / 3.6));
  const std::string slow = "<type s=\"0\" type=\"town\"><speed max=\"12\"/></type>",
                    on = "<type s=\"1\" type=";
  CHECK(limit(slow + on + "\"motorway\"><speed max=\"no limit\"/></type>") == doctest::Approx(130 / 3.6));
  CHECK(limit(slow + on + "\"rural\"/>") == doctest::Approx(50 / 3.6));  // the town's ends there
  CHECK(limit(slow, "<speed sOffset=\"0\" max=\"9\"/><speed sOffset=\"1\" max=\"undefined\"/>") ==
        doctest::Approx(12));
  CHECK(limit("<type s=\"0\" type=\"town\"><speed max=\"12\"/></type>",
              "<speed sOffset=\"0\" max=\"9\" unit=\"m/s\"/>") == doctest::Approx(9));
}

TEST_CASE("elevation and lane offset") {
  const CompiledMap map = compile(parse_open_drive(
      one_road(
          "<elevationProfile><elevation s=\"0\" a=\"5\" b=\"0.05\" c=\"0\" d=\"0\"/></elevationProfile>"),
      "one.xodr"));
  const Quad quad = middle_quad(map, -1);
  CHECK(quad.slope == doctest::Approx(0.05).epsilon(1e-3));
  CHECK(quad.z == doctest::Approx(5 + 0.05 * (quad.x + map.origin_x)).epsilon(1e-3));
  CHECK(middle_quad(map, 1).slope == doctest::Approx(-0.05).epsilon(1e-3));
}

TEST_CASE("what is broken is named: file, road, what was expected") {
  CHECK(has(error_of("hello"), "some/file.xodr:1: not whole XML"));
  const std::string whole = one_road();
  CHECK(has(error_of(whole.substr(0, whole.size() / 2)), "not whole XML"));
  CHECK(has(error_of("<osm/>"), "expected an OpenDRIVE file"));
  CHECK(has(error_of("<OpenDRIVE/>"), "expected at least one road"));
  CHECK(has(error_of(one_road("", "", "", "<helix/>")), "road 7: <geometry> at s = 0 is of no known kind"));
  CHECK(has(error_of(one_road("", "", "", "<arc curvature=\"round\"/>")),
            "road 7: <arc> curvature = \"round\", expected a number"));
  CHECK(has(error_of(one_road("", "", "", "<arc curvature=\"nan\"/>")), "expected a number"));
  CHECK(has(error_of(one_road("", "", "", "<arc/>")), "road 7: <arc> lacks the attribute curvature"));
  CHECK(has(error_of(one_road(
                "<link><successor elementType=\"road\" elementId=\"9\" contactPoint=\"start\"/></link>")),
            "road 7: <successor> names road 9, which does not exist"));
  std::string no_geometry = whole;
  no_geometry.replace(no_geometry.find("<planView>"),
                      no_geometry.find("</planView>") - no_geometry.find("<planView>"), "<planView>");
  CHECK(has(error_of(no_geometry), "road 7: no element <geometry>"));
  for (const std::string& broken : {std::string("hello"), std::string("<osm/>"), no_geometry})
    CHECK(error_of(broken).find('\n') == std::string::npos);
}

TEST_CASE("a network without a lane to drive on is no map") {
  std::string xml = one_road();
  for (size_t at; (at = xml.find("\"driving\"")) != std::string::npos;) xml.replace(at, 9, "\"sidewalk\"");
  const std::string says = error_of(xml);
  CHECK(has(says, ": no lane to drive on: lanes are of type sidewalk ("));
  CHECK(has(says, "), expected at least one of type driving, entry, "));
  CHECK(has(says, " or bidirectional (maps import --driving, --bidirectional)"));
  OpenDriveOptions walk;
  walk.driving = {"walkway", "footway"};
  walk.bidirectional = {"square"};
  CHECK_THROWS_WITH_AS(parse_open_drive(xml, "walk.xodr", walk),
                       doctest::Contains("expected at least one of type walkway, footway or square (maps"),
                       Error);
  walk.driving = {"sidewalk"};
  CHECK(compile(parse_open_drive(xml, "walk.xodr", walk)).lanes.size() > 0);
}

TEST_CASE("a network whose lanes are all too narrow is no map") {
  RoadNetwork network = parse_open_drive(one_road(), "narrow.xodr");
  for (RoadLane& lane : network.roads[0].sections[0].lanes) lane.widths = {{0, 0.5, 0, 0, 0}};
  CHECK_THROWS_WITH_AS(compile(network), doctest::Contains("narrow.xodr:"), Error);
  CHECK_THROWS_WITH_AS(compile(network), doctest::Contains(": road 7: lane -"), Error);
  CHECK_THROWS_WITH_AS(compile(network),
                       doctest::Contains("are too narrow, expected at least one lane wider than 1 m"), Error);
}

TEST_CASE("a truncated or missing file is one clear line") {
  if (!testing::has_town("Town02")) return;
  const auto folder = std::filesystem::temp_directory_path() / "gigalane_open_drive_test";
  std::filesystem::create_directories(folder);
  const auto broken = folder / "Town02.xodr.gz";
  std::filesystem::copy_file(testing::town_file("Town02"), broken,
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(broken, 30000);
  std::string message;
  try {
    read_open_drive(broken.string());
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(has(message, "Town02.xodr.gz: truncated or damaged"));
  CHECK_THROWS_AS(read_open_drive((folder / "absent.xodr").string()), Error);
  std::filesystem::remove_all(folder);
}
