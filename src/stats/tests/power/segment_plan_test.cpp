#include <splitplot/stats/power/segment_plan.hpp>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

PlannedSegment segment(const char* name, double per_day) {
  return {name, planned_proportion(0.05), 0.005, {{per_day}, {}, 1}};
}

DesignProblem fixed_horizon() {
  DesignProblem problem;
  problem.method = DesignMethod::FixedHorizon;
  return problem;
}

TEST(PlanSegments, SortsThemByWhatTheyCanSee) {
  const std::vector<PlannedSegment> segments{segment("large", 5000), segment("middle", 1000),
                                             segment("tiny", 20), segment("empty", 0)};
  const auto plans = plan_segments(fixed_horizon(), segments);
  ASSERT_EQ(plans.size(), 4U);
  EXPECT_EQ(plans[0].verdict, SegmentVerdict::Testable);
  EXPECT_EQ(plans[1].verdict, SegmentVerdict::ToPool);
  EXPECT_EQ(plans[2].verdict, SegmentVerdict::Hopeless);
  EXPECT_EQ(plans[3].verdict, SegmentVerdict::Hopeless);
  EXPECT_FALSE(plans[3].at_horizon.has_value());
  EXPECT_LT(plans[0].at_horizon->effect, plans[1].at_horizon->effect);
  EXPECT_LT(plans[0].alone->days, plans[1].alone->days);
}

TEST(PlanSegments, AgreesWithADesignOfItsOwnAlpha) {
  const std::vector<PlannedSegment> segments{segment("a", 5000), segment("b", 900)};
  DesignProblem alone = fixed_horizon();
  alone.metric = planned_proportion(0.05);
  alone.alpha = 0.025;
  const auto plans = plan_segments(fixed_horizon(), segments);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    EXPECT_EQ(plans[i].alone->days, design_days(alone, 0.005, segments[i].traffic)->days);
    EXPECT_NEAR(plans[i].at_horizon->effect, design_effect_after(alone, 28, segments[i].traffic)->effect,
                1e-12);
  }
  alone.alpha = 0.05;
  const auto uncorrected = plan_segments(fixed_horizon(), segments, {28, SegmentCorrection::None});
  EXPECT_EQ(uncorrected[1].alone->days, design_days(alone, 0.005, segments[1].traffic)->days);
  EXPECT_LT(uncorrected[1].alone->days, plans[1].alone->days);
}

TEST(PlanSegments, LooksOnTheSideOfTheEffect) {
  PlannedSegment falling = segment("a", 5000);
  falling.effect = -0.005;
  const auto plans = plan_segments(fixed_horizon(), std::vector{falling});
  EXPECT_LT(plans[0].at_horizon->effect, 0);
  EXPECT_EQ(plans[0].verdict, SegmentVerdict::Testable);
  DesignProblem margin = fixed_horizon();
  margin.method = DesignMethod::NonInferiority;
  EXPECT_GT(plan_segments(margin, std::vector{segment("a", 5000)})[0].at_horizon->effect, 0);
}

TEST(PlanSegments, SaysWhyNothingCanBeSaid) {
  DesignProblem problem = fixed_horizon();
  problem.alpha = 2;
  const auto plans = plan_segments(problem, std::vector{segment("a", 10)});
  ASSERT_EQ(plans.size(), 1U);
  EXPECT_EQ(plans[0].alone.error().why, "alpha must lie between 0 and 1");
  EXPECT_TRUE(plan_segments(fixed_horizon(), {}).empty());
}

}  // namespace
}  // namespace splitplot::stats
