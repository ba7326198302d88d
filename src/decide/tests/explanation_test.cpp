// What is said about a decision is what was decided, and shows what decided it.
#include "documents.hpp"
#include "random_documents.hpp"

#include <splitplot/decide/explanation.hpp>
#include <splitplot/decide/payload.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

using namespace test;
using Outcome = ExplainedRule::Outcome;

Explanation explained(const Snapshot& snapshot, std::string_view flag, const Value& unit) {
  Evaluation evaluation{model::Attributes(&unit)};
  evaluation.now = random_now();
  return explain(snapshot, flag, evaluation);
}

bool hold(const std::vector<model::Finding>& clauses) {
  return std::ranges::all_of(clauses, &model::Finding::held);
}

/// Checks that what stands in an explanation fits together: nothing behind the check that did not pass, nothing about
/// rules that were not reached, clauses that hold where their condition is met.
void expect_sound(const Explanation& explanation) {
  bool reached = true;
  for (std::size_t i = 0; i < explanation.rules.size(); ++i) {
    const ExplainedRule& rule = explanation.rules[i];
    if (!reached) {
      EXPECT_EQ(rule.outcome, Outcome::NotReached);
    }
    if (rule.outcome == Outcome::NotReached) {
      EXPECT_TRUE(rule.checks.empty());
      reached = false;
    }
    EXPECT_EQ(rule.outcome == Outcome::Decided, explanation.rule == i);
    if (rule.outcome == Outcome::Decided) reached = false;
    for (const ExplainedCheck& check : rule.checks) {
      // Weights are asked for one group after another, and which of them hold keeps nobody out.
      const bool is_last = &check == &rule.checks.back();
      EXPECT_TRUE(check.passed || is_last || check.what == Check::What::Weights);
      if (!check.clauses.empty() && check.note.empty()) {
        EXPECT_EQ(hold(check.clauses), check.passed);
      }
      for (const Explanation& flag : check.flag) expect_sound(flag);
    }
    if (rule.outcome == Outcome::PassedOver && !rule.serves_nobody && !rule.checks.empty()) {
      EXPECT_FALSE(rule.checks.back().passed) << explanation_text(explanation);
    }
  }
}

void expect_same(const Explanation& explanation, const Decision& decision) {
  ASSERT_EQ(explanation.value.has_value(), decision.value != nullptr);
  if (decision.value != nullptr) {
    EXPECT_EQ(*explanation.value, *decision.value);
  }
  EXPECT_EQ(explanation.variant, decision.variant);
  EXPECT_EQ(explanation.reason, decision.reason);
  EXPECT_EQ(explanation.error, decision.error);
  EXPECT_EQ(explanation.source, decision.source);
  if (!decision.rule.empty()) {
    ASSERT_TRUE(explanation.rule);
    EXPECT_EQ(explanation.rules[*explanation.rule].id, decision.rule);
  }
  const model::Experiment* experiment = decision.experiment();
  EXPECT_EQ(explanation.assignment ? explanation.assignment->experiment : std::string(),
            experiment != nullptr ? experiment->key : std::string());
  if (experiment == nullptr) return;
  EXPECT_EQ(explanation.assignment->variant, experiment->variants[*decision.assignment.variant].key);
  EXPECT_EQ(explanation.assignment->bucket, decision.assignment.bucket);
}

/// Of documents, and of the payload that is written from them.
void expect_explanations_of(const Snapshot& snapshot, std::mt19937& random, int units) {
  for (int number = 1; number <= units; ++number) {
    const Value unit = random_unit(random, number);
    Evaluation evaluation{model::Attributes(&unit)};
    evaluation.now = random_now();
    snapshot.decide_all(evaluation, [&](std::string_view flag, const Decision& decision) {
      const Explanation explanation = explained(snapshot, flag, unit);
      expect_same(explanation, decision);
      expect_sound(explanation);
      if (::testing::Test::HasFailure()) return;
    });
    ASSERT_FALSE(::testing::Test::HasFailure()) << model::to_json(unit);
  }
}

TEST(ExplanationTest, EndsWithTheDecisionWhateverTheConfiguration) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 20; ++round) {
    const auto documents = snapshot(random_configuration(random));
    expect_explanations_of(*documents, random, 40);
    const auto payload =
        Snapshot::read_payload(json(model::to_json(payload_of(*documents, random_now())->content)));
    ASSERT_TRUE(payload);
    expect_explanations_of(**payload, random, 20);
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

TEST(ExplanationTest, ShowsTheUnitsValueBesideTheExpectedOne) {
  model::Configuration configuration;
  add(configuration, flag("f", {serve("adults", R"({"age":{"$gte":18,"$lt":60},"country":"DE"})"),
                                serve("all", ""), serve("never", "")}));
  const auto compiled = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u1"}, {"age", 70}};
  EXPECT_EQ(explanation_text(explained(*compiled, "f", unit)),
            "f = true, variant 'on' (TARGETING_MATCH, rule 'all')\n"
            "  rule 'adults', serves 'on': passed over\n"
            "    no   condition\n"
            "         yes  age is 70, expected at least 18\n"
            "         no   age is 70, expected less than 60\n"
            "         no   country is not known, expected \"DE\"\n"
            "  rule 'all', serves 'on': decided\n"
            "  rule 'never', serves 'on': not reached\n");
}

TEST(ExplanationTest, ShowsTheAnswersOfFlagsThatItNeedsAsTheyCameAbout) {
  model::Configuration configuration;
  add(configuration, flag("base", {serve("paying", R"({"plan":"pro"})")}));
  model::FlagRule rule = serve("1", "");
  rule.prerequisites = {{"base", {}, condition(R"({"value":true})"), model::Prerequisite::Otherwise::Close}};
  add(configuration, flag("f", {rule}));
  const auto compiled = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u1"}, {"plan", "free"}};
  EXPECT_EQ(explanation_text(explained(*compiled, "f", unit)),
            "f: the caller's default (DISABLED, rule '1')\n"
            "  rule '1', serves 'on': decided\n"
            "    no   flag 'base' answers false\n"
            "         no   value is false, expected true\n"
            "         base = false, variant 'off' (DEFAULT)\n"
            "           rule 'paying', serves 'on': passed over\n"
            "             no   condition\n"
            "                  no   plan is \"free\", expected \"pro\"\n"
            "           no rule applied: the default\n");
}

TEST(ExplanationTest, ShowsLayersHoldoutsBucketsAndTheRangesOfVariants) {
  model::Configuration configuration;
  add_layer(configuration, "page", "s");
  model::Experiment tested = experiment("e");
  tested.seed = "s";
  tested.layer = model::LayerSlice{"page", 0, 1};
  add(configuration, std::move(tested));
  model::Experiment holdout = experiment("kept-out", {0.01, 0.99});
  holdout.seed = "h";
  holdout.holdout = model::Holdout{0, {}};
  add(configuration, std::move(holdout));
  add(configuration, flag("f", {ask("1", "e")}));
  const auto compiled = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u1"}};
  const Explanation explanation = explained(*compiled, "f", unit);
  ASSERT_EQ(explanation.rules.size(), 2U);
  EXPECT_EQ(explanation.rules[0].outcome, Outcome::LookedOn);
  EXPECT_EQ(explanation.rules[0].experiment, "kept-out");
  const std::vector<ExplainedCheck>& checks = explanation.rules[1].checks;
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_EQ(checks[0].what, Check::What::Layer);
  EXPECT_EQ(checks[0].key, "page");
  EXPECT_EQ(checks[0].bucket, bucket_of("s", "u1"));
  EXPECT_EQ(checks[1].what, Check::What::Holdout);
  EXPECT_EQ(checks[1].key, "kept-out");
  EXPECT_EQ(checks[1].bucket, bucket_of("h", "u1"));
  EXPECT_EQ(checks[2].what, Check::What::Variant);
  ASSERT_EQ(checks[2].ranges.size(), 2U);
  EXPECT_EQ(checks[2].ranges[1].variant, "treatment-1");
  EXPECT_EQ(checks[2].ranges[1].range, (BucketRange{0.5, 1}));
}

TEST(ExplanationTest, SaysWhichShareOfARampIsReached) {
  model::Configuration configuration;
  model::FlagRule rule = serve("1", "");
  const auto at = [](int hours) {
    return model::PlannedTime{random_now() + std::chrono::hours(hours), model::PlannedTime::ClockOf::World};
  };
  std::get<model::FlagRule::Serve>(rule.outcome).ramp = {{at(-2), 0.1}, {at(-1), 0.4}, {at(1), 0.9}};
  add(configuration, flag("f", {rule}));
  const auto compiled = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u1"}};
  const Explanation explanation = explained(*compiled, "f", unit);
  ASSERT_EQ(explanation.rules[0].checks.size(), 1U);
  ASSERT_EQ(explanation.rules[0].checks[0].ranges.size(), 1U);
  EXPECT_EQ(explanation.rules[0].checks[0].ranges[0].range, (BucketRange{0, 0.4}));
}

TEST(ExplanationTest, ShowsWhySomebodyIsInASegment) {
  model::Configuration configuration;
  add_segment(configuration, "grown", R"({"age":{"$gte":18}})");
  add_segment(configuration, "rich", R"({"$inSegment":"grown","plan":"pro"})");
  add(configuration, flag("f", {serve("1", R"({"$inSegment":"rich"})")}));
  const auto compiled = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u1"}, {"age", 20}};
  EXPECT_EQ(explanation_text(explained(*compiled, "f", unit)),
            "f = false, variant 'off' (DEFAULT)\n"
            "  rule '1', serves 'on': passed over\n"
            "    no   condition\n"
            "         no   in the segment 'rich'\n"
            "         no   is in the segment 'rich'\n"
            "              yes  in the segment 'grown'\n"
            "              no   plan is not known, expected \"pro\"\n"
            "         yes  is in the segment 'grown'\n"
            "              yes  age is 20, expected at least 18\n"
            "  no rule applied: the default\n");
}

TEST(ExplanationTest, PrerequisitesInACircleAreToldUpToWhereTheyClose) {
  model::Configuration configuration;
  model::FlagRule to_b = serve("1", "");
  to_b.prerequisites = {{"b", {}, {}, model::Prerequisite::Otherwise::Skip}};
  model::FlagRule to_a = serve("1", "");
  to_a.prerequisites = {{"a", {}, {}, model::Prerequisite::Otherwise::Skip}};
  add(configuration, flag("a", {to_b}));
  add(configuration, flag("b", {to_a}));
  const auto compiled = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u1"}};
  const Explanation explanation = explained(*compiled, "a", unit);
  EXPECT_EQ(explanation.error, DecisionError::CyclicPrerequisite);
  const ExplainedCheck& asked = explanation.rules[0].checks[0];
  ASSERT_EQ(asked.flag.size(), 1U);
  EXPECT_EQ(asked.flag[0].flag, "b");
  EXPECT_EQ(asked.flag[0].rules[0].checks[0].flag.front().flag, "a");
}

TEST(ExplanationTest, SavedGroupsOfAPayloadAreWrittenOut) {
  const auto payload = Snapshot::read_payload(json(R"({
    "savedGroups": {"de": {"type": "condition", "condition": {"country": "DE"}}, "ids": ["u1", "u2"]},
    "features": {"f": {"defaultValue": 0, "rules": [
      {"condition": {"$savedGroup": "de", "id": {"$inGroup": "ids"}}, "force": 1},
      {"condition": {"id": {"$regex": "("}}, "force": 2}]}}})"));
  ASSERT_TRUE(payload);
  const Value unit = Value::Object{{"id", "u1"}, {"country", "FR"}};
  const Explanation explanation = explained(**payload, "f", unit);
  EXPECT_EQ(explanation.rules[0].checks[0].passed, hold(explanation.rules[0].checks[0].clauses));
  EXPECT_FALSE(explanation.rules[0].checks[0].clauses.empty());
  EXPECT_NE(explanation.rules[1].checks[0].note.find("cannot be read"), std::string::npos);
}

TEST(ExplanationTest, AFlagThatDoesNotExistIsSaidToBeNone) {
  const auto compiled = snapshot({});
  const Value unit = Value::Object{};
  EXPECT_EQ(explanation_text(explained(*compiled, "f", unit)),
            "f: the caller's default (ERROR: there is no such flag)\n");
}

TEST(ExplanationTest, JsonHoldsTheAnswerChecksAndRules) {
  model::Configuration configuration;
  add(configuration, experiment("e"));
  add(configuration, flag("f", {serve("de", R"({"country":{"$in":["DE"]}})"), ask("1", "e")}));
  const auto compiled = snapshot(std::move(configuration));
  const Value unit = Value::Object{{"id", "u1"}};
  const Value written = explanation_value(explained(*compiled, "f", unit));
  EXPECT_EQ(*written.find("reason"), Value("SPLIT"));
  EXPECT_EQ(*written.find("assignment")->find("experiment"), Value("e"));
  EXPECT_EQ(*written.find("rule"), json(R"({"id":"1","position":2})"));
  EXPECT_EQ(
      (*written.find("rules")->if_array())[0],
      json(R"({"id":"de","serves":"on","outcome":"passed_over","checks":[{"check":"condition","passed":false,
                    "clauses":[{"attribute":"country","test":"$in","expected":["DE"],"found":null,"held":false}]}]})"));
}

}  // namespace
}  // namespace splitplot::decide
