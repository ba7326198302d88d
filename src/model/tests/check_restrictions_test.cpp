// When rules and experiments hold, after what, for how many, and for whom not: schedules, ramps, prerequisites, overrides,
// sticky assignment, pages, variants of a group, holdouts and lists.
#include "check_fixture.hpp"

#include <splitplot/base/time.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using test::accepted;
using test::problems_of;
using test::warnings_of;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string flag(const std::string& rule, const std::string& members = {}) {
  return "kind: flag\nkey: f\nvariants: {on: true, off: false}\ndefault: off\n" + members + "\nrules: [" +
         rule + "]\n";
}

std::string other_flag(const std::string& rules = "[]") {
  return "---\nkind: flag\nkey: other\nvariants: {a: 1, b: 2}\ndefault: a\nrules: " + rules + "\n";
}

std::string experiment(const std::string& members) {
  return "kind: experiment\nkey: e\nvariants: {control: 1, x: 1, y: 2}\n" + members + "\n";
}

FlagRule rule_of(const std::string& rule) {
  return accepted(flag(rule) + other_flag()).flags.at("f").rules.at(0);
}

TEST(Schedule, TimesAreOfTheWorldWithAnOffsetAndOfTheProjectWithout) {
  const FlagRule rule =
      rule_of(R"({serve: on, from: "2026-12-01 08:00", until: "2026-12-01T10:00:00+01:00"})");
  EXPECT_EQ(rule.schedule.from->time, *parse_rfc3339("2026-12-01T08:00:00Z"));
  EXPECT_EQ(rule.schedule.from->clock, PlannedTime::ClockOf::Project);
  EXPECT_EQ(rule.schedule.until->time, *parse_rfc3339("2026-12-01T09:00:00Z"));
  EXPECT_EQ(rule.schedule.until->clock, PlannedTime::ClockOf::World);
  EXPECT_EQ(rule_of("{serve: on, from: 2026-12-01}").schedule.from->clock, PlannedTime::ClockOf::Project);
}

TEST(Schedule, RefusesWhatIsNoTimeAndWhatEndsBeforeItBegins) {
  EXPECT_THAT(problems_of(flag("{serve: on, from: tomorrow}")),
              ElementsAre(HasSubstr("/rules/0/from: 'tomorrow' is no time")));
  EXPECT_THAT(problems_of(flag("{serve: on, from: 2026-12-02, until: 2026-12-02}")),
              ElementsAre(HasSubstr("/rules/0/until: it ends before it begins")));
  EXPECT_THAT(problems_of(experiment("from: 2026-12-02\nuntil: 2026-12-01")),
              ElementsAre(HasSubstr("/until: it ends before it begins")));
}

TEST(Ramp, IsAListOfStepsInTheOrderOfTime) {
  const FlagRule rule =
      rule_of("{serve: on, rollout: [{from: 2026-12-01, share: 10%}, {from: 2026-12-08, share: 1}]}");
  const auto& serve = std::get<FlagRule::Serve>(rule.outcome);
  ASSERT_EQ(serve.ramp.size(), 2U);
  EXPECT_EQ(serve.ramp[0].share, 0.1);
  EXPECT_EQ(serve.ramp[1].share, 1);
  EXPECT_THAT(
      problems_of(experiment("coverage: [{from: 2026-12-08, share: 10%}, {from: 2026-12-01, share: 20%}]")),
      ElementsAre(HasSubstr("/coverage/1/from: steps stand in the order of their times")));
  EXPECT_THAT(problems_of(experiment("coverage: []")),
              ElementsAre(HasSubstr("/coverage: the list is empty")));
  EXPECT_THAT(problems_of(experiment("coverage: [{share: 10%}]")),
              ElementsAre(HasSubstr("/coverage/0: 'from' is missing")));
  EXPECT_THAT(problems_of(experiment(
                  R"(coverage: [{from: 2026-12-01, share: 1%}, {from: "2026-12-02T00:00:00Z", share: 2%}])")),
              ElementsAre(HasSubstr("some steps have an offset and some have none")));
}

TEST(Ramp, WarnsWhereItShrinks) {
  EXPECT_THAT(
      warnings_of(experiment("coverage: [{from: 2026-12-01, share: 20%}, {from: 2026-12-08, share: 10%}]")),
      ElementsAre(HasSubstr("the share shrinks")));
}

TEST(Prerequisites, NameVariantsWhoseValuesTheOtherFlagMustAnswer) {
  const FlagRule one = rule_of("{serve: on, requires: [{flag: other, is: b, otherwise: close}]}");
  EXPECT_EQ(one.prerequisites[0].condition.written, Value(Value::Object{{"value", 2}}));
  EXPECT_EQ(one.prerequisites[0].otherwise, Prerequisite::Otherwise::Close);
  const FlagRule both = rule_of("{serve: on, requires: [{flag: other, is: [a, b], if: {value: {$gt: 1}}}]}");
  ASSERT_NE(both.prerequisites[0].condition.compiled, nullptr);
  EXPECT_NE(both.prerequisites[0].condition.written.find("$and"), nullptr);
}

TEST(Prerequisites, RefusesWhatTheOtherFlagCannotAnswer) {
  EXPECT_THAT(problems_of(flag("{serve: on, requires: [{flag: other, is: c}]}") + other_flag()),
              ElementsAre(HasSubstr("/rules/0/requires/0/is: there is no variant of the flag 'other' 'c'")));
  EXPECT_THAT(problems_of(flag("{serve: on, requires: [{flag: nowhere, is: c}]}")),
              ElementsAre(HasSubstr("/rules/0/requires/0/flag: there is no flag 'nowhere'")));
  EXPECT_THAT(problems_of(flag("{serve: on, requires: [{flag: other}]}") + other_flag()),
              ElementsAre(HasSubstr("it does not say what the flag must answer")));
}

TEST(Prerequisites, RefusesCirclesAlsoThroughExperiments) {
  EXPECT_THAT(problems_of(flag("{serve: on, requires: [{flag: other, is: a}]}") +
                          other_flag("[{serve: b, requires: [{flag: f, is: on}]}]")),
              ElementsAre(HasSubstr("flags ask for one another in a circle: f -> other -> f")));
  EXPECT_THAT(problems_of(flag("{experiment: e, variants: {control: on, x: on, y: off}}") + "---\n" +
                          experiment("requires: [{flag: f, is: on}]")),
              ElementsAre(HasSubstr("flags ask for one another in a circle: f -> f")));
}

TEST(Overrides, NameVariantsByUser) {
  EXPECT_EQ(accepted(flag("{serve: on}", "overrides: {ann: on}")).flags.at("f").overrides.at("ann"), 0U);
  EXPECT_EQ(accepted(experiment("overrides: {ann: y}")).experiments.at("e").overrides.at("ann"), 2U);
  EXPECT_THAT(problems_of(experiment("overrides: {ann: z}")),
              ElementsAre(HasSubstr("/overrides/ann: there is no variant 'z'")));
  EXPECT_THAT(problems_of(flag("{serve: on}", "overrides: [ann]")),
              ElementsAre(HasSubstr("/overrides: must be an object")));
}

TEST(WeightsOfAGroup, AreSharesOfTheNamedVariantsAndHaveTheControl) {
  const Experiment read =
      accepted(experiment("variants_for: [{if: {plan: free}, variants: {control: 1, y: 3}}]"))
          .experiments.at("e");
  EXPECT_THAT(read.weights_for[0].weights, ElementsAre(DoubleEq(0.25), 0, DoubleEq(0.75)));
  EXPECT_THAT(problems_of(experiment("variants_for: [{if: {plan: free}, variants: {x: 1, y: 3}}]")),
              ElementsAre(HasSubstr("/variants_for/0/variants: it leaves out the control")));
  EXPECT_THAT(problems_of(experiment("variants_for: [{if: {}, variants: {control: 1}}]")),
              ElementsAre(HasSubstr("at least two variants")));
}

TEST(Sticky, HasVersions) {
  EXPECT_TRUE(accepted(experiment("sticky: true")).experiments.at("e").sticky);
  EXPECT_FALSE(accepted(experiment("sticky: false")).experiments.at("e").sticky);
  EXPECT_EQ(
      accepted(experiment("sticky: {version: 3, first_valid: 2}")).experiments.at("e").sticky->first_valid,
      2U);
  EXPECT_THAT(problems_of(experiment("sticky: {version: 1, first_valid: 2}")),
              ElementsAre(HasSubstr("/sticky/first_valid: it lies behind the version that assigns now")));
  EXPECT_THAT(problems_of(experiment("sticky: {version: -1}")),
              ElementsAre(HasSubstr("/sticky/version: must lie between 0 and 1000")));
}

TEST(Pages, AreTextsOrPatterns) {
  const Experiment read =
      accepted(experiment(R"(pages: ["/checkout/*", {type: regex, pattern: "/cart$", include: false}])"))
          .experiments.at("e");
  EXPECT_TRUE(read.compiled_pages->matches("https://shop.example/checkout/pay"));
  EXPECT_FALSE(read.compiled_pages->matches("https://shop.example/other"));
  EXPECT_FALSE(read.compiled_pages->matches("https://shop.example/checkout/cart"));
  EXPECT_THAT(problems_of(experiment("pages: [{type: glob, pattern: a}]")),
              ElementsAre(HasSubstr("/pages/0/type: a page's type is 'simple' or 'regex'")));
}

TEST(Holdouts, HoldOutOfExperimentsThatHoldOutNobody) {
  const std::string other = "---\nkind: experiment\nkey: o\nvariants: {a: 1, b: 1}\n";
  const Experiment read =
      accepted(experiment("holds_out: {variant: x, of: [o]}") + other).experiments.at("e");
  EXPECT_EQ(read.holdout->variant, 1U);
  EXPECT_THAT(problems_of(experiment("holds_out: {variant: z}")),
              ElementsAre(HasSubstr("/holds_out/variant: there is no variant 'z'")));
  EXPECT_THAT(
      problems_of(experiment("holds_out: {variant: x, of: [o]}") + other + "holds_out: {variant: a}\n"),
      ElementsAre(HasSubstr("'o' holds out others itself")));
  EXPECT_THAT(warnings_of(experiment("population: {country: DE}\nholds_out: {variant: x}")),
              ElementsAre(HasSubstr("also outside of its population")));
}

TEST(Lists, AreNamedByConditions) {
  const std::string list = "kind: list\nkey: testers\nvalues: [ann, 5]\n---\n";
  const Configuration read = accepted(list + flag("{if: {id: {$inGroup: testers}}, serve: on}"));
  EXPECT_EQ(read.lists.at("testers").values.size(), 2U);
  EXPECT_THAT(problems_of(flag("{if: {id: {$inGroup: testers}}, serve: on}")),
              ElementsAre(HasSubstr("there is no list 'testers'")));
  EXPECT_THAT(problems_of("{kind: list, key: l, values: [[1]]}"),
              ElementsAre(HasSubstr("/values/0: nothing is identical to a list")));
  EXPECT_THAT(problems_of("{kind: list, key: l}"), ElementsAre(HasSubstr("'values' is missing")));
}

}  // namespace
}  // namespace splitplot::model
