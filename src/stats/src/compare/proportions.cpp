#include "compare/judge.hpp"
#include "compare/success_counts.hpp"

#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/compare/score_interval.hpp>
#include <splitplot/stats/compare/unconditional_tests.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

constexpr double kSmallExpectedCell = 10;  // below, the pooled z gives way to an exact test
constexpr std::uint64_t kFewUnits = 200;   // of both arms; below, likewise

double variance_of_rate(const SuccessCount& arm) {
  return arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
}

double smallest_expected_cell(const SuccessCount& control, const SuccessCount& treatment) {
  const double smaller_arm = static_cast<double>(std::min(control.units, treatment.units));
  const double units = static_cast<double>(control.units) + static_cast<double>(treatment.units);
  const double successes = static_cast<double>(control.successes) + static_cast<double>(treatment.successes);
  return smaller_arm * std::min(successes, units - successes) / units;
}

ProportionTest automatic_test(const SuccessCount& control, const SuccessCount& treatment) {
  const std::uint64_t units = control.units + treatment.units;
  if (smallest_expected_cell(control, treatment) >= kSmallExpectedCell && units >= kFewUnits)
    return ProportionTest::PooledZ;
  return units <= kMostUnitsForAutomaticBoschloo ? ProportionTest::Boschloo : ProportionTest::FisherExact;
}

/// A p-value, and by which test.
struct Tested {
  double p_value = 1;
  TestMethod method = TestMethod::PooledZ;
};

template <typename Test>
Estimated<Tested> tested(const Estimated<Test>& test, TestMethod method) {
  if (!test) return not_estimable(test.error().why);
  return Tested{test->p_value, method};
}

Estimated<Tested> run_test(const SuccessCount& control, const SuccessCount& treatment, ProportionTest test,
                           Alternative alternative) {
  // Arms of equal rates differ in nothing, also where they leave no variance.
  const bool no_variance = variance_of_rate(control) + variance_of_rate(treatment) == 0;
  const bool equal = no_variance && control.rate() == treatment.rate();
  switch (test) {
    case ProportionTest::FisherExact:
      return Tested{fisher_exact_p_value(control, treatment, alternative), TestMethod::FisherExact};
    case ProportionTest::Boschloo:
      return tested(boschloo_test(control, treatment, {.alternative = alternative}), TestMethod::Boschloo);
    case ProportionTest::BarnardPooled:
      return tested(barnard_test(control, treatment, {alternative, BarnardVariance::Pooled}),
                    TestMethod::BarnardPooled);
    case ProportionTest::BarnardUnpooled:
      return tested(barnard_test(control, treatment, {alternative, BarnardVariance::Unpooled}),
                    TestMethod::BarnardUnpooled);
    case ProportionTest::MiettinenNurminen:
      return tested(score_test(control, treatment, 0, {.alternative = alternative}),
                    TestMethod::MiettinenNurminen);
    case ProportionTest::UnpooledZ:
      if (equal) return Tested{1, TestMethod::UnpooledZ};
      return tested(proportion_z_test(control, treatment,
                                      {.variance = DifferenceVariance::Unpooled, .alternative = alternative}),
                    TestMethod::UnpooledZ);
    case ProportionTest::Automatic:
    case ProportionTest::PooledZ:
      break;
  }
  if (equal) return Tested{1, TestMethod::PooledZ};
  return tested(proportion_z_test(control, treatment, {.alternative = alternative}), TestMethod::PooledZ);
}

Assumptions assumptions_of(TestMethod method) {
  Assumptions assumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook};
  if (method == TestMethod::PooledZ || method == TestMethod::UnpooledZ ||
      method == TestMethod::MiettinenNurminen) {
    assumptions.insert(Assumption::LargeSample);
  }
  return assumptions;
}

}  // namespace

Estimated<Difference> compare_proportions(const SuccessCount& control, const SuccessCount& treatment,
                                          const ProportionOptions& options) {
  if (const auto why = refusal(control, treatment, options.confidence)) return not_estimable(*why);
  const ProportionTest chosen =
      options.test == ProportionTest::Automatic ? automatic_test(control, treatment) : options.test;
  const auto test = run_test(control, treatment, chosen, options.alternative);
  if (!test) return not_estimable(test.error().why);
  Difference result;
  result.value = treatment.rate() - control.rate();
  result.standard_error = std::sqrt(variance_of_rate(control) + variance_of_rate(treatment));
  result.p_value = test->p_value;
  result.test = test->method;
  result.assumptions = assumptions_of(test->method);
  if (smallest_expected_cell(control, treatment) < kSmallExpectedCell)
    result.concerns.insert(Concern::FewSuccesses);

  const bool newcombe = options.interval == ProportionDifferenceInterval::Newcombe;
  const auto interval = newcombe ? newcombe_interval(control, treatment, options.confidence)
                                 : score_interval(control, treatment, {.confidence = options.confidence});
  if (!interval) return not_estimable(interval.error().why);
  result.interval = *interval;
  result.interval_method = newcombe ? IntervalMethod::Newcombe : IntervalMethod::MiettinenNurminen;
  return result;
}

Estimated<Difference> compare_proportions(const SuccessCount& control, const SuccessCount& treatment,
                                          double confidence) {
  return compare_proportions(control, treatment, ProportionOptions{.confidence = confidence});
}

Estimated<ProportionZTest> proportion_z_test(const SuccessCount& control, const SuccessCount& treatment,
                                             const ProportionZOptions& options) {
  if (const auto why = refusal(control, treatment)) return not_estimable(*why);
  const double n_c = static_cast<double>(control.units);
  const double n_t = static_cast<double>(treatment.units);
  double variance = variance_of_rate(control) + variance_of_rate(treatment);
  if (options.variance == DifferenceVariance::Pooled) {
    const double rate =
        (static_cast<double>(control.successes) + static_cast<double>(treatment.successes)) / (n_c + n_t);
    variance = rate * (1 - rate) * (1 / n_c + 1 / n_t);
  }
  if (!(variance > 0))
    return not_estimable("nobody or everybody succeeds, so there is no variance to judge by");
  const double difference = treatment.rate() - control.rate();
  double size = std::abs(difference);
  if (options.continuity == Continuity::Yates) size = std::max(0.0, size - 0.5 * (1 / n_c + 1 / n_t));
  ProportionZTest test;
  test.assumptions = assumptions_of(TestMethod::PooledZ);
  test.statistic = std::copysign(size / std::sqrt(variance), difference);
  test.p_value = normal_p_value(test.statistic, options.alternative);
  return test;
}

}  // namespace splitplot::stats
