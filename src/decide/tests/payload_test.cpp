// The payload that SDKs evaluate by themselves says the same as the snapshot that it was written from.
#include "documents.hpp"

#include <splitplot/decide/payload.hpp>
#include <splitplot/model/json.hpp>

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

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
      "testers", model::List{"testers", "", Value::Array{"user-1", "user-20", "user-7"}, lists().at("testers")});
  configuration.lists.emplace("plans", model::List{"plans", "", Value::Array{"free", "team"}, lists().at("plans")});
}

model::WrittenCondition any_of_conditions(std::string_view text) {
  if (text.empty()) return condition(text);
  Value written = json(text);
  auto compiled =
      std::make_shared<const model::Condition>(*model::Condition::compile(written, nullptr, &lists()));
  return {std::move(written), std::move(compiled)};
}

const Timestamp kNow = *parse_rfc3339("2026-12-01T12:00:00Z");

model::PlannedTime hours_from_now(int hours) {
  return {kNow + std::chrono::hours(hours), model::PlannedTime::ClockOf::World};
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
  rule.prerequisites = {{"base",
                         {},
                         condition(R"({"value":true})"),
                         random() % 2 == 0 ? model::Prerequisite::Otherwise::Skip
                                           : model::Prerequisite::Otherwise::Close}};
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

/// Value, experiment and variant as text.
std::string answer(const Snapshot& snapshot, std::string_view flag, const Value& unit) {
  Evaluation evaluation{model::Attributes(&unit)};
  evaluation.now = kNow;
  const Decision decision = snapshot.decide(flag, evaluation);
  // A disabled flag is not in the payload, or has nothing for all but its testers.
  if (decision.reason == Reason::Disabled || decision.error == DecisionError::FlagNotFound) return "null of ";
  std::string text = decision.value != nullptr ? model::to_json(*decision.value) : "null";
  text.append(" of ").append(decision.rule);
  // Who is overridden is served by a rule of its own in the payload.
  const model::Experiment* experiment = decision.experiment();
  if (experiment != nullptr && !decision.assignment.is_forced) {
    text.append(" ").append(experiment->key).append("=");
    text.append(experiment->variants[*decision.assignment.variant].key);
  }
  return text;
}

std::shared_ptr<const Snapshot> read_back(const Snapshot& snapshot, ListForm lists = ListForm::Inlined) {
  Result<Payload> payload = payload_of(snapshot, kNow, lists);
  EXPECT_TRUE(payload) << payload.error().message;
  EXPECT_TRUE(payload->left_out.empty());
  // Over the wire and back.
  return *Snapshot::read_payload(json(model::to_json(payload->content)));
}

TEST(PayloadTest, DecidesLikeTheConfigurationItWasWrittenFrom) {
  std::mt19937 random(20261122);
  int in_experiments = 0;
  for (int round = 0; round < 40; ++round) {
    const auto documents = snapshot(random_configuration(random));
    const auto payload = read_back(*documents, round % 2 == 0 ? ListForm::Inlined : ListForm::Named);
    for (int number = 1; number <= 300; ++number) {
      const Value unit = random_unit(random, number);
      for (const auto& [key, flag] : documents->configuration().flags) {
        const std::string expected = answer(*documents, key, unit);
        ASSERT_EQ(answer(*payload, key, unit), expected) << key << " for " << model::to_json(unit) << " in "
                                                         << model::to_json(payload_of(*documents, kNow)->content);
        if (expected.find('=') != expected.npos) ++in_experiments;
      }
    }
  }
  EXPECT_GT(in_experiments, 2000);  // the comparison met what it is about
}

/// Payloads of others, with everything that rules can say.
constexpr std::string_view kForeignPayload = R"({
  "contextualBandits": {"b": {"contexts": [{"condition": {"plan": "pro"}, "weights": [0.9, 0.1]},
                                           {"condition": {"plan": "team"}, "weights": [0.1, 0.9]}]}},
  "features": {
    "parent": {"defaultValue": false, "rules": [{"condition": {"age": {"$gte": 30}}, "force": true}]},
    "gated": {"defaultValue": "d", "rules": [
      {"id": "g", "parentConditions": [{"id": "parent", "condition": {"value": true}, "gate": true}],
       "force": "open", "coverage": 0.5, "hashAttribute": "id"}]},
    "skipped": {"defaultValue": "d", "rules": [
      {"id": "s", "parentConditions": [{"id": "parent", "condition": {"value": true}}], "force": "x"}]},
    "nothing-but-a-gate": {"defaultValue": 1, "rules": [
      {"id": "n", "parentConditions": [{"id": "parent", "condition": {"value": true}, "gate": true}]}]},
    "old": {"defaultValue": "d", "rules": [
      {"key": "v1", "variations": ["a", "b"], "coverage": 0.8, "namespace": ["n", 0.2, 0.7]}]},
    "pass": {"defaultValue": "d", "rules": [
      {"key": "holdout", "hashVersion": 2, "variations": ["a", "b"], "meta": [{"key": "in", "passthrough": true}, {"key": "out"}]},
      {"id": "after", "force": "later"}]},
    "ranges": {"defaultValue": "d", "rules": [
      {"key": "r", "hashVersion": 2, "variations": ["a", "b", "c"], "ranges": [[0, 0.1], [0.5, 0.7], [0.2, 0.5]],
       "filters": [{"seed": "f", "ranges": [[0, 0.3], [0.6, 0.9]]}]}]},
    "bandit": {"defaultValue": "d", "rules": [
      {"key": "bandit", "hashVersion": 2, "variations": ["a", "b"], "contextualBanditRef": "b", "coverage": 0.9,
       "meta": [{"key": "a"}, {"key": "b"}]},
      {"id": "rest", "force": "rest"}]}
  }})";

TEST(PayloadTest, KeepsWhatDocumentsCannotSayYet) {
  const auto first = *Snapshot::read_payload(json(kForeignPayload));
  const auto second = read_back(*first);
  std::mt19937 random(7);
  std::set<std::string> seen;
  for (int number = 1; number <= 1000; ++number) {
    const Value unit = random_unit(random, number);
    for (const char* key :
         {"parent", "gated", "skipped", "nothing-but-a-gate", "old", "pass", "ranges", "bandit"}) {
      const std::string expected = answer(*first, key, unit);
      ASSERT_EQ(answer(*second, key, unit), expected) << key << " for " << model::to_json(unit);
      seen.insert(key + (" " + expected));
    }
  }
  EXPECT_GE(seen.size(), 20U);
}

TEST(PayloadTest, RefusesGroupsOfAnotherPayload) {
  const auto compiled = *Snapshot::read_payload(json(R"({"savedGroups": {"testers": ["user-1"]}, "features": {
      "f": {"defaultValue": 0, "rules": [{"condition": {"id": {"$inGroup": "testers"}}, "force": 1}]}}})"));
  const Result<Payload> payload = payload_of(*compiled, kNow, ListForm::Inlined);
  ASSERT_FALSE(payload);
  EXPECT_NE(payload.error().message.find("'testers'"), std::string::npos) << payload.error().message;
}

TEST(PayloadTest, HoldsAssignmentsThatHoldOn) {
  class Kept : public StickyBuckets {
    [[nodiscard]] std::optional<std::string_view> find(std::string_view attribute, std::string_view value,
                                                       std::string_view experiment) const override {
      if (attribute == "device" && value == "d1" && experiment == "e__2") return "b";
      if (attribute == "device" && value == "d2" && experiment == "e__0") return "a";
      return std::nullopt;
    }
  } const kept;
  const auto first = *Snapshot::read_payload(json(R"({"features": {"f": {"defaultValue": "d", "rules": [
      {"key": "e", "hashVersion": 2, "variations": ["A", "B"], "weights": [1, 0], "bucketVersion": 2,
       "minBucketVersion": 1, "fallbackAttribute": "device", "meta": [{"key": "a"}, {"key": "b"}]}]}}})"));
  const auto second = read_back(*first);
  for (const auto& [unit_text, expected] :
       std::vector<std::pair<std::string, std::string>>{{R"({"device":"d1"})", "B"},
                                                        {R"({"id":"u","device":"d2"})", "d"},
                                                        {R"({"id":"u"})", "A"},
                                                        {R"({"id":"u","device":"d1"})", "B"}}) {
    const Value unit = json(unit_text);
    Evaluation evaluation{model::Attributes(&unit)};
    evaluation.sticky = &kept;
    ASSERT_EQ(*first->decide("f", evaluation).value, Value(expected)) << unit_text;
    EXPECT_EQ(*second->decide("f", evaluation).value, Value(expected)) << unit_text;
  }
}

TEST(PayloadTest, WritesSegmentsSeedsAndKeysOut) {
  model::Configuration configuration;
  add_segment(configuration, "pro", R"({"plan":"pro"})");
  model::Experiment colours = experiment("colours", {0.25, 0.75});
  colours.population = condition(R"({"$inSegment":"pro"})");
  colours.coverage = 0.5;
  colours.hypothesis = "not for the eyes of clients";
  colours.layer = model::LayerSlice{"checkout", 0, 0.5};
  add_layer(configuration, "checkout");
  add(configuration, colours);
  add(configuration, flag("button", {serve("staff", R"({"email":{"$regex":"@x$"}})"), ask("test", "colours"),
                                     serve("some", "", 0.2)}));
  model::Flag off = flag("off");
  off.enabled = false;
  add(configuration, off);
  const auto documents = snapshot(std::move(configuration));
  EXPECT_EQ(model::canonical_json(payload_of(*documents)->content), model::canonical_json(json(R"({
    "experiments": [], "savedGroups": {}, "features": {"button": {"defaultValue": false, "rules": [
      {"id": "staff", "condition": {"email": {"$regex": "@x$"}}, "force": true},
      {"id": "test", "condition": {"plan": "pro"}, "key": "colours", "variations": [false, true],
       "weights": [0.25, 0.75], "coverage": 0.5, "meta": [{"key": "control"}, {"key": "treatment-1"}],
       "hashAttribute": "id", "hashVersion": 2, "seed": "experiment/colours", "disableStickyBucketing": true,
       "filters": [{"attribute": "id", "seed": "layer/checkout", "hashVersion": 2, "ranges": [[0.0, 0.5]]}]},
      {"id": "some", "force": true, "hashAttribute": "id", "hashVersion": 2, "seed": "rollout/button/some",
       "range": [0.0, 0.2]}]}}})")));
}

TEST(PayloadTest, TakesNothingWrittenForEverybodyAndNonsenseForNobody) {
  model::Configuration configuration;
  model::Flag all = flag("all", {serve("1", "")});
  all.rules.front().condition.compiled = std::make_shared<const model::Condition>();
  add(configuration, all);
  const auto documents = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u"}};
  EXPECT_EQ(answer(*read_back(*documents), "all", unit), "true of 1");
  const auto foreign = *Snapshot::read_payload(
      json(R"({"features":{"f":{"defaultValue":0,"rules":[{"condition":"x","force":1}]}}})"));
  EXPECT_EQ(answer(*foreign, "f", unit), "0 of ");
  EXPECT_EQ(answer(*read_back(*foreign), "f", unit), "0 of ");
}

TEST(PayloadTest, WritesALongListOnceWhereClientsKnowNames) {
  std::string list = "[";
  for (int i = 0; i < 30; ++i) list.append(i == 0 ? "" : ",").append("\"u" + std::to_string(i) + "\"");
  list.append("]");
  model::Configuration configuration;
  add(configuration, flag("a", {serve("1", R"({"id":{"$in":)" + list + "}}")}));
  add(configuration, flag("b", {serve("1", R"({"id":{"$nin":)" + list + "}}")}));
  add(configuration, flag("c", {serve("1", R"({"id":{"$in":["u1"]}})")}));
  const auto documents = snapshot(std::move(configuration));
  const Value content = payload_of(*documents, kNow, ListForm::Named)->content;
  EXPECT_EQ(*content.find("savedGroups"), json(R"({"list-1":)" + list + "}"));
  const std::string text = model::to_json(*content.find("features"));
  EXPECT_NE(text.find(R"({"id":{"$inGroup":"list-1"}})"), text.npos) << text;
  EXPECT_NE(text.find(R"({"id":{"$notInGroup":"list-1"}})"), text.npos) << text;
  EXPECT_NE(text.find(R"({"id":{"$in":["u1"]}})"), text.npos) << text;
  const auto read = read_back(*documents, ListForm::Named);
  for (const char* id : {"u3", "u30"}) {
    const Value unit = Value::Object{{"id", id}};
    for (const char* key : {"a", "b", "c"})
      EXPECT_EQ(answer(*read, key, unit), answer(*documents, key, unit));
  }
}

TEST(PayloadTest, RefusesSegmentsThatGrowBeyondMeasure) {
  model::Configuration configuration;
  add_segment(configuration, "s0", R"({"plan":"pro"})");
  for (int i = 1; i < 30; ++i) {
    const std::string below = R"({"$inSegment":"s)" + std::to_string(i - 1) + "\"}";
    add_segment(configuration, "s" + std::to_string(i), R"({"$and":[)" + below + "," + below + "]}");
  }
  add(configuration, flag("f", {serve("1", R"({"$inSegment":"s29"})")}));
  const Result<Payload> payload = payload_of(*snapshot(std::move(configuration)));
  ASSERT_FALSE(payload);
  EXPECT_EQ(payload.error().code, ErrorCode::ResourceLimit);
  EXPECT_NE(payload.error().message.find("flag 'f'"), std::string::npos);
}

TEST(PayloadTest, HoldsFromOneChangeOfAScheduleToTheNext) {
  model::Configuration configuration;
  model::FlagRule rule = serve("r", "");
  rule.schedule = {hours_from_now(-5), hours_from_now(9)};
  std::get<model::FlagRule::Serve>(rule.outcome).ramp = {{hours_from_now(-2), 0.1}, {hours_from_now(3), 0.2}};
  add(configuration, flag("f", {rule}));
  const auto documents = snapshot(std::move(configuration));
  const Result<Payload> now = payload_of(*documents, kNow);
  EXPECT_EQ(now->valid_from, kNow - std::chrono::hours(2));
  EXPECT_EQ(now->valid_until, kNow + std::chrono::hours(3));
  const Result<Payload> later = payload_of(*documents, kNow + std::chrono::hours(10));
  EXPECT_EQ(later->valid_from, kNow + std::chrono::hours(9));
  EXPECT_EQ(later->content.find("features")->find("f")->find("rules"), nullptr) << "the rule is over";
}

}  // namespace
}  // namespace splitplot::decide
