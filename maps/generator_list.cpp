#include "maps/generator_list.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <map>

#include "base/error.h"
#include "maps/generate.h"

namespace gigalane {
namespace {

using Values = std::map<std::string, double>;

struct Generator {
  GeneratorInfo info;
  std::function<RoadNetwork(const Values&)> make;
};

GeneratorParameter metres(const char* name, double standard, double least, double most) {
  return {name, standard, least, most, false};
}
GeneratorParameter count(const char* name, int standard, int least, int most) {
  return {name, double(standard), double(least), double(most), true};
}
GeneratorParameter lane_width() { return metres("lane_width_m", 3.5, 2.2, 6); }
GeneratorParameter speed(double standard) { return {"speed_mps", standard, 1, 60, false}; }
GeneratorParameter loop_radius() { return metres("loop_radius_m", 12, 6, 60); }
int whole(const Values& v, const char* name) { return int(std::lround(v.at(name))); }

template <class Options>
void set_common(const Values& v, Options& o) {
  o.lane_width_m = v.at("lane_width_m");
  o.speed_mps = v.at("speed_mps");
}

Crossing crossing(const Values& v, int arms) {
  Crossing o;
  set_common(v, o);
  o.arms = arms;
  o.lanes = whole(v, "lanes");
  o.arm_m = v.at("arm_m");
  o.lights = v.at("lights") != 0;
  o.loop_radius_m = v.at("loop_radius_m");
  o.half_size_m += (o.lanes - 1) * o.lane_width_m;
  return o;
}

std::vector<Generator> make_list() {
  std::vector<Generator> list;
  const std::vector<GeneratorParameter> crossing_parameters{count("lanes", 1, 1, 4),
                                                            count("lights", 1, 0, 1),
                                                            metres("arm_m", 80, 20, 2000),
                                                            lane_width(),
                                                            speed(13.9),
                                                            loop_radius()};
  list.push_back(
      {{"crossing", "two roads that cross, a turning loop at the end of each arm", crossing_parameters},
       [](const Values& v) { return make_crossing(crossing(v, 4)); }});
  list.push_back({{"curve",
                   "a road with a curve to the left, a turning loop at either end",
                   {metres("radius_m", 40, 20, 2000),
                    {"angle_deg", 90, 5, 180, false},
                    metres("arm_m", 60, 10, 2000),
                    count("lanes", 1, 1, 4),
                    lane_width(),
                    speed(13.9),
                    loop_radius()}},
                  [](const Values& v) {
                    CurvedRoad o;
                    set_common(v, o);
                    o.radius_m = v.at("radius_m");
                    o.angle_deg = v.at("angle_deg");
                    o.arm_m = v.at("arm_m");
                    o.lanes = whole(v, "lanes");
                    o.loop_radius_m = v.at("loop_radius_m");
                    return make_curved_road(o);
                  }});
  list.push_back({{"grid",
                   "a city of square blocks",
                   {count("blocks", 3, 2, 12), count("lanes", 1, 1, 3), count("lights", 1, 0, 1),
                    metres("block_m", 100, 60, 1000), lane_width(), speed(13.9)}},
                  [](const Values& v) {
                    GridCity o;
                    set_common(v, o);
                    o.blocks = whole(v, "blocks");
                    o.lanes = whole(v, "lanes");
                    o.lights = v.at("lights") != 0;
                    o.block_m = v.at("block_m");
                    return make_grid_city(o);
                  }});
  list.push_back(
      {{"lane_drop",
        "a closed carriageway whose outermost lane ends on one straight and begins on the other",
        {count("lanes", 3, 2, 6), metres("straight_m", 300, 100, 5000), metres("radius_m", 60, 40, 1000),
         metres("taper_m", 60, 20, 80), lane_width(), speed(25)}},
       [](const Values& v) {
         LaneDrop o;
         set_common(v, o);
         o.lanes = whole(v, "lanes");
         o.straight_m = v.at("straight_m");
         o.radius_m = v.at("radius_m");
         o.taper_m = v.at("taper_m");
         return make_lane_drop(o);
       }});
  list.push_back(
      {{"merge",
        "a closed carriageway with a slip road that leaves it and joins it again",
        {count("lanes", 2, 1, 5), metres("straight_m", 300, 150, 5000), metres("radius_m", 60, 40, 1000),
         metres("merge_m", 150, 20, 4800), metres("taper_m", 60, 20, 80), lane_width(), speed(25)}},
       [](const Values& v) {
         Merge o;
         set_common(v, o);
         o.lanes = whole(v, "lanes");
         o.straight_m = v.at("straight_m");
         o.radius_m = v.at("radius_m");
         o.merge_m = v.at("merge_m");
         o.taper_m = v.at("taper_m");
         if (o.merge_m + o.taper_m >= o.straight_m)
           fail("merge: merge_m + taper_m = ", o.merge_m + o.taper_m,
                ", expected less than straight_m = ", o.straight_m);
         return make_merge(o);
       }});
  list.push_back(
      {{"ring", "a closed ring of one lane", {metres("radius_m", 50, 10, 2000), lane_width(), speed(13.9)}},
       [](const Values& v) {
         RingRoad o;
         set_common(v, o);
         o.radius_m = v.at("radius_m");
         return make_ring_road(o);
       }});
  list.push_back({{"roundabout",
                   "a roundabout of one lane, a turning loop at the end of each arm",
                   {count("arms", 4, 3, 6), metres("radius_m", 20, 16, 80), metres("arm_m", 60, 20, 2000),
                    lane_width(), speed(8.3), loop_radius()}},
                  [](const Values& v) {
                    Roundabout o;
                    set_common(v, o);
                    o.arms = whole(v, "arms");
                    o.radius_m = v.at("radius_m");
                    o.arm_m = v.at("arm_m");
                    o.loop_radius_m = v.at("loop_radius_m");
                    return make_roundabout(o);
                  }});
  list.push_back({{"straight",
                   "a straight road, a turning loop at either end",
                   {metres("length_m", 200, 20, 10000), count("lanes", 1, 1, 4), lane_width(), speed(13.9),
                    loop_radius()}},
                  [](const Values& v) {
                    StraightRoad o;
                    set_common(v, o);
                    o.length_m = v.at("length_m");
                    o.lanes = whole(v, "lanes");
                    o.loop_radius_m = v.at("loop_radius_m");
                    return make_straight_road(o);
                  }});
  list.push_back({{"t_junction", "a crossing of three arms", crossing_parameters},
                  [](const Values& v) { return make_crossing(crossing(v, 3)); }});
  return list;
}

const std::vector<Generator>& generators() {
  static const std::vector<Generator> list = make_list();
  return list;
}

const Generator* find(const std::string& name) {
  for (const Generator& generator : generators())
    if (generator.info.name == name.substr(0, name.find('?'))) return &generator;
  return nullptr;
}

void set_value(const GeneratorInfo& info, const std::string& assignment, Values& values) {
  const size_t equals = assignment.find('=');
  const std::string key = assignment.substr(0, equals);
  std::string known;
  for (const GeneratorParameter& p : info.parameters) {
    known += (known.empty() ? "" : ", ") + p.name;
    if (p.name != key) continue;
    const std::string text = equals == std::string::npos ? "" : assignment.substr(equals + 1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= p.least && value <= p.most) ||
        (p.whole && value != std::floor(value)))
      fail(info.name, ": ", key, " = \"", text, "\", expected a ", p.whole ? "whole " : "", "number from ",
           p.least, " to ", p.most);
    values[key] = value;
    return;
  }
  fail(info.name, ": unknown parameter \"", key, "\", expected one of ", known);
}

}  // namespace

const std::vector<GeneratorInfo>& list_generators() {
  static const std::vector<GeneratorInfo> list = [] {
    std::vector<GeneratorInfo> infos;
    for (const Generator& generator : generators()) infos.push_back(generator.info);
    return infos;
  }();
  return list;
}

bool names_generator(const std::string& name) { return find(name) != nullptr; }

RoadNetwork generate_network(const std::string& name) {
  const Generator* generator = find(name);
  if (!generator) fail("no generator is called \"", name, "\"");
  Values values;
  for (const GeneratorParameter& p : generator->info.parameters) values[p.name] = p.standard;
  const size_t question = name.find('?');
  for (size_t from = question == std::string::npos ? name.size() : question + 1; from < name.size();) {
    const size_t to = std::min(name.find('&', from), name.size());
    set_value(generator->info, name.substr(from, to - from), values);
    from = to + 1;
  }
  RoadNetwork network = generator->make(values);
  network.name = name;
  network.source = "generated " + name;
  return network;
}

}  // namespace gigalane
