#include "eval/evaluator.h"

#include <doctest/doctest.h>

using namespace gigalane;

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
