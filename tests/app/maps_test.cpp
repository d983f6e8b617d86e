/// `gigalane maps` as a user types it: exit statuses, tables and JSON, nothing overwritten unasked.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/app/program.h"

using namespace gigalane::testing;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A road of 100 m that simply ends.
const char* kOpenRoad =
    "<?xml version=\"1.0\"?><OpenDRIVE><header revMajor=\"1\" revMinor=\"4\"/><road name=\"\" length=\"100\" "
    "id=\"7\" "
    "junction=\"-1\"><planView><geometry s=\"0\" x=\"1000\" y=\"500\" hdg=\"0\" "
    "length=\"100\"><line/></geometry>"
    "</planView><lanes><laneSection s=\"0\"><center><lane id=\"0\" type=\"none\"/></center><right><lane "
    "id=\"-1\" "
    "type=\"driving\"><width sOffset=\"0\" a=\"4\" b=\"0\" c=\"0\" "
    "d=\"0\"/></lane></right></laneSection></lanes>"
    "</road></OpenDRIVE>";

}  // namespace

TEST_CASE("check: nothing found, exit status 0") {
  const Outcome table = run_gigalane("maps check 'grid?blocks=2'");
  CHECK(table.status == 0);
  CHECK(table.out == "grid?blocks=2: 0 findings, 0 of them would trap an agent\n");
  const auto json = nlohmann::json::parse(run_gigalane("maps check Town01 --json").out);
  CHECK(json["name"] == "Town01");
  CHECK(json["trap_count"] == 0);
  CHECK(json["counts"].size() == 14);
}

TEST_CASE("check: a trap is placed, exit status 1, also from a compiled map") {
  Folder f;
  write_text(f / "open.xodr", kOpenRoad);
  const Outcome imported = run_gigalane("maps import " + (f / "open.xodr") + " --out " + (f / "open.h5"));
  CHECK(imported.status == 0);
  CHECK(has(imported.err, "1 of 2 findings would trap an agent"));
  for (const char* name : {"open.xodr", "open.h5"}) {
    const Outcome table = run_gigalane("maps check " + (f / name));
    CHECK(table.status == 1);
    CHECK(has(table.out, "trap  dead end"));
    CHECK(has(table.out, "7 : -1"));
    CHECK(has(table.err, "1 finding would trap an agent, expected none"));
    const Outcome report = run_gigalane("maps check --json " + (f / name));
    CHECK(report.status == 1);
    const auto json = nlohmann::json::parse(report.out);
    REQUIRE(json["findings"].size() == 2);  // where it ends, and where it begins
    CHECK(json["findings"][1]["fault"] == "open start");
    const auto& finding = json["findings"][0];
    CHECK(finding["fault"] == "dead end");
    CHECK(finding["traps"] == true);
    CHECK(finding["road"] == "7");
    CHECK(finding["lane"] == -1);
    CHECK(finding["source_x_m"] == doctest::Approx(1100));
    CHECK(finding["source_y_m"] == doctest::Approx(498));
    CHECK(finding["x_m"] == doctest::Approx(50));
    CHECK(finding["value"] == doctest::Approx(100));
    CHECK(finding["from_m"] == doctest::Approx(97.25));
    CHECK(finding["to_m"] == doctest::Approx(100));
  }
}

TEST_CASE("check: what traps nobody is listed, exit status 0") {
  const Outcome table = run_gigalane("maps check 't_junction?lanes=3'");
  CHECK(table.status == 0);
  CHECK(has(table.out, "t_junction?lanes=3: 1 findings, 0 of them would trap an agent"));
  CHECK(has(table.out, "open start"));
  CHECK(has(table.out, "0.0 to 2.8"));
  CHECK(table.err.empty());
}

TEST_CASE("a map whose lane crosses itself is checked and drawn, and its drivable part imported") {
  // two halves of a ring, and a road that turns by more than half a circle within three metres
  const auto road = [](const std::string& id, const std::string& link, const std::string& geometry,
                       double length) {
    const std::string metres = std::to_string(length);
    return "<road name=\"\" length=\"" + metres + "\" id=\"" + id + "\" junction=\"-1\"><link>" + link +
           "</link><planView><geometry s=\"0\" " + geometry.substr(0, geometry.find('|')) + " length=\"" +
           metres + "\">" + geometry.substr(geometry.find('|') + 1) +
           "</geometry></planView><lanes><laneSection s=\"0\"><center><lane id=\"0\" type=\"none\"/></center>"
           "<right><lane id=\"-1\" type=\"driving\"><link><predecessor id=\"-1\"/><successor "
           "id=\"-1\"/></link>"
           "<width sOffset=\"0\" a=\"3.5\" b=\"0\" c=\"0\" "
           "d=\"0\"/></lane></right></laneSection></lanes></road>";
  };
  const auto between = [](const std::string& id) {
    return "<predecessor elementType=\"road\" elementId=\"" + id +
           "\" contactPoint=\"end\"/><successor elementType=\"road\" elementId=\"" + id +
           "\" contactPoint=\"start\"/>";
  };
  Folder f;
  const double half = 31.4159265358979;
  write_text(f / "ring.xodr",
             "<?xml version=\"1.0\"?><OpenDRIVE><header revMajor=\"1\" revMinor=\"4\"/>" +
                 road("1", between("2"),
                      "x=\"10\" y=\"0\" hdg=\"1.5707963267948966\"|<arc curvature=\"0.1\"/>", half) +
                 road("2", between("1"),
                      "x=\"-10\" y=\"0\" hdg=\"-1.5707963267948966\"|<arc curvature=\"0.1\"/>", half) +
                 road("3", "",
                      "x=\"40\" y=\"0\" hdg=\"0\"|<paramPoly3 aU=\"0\" bU=\"3\" cU=\"2.6795\" dU=\"-3.4947\" "
                      "aV=\"0\" "
                      "bV=\"0\" cV=\"1.5595\" dV=\"-1.7455\" pRange=\"normalized\"/>",
                      2.7) +
                 "</OpenDRIVE>");
  const Outcome check = run_gigalane("maps check " + (f / "ring.xodr"));
  CHECK(check.status == 1);
  CHECK(has(check.out, "trap  crossed quad"));
  CHECK(has(check.out, "3 : -1"));
  CHECK(has(check.out, "open start"));  // not only what keeps it from being compiled
  CHECK(run_gigalane("maps plot " + (f / "ring.xodr") + " --size 300 --out " + (f / "ring.png")).status == 0);
  CHECK(read_text(f / "ring.png").rfind("\x89PNG", 0) == 0);
  const std::string import = "maps import " + (f / "ring.xodr") + " --out " + (f / "ring.h5");
  const Outcome refused = run_gigalane(import);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "ring.xodr:1: road 3: lane -1: its borders cross"));
  CHECK(has(refused.err, "--drivable-part"));
  const Outcome part = run_gigalane(import + " --drivable-part");
  CHECK(part.status == 0);
  CHECK(has(part.out, "0.06 lane km"));
  CHECK(has(part.out, "left out: 0.003 lane km"));
  CHECK(run_gigalane("maps check " + (f / "ring.h5")).status == 0);
  CHECK(has(run_gigalane("maps info " + (f / "ring.h5")).out, "left_out_km        0.003"));
}

TEST_CASE("import refuses to overwrite unless told to") {
  Folder f;
  write_text(f / "open.xodr", kOpenRoad);
  write_text(f / "out.h5", "precious");
  const std::string import = "maps import " + (f / "open.xodr") + " --out " + (f / "out.h5");
  const Outcome refused = run_gigalane(import);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "out.h5: exists"));
  CHECK(has(refused.err, "--force"));
  CHECK(read_text(f / "out.h5") == "precious");
  CHECK(run_gigalane(import + " --force").status == 0);
  CHECK(run_gigalane("maps info " + (f / "out.h5")).status == 0);
}

TEST_CASE("info shows source, checksum, licence and attribution, which travel in the file") {
  Folder f;
  write_text(f / "open.xodr", kOpenRoad);
  CHECK(has(run_gigalane("maps info " + (f / "open.xodr")).out, "licence            unknown"));
  CHECK(run_gigalane("maps import " + (f / "open.xodr") + " --out " + (f / "open.h5") +
                     " --licence 'CC0' --attribution 'The city of Nowhere'")
            .status == 0);
  const auto info = nlohmann::json::parse(run_gigalane("maps info --json " + (f / "open.h5")).out);
  CHECK(info["source"] == "open.xodr");
  CHECK(info["source_sha256"].get<std::string>().size() == 64);
  CHECK(info["licence"] == "CC0");
  CHECK(info["attribution"] == "The city of Nowhere");
  for (const char* key : {"roads", "junctions", "lanes", "lane_km", "junction_lane_km", "lights",
                          "stop_signs", "dead_end_lanes", "components", "quads", "boundary_points",
                          "lane_points", "box_m", "levels", "memory_bytes", "checksum", "findings", "traps"})
    CHECK_MESSAGE(info.contains(key), key);
}

TEST_CASE("list names the towns and the generators, plot draws a PNG of either") {
  Folder f;
  const Outcome list = run_gigalane("maps list");
  CHECK(has(list.out, "Town01"));
  CHECK(has(list.out, "roundabout"));
  CHECK(has(list.out, "blocks=3"));
  CHECK(nlohmann::json::parse(run_gigalane("maps list --json").out).size() > 9);
  CHECK(run_gigalane("maps plot 'roundabout?arms=5' --size 400 --out " + (f / "round.png")).status == 0);
  CHECK(read_text(f / "round.png").rfind("\x89PNG", 0) == 0);
  const Outcome wrong = run_gigalane("maps plot 'roundabout?legs=5' --out " + (f / "never.png"));
  CHECK(wrong.status == 1);
  CHECK(has(wrong.err, "unknown parameter \"legs\", expected one of arms"));
}
