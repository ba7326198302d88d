#include "documents.hpp"

#include <splitplot/model/json.hpp>

#include <utility>

#include <gtest/gtest.h>

namespace splitplot::decide::test {

Value json(std::string_view text) {
  Result<Value> value = model::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : Value();
}

model::WrittenCondition condition(std::string_view text) {
  if (text.empty()) return {};
  Value written = json(text);
  Result<model::Condition> compiled = model::Condition::compile(written);
  EXPECT_TRUE(compiled) << text;
  if (!compiled) return {};
  return {std::move(written), std::make_shared<const model::Condition>(std::move(*compiled))};
}

model::Flag flag(const std::string& key, std::vector<model::FlagRule> rules) {
  model::Flag flag;
  flag.key = key;
  flag.variants = {{"off", false}, {"on", true}};
  flag.rules = std::move(rules);
  return flag;
}

model::FlagRule serve(const std::string& id, std::string_view condition_text, double rollout,
                      const std::string& seed, const std::string& attribute) {
  return {.id = id,
          .condition = condition(condition_text),
          .schedule = {},
          .prerequisites = {},
          .outcome = model::FlagRule::Serve{1, rollout, {}, seed, attribute}};
}

model::FlagRule ask(const std::string& id, const std::string& experiment, std::string_view condition_text) {
  return {.id = id,
          .condition = condition(condition_text),
          .schedule = {},
          .prerequisites = {},
          .outcome = model::FlagRule::Experiment{experiment, {0, 1}}};
}

model::Experiment experiment(const std::string& key, std::vector<double> weights) {
  model::Experiment experiment;
  experiment.key = key;
  experiment.status = model::ExperimentStatus::Running;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    experiment.variants.push_back({i == 0 ? "control" : "treatment-" + std::to_string(i), "", weights[i]});
  }
  return experiment;
}

void add(model::Configuration& configuration, model::Flag document) {
  const std::string key = document.key;
  configuration.flags.emplace(key, std::move(document));
}

void add(model::Configuration& configuration, model::Experiment document) {
  const std::string key = document.key;
  configuration.experiments.emplace(key, std::move(document));
}

void add_segment(model::Configuration& configuration, const std::string& key, std::string_view condition_text,
                 std::uint32_t version) {
  configuration.segments.emplace(key, model::Segment{key, "", condition(condition_text), version});
}

void add_layer(model::Configuration& configuration, const std::string& key, const std::string& seed) {
  configuration.layers.emplace(key, model::Layer{key, "", seed, "id"});
}

std::shared_ptr<const Snapshot> snapshot(model::Configuration configuration, std::uint64_t revision) {
  return Snapshot::compile(
      std::move(configuration), revision,
      [](std::string_view kind, std::string_view key) { return std::string(kind).append("/").append(key); });
}

}  // namespace splitplot::decide::test
