#include "slow_recursion.hpp"

#include <splitplot/stats/sequential/group_sequential_monitor.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Looks = std::vector<ObservedLook>;

GroupSequentialPlan plan_of(StoppingSides sides = StoppingSides::Symmetric) {
  return {
      .spending = {}, .options = {.alpha = 0.05, .sides = sides}, .information = {2500, 5000, 7500, 10000}};
}

/// z with a standard error of 2 / sqrt(information).
ObservedLook look_at(double information, double z) {
  const double error = 2 / std::sqrt(information);
  return {information, z * error, error};
}

TEST(Monitor, OnScheduleTheBoundariesAreThePlans) {
  const auto status = monitor_group_sequential(plan_of(), Looks{look_at(2500, 1), look_at(5000, -0.4)});
  ASSERT_TRUE(status.has_value());
  const auto design = spending_design(equal_information(4), {});
  ASSERT_EQ(status->design.critical.size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(status->design.critical[k], design->critical[k], 1e-12);
  EXPECT_EQ(status->crossing, Crossing::None);
  EXPECT_FALSE(status->ended);
  EXPECT_FALSE(status->inference.has_value());
  EXPECT_NEAR(status->critical, design->critical[1], 1e-12);
  const double error = 2 / std::sqrt(5000.0);
  EXPECT_NEAR(status->repeated_interval.lower, (-0.4 - design->critical[1]) * error, 1e-12);
  EXPECT_NEAR(status->repeated_interval.upper, (-0.4 + design->critical[1]) * error, 1e-12);
}

TEST(Monitor, ACrossingEndsItAndLaterDataDoNotUndoIt) {
  const Looks crossed{look_at(2500, 1), look_at(5000, -3.5)};
  const auto status = monitor_group_sequential(plan_of(), crossed);
  EXPECT_EQ(status->crossing, Crossing::Lower);
  EXPECT_EQ(*status->crossed_look, 1u);
  EXPECT_TRUE(status->ended);
  ASSERT_TRUE(status->inference.has_value());
  EXPECT_NEAR(status->inference->observed, crossed[1].estimate, 1e-15);
  EXPECT_LT(status->inference->interval.upper, 0);
  Looks late = crossed;
  late.push_back(look_at(5600, -0.1));
  const auto after = monitor_group_sequential(plan_of(), late);
  EXPECT_EQ(after->crossing, Crossing::Lower);
  EXPECT_NEAR(after->inference->interval.lower, status->inference->interval.lower, 1e-9);
}

TEST(Monitor, UnderRunningSpendsWhatIsLeft) {
  const Looks looks{look_at(2500, 1), look_at(6100, 2.0)};
  const auto status = monitor_group_sequential(plan_of(), looks, LastLook::Yes);
  ASSERT_TRUE(status.has_value());
  EXPECT_TRUE(status->ended);
  EXPECT_NEAR(status->spent, 0.05, 1e-15);
  const auto exits = slow::exits({2500 / 6100.0, 1}, status->design.critical, true, 0);
  EXPECT_NEAR(exits.total(), 0.05, 1e-9);
  EXPECT_LT(status->critical, monitor_group_sequential(plan_of(), looks)->critical);
}

TEST(Monitor, OverRunningSpendsWhatIsLeftOnce) {
  Looks looks{look_at(2500, 1), look_at(7500, 1.2), look_at(12000, 1.9)};
  const auto status = monitor_group_sequential(plan_of(), looks);
  ASSERT_TRUE(status.has_value());
  EXPECT_TRUE(status->ended);
  EXPECT_EQ(status->crossing, Crossing::None);
  EXPECT_TRUE(status->inference.has_value());
  const auto exits = slow::exits({2500 / 12000.0, 7500 / 12000.0, 1}, status->design.critical, true, 0);
  EXPECT_NEAR(exits.total(), 0.05, 1e-9);
  looks.push_back(look_at(13000, 2.5));
  const auto refused = monitor_group_sequential(plan_of(), looks);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().why, "all of alpha was spent at an earlier look");
}

TEST(Monitor, OneSidedLooksAtTheUpperSideOnly) {
  const auto plan = plan_of(StoppingSides::Upper);
  const auto down = monitor_group_sequential(plan, Looks{look_at(2500, -9)});
  EXPECT_EQ(down->crossing, Crossing::None);
  EXPECT_EQ(down->repeated_interval.upper, std::numeric_limits<double>::infinity());
  EXPECT_EQ(monitor_group_sequential(plan, Looks{look_at(2500, 9)})->crossing, Crossing::Upper);
}

TEST(Monitor, UnitOfTheDataDoesNotMatter) {
  Looks looks{look_at(2500, 1), look_at(5000, 3.4)};
  const auto plain = monitor_group_sequential(plan_of(), looks);
  for (ObservedLook& look : looks) {
    look.estimate *= 1e100;
    look.standard_error *= 1e100;
  }
  const auto scaled = monitor_group_sequential(plan_of(), looks);
  EXPECT_NEAR(scaled->inference->median_unbiased / 1e100, plain->inference->median_unbiased, 1e-10);
  EXPECT_NEAR(scaled->repeated_interval.lower / 1e100, plain->repeated_interval.lower, 1e-12);
}

TEST(Monitor, RepeatedPValueIsTheAlphaThatJustCrosses) {
  const Looks looks{look_at(2500, 1.1), look_at(5000, 2.3), look_at(7500, 1.9)};
  for (const StoppingSides sides : {StoppingSides::Upper, StoppingSides::Symmetric}) {
    auto plan = plan_of(sides);
    const double p = *repeated_p_value(plan, looks);
    plan.options.alpha = p * 1.000001;
    EXPECT_NE(monitor_group_sequential(plan, looks)->crossing, Crossing::None);
    plan.options.alpha = p * 0.999999;
    EXPECT_EQ(monitor_group_sequential(plan, looks)->crossing, Crossing::None);
  }
  double before = 1;
  for (std::size_t k = 1; k <= 3; ++k) {
    const double p = *repeated_p_value(plan_of(), std::span(looks).first(k));
    EXPECT_LE(p, before * (1 + 1e-9));
    before = p;
  }
  EXPECT_EQ(*repeated_p_value(plan_of(), Looks{look_at(2500, 0)}), 1);
  EXPECT_LT(*repeated_p_value(plan_of(), Looks{look_at(2500, 1e9)}), 1e-270);
}

TEST(Monitor, RefusesWhatHasNoMeaning) {
  const auto refused = [](const Looks& looks) {
    return !monitor_group_sequential(plan_of(), looks).has_value();
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({look_at(2500, 1), look_at(2500, 1)}));
  EXPECT_TRUE(refused({look_at(5000, 1), look_at(2500, 1)}));
  EXPECT_TRUE(refused({{2500, 1, 0}}));
  EXPECT_TRUE(refused({{2500, NAN, 1}}));
  EXPECT_TRUE(refused({{NAN, 1, 1}}));
  EXPECT_TRUE(refused({{2500, 1, NAN}}));
  EXPECT_TRUE(refused({{2500, 1e308, 1e-10}}));
  GroupSequentialPlan none;
  EXPECT_FALSE(monitor_group_sequential(none, Looks{look_at(1, 1)}).has_value());
  EXPECT_FALSE(repeated_p_value(plan_of(), Looks{}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
