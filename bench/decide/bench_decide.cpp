// How long a single decision takes, on one thread, beside what none can do without: finding the flag by its key, and
// hashing the unit.
#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using namespace splitplot;

constexpr int kOtherFlags = 200;

model::WrittenCondition condition(std::string_view text) {
  Value written = model::parse_json(text).value();
  auto compiled = std::make_shared<const model::Condition>(model::Condition::compile(written).value());
  return {std::move(written), std::move(compiled)};
}

void add_flag(model::Configuration& configuration, const std::string& key,
              std::vector<model::FlagRule> rules) {
  model::Flag flag;
  flag.key = key;
  flag.variants = {{"off", false}, {"on", true}};
  flag.rules = std::move(rules);
  configuration.flags.emplace(key, std::move(flag));
}

model::FlagRule serve(std::string_view text) {
  return {"1", condition(text), {}, {}, model::FlagRule::Serve{1, 1, {}, "", "id"}};
}

std::shared_ptr<const decide::Snapshot> snapshot() {
  model::Configuration configuration;
  for (int i = 0; i < kOtherFlags; ++i) add_flag(configuration, "other-" + std::to_string(i), {});
  configuration.segments.emplace(
      "pro", model::Segment{"pro", "", condition(R"({"plan": {"$in": ["pro", "team"]}})")});
  model::Experiment experiment;
  experiment.key = "checkout-test";
  experiment.status = model::ExperimentStatus::Running;
  experiment.variants = {{"control", "", 0.5}, {"treatment", "", 0.5}};
  configuration.experiments.emplace(experiment.key, experiment);
  experiment.key = "sliced-test";
  experiment.layer = model::LayerSlice{"area", 0, 1};
  experiment.population = condition(R"({"$inSegment": "pro", "country": {"$in": ["DE", "AT", "CH"]}})");
  configuration.layers.emplace("area", model::Layer{"area", "", "", "id"});
  configuration.experiments.emplace(experiment.key, experiment);

  add_flag(configuration, "static", {});
  add_flag(configuration, "condition", {serve(R"({"country": {"$in": ["FR", "DE"]}, "age": {"$gte": 18}})")});
  add_flag(configuration, "regex", {serve(R"({"email": {"$regex": "@shop\\.example$"}})")});
  add_flag(configuration, "segment", {serve(R"({"$inSegment": "pro"})")});
  add_flag(configuration, "experiment",
           {{"1", {}, {}, {}, model::FlagRule::Experiment{"checkout-test", {0, 1}}}});
  add_flag(configuration, "sliced", {{"1", {}, {}, {}, model::FlagRule::Experiment{"sliced-test", {0, 1}}}});
  return decide::Snapshot::compile(std::move(configuration), 1, [](std::string_view, std::string_view key) {
    return "c0ffee" + std::string(key);
  });
}

constexpr std::string_view kUnit = "3f2a9c1e-7b54-4d0e-9a61-5c8d2e4f1b07";

Value context() {
  Value context =
      model::parse_json(R"({"plan": "pro", "country": "DE", "age": 31, "email": "anna@shop.example",
      "device": "mobile", "session": 17})")
          .value();
  context.set("targetingKey", kUnit);
  return context;
}

void one_decision(benchmark::State& state, const char* flag) {
  const auto compiled = snapshot();
  const Value about = context();
  const model::Attributes attributes(&about);
  if (compiled->decide(flag, attributes).value == nullptr) state.SkipWithError("the flag has no value");
  for (auto _ : state) benchmark::DoNotOptimize(compiled->decide(flag, attributes));
}
BENCHMARK_CAPTURE(one_decision, static_flag, "static");
BENCHMARK_CAPTURE(one_decision, condition_flag, "condition");
BENCHMARK_CAPTURE(one_decision, regex_flag, "regex");
BENCHMARK_CAPTURE(one_decision, segment_flag, "segment");
BENCHMARK_CAPTURE(one_decision, experiment_flag, "experiment");
BENCHMARK_CAPTURE(one_decision, experiment_in_layer_with_population, "sliced");

void floor_find_a_key(benchmark::State& state) {
  std::vector<std::string> keys;
  for (int i = 0; i < kOtherFlags; ++i) keys.push_back("other-" + std::to_string(i));
  std::unordered_map<std::string_view, int> places;
  for (const std::string& key : keys) places.emplace(key, 1);
  std::string_view key = keys.back();
  for (auto _ : state) {
    benchmark::DoNotOptimize(key);
    benchmark::DoNotOptimize(places.find(key));
  }
}
BENCHMARK(floor_find_a_key);

void floor_hash_a_unit(benchmark::State& state) {
  std::string_view unit = kUnit;
  for (auto _ : state) {
    benchmark::DoNotOptimize(unit);
    benchmark::DoNotOptimize(decide::bucket_of("c0ffeecheckout-test", unit));
  }
}
BENCHMARK(floor_hash_a_unit);

}  // namespace
