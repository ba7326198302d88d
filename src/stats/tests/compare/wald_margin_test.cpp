#include <splitplot/stats/compare/wald_margin.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

const SuccessCount kControl{1000, 10000};
const SuccessCount kTreatment{985, 10000};

TEST(WaldNonInferiority, AgreesWithItsOwnLimit) {
  // The margin at which the limit stands is the one whose p-value is alpha.
  const auto at_zero = wald_non_inferiority(kControl, kTreatment, 0, 0.025);
  ASSERT_TRUE(at_zero.has_value());
  EXPECT_NEAR(wald_non_inferiority(kControl, kTreatment, -at_zero->lower_limit)->p_value, 0.025, 1e-12);
  EXPECT_NEAR(at_zero->standard_error, std::sqrt((0.1 * 0.9 + 0.0985 * 0.9015) / 10000), 1e-15);
  double previous = 1;
  for (const double margin : {0.0, 0.005, 0.01, 0.02}) {
    const double p = wald_non_inferiority(kControl, kTreatment, margin)->p_value;
    EXPECT_LT(p, previous);
    previous = p;
  }
  EXPECT_TRUE(at_zero->assumptions.contains(Assumption::LargeSample));
  EXPECT_TRUE(at_zero->concerns.empty());
  EXPECT_TRUE(wald_non_inferiority({3, 100}, {5, 100}, 0.1)->concerns.contains(Concern::FewSuccesses));
}

TEST(WaldEquivalence, IsBothOneSidedTests) {
  const auto test = wald_equivalence(kControl, kTreatment, {-0.01, 0.02});
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->p_lower, wald_non_inferiority(kControl, kTreatment, 0.01)->p_value, 1e-15);
  EXPECT_NEAR(test->p_upper, wald_non_inferiority(kTreatment, kControl, 0.02)->p_value, 1e-15);
  EXPECT_EQ(test->p_value, std::max(test->p_lower, test->p_upper));
  // Swapping the arms turns the margins round.
  const auto swapped = wald_equivalence(kTreatment, kControl, {-0.02, 0.01});
  EXPECT_NEAR(swapped->p_lower, test->p_upper, 1e-15);
  EXPECT_NEAR(swapped->interval.lower, -test->interval.upper, 1e-15);
  // Just significant where the interval touches a margin.
  EXPECT_NEAR(wald_equivalence(kControl, kTreatment, {test->interval.lower, 1})->p_value, 0.05, 1e-12);
}

TEST(WaldMargins, RefuseWhatHasNoMeaning) {
  EXPECT_FALSE(wald_non_inferiority({0, 0}, kTreatment, 0.1).has_value());
  EXPECT_FALSE(wald_non_inferiority({2, 1}, kTreatment, 0.1).has_value());
  EXPECT_FALSE(wald_non_inferiority({0, 10}, {0, 10}, 0.1).has_value());
  EXPECT_FALSE(
      wald_non_inferiority(kControl, kTreatment, std::numeric_limits<double>::quiet_NaN()).has_value());
  EXPECT_FALSE(wald_non_inferiority(kControl, kTreatment, 0.1, 0).has_value());
  EXPECT_FALSE(wald_equivalence(kControl, kTreatment, {0.1, -0.1}).has_value());
  EXPECT_FALSE(wald_equivalence(kControl, kTreatment, {-0.1, 0.1}, 0.5).has_value());
}

}  // namespace
}  // namespace splitplot::stats
