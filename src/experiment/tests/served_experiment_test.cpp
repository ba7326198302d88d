#include "served_fixture.hpp"

#include <splitplot/experiment/served_experiment.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace splitplot::experiment {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// ---------------------------------------------------------------- what is analysed

TEST_F(ServedExperiment, UnitsWithoutEventsCountAsZeroAndNobodyIsLost) {
  load_units(600);
  const Analysis analysis = analyse();
  EXPECT_EQ(analysis.units, 1'200U);
  ASSERT_EQ(analysis.metrics.size(), 2U);
  const MetricResult& bought = analysis.metrics[0];
  EXPECT_EQ(bought.name, "bought");
  EXPECT_EQ(bought.definition, "share of units with 'Order Completed'");
  EXPECT_EQ(bought.kind, MetricKind::Proportion);
  EXPECT_EQ(bought.role, MetricRole::Primary);
  EXPECT_EQ(bought.arms[0].units, 600U);
  EXPECT_EQ(bought.arms[0].successes, 150U);
  EXPECT_EQ(bought.arms[1].successes, 200U);
  const MetricResult& revenue = analysis.metrics[1];
  EXPECT_EQ(revenue.role, MetricRole::Guardrail);
  EXPECT_EQ(revenue.kind, MetricKind::Mean);
  EXPECT_DOUBLE_EQ(revenue.arms[0].mean->value, 2.5);
  EXPECT_EQ(revenue.arms[0].missing, 0U);
  EXPECT_THAT(analysis.findings, IsEmpty());
}

TEST_F(ServedExperiment, SaysWhatItRestsOn) {
  load_units(100);
  question_.stopped = at(1e6);
  const Analysis analysis = analyse();
  EXPECT_EQ(analysis.source,
            "experiment checkout-test, exposures from 2023-11-14 22:13 UTC to 2023-11-14 22:16 UTC");
  EXPECT_EQ(analysis.source_format, "the event warehouse");
  ASSERT_TRUE(analysis.served);
  const ServedFacts& served = *analysis.served;
  EXPECT_EQ(served.fingerprint, "sha256:abc");
  EXPECT_EQ(served.revision, 4U);
  EXPECT_EQ(served.hypothesis, "one page sells more");
  EXPECT_EQ(served.unit, "user");
  EXPECT_EQ(served.started, at(0));
  EXPECT_EQ(served.stopped, at(1e6));
  EXPECT_EQ(served.exposures, 200U);
  EXPECT_EQ(served.first_exposure, at(0));
  EXPECT_EQ(served.last_exposure, at(199));
  EXPECT_EQ(served.first_revision, 5U);
  EXPECT_EQ(served.watermark, warehouse_->loaded());
  EXPECT_EQ(served.last_received, at(200));
  EXPECT_THAT(served.deviations, IsEmpty());
  for (const Assumption& assumption : analysis.assumptions) EXPECT_THAT(assumption.change, IsEmpty());
}

TEST_F(ServedExperiment, APlanThatIsAlwaysValidIsWatchedAndTunedForItsUnits) {
  frozen().plan.planned_units = 4'000;
  frozen().plan.alpha = 0.1;
  frozen().plan.correction = "bonferroni";
  frozen().plan.segment_correction = "hierarchical";
  const auto request = served_request(question_.frozen, "checkout-test");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->monitoring, Monitoring::Sequential);
  EXPECT_EQ(request->tuned_for_units, 4'000U);
  EXPECT_EQ(request->alpha, 0.1);
  EXPECT_EQ(request->control, "control");
  EXPECT_EQ(request->correction, stats::Correction::Bonferroni);
  EXPECT_EQ(request->segment_structure, FamilyStructure::BySegment);
  EXPECT_EQ(request->weights.at("treatment"), 0.5);
}

TEST_F(ServedExperiment, WhatThePlanDoesNotHoldIsAnError) {
  EXPECT_EQ(served_request(question_.frozen, "other").error().code, ErrorCode::NotFound);
  question_.frozen.metrics.erase("revenue");
  EXPECT_EQ(analyze_experiment(*warehouse_, question_).error().code, ErrorCode::NotFound);
  frozen().guardrail_metrics.clear();
  frozen().plan.correction = "magic";
  EXPECT_THAT(served_request(question_.frozen, "checkout-test").error().message, HasSubstr("magic"));
  frozen().primary_metrics.clear();
  EXPECT_THAT(served_request(question_.frozen, "checkout-test").error().message, HasSubstr("no metric"));
}

TEST_F(ServedExperiment, ConditionsOfMetricsAreTheConditionLanguage) {
  std::string pointer;
  const Value written(Value::Object{{"channel", Value(Value::Object{{"$ne", "app"}})}});
  auto compiled = model::Condition::compile(written, &pointer);
  ASSERT_TRUE(compiled) << compiled.error().message;
  model::Metric& revenue = question_.frozen.metrics.at("revenue");
  revenue.where = {written, std::make_shared<model::Condition>(std::move(*compiled))};
  revenue.window = std::chrono::seconds(86'400);
  load_units(50);
  load({event("u0", "Order Completed", at(2), R"({"total":5,"channel":"app"})"),
        event("u0", "Order Completed", at(2), R"({"total":7,"channel":"web"})"),
        event("u0", "Order Completed", at(86'400), R"({"total":9,"channel":"web"})")},
       {});
  question_.current = question_.frozen;
  const Analysis analysis = analyse();
  EXPECT_EQ(
      analysis.metrics[1].definition,
      R"(sum of 'total' over 'Order Completed' where {"channel":{"$ne":"app"}}, within 1 day of the exposure)");
  // 13 of the 50 bought for 10; of the three events of u0 one counts.
  EXPECT_DOUBLE_EQ(analysis.metrics[1].arms[0].mean->value, (13 * 10 + 7) / 50.0);
}

// ---------------------------------------------------------------- too early

TEST_F(ServedExperiment, BeforeTheFirstExposureTheAnswerSaysSo) {
  const Analysis analysis = analyse();
  EXPECT_THAT(texts(analysis), ElementsAre("Nobody was exposed to 'checkout-test' yet."));
  EXPECT_EQ(analysis.next.step, Step::KeepRunning);
  EXPECT_THAT(codes(analysis.findings), ElementsAre("no_exposures"));
  EXPECT_EQ(analysis.units, 0U);
  ASSERT_EQ(analysis.variants.size(), 2U);
  EXPECT_TRUE(analysis.variants[0].is_control);
  EXPECT_EQ(analysis.variants[1].planned_share, 0.5);
  EXPECT_THAT(analysis.metrics, IsEmpty());
  EXPECT_FALSE(analysis.sample_ratio.overall);
}

TEST_F(ServedExperiment, ExposuresFromBeforeTheStartOrOfOtherUnitsAreCountedWhenNobodyIsIn) {
  store::ExposureRow device = exposure("a1", "control", at(5));
  device.unit.kind = UnitKind::Anonymous;
  load({}, {exposure("u1", "control", at(-1)), device});
  const Analysis analysis = analyse();
  EXPECT_THAT(codes(analysis.findings), ElementsAre("other_units", "outside_time", "no_exposures"));
  EXPECT_EQ(analysis.findings[1].message,
            "1 exposure is left out: from before the start or from after the stop.");
}

TEST_F(ServedExperiment, AVariantThatNobodyHasMetYetStaysInTheResult) {
  frozen().variants = {{"control", "", 0.4}, {"treatment", "", 0.4}, {"third", "", 0.2}};
  load({event("u1", "Order Completed", at(2))}, {exposure("u1", "control", at(1))});
  const Analysis analysis = analyse();
  ASSERT_EQ(analysis.variants.size(), 3U);
  EXPECT_EQ(analysis.variants[0].units, 1U);
  EXPECT_EQ(analysis.variants[2].units, 0U);
  for (const MetricResult& result : analysis.metrics) {
    for (const Comparison& comparison : result.comparisons) EXPECT_FALSE(comparison.significant);
  }
}

TEST_F(ServedExperiment, AFixedPlanHasNoVerdictBeforeItsHorizon) {
  frozen().plan.method = model::StoppingRule::FixedHorizon;
  frozen().plan.planned_units = 10'000;
  current() = frozen();
  load_units(1'000);
  const Analysis early = analyse();
  EXPECT_THAT(codes(early.findings), ElementsAre("before_horizon"));
  EXPECT_TRUE(early.served->before_horizon);
  EXPECT_FALSE(early.metrics[0].comparisons[0].significant);
  EXPECT_TRUE(early.metrics[0].comparisons[0].verdict_withheld);
  EXPECT_THAT(early.conclusion.front().text, HasSubstr("2,000 of the 10,000 planned units"));
  EXPECT_EQ(early.next.step, Step::KeepRunning);
  EXPECT_EQ(early.next.missing_units, 8'000U);
  frozen().plan.planned_units = 2'000;
  current() = frozen();
  const Analysis there = analyse();
  EXPECT_THAT(there.findings, IsEmpty());
  EXPECT_TRUE(there.metrics[0].comparisons[0].significant);
}

// ---------------------------------------------------------------- what was changed

TEST_F(ServedExperiment, AMetricThatWasAddedIsExploratoryAndCostsThePlanNothing) {
  load_units(1'000);
  const Analysis before = analyse();
  current().secondary_metrics = {"orders"};
  question_.current->metrics["orders"] = metric("orders", model::MetricType::Count, "Order Completed");
  const Analysis after = analyse();
  ASSERT_EQ(after.metrics.size(), 3U);
  EXPECT_EQ(after.metrics[2].role, MetricRole::Exploratory);
  EXPECT_THAT(codes(after.metrics[2].findings), Contains("exploratory"));
  EXPECT_FALSE(after.metrics[2].comparisons[0].significant);
  EXPECT_LT(after.metrics[2].comparisons[0].adjusted_p_value, 0.05);
  EXPECT_EQ(after.family.tests, before.family.tests);
  EXPECT_EQ(after.family.description, before.family.description);
  EXPECT_EQ(after.metrics[0].comparisons[0].adjusted_p_value,
            before.metrics[0].comparisons[0].adjusted_p_value);
  EXPECT_THAT(after.served->deviations,
              ElementsAre("The metric 'orders' was added after the start: it is exploratory."));
  EXPECT_THAT(codes(after.findings), ElementsAre("plan_changed"));
  EXPECT_THAT(texts(after), Not(Contains(HasSubstr("orders"))));
}

TEST_F(ServedExperiment, EveryKindOfChangeIsTold) {
  model::Experiment& now = current();
  now.variants = {{"control", "", 0.9}, {"treatment", "", 0.1}};
  now.control = 1;
  now.coverage = 0.5;
  now.population.written = Value(Value::Object{{"country", "DE"}});
  now.layer = model::LayerSlice{"area", 0, 0.5};
  now.seed = "another";
  now.guardrail_metrics.clear();
  question_.current->metrics.at("bought").event = "Order Paid";
  now.dimensions = {"country"};
  frozen().segments = {"pro"};
  now.plan.alpha = 0.01;
  const auto changes = plan_deviations(question_.frozen, *question_.current, "checkout-test");
  for (const char* words :
       {"split was changed after the start, from control 50 %, treatment 50 % to control 90 %, treatment 10 "
        "%",
        "control was changed", "coverage was changed after the start, from 100 % to 50 %", "population",
        "layer", "seed",
        "'bought' was changed after the start; this result uses it as it was then: share of units with "
        "'Order Completed'",
        "'revenue' was taken out", "dimension 'country' was added", "segment 'pro' was taken out", "alpha"}) {
    EXPECT_THAT(changes, Contains(HasSubstr(words)));
  }
  EXPECT_EQ(changes.size(), 11U);
  EXPECT_THAT(plan_deviations(question_.frozen, question_.frozen, "checkout-test"), IsEmpty());
}

TEST_F(ServedExperiment, ASegmentThatWasRedefinedBetweenExposuresIsAWarning) {
  frozen().segments = {"pro"};
  current() = frozen();
  store::ExposureRow first = exposure("u1", "control", at(1));
  first.segments = {"pro"};
  first.segment_versions = {1};
  store::ExposureRow second = exposure("u2", "treatment", at(2));
  second.segments = {"pro"};
  second.segment_versions = {3};
  load({}, {first, second});
  const auto findings = analyse().findings;
  EXPECT_THAT(codes(findings), Contains("segment_redefined"));
  EXPECT_THAT(findings[0].message, HasSubstr("versions 1, 3"));
}

TEST_F(ServedExperiment, ADimensionWithAValueForEveryUnitIsLeftOutAndTheRestIsThere) {
  frozen().dimensions = {"email", "plan"};
  current() = frozen();
  std::vector<store::ExposureRow> exposures;
  for (int i = 0; i < 200; ++i) {
    exposures.push_back(exposure(fmt::format("u{}", i), i % 2 == 0 ? "control" : "treatment", at(i)));
    exposures.back().attributes_json =
        fmt::format(R"({{"email":"u{}@shop.example","plan":"{}"}})", i, i % 3 == 0 ? "pro" : "free");
  }
  load({}, exposures);
  const Analysis analysis = analyse();
  EXPECT_THAT(codes(analysis.findings), Contains("dimension_left_out"));
  EXPECT_THAT(analysis.request.dimensions, ElementsAre("plan"));
  EXPECT_EQ(analysis.segment_tables.size(), 2U);
}

TEST_F(ServedExperiment, AVariantThatWasNotPlannedIsAProblem) {
  load_units(50);
  load({}, {exposure("x", "ghost", at(1))});
  const Analysis analysis = analyse();
  EXPECT_THAT(codes(analysis.findings), Contains("unplanned_variant"));
  EXPECT_EQ(analysis.variants.size(), 3U);
}

TEST_F(ServedExperiment, TextWhereANumberShouldBeIsAWarningOfTheMetric) {
  load_units(50);
  load({event("u0", "Order Completed", at(3), R"({"total":"12.50"})")}, {});
  const Analysis analysis = analyse();
  EXPECT_THAT(codes(analysis.metrics[1].findings), Contains("not_a_number"));
  EXPECT_THAT(codes(analysis.metrics[0].findings), Not(Contains("not_a_number")));
}

}  // namespace
}  // namespace splitplot::experiment
