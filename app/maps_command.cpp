#include "app/maps_command.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/maps_check.h"
#include "base/error.h"
#include "maps/check.h"
#include "maps/generator_list.h"
#include "maps/map_file.h"
#include "maps/map_library.h"
#include "maps/plot.h"

namespace gigalane {
namespace {

struct Arguments {
  std::string map, out, licence, attribution;
  bool json = false, force = false;
  int rows = 40;
  ImportOptions from;
  PlotOptions plot;
};

nlohmann::ordered_json info_json(const CompiledMap& map) {
  const MapStatistics& s = map.statistics;
  const auto metres = [](double value) { return std::round(10 * value) / 10; };
  const auto km = [](double value) { return std::round(1000 * value) / 1000; };
  return {{"name", map.name},
          {"source", map.source},
          {"source_sha256", map.source_sha256},
          {"licence", map.licence},
          {"attribution", map.attribution},
          {"roads", s.roads},
          {"junctions", s.junctions},
          {"lanes", s.lanes},
          {"lane_km", km(s.lane_km)},
          {"junction_lane_km", km(s.junction_lane_km)},
          {"left_out_km", km(s.left_out_km)},
          {"lights", s.lights},
          {"stop_signs", s.stop_signs},
          {"stop_lines", map.stop_lines.size()},
          {"dead_end_lanes", s.dead_end_lanes},
          {"components", s.components},
          {"quads", map.quads.size()},
          {"boundary_points", map.boundary_count()},
          {"lane_points", map.lane_point_count()},
          {"box_m", {metres(s.box_width_m), metres(s.box_height_m)}},
          {"levels", s.levels},
          {"findings", map.findings.size()},
          {"traps", count_traps(map.findings)},
          {"memory_bytes", map.memory_bytes()},
          {"checksum", map.checksum}};
}

std::string text_of(const nlohmann::ordered_json& value) {
  if (value.is_string()) return value.get<std::string>().empty() ? "unknown" : value.get<std::string>();
  if (value.is_array()) return value[0].dump() + " x " + value[1].dump();
  return value.dump();
}

void print_info(const Arguments& a) {
  const nlohmann::ordered_json info = info_json(*load_map(a.map));
  if (a.json) {
    std::printf("%s\n", info.dump(2).c_str());
    return;
  }
  for (const auto& [key, value] : info.items())
    std::printf("%-18s %s\n", key.c_str(), text_of(value).c_str());
}

nlohmann::ordered_json json_of(const GeneratorInfo& generator) {
  nlohmann::ordered_json parameters = nlohmann::ordered_json::array();
  for (const GeneratorParameter& p : generator.parameters)
    parameters.push_back({{"name", p.name},
                          {"default", p.standard},
                          {"least", p.least},
                          {"most", p.most},
                          {"whole", p.whole}});
  return {{"name", generator.name}, {"generator", generator.help}, {"parameters", parameters}};
}

void print_list(const Arguments& a) {
  const std::vector<KnownMap> maps = list_maps();
  if (a.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const KnownMap& map : maps) list.push_back({{"name", map.name}, {"file", map.path}});
    for (const GeneratorInfo& generator : list_generators()) list.push_back(json_of(generator));
    std::printf("%s\n", list.dump(2).c_str());
    return;
  }
  if (maps.empty())
    std::fprintf(stderr, "no maps: run scripts/setup, or set GIGALANE_MAPS to a folder of maps\n");
  for (const KnownMap& map : maps) std::printf("%-12s %s\n", map.name.c_str(), map.path.c_str());
  std::printf("\nGenerated, with parameters as in \"grid?blocks=4&lanes=2\":\n");
  for (const GeneratorInfo& generator : list_generators()) {
    std::printf("%-12s %s\n%-12s", generator.name.c_str(), generator.help.c_str(), "");
    for (const GeneratorParameter& p : generator.parameters)
      std::printf(" %s=%g", p.name.c_str(), p.standard);
    std::printf("\n");
  }
}

void import(const Arguments& a) {
  if (std::filesystem::path(a.out).extension() != ".h5")
    fail("--out ", a.out, ", expected a name that ends in .h5");
  if (!a.force && std::filesystem::exists(a.out))
    fail(a.out, ": exists, expected the name of a new file, or --force to replace it");
  CompiledMap map = import_map(a.map, a.from);
  if (!a.licence.empty()) map.licence = a.licence;
  if (!a.attribution.empty()) map.attribution = a.attribution;
  save_map(map, a.out);
  std::printf("%s: %.2f lane km, %zu quads, written to %s\n", map.name.c_str(), map.statistics.lane_km,
              map.quads.size(), a.out.c_str());
  if (map.statistics.left_out_km > 0)
    std::printf("left out: %.3f lane km that no car could drive on or get out of\n",
                map.statistics.left_out_km);
  if (const int traps = count_traps(map.findings))
    std::fprintf(stderr, "%d of %zu findings would trap an agent: see gigalane maps check %s\n", traps,
                 map.findings.size(), a.out.c_str());
}

void plot(const Arguments& a) {
  if (std::filesystem::path(a.out).extension() != ".png")
    fail("--out ", a.out, ", expected a name that ends in .png");
  plot_map(*load_map(a.map, CrossedLanes::keep), a.out, a.plot);
  std::printf("written to %s\n", a.out.c_str());
}

}  // namespace

void add_maps_command(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* maps = app.add_subcommand("maps", "Road networks: list, describe, import, draw");
  maps->require_subcommand(1);
  maps->footer("Example: gigalane maps info Town03 --json");

  CLI::App* list = maps->add_subcommand("list", "Names of the maps that are here, and their files");
  list->add_flag("--json", a->json, "One JSON array");
  list->footer("Example: gigalane maps list");
  list->callback([a] { print_list(*a); });

  CLI::App* info = maps->add_subcommand("info", "What a map holds");
  info->add_option("map", a->map, "Name or file")->required();
  info->add_flag("--json", a->json, "One JSON object");
  info->footer("Example: gigalane maps info Town03");
  info->callback([a] { print_info(*a); });

  CLI::App* from = maps->add_subcommand("import", "Compile a road network of another program to a map file");
  from->add_option(
          "file", a->map,
          "OpenDRIVE (.xodr), SUMO (.net.xml), OpenStreetMap or Lanelet2 (both .osm), each also with .gz")
      ->required();
  from->add_option("--out", a->out, "Map file to write (.h5)")->required();
  from->add_flag("--force", a->force, "Replace the output file if it exists");
  from->add_option("--licence", a->licence, "Licence of the source, carried along");
  from->add_option("--attribution", a->attribution, "Whom to name, carried along");
  from->add_option("--driving", a->from.lanes.driving,
                   "Lane types of OpenDRIVE that traffic drives along, by commas")
      ->delimiter(',')
      ->capture_default_str();
  from->add_option("--bidirectional", a->from.lanes.bidirectional,
                   "Lane types that are drivable area without a direction, by commas")
      ->delimiter(',')
      ->capture_default_str();
  from->add_flag("--left-hand", a->from.left_hand,
                 "Traffic of an OpenStreetMap file keeps to the left (the file does not say)");
  from->add_flag(
      "--drivable-part", a->from.drivable_part,
      "Leave out lanes that cross themselves, trap a car, or cannot be both reached and left, and close "
      "streets that end by turning loops (always done for OpenStreetMap and SUMO)");
  from->footer("Example: gigalane maps import city.xodr --out city.h5");
  from->callback([a] { import(*a); });

  CLI::App* check = maps->add_subcommand(
      "check", "Find and place what is wrong with a map; exit status 1 if something would trap an agent");
  check->add_option("map", a->map, "Name or file")->required();
  check->add_option("--rows", a->rows, "Most rows of the table")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000));
  check->add_flag("--json", a->json, "One JSON object with all findings");
  check->footer("Example: gigalane maps check Town03");
  check->callback([a] { check_map(a->map, a->json, a->rows); });

  CLI::App* draw = maps->add_subcommand("plot", "Draw a map as a PNG");
  draw->add_option("map", a->map, "Name or file")->required();
  draw->add_option("--out", a->out, "Picture to write (.png)")->required();
  draw->add_option("--size", a->plot.longest_side_px, "Pixels of the longest side")->capture_default_str();
  draw->add_option("--span", a->plot.span_m, "Metres that the picture shows; 0: the whole map")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  draw->add_option("--x", a->plot.centre_x_m, "What is in the middle: metres east of the map's middle")
      ->capture_default_str();
  draw->add_option("--y", a->plot.centre_y_m, "and north of it")->capture_default_str();
  draw->add_flag("!--no-findings", a->plot.findings, "Without marks for what `maps check` finds");
  draw->add_flag("!--no-legend", a->plot.legend, "Without scale and legend");
  draw->footer("Example: gigalane maps plot Town03 --out town03.png");
  draw->callback([a] { plot(*a); });
}

}  // namespace gigalane
