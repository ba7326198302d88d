#include <splitplot/base/random.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/power/means.hpp>
#include <splitplot/stats/power/non_inferiority.hpp>
#include <splitplot/stats/power/plan.hpp>
#include <splitplot/stats/power/watched.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

constexpr DesignMethod kMethods[] = {DesignMethod::AlwaysValid, DesignMethod::FixedHorizon,
                                     DesignMethod::GroupSequential, DesignMethod::NonInferiority};

DesignProblem problem_of(DesignMethod method, const PlannedMetric& metric) {
  DesignProblem problem;
  problem.metric = metric;
  problem.method = method;
  problem.looks = 5;
  return problem;
}

/// An effect (or margin) that makes sense for the metric.
double effect_of(const DesignProblem& problem) {
  return problem.metric.kind == PlannedKind::Proportion ? 0.2 * problem.metric.baseline : 1.5;
}

std::vector<DesignProblem> problems() {
  std::vector<DesignProblem> result;
  for (const DesignMethod method : kMethods) {
    for (const PlannedMetric& metric :
         {planned_proportion(0.1), planned_mean(12, 30), planned_count(40, 3)}) {
      for (const double r_squared : {0.0, 0.3}) {
        for (const double ratio : {1.0, 0.5}) {
          DesignProblem problem = problem_of(method, metric);
          problem.covariate_r_squared = r_squared;
          problem.treatment_per_control = ratio;
          problem.variants = ratio == 1 ? 2 : 4;
          result.push_back(problem);
        }
      }
    }
  }
  return result;
}

TEST(Design, DirectionsInvertOneAnother) {
  for (const DesignProblem& problem : problems()) {
    const double effect = effect_of(problem);
    const auto sized = design_units(problem, effect);
    ASSERT_TRUE(sized.has_value()) << sized.error().why;
    EXPECT_GE(sized->power, problem.power - 1e-9);
    EXPECT_LT(design_power(problem, effect, sized->control_units - 1)->power, problem.power);
    EXPECT_NEAR(design_power(problem, effect, sized->control_units)->power, sized->power, 1e-12);
    const Side side = problem.method == DesignMethod::NonInferiority ? Side::Below : Side::Above;
    const auto seen = design_effect(problem, sized->control_units, side);
    ASSERT_TRUE(seen.has_value()) << seen.error().why;
    EXPECT_LE(seen->effect, effect * (1 + 1e-6));
    EXPECT_NEAR(seen->effect / effect, 1, 0.02);
    EXPECT_NEAR(seen->power, problem.power, 1e-6);
    EXPECT_EQ(sized->total_units,
              sized->control_units + static_cast<double>(problem.variants - 1) * sized->treatment_units);
    EXPECT_NEAR(sized->comparison_alpha, 0.05 / static_cast<double>(problem.variants - 1), 1e-15);
    EXPECT_TRUE(sized->assumptions.contains(Assumption::IndependentUnits));
  }
}

TEST(Design, RisesAndFallsWithEveryArgument) {
  for (const DesignProblem& problem : problems()) {
    const double effect = effect_of(problem);
    const double units = design_units(problem, effect)->control_units;
    const double power = design_power(problem, effect, units)->power;
    EXPECT_GE(design_power(problem, effect, 1.2 * units)->power, power);
    EXPECT_GE(design_power(problem, 1.2 * effect, units)->power, power);
    EXPECT_LE(design_units(problem, 1.2 * effect)->control_units, units);
    DesignProblem other = problem;
    other.power = 0.9;
    EXPECT_GT(design_units(other, effect)->control_units, units);
    other = problem;
    other.alpha = 0.01;
    EXPECT_GT(design_units(other, effect)->control_units, units);
    other = problem;
    other.variants += 1;
    EXPECT_GT(design_units(other, effect)->control_units, units);
    other = problem;
    other.covariate_r_squared += 0.3;
    EXPECT_LT(design_units(other, effect)->control_units, units);
    other = problem;
    other.treatment_per_control *= 2;
    EXPECT_LT(design_units(other, effect)->control_units, units);
    if (problem.metric.kind == PlannedKind::Mean) {
      other = problem;
      other.metric.variance *= 1.3;
      EXPECT_GT(design_units(other, effect)->control_units, units);
    }
  }
}

TEST(Design, SidesMirrorEachOther) {
  for (const DesignProblem& problem : problems()) {
    DesignProblem mirrored = problem;
    const bool rate = problem.metric.kind == PlannedKind::Proportion;
    if (rate) mirrored.metric.baseline = 1 - problem.metric.baseline;
    const double effect = effect_of(problem);
    EXPECT_EQ(design_units(problem, effect)->control_units, design_units(mirrored, -effect)->control_units);
  }
}

TEST(Design, FixedHorizonIsTheTestsOwnFormula) {
  const PowerOptions one_tail{0.05, Alternative::TwoSided, FarTail::Ignored};
  const auto mean = problem_of(DesignMethod::FixedHorizon, planned_mean(12, 30));
  EXPECT_NEAR(design_power(mean, 1.5, 4000)->power, *power_two_means(0.05, 4000, 4000, one_tail), 1e-12);
  const auto rate = problem_of(DesignMethod::FixedHorizon, planned_proportion(0.05));
  EXPECT_NEAR(design_power(rate, 0.005, 30000)->power,
              *power_two_proportions(0.05, 0.055, 30000, 30000, one_tail), 1e-12);
  EXPECT_EQ(design_power(rate, 0.005, 30000)->fixed_units_factor, 1);
}

TEST(Design, LookingCostsAndCautiousLooksCostLess) {
  const PlannedMetric metric = planned_proportion(0.05);
  const auto factor = [&](DesignMethod method) {
    return design_units(problem_of(method, metric), 0.005)->fixed_units_factor;
  };
  EXPECT_EQ(factor(DesignMethod::FixedHorizon), 1);
  EXPECT_GT(factor(DesignMethod::GroupSequential), 1);
  EXPECT_LT(factor(DesignMethod::GroupSequential), 1.05);
  EXPECT_GT(factor(DesignMethod::AlwaysValid), 1.2);
  const auto watched = design_units(problem_of(DesignMethod::AlwaysValid, metric), 0.005);
  EXPECT_LT(watched->expected_share, 1);
}

/// How often the always-valid interval leaves out zero, over looks at simulated rates.
TEST(Design, AlwaysValidPowerIsWhatPeopleWhoLookGet) {
  DesignProblem problem = problem_of(DesignMethod::AlwaysValid, planned_proportion(0.2));
  const double effect = 0.06;
  const auto sized = *design_units(problem, effect);
  const auto per_look = static_cast<std::uint64_t>(std::ceil(sized.control_units / 5));
  RandomStream random(91);
  constexpr int kRuns = 2500;
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    SuccessCount control, treatment;
    for (int look = 0; look < 5; ++look) {
      for (std::uint64_t i = 0; i < per_look; ++i) control.successes += random.bernoulli(0.2) ? 1 : 0;
      for (std::uint64_t i = 0; i < per_look; ++i) treatment.successes += random.bernoulli(0.26) ? 1 : 0;
      control.units += per_look;
      treatment.units += per_look;
      const double p = control.rate(), q = treatment.rate();
      const double error = std::sqrt((p * (1 - p) + q * (1 - q)) / static_cast<double>(control.units));
      const auto sequence =
          asymptotic_confidence_sequence(q - p, error, 2 * control.units, 2 * per_look * 5, 0.95);
      if (std::abs(q - p) > sequence->half_width) {
        ++found;
        break;
      }
    }
  }
  EXPECT_NEAR(found / double{kRuns}, sized.power, 3 * std::sqrt(0.8 * 0.2 / kRuns));
}

TEST(PlannedMetrics, CarryTheVarianceOfAUnit) {
  EXPECT_EQ(planned_count(4, 2.5).variance, 10);
  EXPECT_NEAR(planned_by_standard_error(7, 0.5, 400).variance, 100, 1e-12);
  // Units with clicks and views: the ratio's error by brute force over many samples.
  RandomStream random(12);
  constexpr int kUnits = 400, kSamples = 3000;
  Moments ratios, clicks, views;
  double cross = 0;
  for (int sample = 0; sample < kSamples; ++sample) {
    double click_sum = 0, view_sum = 0;
    for (int i = 0; i < kUnits; ++i) {
      const double view = 1 + static_cast<double>(random.below(9));
      const double click = view * (random.bernoulli(0.3) ? 0.5 : 0.1);
      click_sum += click, view_sum += view;
      clicks.add(click), views.add(view);
      cross += click * view;
    }
    ratios.add(click_sum / view_sum);
  }
  const double n = static_cast<double>(clicks.count);
  const double covariance = cross / n - clicks.mean * views.mean;
  const auto ratio = planned_ratio(clicks.mean, views.mean, clicks.variance(), views.variance(), covariance);
  ASSERT_TRUE(ratio.has_value());
  EXPECT_NEAR(ratio->variance / kUnits / ratios.variance(), 1, 3 * std::sqrt(2.0 / kSamples));
  EXPECT_FALSE(planned_ratio(1, 0, 1, 1, 0).has_value());
  EXPECT_FALSE(planned_ratio(1, NAN, 1, 1, 0).has_value());
  EXPECT_FALSE(planned_ratio(1, 1, 0, 0, 0).has_value());
}

TEST(DesignDays, FollowTheTraffic) {
  const DesignProblem problem = problem_of(DesignMethod::FixedHorizon, planned_proportion(0.05));
  const Traffic traffic{{3000, 2000, 1000}, {}, 1};
  const auto duration = design_days(problem, 0.01, traffic);
  ASSERT_TRUE(duration.has_value());
  EXPECT_GE(*units_after(traffic, duration->days), duration->answer.total_units);
  EXPECT_LT(*units_after(traffic, duration->days - 1), duration->answer.total_units);
  EXPECT_TRUE(duration->answer.assumptions.contains(Assumption::StableRate));
  EXPECT_LE(design_effect_after(problem, duration->days, traffic)->effect, 0.01 + 1e-9);
  EXPECT_GT(design_effect_after(problem, duration->days - 1, traffic)->effect, 0.01);
  EXPECT_FALSE(design_days(problem, 0.0001, {{1}, {}, 1}).has_value());
  EXPECT_FALSE(design_effect_after(problem, 0, traffic).has_value());
}

TEST(Design, SaysWhatIsDoubtful) {
  EXPECT_TRUE(design_units(problem_of(DesignMethod::FixedHorizon, planned_proportion(0.001)), 0.5)
                  ->concerns.contains(Concern::FewSuccesses));
  EXPECT_TRUE(design_units(problem_of(DesignMethod::AlwaysValid, planned_mean(0, 1)), 2)
                  ->concerns.contains(Concern::FewUnits));
  EXPECT_TRUE(design_units(problem_of(DesignMethod::AlwaysValid, planned_mean(0, 1)), 0.1)->concerns.empty());
}

TEST(Design, RefusesWhatHasNoMeaning) {
  const DesignProblem good = problem_of(DesignMethod::FixedHorizon, planned_proportion(0.1));
  const auto refuses = [&](auto change, double effect = 0.02) {
    DesignProblem problem = good;
    change(problem);
    const auto answer = design_units(problem, effect);
    return !answer.has_value() && !answer.error().why.empty();
  };
  EXPECT_FALSE(refuses([](DesignProblem&) {}));
  EXPECT_TRUE(refuses([](DesignProblem&) {}, 0));
  EXPECT_TRUE(refuses([](DesignProblem&) {}, 0.95));
  EXPECT_TRUE(refuses([](DesignProblem&) {}, NAN));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.alpha = 0; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.alpha = NAN; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.power = 1; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.power = 0.02; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.variants = 1; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.treatment_per_control = 0; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.covariate_r_squared = 1; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.metric.baseline = 1; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.metric = planned_mean(1, 0); }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.metric = planned_mean(NAN, 1); }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.alternative = Alternative::Less; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) { p.method = DesignMethod::AlwaysValid, p.looks = 0; }));
  EXPECT_TRUE(refuses([](DesignProblem& p) {
    p.method = DesignMethod::AlwaysValid;
    p.alternative = Alternative::Greater;
  }));
  EXPECT_TRUE(refuses([](DesignProblem& p) {
    p.method = DesignMethod::NonInferiority;
    p.true_difference = -0.02;
  }));
  EXPECT_FALSE(design_power(good, 0.02, 0).has_value());
  EXPECT_FALSE(design_power(good, 0.02, INFINITY).has_value());
  EXPECT_FALSE(design_effect(good, 1).has_value());
  EXPECT_FALSE(design_effect(good, NAN).has_value());
}

}  // namespace
}  // namespace splitplot::stats
