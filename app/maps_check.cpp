#include "app/maps_check.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "maps/check.h"
#include "maps/map_library.h"

namespace gigalane {
namespace {

double to_millimetre(double value) { return std::round(1000 * value) / 1000; }

std::string road_of(const CheckedMap& map, int road) {
  return road >= 0 && size_t(road) < map.road_ids.size() ? map.road_ids[size_t(road)] : "";
}

nlohmann::ordered_json json_of(const CheckedMap& map, const Finding& f) {
  nlohmann::ordered_json finding = {{"fault", name_of(f.fault)},
                                    {"traps", f.traps != 0},
                                    {"x_m", to_millimetre(f.x)},
                                    {"y_m", to_millimetre(f.y)},
                                    {"source_x_m", to_millimetre(f.x + map.origin_x)},
                                    {"source_y_m", to_millimetre(f.y + map.origin_y)},
                                    {"value", to_millimetre(f.value)},
                                    {"unit", unit_of(f.fault)}};
  if (f.road >= 0) {
    finding["road"] = road_of(map, f.road);
    finding["lane"] = f.lane_id;
    finding["from_m"] = to_millimetre(f.from_m);
    finding["to_m"] = to_millimetre(f.to_m);
  }
  if (f.other_road >= 0) {
    finding["other_road"] = road_of(map, f.other_road);
    finding["other_lane"] = f.other_lane_id;
  }
  return finding;
}

std::array<int, kFaultCount> count_faults(const CheckedMap& map) {
  std::array<int, kFaultCount> counts{};
  for (const Finding& f : map.findings) ++counts[size_t(f.fault)];
  return counts;
}

void print_json(const CheckedMap& map) {
  nlohmann::ordered_json report = {{"name", map.name},
                                   {"finding_count", map.findings.size()},
                                   {"trap_count", count_traps(map.findings)},
                                   {"counts", nlohmann::ordered_json::object()},
                                   {"findings", nlohmann::ordered_json::array()}};
  const auto counts = count_faults(map);
  for (int k = 0; k < kFaultCount; ++k) report["counts"][name_of(Fault(k))] = counts[size_t(k)];
  for (const Finding& f : map.findings) report["findings"].push_back(json_of(map, f));
  std::printf("%s\n", report.dump(2).c_str());
}

std::string lane_text(const CheckedMap& map, int road, int lane) {
  return road < 0 ? "" : road_of(map, road) + " : " + std::to_string(lane);
}

void print_row(const CheckedMap& map, const Finding& f) {
  char value[32] = "";
  if (*unit_of(f.fault)) std::snprintf(value, sizeof value, "%.2f %s", double(f.value), unit_of(f.fault));
  char along[32] = "";
  if (f.lane >= 0 && f.to_m > f.from_m)
    std::snprintf(along, sizeof along, "%.1f to %.1f", double(f.from_m), double(f.to_m));
  else if (f.lane >= 0)
    std::snprintf(along, sizeof along, "%.1f", double(f.from_m));
  std::printf("%-5s %-23s %9.1f %9.1f %12s  %-18s %-18s %s\n", f.traps ? "trap" : "", name_of(f.fault),
              double(f.x), double(f.y), value, lane_text(map, f.road, f.lane_id).c_str(), along,
              lane_text(map, f.other_road, f.other_lane_id).c_str());
}

void print_table(const CheckedMap& map, int most_rows) {
  std::printf("%s: %zu findings, %d of them would trap an agent\n", map.name.c_str(), map.findings.size(),
              count_traps(map.findings));
  if (map.findings.empty()) return;
  const auto counts = count_faults(map);
  for (int k = 0; k < kFaultCount; ++k)
    if (counts[size_t(k)]) std::printf("%8d  %s\n", counts[size_t(k)], name_of(Fault(k)));
  std::printf("\n%-5s %-23s %9s %9s %12s  %-18s %-18s %s\n", "", "fault", "x m", "y m", "", "road : lane",
              "m along the lane", "other");
  int rows = 0;
  for (const Finding& f : map.findings) {
    if (rows++ == most_rows) {
      std::printf("... and %zu more (--rows, or --json for all)\n", map.findings.size() - size_t(most_rows));
      break;
    }
    print_row(map, f);
  }
  std::printf("\nx and y are the map's, whose middle is the origin: add %.0f and %.0f for the source's\n",
              map.origin_x, map.origin_y);
}

}  // namespace

void check_map(const std::string& name_or_file, bool json, int most_rows) {
  const CheckedMap map = checked(*load_map(name_or_file, CrossedLanes::keep));
  json ? print_json(map) : print_table(map, most_rows);
  std::fflush(stdout);
  if (const int traps = count_traps(map.findings))
    fail(name_or_file, ": ", traps, traps == 1 ? " finding" : " findings",
         " would trap an agent, expected none");
}

}  // namespace gigalane
