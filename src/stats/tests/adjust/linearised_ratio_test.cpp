#include <splitplot/base/random.hpp>
#include <splitplot/stats/adjust/lin.hpp>
#include <splitplot/stats/adjust/linearised_ratio.hpp>

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr std::array<RatioOf, 2> kBoth{RatioOf{0, 1}, RatioOf{2, 3}};
using Rows = std::vector<std::array<double, 4>>;

Rows generate(std::size_t n, std::uint64_t seed, double lift = 0) {
  RandomStream random(seed);
  Rows rows;
  for (std::size_t i = 0; i < n; ++i) {
    const double level = std::exp(0.3 * random.normal());
    const double sessions = 1 + static_cast<double>(random.below(6)),
                 before = 1 + static_cast<double>(random.below(6));
    rows.push_back({sessions * level * (1 + lift) + random.normal(), sessions,
                    before * level + random.normal(), before});
  }
  return rows;
}

CrossMoments moments(const Rows& rows, double unit = 1) {
  CrossMoments result(4);
  for (const auto& row : rows)
    result.add(std::array<double, 4>{row[0] * unit, row[1], row[2], row[3] * unit});
  return result;
}

TEST(LinearisedRatios, AreTheMomentsOfTheLinearisedRows) {
  const Rows rows = generate(300, 1);
  const CrossMoments raw = moments(rows);
  const auto fast = linearised_ratios(raw, kBoth);
  ASSERT_TRUE(fast.has_value());
  CrossMoments slow(2);
  for (const auto& row : rows) {
    std::array<double, 2> values{};
    for (std::size_t v = 0; v < 2; ++v) {
      const double ratio = raw.mean(2 * v) / raw.mean(2 * v + 1);
      values[v] = ratio + (row[2 * v] - ratio * row[2 * v + 1]) / raw.mean(2 * v + 1);
    }
    slow.add(values);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(fast->mean(i), slow.mean(i), 1e-12);
    for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(fast->comoment(i, j), slow.comoment(i, j), 1e-9);
  }
}

TEST(LinearisedRatios, AVariableWithoutDenominatorStaysAsItIs) {
  const CrossMoments raw = moments(generate(50, 2));
  const std::array<RatioOf, 2> mixed{RatioOf{0, 1}, RatioOf{2, {}}};
  const auto result = linearised_ratios(raw, mixed);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->mean(1), raw.mean(2));
  EXPECT_EQ(result->comoment(1, 1), raw.comoment(2, 2));
}

TEST(LinearisedRatios, DenominatorsOfOneAreMeans) {
  Rows rows = generate(80, 3), others = generate(60, 4);
  for (Rows* some : {&rows, &others})
    for (auto& row : *some) row[1] = row[3] = 1;
  CrossMoments control(2), treatment(2);
  for (const auto& row : rows) control.add(std::array<double, 2>{row[0], row[2]});
  for (const auto& row : others) treatment.add(std::array<double, 2>{row[0], row[2]});
  const std::vector<CrossMoments> arms{control, treatment};
  const auto theta = cuped_coefficients(arms);
  const auto centre = covariate_centre(arms);
  const auto means =
      compare_adjusted(adjust_mean(control, *theta, centre), adjust_mean(treatment, *theta, centre));
  const auto ratios = compare_ratios_with_covariate(moments(rows), moments(others));
  ASSERT_TRUE(means && ratios);
  EXPECT_NEAR(ratios->coefficient, (*theta)[0], 1e-12);
  EXPECT_NEAR(ratios->difference.value, means->value, 1e-12);
  EXPECT_NEAR(ratios->difference.standard_error, means->standard_error, 1e-12);
  EXPECT_NEAR(ratios->difference.p_value, means->p_value, 1e-12);
}

TEST(RatioCuped, UnitsChangeTheUnitAlone) {
  const Rows control = generate(100, 5), treatment = generate(120, 6);
  const auto plain = compare_ratios_with_covariate(moments(control), moments(treatment));
  const auto scaled = compare_ratios_with_covariate(moments(control, 1e6), moments(treatment, 1e6));
  ASSERT_TRUE(plain && scaled);
  EXPECT_NEAR(scaled->difference.value, plain->difference.value * 1e6, 1e-4);
  EXPECT_NEAR(scaled->difference.p_value, plain->difference.p_value, 1e-9);
  const auto lift = lift_on_log_scale(*plain, {});
  const auto other = lift_on_log_scale(*scaled, {});
  EXPECT_NEAR(lift->value, other->value, 1e-9);
  EXPECT_NEAR(lift->interval.upper, other->interval.upper, 1e-9);
}

TEST(RatioCuped, BothCoefficientsRemoveNoiseAndSwappedArmsTurnTheSign) {
  const CrossMoments control = moments(generate(4000, 7)), treatment = moments(generate(4000, 8, 0.1));
  for (const RatioCoefficient coefficient : {RatioCoefficient::WithinArms, RatioCoefficient::AllUnits}) {
    const auto one = compare_ratios_with_covariate(control, treatment, {coefficient, {}});
    const auto other = compare_ratios_with_covariate(treatment, control, {coefficient, {}});
    ASSERT_TRUE(one && other);
    const auto raw_c = linearised_ratios(control, kBoth), raw_t = linearised_ratios(treatment, kBoth);
    const double raw_error = std::sqrt((raw_c->covariance(0, 0) + raw_t->covariance(0, 0)) / 4000);
    EXPECT_LT(one->difference.standard_error, raw_error);
    EXPECT_NEAR(one->difference.value, -other->difference.value, 1e-12);
    EXPECT_NEAR(one->difference.p_value, other->difference.p_value, 1e-12);
    EXPECT_NEAR(one->difference.value, 0.1 * 1.046,
                4 * one->difference.standard_error);  // E exp(0.3 z) = 1.046
  }
}

TEST(RatioCuped, DeltaErrorOfTheLiftIsThatOfManySamples) {
  // The lift over the raw control, estimated again and again: its spread is what one sample's error says.
  constexpr int kRuns = 400;
  Moments lifts, errors;
  for (int run = 0; run < kRuns; ++run) {
    const auto seed = static_cast<std::uint64_t>(1000 + 2 * run);
    const auto ratios =
        compare_ratios_with_covariate(moments(generate(150, seed)), moments(generate(150, seed + 1, 0.5)));
    const auto lift = lift_over_unadjusted_control(*ratios, {});
    lifts.add(lift->value);
    errors.add(lift->standard_error);
  }
  const double spread = std::sqrt(lifts.variance());
  EXPECT_NEAR(errors.mean / spread, 1, 3 / std::sqrt(2.0 * kRuns) + 0.02);
}

TEST(LinearisedRatios, AConstantRatioHasNoSpread) {
  CrossMoments arm(2), huge(2);
  for (int i = 1; i <= 40; ++i) {
    arm.add(std::array<double, 2>{0.3 * i, 0.1 * i});
    huge.add(std::array<double, 2>{i % 2 == 0 ? 1e200 : -1e200, 1.0 * i});
  }
  const std::array<RatioOf, 1> ratio{RatioOf{0, 1}};
  const auto constant = linearised_ratios(arm, ratio);
  ASSERT_TRUE(constant.has_value());
  EXPECT_EQ(constant->comoment(0, 0), 0);
  EXPECT_FALSE(linearised_ratios(huge, ratio).has_value());
}

TEST(RatioCuped, RefusesWhatCannotBeEstimated) {
  const CrossMoments some = moments(generate(20, 9));
  EXPECT_FALSE(linearised_ratios(CrossMoments(4), kBoth).has_value());
  const std::array<RatioOf, 1> beyond{RatioOf{0, 4}};
  EXPECT_FALSE(linearised_ratios(some, beyond).has_value());
  CrossMoments zero(4), tiny(4);
  for (int i = 0; i < 10; ++i) {
    zero.add(std::array<double, 4>{1.0 * i, i % 2 == 0 ? 1.0 : -1.0, 1, 1});
    tiny.add(std::array<double, 4>{1e200 * i, 1e-200, 1.0 * i, 1});
  }
  EXPECT_FALSE(linearised_ratios(zero, kBoth).has_value());
  EXPECT_FALSE(linearised_ratios(tiny, kBoth).has_value());
  EXPECT_FALSE(compare_ratios_with_covariate(some, zero).has_value());
  EXPECT_FALSE(compare_ratios_with_covariate(some, CrossMoments(4)).has_value());
  EXPECT_FALSE(compare_ratios_with_covariate(some, CrossMoments(2)).has_value());
  AdjustedRatios ratios;
  ratios.control.mean = 1;
  ratios.treatment.mean = -1;
  EXPECT_FALSE(lift_on_log_scale(ratios, {}).has_value());
  EXPECT_FALSE(lift_over_unadjusted_control(ratios, {}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
