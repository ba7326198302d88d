#include "random_documents.hpp"

#include "documents.hpp"

#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace splitplot::decide::test {
namespace {

constexpr std::string_view kConditions[] = {
    "",
    R"({"plan":"pro"})",
    R"({"age":{"$gte":18,"$lt":60}})",
    R"({"$inSegment":"grown"})",
    R"({"$notInSegment":"grown","plan":{"$in":["pro","team"]}})",
    R"({"$inSegment":["rich","grown"]})",
    R"({"$or":[{"$inSegment":"rich"},{"country":{"$nin":["DE","AT"]}}]})",
    R"({"$not":{"$inSegment":"rich"}})",
    R"({"$and":[{"$inSegment":"rich"},{"$notInSegment":["nobody","grown"]}],"age":{"$exists":true}})",
    R"({"tags":{"$elemMatch":{"$eq":"a"}}})",
    R"({"country":{"$regexi":"^d"}})",
    R"({"id":{"$inGroup":"testers"}})",
    R"({"plan":{"$notInGroup":"plans"},"age":{"$gt":10}})",
};

/// What the conditions above may name.
const model::ValueLists& lists() {
  static const model::ValueLists kLists = [] {
    model::ValueLists made;
    made.emplace("testers", model::ValueList({"user-1", "user-20", "user-7"}));
    made.emplace("plans", model::ValueList({"free", "team"}));
    return made;
  }();
  return kLists;
}

void add_lists(model::Configuration& configuration) {
  configuration.lists.emplace(
      "testers",
      model::List{"testers", "", Value::Array{"user-1", "user-20", "user-7"}, lists().at("testers")});
  configuration.lists.emplace("plans",
                              model::List{"plans", "", Value::Array{"free", "team"}, lists().at("plans")});
}

model::WrittenCondition any_of_conditions(std::string_view text) {
  if (text.empty()) return condition(text);
  Value written = json(text);
  auto compiled =
      std::make_shared<const model::Condition>(*model::Condition::compile(written, nullptr, &lists()));
  return {std::move(written), std::move(compiled)};
}

/// Around now, before it, or behind it.
model::Schedule random_schedule(std::mt19937& random) {
  model::Schedule schedule;
  if (random() % 3 == 0) schedule.from = hours_from_now(static_cast<int>(random() % 5) - 3);
  if (random() % 3 == 0) schedule.until = hours_from_now(static_cast<int>(random() % 5));
  return schedule;
}

std::vector<model::RampStep> random_ramp(std::mt19937& random) {
  std::vector<model::RampStep> ramp;
  int hour = static_cast<int>(random() % 4) - 3;
  for (double share = 0.3; share < 1; share += 0.3, hour += 2) ramp.push_back({hours_from_now(hour), share});
  return ramp;
}

std::string_view any_condition(std::mt19937& random) {
  return kConditions[random() % std::size(kConditions)];
}

model::Experiment random_experiment(std::mt19937& random, const std::string& key) {
  static const std::vector<std::vector<double>> kWeights = {
      {0.5, 0.5}, {0.2, 0.8}, {1.0 / 3, 1.0 / 3, 1.0 / 3}, {0.1, 0.2, 0.7}};
  model::Experiment made = experiment(key, kWeights[random() % kWeights.size()]);
  made.population = any_of_conditions(any_condition(random));
  made.coverage = random() % 2 == 0 ? 1 : static_cast<double>(random() % 100) / 100;
  if (random() % 4 == 0) made.attribute = random() % 2 == 0 ? "account" : "targetingKey";
  if (random() % 3 == 0)
    made.layer = model::LayerSlice{"layer", 0.1 * static_cast<double>(random() % 5), 0.9};
  if (random() % 6 == 0) made.status = model::ExperimentStatus::Stopped;
  if (random() % 6 == 0) made.status = model::ExperimentStatus::Draft;
  if (random() % 4 == 0) made.schedule = random_schedule(random);
  if (random() % 4 == 0) made.ramp = random_ramp(random);
  if (random() % 4 == 0) made.overrides = {{"user-3", 0}, {"user-20", 1}, {"user-4", 1}};
  if (random() % 4 == 0) {
    std::vector<double> weights(made.variants.size(), 0);
    weights.front() = 0.4;
    weights.back() = 0.6;
    made.weights_for = {{any_of_conditions(any_condition(random)), weights}};
  }
  if (random() % 4 == 0)
    made.prerequisites = {{"base", {}, condition(R"({"value":true})"), model::Prerequisite::Otherwise::Skip}};
  if (random() % 8 == 0) made.hash_version = 1;
  return made;
}

/// When, and after what, a rule holds.
void restrict(std::mt19937& random, model::FlagRule& rule) {
  if (random() % 4 == 0) rule.schedule = random_schedule(random);
  if (random() % 4 != 0) return;
  rule.prerequisites = {
      {"base",
       {},
       condition(R"({"value":true})"),
       random() % 2 == 0 ? model::Prerequisite::Otherwise::Skip : model::Prerequisite::Otherwise::Close}};
}

}  // namespace

Timestamp random_now() {
  return *parse_rfc3339("2026-12-01T12:00:00Z");
}

model::PlannedTime hours_from_now(int hours) {
  return {random_now() + std::chrono::hours(hours), model::PlannedTime::ClockOf::World};
}

Value random_unit(std::mt19937& random, int number) {
  static constexpr const char* kPlans[] = {"free", "pro", "team"};
  static constexpr const char* kCountries[] = {"DE", "AT", "US", "de"};
  Value unit = Value::Object{{"id", "user-" + std::to_string(number)}};
  if (random() % 4 != 0) unit.set("plan", kPlans[random() % 3]);
  if (random() % 4 != 0) unit.set("age", static_cast<std::int64_t>(random() % 80));
  if (random() % 4 != 0) unit.set("country", kCountries[random() % 4]);
  if (random() % 4 != 0) unit.set("account", "account-" + std::to_string(random() % 50));
  if (random() % 3 == 0) unit.set("tags", Value::Array{"a", "b"});
  return unit;
}

model::Configuration random_configuration(std::mt19937& random) {
  model::Configuration configuration;
  add_segment(configuration, "grown", R"({"age":{"$gte":18}})");
  add_segment(configuration, "rich", R"({"$inSegment":"grown","plan":{"$in":["pro","team"]}})");
  add_segment(configuration, "nobody", R"({"$inSegment":"nobody"})");
  add_layer(configuration, "layer");
  add_lists(configuration);
  add(configuration, flag("base", {serve("grown", R"({"age":{"$gte":18}})")}));
  for (int i = 0; i < 4; ++i) add(configuration, random_experiment(random, "e" + std::to_string(i)));
  if (random() % 2 == 0) {
    model::Experiment holdout = experiment("holdout", {0.5, 0.5});
    holdout.coverage = 0.4;
    holdout.holdout = model::Holdout{0, {}};
    if (random() % 2 == 0) holdout.holdout->experiments = {"e0", "e2"};
    add(configuration, std::move(holdout));
  }
  for (int i = 0; i < 8; ++i) {
    model::Flag made = flag("f" + std::to_string(i));
    made.enabled = random() % 8 != 0;
    made.fallback = random() % 2;
    if (random() % 4 == 0) made.overrides = {{"user-5", 1}, {"user-6", 0}, {"user-9", 1}};
    const std::size_t rules = random() % 4;
    for (std::size_t rule = 1; rule <= rules; ++rule) {
      const std::string id = std::to_string(rule);
      if (random() % 2 == 0) {
        const double rollout = random() % 2 == 0 ? 1 : static_cast<double>(random() % 101) / 100;
        model::FlagRule serving = serve(id, "", rollout);
        serving.condition = any_of_conditions(any_condition(random));
        if (random() % 4 == 0) std::get<model::FlagRule::Serve>(serving.outcome).ramp = random_ramp(random);
        restrict(random, serving);
        made.rules.push_back(std::move(serving));
        continue;
      }
      model::FlagRule asking = ask(id, "e" + std::to_string(random() % 4));
      asking.condition = any_of_conditions(any_condition(random));
      restrict(random, asking);
      auto& asked = std::get<model::FlagRule::Experiment>(asking.outcome);
      asked.variants.clear();
      for (std::size_t i2 = 0; i2 < configuration.experiments.at(asked.key).variants.size(); ++i2)
        asked.variants.push_back(random() % 2);
      made.rules.push_back(std::move(asking));
    }
    add(configuration, std::move(made));
  }
  return configuration;
}

}  // namespace splitplot::decide::test
