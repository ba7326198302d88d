// What documents can say beside conditions and weights: schedules, ramps, prerequisites, overrides, variants of a group,
// sticky assignment, holdouts.
#include "documents.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;
using std::chrono::hours;

const Timestamp kNoon = *parse_rfc3339("2026-12-01T12:00:00Z");

model::PlannedTime at(Timestamp time) {
  return {time, model::PlannedTime::ClockOf::World};
}

Value user(int i) {
  return Value::Object{{"id", "user-" + std::to_string(i)}};
}

Decision decide(const Snapshot& snapshot, const Value& context, Timestamp now = kNoon) {
  Evaluation evaluation{model::Attributes(&context)};
  evaluation.now = now;
  return snapshot.decide("f", evaluation);
}

TEST(ScheduleTest, TurningPointsAreAllTimesAtWhichAnswersChangeInOrder) {
  model::Configuration configuration;
  model::FlagRule first = serve("first", "");
  first.schedule = {at(kNoon), at(kNoon + hours(2))};
  model::FlagRule second = serve("second", "");
  second.schedule.from = {kNoon, model::PlannedTime::ClockOf::Project};
  std::get<model::FlagRule::Serve>(second.outcome).ramp = {{at(kNoon + hours(2)), 0.1},
                                                           {at(kNoon + hours(9)), 0.2}};
  configuration.flags["f"] = flag("f", {first, second});
  const auto snapshot = Snapshot::compile(
      configuration, 1, [](std::string_view, std::string_view) { return std::string("seed"); },
      [](Timestamp shown) { return shown - hours(1); });
  EXPECT_EQ(snapshot->turning_points(),
            (std::vector<Timestamp>{kNoon - hours(1), kNoon, kNoon + hours(2), kNoon + hours(9)}));
}

TEST(ScheduleTest, HoldsFromItsBeginUntilItsEnd) {
  model::Configuration configuration;
  model::FlagRule rule = serve("r", "");
  rule.schedule = {at(kNoon), at(kNoon + hours(1))};
  add(configuration, flag("f", {rule}));
  const auto compiled = snapshot(std::move(configuration));
  const Value ann = user(1);
  EXPECT_EQ(decide(*compiled, ann, kNoon - std::chrono::microseconds(1)).variant, "off");
  EXPECT_EQ(decide(*compiled, ann, kNoon).variant, "on");
  EXPECT_EQ(decide(*compiled, ann, kNoon + hours(1)).variant, "off");
}

TEST(ScheduleTest, TimesOfTheProjectAreByItsClocks) {
  model::Configuration configuration;
  model::FlagRule rule = serve("r", "");
  rule.schedule.from = {kNoon, model::PlannedTime::ClockOf::Project};
  add(configuration, flag("f", {rule}));
  const auto compiled = Snapshot::compile(
      std::move(configuration), 1, [](std::string_view, std::string_view) { return std::string("s"); },
      [](Timestamp shown) { return shown - hours(1); });
  const Value ann = user(1);
  EXPECT_EQ(decide(*compiled, ann, kNoon - hours(1)).variant, "on");
  EXPECT_EQ(decide(*compiled, ann, kNoon - hours(1) - std::chrono::microseconds(1)).variant, "off");
}

TEST(RampTest, GrowsStepByStepAndMovesNobody) {
  model::Configuration configuration;
  model::Experiment ramped = experiment("e", {0.3, 0.7});
  for (int step = 0; step < 10; ++step) ramped.ramp.push_back({at(kNoon + hours(step)), 0.1 * (step + 1)});
  add(configuration, ramped);
  model::FlagRule rule = serve("r", "", 1, "seed");
  std::get<model::FlagRule::Serve>(rule.outcome).ramp = ramped.ramp;
  add(configuration, flag("f", {ask("e", "e")}));
  add(configuration, flag("g", {rule}));
  const auto compiled = snapshot(std::move(configuration));
  std::map<std::string, std::size_t> assigned;
  std::set<std::string> served;
  for (int hour = -1; hour < 10; ++hour) {
    int in_experiment = 0;
    int in_rollout = 0;
    for (int i = 0; i < 2000; ++i) {
      const Value context = user(i);
      Evaluation evaluation{model::Attributes(&context)};
      evaluation.now = kNoon + hours(hour);
      const std::string id = *context.find("id")->if_text();
      const Decision decision = compiled->decide("f", evaluation);
      if (decision.experiment() != nullptr) {
        ++in_experiment;
        const auto [earlier, is_new] = assigned.emplace(id, *decision.assignment.variant);
        EXPECT_EQ(earlier->second, *decision.assignment.variant);
      } else {
        EXPECT_FALSE(assigned.contains(id));
      }
      if (compiled->decide("g", evaluation).variant == "on") {
        ++in_rollout;
        served.insert(id);
      } else {
        EXPECT_FALSE(served.contains(id));
      }
    }
    EXPECT_NEAR(in_experiment, 200 * (hour + 1), 70);
    EXPECT_NEAR(in_rollout, 200 * (hour + 1), 70);
  }
}

/// "f" asks "other", which is on for Germans.
std::shared_ptr<const Snapshot> with_prerequisite(model::Prerequisite::Otherwise otherwise) {
  model::Configuration configuration;
  model::FlagRule rule = serve("needs-other", "");
  rule.prerequisites = {{"other", {}, condition(R"({"value": true})"), otherwise}};
  add(configuration, flag("f", {rule, serve("staff", R"({"staff": true})")}));
  add(configuration, flag("other", {serve("r", R"({"country": "DE"})")}));
  return snapshot(std::move(configuration));
}

TEST(PrerequisiteTest, WhereItIsNotMetTheNextRuleDecides) {
  const auto compiled = with_prerequisite(model::Prerequisite::Otherwise::Skip);
  EXPECT_EQ(decide(*compiled, json(R"({"country": "DE"})")).rule, "needs-other");
  const Value staff = json(R"({"staff": true})");
  EXPECT_EQ(decide(*compiled, staff).rule, "staff");
}

TEST(PrerequisiteTest, AGateLeavesTheCallersDefault) {
  const auto compiled = with_prerequisite(model::Prerequisite::Otherwise::Close);
  const Value staff = json(R"({"staff": true})");
  const Decision decision = decide(*compiled, staff);
  EXPECT_EQ(decision.value, nullptr);
  EXPECT_EQ(decision.source, Source::Prerequisite);
  EXPECT_EQ(decision.reason, Reason::Disabled);
  EXPECT_EQ(decision.error, DecisionError::None);
}

TEST(PrerequisiteTest, ACircleIsAnErrorAndEnds) {
  model::Configuration configuration;
  model::FlagRule rule = serve("r", "");
  rule.prerequisites = {{"g", {}, condition("{}"), model::Prerequisite::Otherwise::Skip}};
  add(configuration, flag("f", {rule}));
  rule.prerequisites[0].flag = "f";
  add(configuration, flag("g", {rule}));
  const auto compiled = snapshot(std::move(configuration));
  const Value ann = user(1);
  EXPECT_EQ(decide(*compiled, ann).error, DecisionError::CyclicPrerequisite);
}

TEST(OverrideTest, ShowsAVariantToAUserAndDoesNotCount) {
  model::Configuration configuration;
  model::Flag overridden = flag("f", {ask("e", "e")});
  overridden.overrides = {{"user-1", 1}};
  add(configuration, overridden);
  model::Experiment draft = experiment("e");
  draft.status = model::ExperimentStatus::Draft;
  draft.overrides = {{"user-2", 1}};
  add(configuration, draft);
  const auto compiled = snapshot(std::move(configuration));
  const Value one = user(1);
  EXPECT_EQ(decide(*compiled, one).source, Source::Override);
  EXPECT_EQ(decide(*compiled, one).variant, "on");
  const Value two = user(2);
  const Decision tried = decide(*compiled, two);
  EXPECT_EQ(tried.variant, "on") << "also before the experiment runs";
  EXPECT_TRUE(tried.assignment.is_forced);
  const Value three = user(3);
  EXPECT_EQ(decide(*compiled, three).variant, "off");
}

TEST(GroupTest, IsTestedWithItsOwnVariantsAndTheCommonControl) {
  model::Configuration configuration;
  model::Experiment grouped = experiment("e", {0.4, 0.3, 0.3});
  grouped.weights_for = {{condition(R"({"group": "x"})"), {0.5, 0.5, 0}},
                         {condition(R"({"group": "y"})"), {0.5, 0, 0.5}}};
  add(configuration, grouped);
  const auto compiled = snapshot(std::move(configuration));
  std::map<std::string, std::map<std::size_t, int>> counts;
  for (int i = 0; i < 3000; ++i) {
    for (const char* group : {"x", "y", "z"}) {
      Value context = user(i);
      context.set("group", group);
      const Assignment assignment =
          compiled->assign(compiled->configuration().experiments.at("e"), model::Attributes(&context));
      ++counts[group][*assignment.variant];
    }
  }
  EXPECT_EQ(counts["x"][2], 0);
  EXPECT_EQ(counts["y"][1], 0);
  EXPECT_NEAR(counts["x"][1], 1500, 110);
  EXPECT_NEAR(counts["y"][2], 1500, 110);
  EXPECT_NEAR(counts["z"][1], 900, 110);
}

/// Remembers what it is told to.
class Memory final : public StickyBuckets, public EvaluationObserver {
 public:
  [[nodiscard]] std::optional<std::string_view> find(std::string_view attribute, std::string_view value,
                                                     std::string_view experiment) const override {
    const auto found = known_.find(key(attribute, value, experiment));
    return found == known_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }
  void remember(const StickyAssignment& assignment) override {
    known_[key(assignment.attribute, assignment.value, assignment.experiment)] = assignment.variant;
  }

 private:
  static std::string key(std::string_view attribute, std::string_view value, std::string_view experiment) {
    return std::string(attribute) + "|" + std::string(value) + "|" + std::string(experiment);
  }
  std::map<std::string, std::string> known_;
};

TEST(StickyTest, HoldsThroughOtherWeightsUntilTheVersionIsCountedUp) {
  Memory memory;
  const auto variant_of = [&memory](const model::Experiment& document, const Value& context) {
    model::Configuration configuration;
    add(configuration, document);
    const auto compiled = snapshot(std::move(configuration));
    Evaluation evaluation{model::Attributes(&context)};
    evaluation.sticky = &memory;
    evaluation.observer = &memory;
    return compiled->assign("e", evaluation)->variant;
  };
  model::Experiment document = experiment("e", {0.5, 0.5});
  document.sticky = model::Stickiness{};
  std::map<int, std::size_t> first;
  for (int i = 0; i < 200; ++i) first[i] = *variant_of(document, user(i));
  document.variants[0].weight = 0.9;
  document.variants[1].weight = 0.1;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(variant_of(document, user(i)), first[i]);
  model::Experiment anew = document;
  anew.sticky->version = 1;
  int moved = 0;
  for (int i = 0; i < 200; ++i) moved += variant_of(anew, user(i)) != first[i] ? 1 : 0;
  EXPECT_GT(moved, 40);
  anew.sticky = model::Stickiness{2, 2, ""};
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(variant_of(anew, user(i)), std::nullopt) << "assigned under version 0";
}

TEST(StickyTest, KeepsTheVariantOfADeviceThroughTheLogin) {
  Memory memory;
  model::Configuration configuration;
  model::Experiment document = experiment("e");
  document.sticky = model::Stickiness{0, 0, "deviceId"};
  add(configuration, document);
  const auto compiled = snapshot(std::move(configuration));
  for (int i = 0; i < 200; ++i) {
    Value context = Value::Object{{"deviceId", "d" + std::to_string(i)}};
    const auto ask = [&] {
      Evaluation evaluation{model::Attributes(&context)};
      evaluation.sticky = &memory;
      evaluation.observer = &memory;
      return compiled->assign("e", evaluation)->variant;
    };
    const auto before = ask();
    ASSERT_TRUE(before);
    context.set("id", "u" + std::to_string(i));
    EXPECT_EQ(ask(), before);
  }
}

/// Counts who is assigned what.
class Exposures final : public EvaluationObserver {
 public:
  void assigned(std::string_view, const Assignment& assignment, const Value&) override {
    seen[assignment.experiment->key] = assignment.experiment->variants[*assignment.variant].key;
  }
  std::map<std::string, std::string> seen;
};

TEST(HoldoutTest, KeepsItsUnitsOutAndComparesThemWithAsManyOthers) {
  model::Configuration configuration;
  model::Experiment holdout = experiment("h", {0.5, 0.5});
  holdout.variants[0].key = "held";
  holdout.variants[1].key = "compared";
  holdout.coverage = 0.2;
  holdout.holdout = model::Holdout{0, {}};
  add(configuration, holdout);
  add(configuration, experiment("e"));
  add(configuration, flag("f", {ask("r", "e", R"({"country": "DE"})")}));
  const auto compiled = snapshot(std::move(configuration));
  int held = 0;
  int compared = 0;
  for (int i = 0; i < 5000; ++i) {
    Value context = user(i);
    context.set("country", "DE");
    Exposures exposures;
    Evaluation evaluation{model::Attributes(&context)};
    evaluation.observer = &exposures;
    const Decision decision = compiled->decide("f", evaluation);
    const std::string role = exposures.seen.contains("h") ? exposures.seen.at("h") : "";
    held += role == "held" ? 1 : 0;
    compared += role == "compared" ? 1 : 0;
    EXPECT_EQ(decision.experiment() == nullptr, role == "held");
    EXPECT_EQ(exposures.seen.contains("e"), role != "held");
    context.set("country", "FR");
    exposures.seen.clear();
    EXPECT_EQ(compiled->decide("f", evaluation).source, Source::Fallback);
    EXPECT_TRUE(exposures.seen.empty()) << "who would not meet the experiment is not held out of it";
  }
  EXPECT_NEAR(held, 500, 70);
  EXPECT_NEAR(compared, 500, 70);
}

TEST(HoldoutTest, LeavesThoseAloneThatItDoesNotName) {
  model::Configuration configuration;
  model::Experiment holdout = experiment("h", {0.5, 0.5});
  holdout.holdout = model::Holdout{0, {"other"}};
  add(configuration, holdout);
  add(configuration, experiment("e"));
  add(configuration, flag("f", {ask("r", "e")}));
  const auto compiled = snapshot(std::move(configuration));
  for (int i = 0; i < 100; ++i) EXPECT_NE(decide(*compiled, user(i)).experiment(), nullptr);
}

}  // namespace
}  // namespace splitplot::decide
