#include "served_fixture.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/experiment/timeline.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace splitplot::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kHour = 3'600;
constexpr double kDay = 24 * kHour;

Timestamp time_of(const char* text) {
  return parse_rfc3339(text).value();
}

// ---------------------------------------------------------------- steps

TEST(TimelineSteps, AreHoursForAShortRunAndDaysForALongOne) {
  const auto hours = timeline_steps(time_of("2026-03-01T10:20:00Z"), time_of("2026-03-02T09:59:59Z"));
  EXPECT_EQ(hours.begin, time_of("2026-03-01T10:00:00Z"));
  EXPECT_EQ(hours.length, std::chrono::hours(1));
  EXPECT_EQ(hours.count, 24U);
  const auto days = timeline_steps(time_of("2026-03-01T10:20:00Z"), time_of("2026-03-04T10:20:00Z"));
  EXPECT_EQ(days.begin, time_of("2026-03-01T00:00:00Z"));
  EXPECT_EQ(days.length, std::chrono::hours(24));
  EXPECT_EQ(days.count, 4U);
}

TEST(TimelineSteps, AreNeverMoreThanSixty) {
  const auto hours = timeline_steps(time_of("2026-03-01T11:20:00Z"), time_of("2026-03-04T10:00:00Z"));
  EXPECT_EQ(hours.begin, time_of("2026-03-01T10:00:00Z"));
  EXPECT_EQ(hours.length, std::chrono::hours(2));
  EXPECT_EQ(hours.count, 37U);
  const auto days = timeline_steps(time_of("2026-01-01T11:20:00Z"), time_of("2026-12-31T10:00:00Z"));
  EXPECT_EQ(days.length, std::chrono::hours(7 * 24));
  EXPECT_EQ(days.count, 53U);
}

TEST(TimelineSteps, ARunWithoutLengthHasOne) {
  EXPECT_EQ(timeline_steps(time_of("2026-03-01T10:20:00Z"), time_of("2026-03-01T10:20:00Z")).count, 1U);
  EXPECT_EQ(timeline_steps(time_of("2026-03-01T10:20:00Z"), time_of("2026-02-01T10:20:00Z")).count, 1U);
}

// ---------------------------------------------------------------- the slow twin

class Timelines : public ServedExperiment {
 protected:
  /// A rate, a count, a sum and a mean, some with a window or a condition, and three variants.
  void plan_all_kinds() {
    model::Configuration& frozen_plan = question_.frozen;
    frozen().variants = {{"control", "", 0.4}, {"treatment", "", 0.4}, {"another", "", 0.2}};
    frozen().primary_metrics = {"bought", "orders", "revenue", "order-value"};
    frozen().guardrail_metrics.clear();
    frozen_plan.metrics["orders"] = metric("orders", model::MetricType::Count, "Order Completed");
    frozen_plan.metrics["orders"].window = std::chrono::hours(30);
    frozen_plan.metrics["order-value"] =
        metric("order-value", model::MetricType::Mean, "Order Completed", "total");
    const Value written(Value::Object{{"channel", "web"}});
    std::string pointer;
    auto compiled = model::Condition::compile(written, &pointer);
    frozen_plan.metrics["revenue"].where = {written,
                                            std::make_shared<model::Condition>(std::move(compiled.value()))};
    question_.current = question_.frozen;
  }

  /// Units over `days`, events before and after their exposures, some units in two variants, some exposed again.
  void load_life(int units, double days) {
    RandomStream random(20'260'301);
    std::vector<store::EventRow> events;
    std::vector<store::ExposureRow> exposures;
    const char* variants[] = {"control", "treatment", "another"};
    for (int i = 0; i < units; ++i) {
      const std::string user = fmt::format("u{}", i);
      const double seen = random.uniform() * days * kDay;
      const auto variant = static_cast<std::size_t>(random.uniform() * 3);
      exposures.push_back(exposure(user, variants[variant], at(seen)));
      if (i % 5 == 0)
        exposures.push_back(exposure(user, variants[variant], at(seen + random.uniform() * kDay)));
      if (i % 17 == 0)
        exposures.push_back(
            exposure(user, variants[(variant + 1) % 3], at(seen + random.uniform() * 2 * kDay)));
      const int orders = static_cast<int>(random.uniform() * (variant == 1 ? 4 : 3));
      for (int order = 0; order < orders; ++order) {
        const double when = seen + (random.uniform() * 4 - 0.5) * kDay;
        events.push_back(event(user, "Order Completed", at(when),
                               fmt::format(R"({{"total":{:.2f},"channel":"{}"}})", 5 + random.uniform() * 90,
                                           order % 3 == 0 ? "app" : "web")));
      }
    }
    load(std::move(events), std::move(exposures));
  }

  Timeline timeline_of(std::string_view key) {
    auto timeline = experiment_timeline(*warehouse_, question_, key);
    if (!timeline) throw std::runtime_error(timeline.error().message);
    return std::move(*timeline);
  }

  /// What the analysis says, had the experiment been stopped there.
  Analysis stopped_at(Timestamp time) {
    ServedQuestion question = question_;
    question.stopped = time;
    auto analysis = analyze_experiment(*warehouse_, question);
    if (!analysis) throw std::runtime_error(analysis.error().message);
    return std::move(*analysis);
  }

  static void expect_near(double expected, double found, const std::string& where) {
    EXPECT_NEAR(expected, found, 1e-9 * std::max(1.0, std::abs(expected))) << where;
  }

  static void expect_same(const stats::Estimated<stats::Estimate>& found, double value,
                          const stats::Interval& interval, const std::string& where) {
    ASSERT_TRUE(found) << where << ": " << found.error().why;
    expect_near(value, found->value, where);
    expect_near(interval.lower, found->interval.lower, where);
    expect_near(interval.upper, found->interval.upper, where);
  }

  /// One point against the metric of a stopped analysis.
  static void expect_same(const TimelinePoint& point, const Analysis& analysis, std::size_t metric) {
    const MetricResult& result = analysis.metrics[metric];
    ASSERT_EQ(point.variants.size(), analysis.variants.size());
    for (std::size_t i = 0; i < point.variants.size(); ++i) {
      const TimelineVariant& variant = point.variants[i];
      const std::string where = fmt::format("{} {} {}", result.name, rfc3339(point.until), variant.name);
      EXPECT_EQ(variant.name, analysis.variants[i].name);
      EXPECT_EQ(variant.cumulative.units, result.arms[i].units) << where;
      EXPECT_EQ(variant.cumulative.missing, result.arms[i].missing) << where;
      EXPECT_EQ(variant.cumulative.mean.has_value(), result.arms[i].mean.has_value()) << where;
      if (result.arms[i].mean)
        expect_same(variant.cumulative.mean, result.arms[i].mean->value, result.arms[i].mean->interval,
                    where);
      EXPECT_EQ(variant.cumulative.difference.has_value(), i > 0) << where;
      if (i == 0) continue;
      const auto& expected = result.comparisons[i - 1].difference;
      ASSERT_EQ(variant.cumulative.difference->has_value(), expected.has_value()) << where;
      if (expected) {
        expect_same(*variant.cumulative.difference, expected->value, expected->interval, where);
      } else {
        EXPECT_EQ(variant.cumulative.difference->error().why, expected.error().why) << where;
      }
    }
  }
};

TEST_F(Timelines, EveryStepIsWhatAnAnalysisStoppedThereWouldHaveSaid) {
  plan_all_kinds();
  load_life(1'500, 6);
  const std::vector<std::string> keys = frozen().primary_metrics;
  std::vector<Timeline> timelines;
  for (const std::string& key : keys) timelines.push_back(timeline_of(key));
  ASSERT_GT(timelines[0].points.size(), 6U);
  EXPECT_EQ(timelines[0].step, std::chrono::hours(24));
  std::size_t differences = 0;
  for (std::size_t step = 0; step + 1 < timelines[0].points.size(); ++step) {
    const Analysis analysis = stopped_at(timelines[0].points[step].until);
    for (std::size_t i = 0; i < keys.size(); ++i) expect_same(timelines[i].points[step], analysis, i);
    differences += analysis.metrics[0].comparisons[0].difference.has_value() ? 1 : 0;
  }
  EXPECT_GE(differences, 5U) << "most steps must have a number to compare";
}

TEST_F(Timelines, TheLastPointIsTheResultOfNowAndOfAStoppedExperiment) {
  plan_all_kinds();
  load_life(900, 4);
  const Analysis now = analyse();
  for (std::size_t i = 0; i < now.metrics.size(); ++i)
    expect_same(timeline_of(now.metrics[i].name).points.back(), now, i);
  question_.stopped = at(2.3 * kDay);
  const Analysis stopped = analyse();
  for (std::size_t i = 0; i < stopped.metrics.size(); ++i) {
    const Timeline timeline = timeline_of(stopped.metrics[i].name);
    EXPECT_EQ(timeline.points.back().until, question_.stopped);
    expect_same(timeline.points.back(), stopped, i);
  }
}

// ---------------------------------------------------------------- cohorts

TEST_F(Timelines, ACohortIsTheUnitsFirstExposedInTheStepWithAllTheirEvents) {
  // 60 units in each variant on each of five days; all of the treatment's first day buy, but only on the third.
  std::vector<store::EventRow> events;
  std::vector<store::ExposureRow> exposures;
  const double midnight = (86'400 - 1'700'000'000 % 86'400) % 86'400;
  for (int day = 0; day < 5; ++day) {
    for (int i = 0; i < 120; ++i) {
      const std::string user = fmt::format("d{}u{}", day, i);
      const double seen = midnight + day * kDay + i;
      exposures.push_back(exposure(user, i % 2 == 0 ? "control" : "treatment", at(seen)));
      const bool buys = i % 2 == 0 ? i < 40 : i < 60;
      if (day == 0 && buys) events.push_back(event(user, "Order Completed", at(seen + 2 * kDay)));
    }
  }
  load(std::move(events), std::move(exposures));
  const Timeline timeline = timeline_of("bought");
  ASSERT_EQ(timeline.points.size(), 5U);
  const auto& first = timeline.points[0].variants[1];
  EXPECT_EQ(first.name, "treatment");
  EXPECT_EQ(first.cohort.units, 60U);
  EXPECT_DOUBLE_EQ(first.cohort.mean->value, 0.5);
  ASSERT_TRUE(*first.cohort.difference);
  EXPECT_NEAR((*first.cohort.difference)->value, 30.0 / 60 - 20.0 / 60, 1e-12);
  EXPECT_FALSE(first.cumulative.mean)
      << "nobody had bought by the end of the first day: no spread to judge by";
  EXPECT_THAT(first.cumulative.difference->error().why, HasSubstr("10 successes"));
  EXPECT_EQ(timeline.points[2].variants[1].cumulative.units, 180U);
  EXPECT_DOUBLE_EQ(timeline.points[2].variants[1].cumulative.mean->value, 30.0 / 180);
  EXPECT_EQ(timeline.points[4].variants[0].cohort.units, 60U);
  EXPECT_FALSE(*timeline.points[4].variants[1].cohort.difference);
}

TEST_F(Timelines, AUnitInTwoVariantsCountsUntilItMeetsTheSecondAndInNoCohort) {
  const double midnight = (86'400 - 1'700'000'000 % 86'400) % 86'400;
  load({}, {exposure("stays", "control", at(midnight)), exposure("moves", "control", at(midnight)),
            exposure("moves", "treatment", at(midnight + 2 * kDay)),
            exposure("late", "treatment", at(midnight + 3.5 * kDay))});
  const Timeline timeline = timeline_of("bought");
  ASSERT_EQ(timeline.points.size(), 4U);
  std::vector<std::uint64_t> control_units;
  for (const TimelinePoint& point : timeline.points)
    control_units.push_back(point.variants[0].cumulative.units);
  EXPECT_THAT(control_units, ElementsAre(2, 2, 1, 1));
  EXPECT_EQ(timeline.points[0].variants[0].cohort.units, 1U);
  EXPECT_EQ(timeline.points[2].variants[1].cohort.units, 0U);
}

// ---------------------------------------------------------------- what is asked

TEST_F(Timelines, BeforeTheFirstExposureThereAreNoPoints) {
  const Timeline timeline = timeline_of("");
  EXPECT_THAT(timeline.points, IsEmpty());
  EXPECT_THAT(timeline.notes, ElementsAre("Nobody was exposed to 'checkout-test' yet."));
  EXPECT_EQ(timeline.metric, "bought");
  EXPECT_EQ(timeline.control, "control");
}

TEST_F(Timelines, AMetricThatIsNotThereIsRefusedWithTheNearestName) {
  const auto refused = experiment_timeline(*warehouse_, question_, "revenu");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
  EXPECT_THAT(refused.error().hint, HasSubstr("revenue"));
  EXPECT_THAT(experiment_timeline(*warehouse_, question_, "x'; DROP").error().hint,
              HasSubstr("bought, revenue"));
}

TEST_F(Timelines, APlanWithAHorizonIsToldThatTheBandIsAnother) {
  frozen().plan.method = model::StoppingRule::FixedHorizon;
  frozen().plan.planned_units = 400;
  load_units(200);
  const Timeline timeline = timeline_of("bought");
  ASSERT_EQ(timeline.notes.size(), 1U);
  EXPECT_THAT(timeline.notes[0], HasSubstr("one look"));
  const Analysis analysis = analyse();
  const auto& point = timeline.points.back().variants[1];
  const auto& shown = analysis.metrics[0].comparisons[0].difference;
  ASSERT_TRUE(*point.cumulative.difference);
  EXPECT_DOUBLE_EQ((*point.cumulative.difference)->value, shown->value);
  EXPECT_GT((*point.cumulative.difference)->interval.width(), shown->interval.width());
}

}  // namespace
}  // namespace splitplot::experiment
