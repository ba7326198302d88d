// The payload that SDKs evaluate by themselves says the same as the snapshot that it was written from.
#include "documents.hpp"
#include "random_documents.hpp"

#include <splitplot/decide/payload.hpp>
#include <splitplot/model/json.hpp>

#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;

/// Value, experiment and variant as text.
std::string answer(const Snapshot& snapshot, std::string_view flag, const Value& unit) {
  Evaluation evaluation{model::Attributes(&unit)};
  evaluation.now = random_now();
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
  Result<Payload> payload = payload_of(snapshot, random_now(), lists);
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
        ASSERT_EQ(answer(*payload, key, unit), expected)
            << key << " for " << model::to_json(unit) << " in "
            << model::to_json(payload_of(*documents, random_now())->content);
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

TEST(PayloadTest, LeavesOutFlagsWithContentAndThoseThatNeedThem) {
  model::Configuration configuration;
  model::Flag banner = flag("banner", {});
  banner.variants = {{"a", "Hello {{user.name}}"}};
  banner.content = std::make_shared<const model::Content>();
  configuration.flags.emplace("banner", banner);
  const auto needing = [](const std::string& key, const std::string& other) {
    model::FlagRule rule = serve("1", "", 1, "s", "id");
    rule.prerequisites = {{.flag = other, .variants = {}, .condition = condition("{}")}};
    return flag(key, {rule});
  };
  configuration.flags.emplace("near", needing("near", "banner"));
  configuration.flags.emplace("far", needing("far", "near"));
  configuration.flags.emplace("plain", flag("plain", {}));
  configuration.flags.emplace("needs-plain", needing("needs-plain", "plain"));
  const auto snapshot = Snapshot::compile(
      std::move(configuration), 1, [](std::string_view, std::string_view) { return std::string("s"); });
  const auto payload = payload_of(*snapshot);
  ASSERT_TRUE(payload);
  std::set<std::string> names;
  for (const Member& feature : *payload->content.find("features")->if_object()) names.insert(feature.name);
  EXPECT_EQ(names, (std::set<std::string>{"needs-plain", "plain"}));
  EXPECT_EQ(
      payload->left_out,
      (std::vector<std::string>{
          "flag 'banner': its values are templates, which the server renders",
          "flag 'far': it needs the flag 'banner', whose values are templates, which the server renders",
          "flag 'near': it needs the flag 'banner', whose values are templates, which the server renders"}));
}

TEST(PayloadTest, RefusesGroupsOfAnotherPayload) {
  const auto compiled = *Snapshot::read_payload(json(R"({"savedGroups": {"testers": ["user-1"]}, "features": {
      "f": {"defaultValue": 0, "rules": [{"condition": {"id": {"$inGroup": "testers"}}, "force": 1}]}}})"));
  const Result<Payload> payload = payload_of(*compiled, random_now(), ListForm::Inlined);
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
  const Value content = payload_of(*documents, random_now(), ListForm::Named)->content;
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
  const Result<Payload> now = payload_of(*documents, random_now());
  EXPECT_EQ(now->valid_from, random_now() - std::chrono::hours(2));
  EXPECT_EQ(now->valid_until, random_now() + std::chrono::hours(3));
  const Result<Payload> later = payload_of(*documents, random_now() + std::chrono::hours(10));
  EXPECT_EQ(later->valid_from, random_now() + std::chrono::hours(9));
  EXPECT_EQ(later->content.find("features")->find("f")->find("rules"), nullptr) << "the rule is over";
}

}  // namespace
}  // namespace splitplot::decide
