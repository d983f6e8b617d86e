#include "eval/evaluator.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

/// Follows its lane at 8 m/s, whatever else there is.
class LaneFollower : public Driver {
 public:
  const PolicyCard& card() const override { return card_; }
  void act(const ObservationView&, const WorldView& world, uint64_t, ActionMode) override {
    for (int slot = 0; slot < world.world_count * world.agents_per_world; ++slot)
      world.action[slot] = uint8_t(testing::follow_lane(world, slot, 8));
  }
  std::vector<float> probabilities(const ObservationView&, int) override { return {}; }

 private:
  PolicyCard card_;
};

EvaluationConfig of_maps(const std::vector<std::string>& maps, double agent_hours) {
  EvaluationConfig config;
  config.maps = maps;
  config.worlds = 3, config.agents = 6;
  config.agent_hours = agent_hours;
  config.time_step_s = 0.3f;
  return config;
}

}  // namespace

TEST_CASE("what is counted minute by minute and world by world sums to what is counted") {
  LaneFollower driver;
  const struct {
    double seconds;
    size_t minutes;
  } cases[] = {{30, 1}, {60, 1}, {119, 1}, {120, 2}, {200, 3}};
  for (const auto& c : cases) {
    const Evaluation e = evaluate(driver, of_maps({"grid?blocks=3"}, 18 * c.seconds / 3600));
    const MapEvaluation& map = e.maps.at(0);
    CAPTURE(c.seconds);
    CHECK(map.stretches.size() == 3 * c.minutes);
    Counts sum, by_size;
    for (const Counts& stretch : map.stretches) sum += stretch;
    for (const Counts& size : map.sizes) by_size += size;
    for (const Counts* of : {&sum, &by_size}) {
      CHECK(of->agent_steps == map.counts.agent_steps);
      CHECK(of->metres == doctest::Approx(map.counts.metres).epsilon(1e-9));
      CHECK(of->goals_given == map.counts.goals_given);
      CHECK(of->goals_reached == map.counts.goals_reached);
      CHECK(of->goals_lost == map.counts.goals_lost);
      CHECK(of->goals_open == map.counts.goals_open);
      CHECK(of->contacts == map.counts.contacts);
      CHECK(of->off_road == map.counts.off_road);
      CHECK(of->lives == map.counts.lives);
    }
    CHECK(map.counts.goals_given == map.counts.goals_reached + map.counts.goals_lost + map.counts.goals_open);
    const double most_steps = c.seconds / 0.3 * 18;
    CHECK(map.counts.agent_steps <= most_steps + 0.5);
    CHECK(map.counts.agent_steps > 0.8 * most_steps);
    // each minute is its own: the first has about as many steps as any other
    CHECK(map.stretches.front().agent_steps > 0.8 * 6 * std::min(c.seconds, 60.0) / 0.3);
  }
}

TEST_CASE("the report holds an interval of the goal rate where there is enough to tell, else null") {
  LaneFollower driver;
  const auto report = [&](double seconds) {
    return nlohmann::json::parse(
        evaluation_json(evaluate(driver, of_maps({"grid?blocks=3", "crossing"}, 18 * seconds / 3600))));
  };
  const nlohmann::json brief = report(20), longer = report(300);
  CHECK(brief["by_map"]["crossing"]["goal_rate_interval"].is_null());  // three minutes at the most
  for (const nlohmann::json& of : {longer, longer["by_map"]["crossing"], longer["by_map"]["grid?blocks=3"]}) {
    const nlohmann::json interval = of["goal_rate_interval"];
    REQUIRE(interval.size() == 2);
    CHECK(interval[0].get<double>() < of["goal_rate"].get<double>());
    CHECK(interval[1].get<double>() > of["goal_rate"].get<double>());
    CHECK(interval[0].get<double>() >= 0);
    CHECK(interval[1].get<double>() <= 1);
  }
  CHECK(longer["worlds"] == 3);
  // of both maps together it is narrower than of each
  const auto width = [](const nlohmann::json& of) {
    return of["goal_rate_interval"][1].get<double>() - of["goal_rate_interval"][0].get<double>();
  };
  CHECK(width(longer) <
        std::max(width(longer["by_map"]["crossing"]), width(longer["by_map"]["grid?blocks=3"])));
}

TEST_CASE("worlds that are not given are as many as leave each agent 20 minutes or 7 km") {
  EvaluationConfig config;
  const auto worlds = [&](int agents, double agent_hours, double km) {
    config.agents = agents, config.agent_hours = agent_hours, config.km = km;
    return worlds_of(config);
  };
  CHECK(worlds(50, 20, 0) == 1);
  CHECK(worlds(20, 40, 0) == 6);
  CHECK(worlds(20, 40.1, 0) == 6);
  CHECK(worlds(20, 0.01, 0) == 1);
  CHECK(worlds(1, 1e9, 0) == 256);
  CHECK(worlds(50, 20, 1000) == 2);
  CHECK(worlds(50, 20, 699) == 1);
  config.worlds = 3;
  CHECK(worlds(20, 400, 0) == 3);
}

TEST_CASE("what a policy is chosen by: the maps that it was not trained on, all where there are no others") {
  Evaluation evaluation;
  for (const auto& [name, reached] :
       {std::pair{"Town01", 1.0}, std::pair{"Town02", 10.0}, std::pair{"Town03", 100.0}}) {
    MapEvaluation map;
    map.map = name;
    map.counts.goals_reached = reached;
    evaluation.maps.push_back(map);
  }
  const auto reached = [&](const std::vector<std::string>& trained_on) {
    return evaluation.held_out(trained_on).goals_reached;
  };
  CHECK(evaluation.total().goals_reached == 111);
  CHECK(reached({}) == 111);
  CHECK(reached({"Town01", "Town03"}) == 10);
  CHECK(reached({"Town04"}) == 111);
  CHECK(reached({"Town01", "Town02", "Town03"}) == 111);
}
