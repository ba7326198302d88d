#include <splitplot/stats/power/traffic.hpp>

#include <cmath>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

TEST(Traffic, AddsUpADayAtATime) {
  const Traffic steady{{100}, {}, 1};
  EXPECT_EQ(*units_after(steady, 0), 0);
  EXPECT_EQ(*units_after(steady, 14), 1400);
  EXPECT_EQ(*days_until(steady, 0), 0);
  EXPECT_EQ(*days_until(steady, 1400), 14);
  EXPECT_EQ(*days_until(steady, 1400.5), 15);
  const Traffic falling{{500, 200, 100}, {}, 0.5};
  EXPECT_EQ(*units_after(falling, 5), 500);  // 250 + 100 + 50 + 50 + 50
  EXPECT_EQ(*days_until(falling, 350), 2);
  EXPECT_EQ(*days_until(falling, 351), 3);
}

TEST(Traffic, FollowsTheWeekAndKeepsItsMean) {
  const Traffic weekly{{70}, {2, 2, 2, 2, 2, 1, 1}, 1};
  EXPECT_NEAR(*units_after(weekly, 7), 490, 1e-9);
  EXPECT_NEAR(*units_after(weekly, 70), 4900, 1e-9);
  EXPECT_NEAR(*units_after(weekly, 1), 70 * 2 * 7.0 / 12, 1e-9);
  EXPECT_EQ(*days_until(weekly, 490), 7);
  EXPECT_EQ(*days_until(weekly, 450), 6 + 1);
}

TEST(Traffic, DaysAndUnitsAreInverse) {
  const Traffic traffic{{900, 610.7, 333.3, 250.1}, {1, 1, 1.2, 1.1, 1.3, 0.6, 0.5}, 0.37};
  for (int days = 1; days < 400; days += 7) {
    const double units = *units_after(traffic, days);
    EXPECT_EQ(*days_until(traffic, units), days);
    EXPECT_GT(*units_after(traffic, days + 1), units);
  }
}

TEST(Traffic, RefusesWhatHasNoMeaning) {
  EXPECT_FALSE(units_after({{}, {}, 1}, 5).has_value());
  EXPECT_FALSE(units_after({{-1}, {}, 1}, 5).has_value());
  EXPECT_FALSE(units_after({{NAN}, {}, 1}, 5).has_value());
  EXPECT_FALSE(units_after({{1}, {1, 1}, 1}, 5).has_value());
  EXPECT_FALSE(units_after({{1}, {0, 0, 0, 0, 0, 0, 0}, 1}, 5).has_value());
  EXPECT_FALSE(units_after({{1}, {}, 0}, 5).has_value());
  EXPECT_FALSE(units_after({{1}, {}, 1}, -1).has_value());
  EXPECT_FALSE(units_after({{1}, {}, 1}, kMostDays + 1).has_value());
  EXPECT_FALSE(days_until({{10, 0}, {}, 1}, 11).has_value());
  EXPECT_FALSE(days_until({{1}, {}, 1}, INFINITY).has_value());
  EXPECT_FALSE(days_until({{1}, {}, 1}, NAN).has_value());
  EXPECT_EQ(*days_until({{1}, {}, 1}, kMostDays), kMostDays);
}

}  // namespace
}  // namespace splitplot::stats
