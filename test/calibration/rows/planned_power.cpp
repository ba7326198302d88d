// S11: the power that a plan predicts against the power that the analysis then has, for every design that the planner offers.
#include "scorecard.hpp"

#include <splitplot/stats/adjust/covariate.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/compare/score_interval.hpp>
#include <splitplot/stats/power/plan.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <array>
#include <functional>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

constexpr std::uint64_t kExperiments = 10000;

struct PowerTally {
  Rate found;
  void merge(const PowerTally& other) { found.merge(other.found); }
};

struct Units {
  std::uint64_t control = 0;
  std::uint64_t treatment = 0;
};

Units units_of(const DesignAnswer& answer) {
  return {static_cast<std::uint64_t>(answer.control_units),
          static_cast<std::uint64_t>(answer.treatment_units)};
}

/// Plans, simulates, and compares. `finds` draws one experiment of this size and says whether it found the effect on its side.
Line line_of(const Settings& settings, const std::string& test, const DesignProblem& problem, double effect,
             const std::function<bool(RandomStream&, const Units&)>& finds) {
  const auto answer = design_units(problem, effect);
  if (!answer) return {"S11", test, 0, "an answer", answer.error().why, "", "", false};
  const Units units = units_of(*answer);
  const auto tally = simulate<PowerTally>(
      settings, settings.experiments(kExperiments), test,
      [&](RandomStream& random, PowerTally& into) { into.found.count(finds(random, units)); });
  const double distance = std::abs(tally.found.value() - answer->power);
  return {"S11",
          test,
          tally.found.trials,
          percent(answer->power) + " +- 1 point",
          percent(tally.found),
          "units " + std::to_string(units.control) + " + " + std::to_string(units.treatment),
          "normal formula .800-.802",
          distance <= 0.01 + tally.found.band(answer->power)};
}

DesignProblem problem_of(DesignMethod method, const PlannedMetric& metric, double ratio = 1) {
  DesignProblem problem;
  problem.metric = metric;
  problem.method = method;
  problem.treatment_per_control = ratio;
  problem.looks = 5;
  if (method == DesignMethod::NonInferiority) problem.alpha = 0.025;
  return problem;
}

/// Adds one unit's value to an arm.
using Draw = std::function<double(RandomStream&, bool is_treatment)>;

/// The z at which each look finds the effect.
std::vector<double> bounds_of(const DesignProblem& problem, const Units& units) {
  std::vector<double> bounds;
  if (problem.method == DesignMethod::GroupSequential) {
    return spending_design(equal_information(problem.looks), {SpendingFamily::OBrienFleming, 0}, {})
        ->critical;
  }
  const std::uint64_t all = units.control + units.treatment;
  for (std::size_t look = 1; look <= problem.looks; ++look) {
    bounds.push_back(asymptotic_confidence_sequence(0, 1, all * look / problem.looks, all)->half_width);
  }
  return bounds;
}

/// An experiment that is watched at equal distances until it finds something.
bool watched_finds(RandomStream& random, const DesignProblem& problem, const Units& units, const Draw& draw) {
  const std::vector<double> bounds = bounds_of(problem, units);
  Moments control, treatment;
  for (std::size_t look = 1; look <= problem.looks; ++look) {
    while (control.count < units.control * look / problem.looks) control.add(draw(random, false));
    while (treatment.count < units.treatment * look / problem.looks) treatment.add(draw(random, true));
    const auto difference = compare_means(control, treatment);
    if (difference && std::abs(difference->value) > bounds[look - 1] * difference->standard_error) {
      return difference->value > 0;
    }
  }
  return false;
}

Line watched(const Settings& settings, const std::string& test, const DesignProblem& problem, double effect,
             const Draw& draw) {
  return line_of(settings, test, problem, effect, [&](RandomStream& random, const Units& units) {
    return watched_finds(random, problem, units, draw);
  });
}

Line fixed_rate(const Settings& settings, double rate, double effect, double ratio) {
  const auto problem = problem_of(DesignMethod::FixedHorizon, planned_proportion(rate), ratio);
  return line_of(settings, "fixed, rate " + percent(rate) + ", treatment/control units " + percent(ratio),
                 problem, effect, [=](RandomStream& random, const Units& units) {
                   const auto difference =
                       compare_proportions(draw_successes(random, units.control, rate),
                                           draw_successes(random, units.treatment, rate + effect));
                   return difference && difference->p_value <= 0.05 && difference->value > 0;
                 });
}

Line fixed_mean(const Settings& settings, const std::string& name, const PlannedMetric& metric, double effect,
                const Draw& draw) {
  return line_of(settings, "fixed, " + name, problem_of(DesignMethod::FixedHorizon, metric), effect,
                 [&](RandomStream& random, const Units& units) {
                   const auto of = [&](bool is_treatment) {
                     return [&, is_treatment](RandomStream& stream) { return draw(stream, is_treatment); };
                   };
                   const Moments control = draw_moments(random, units.control, of(false));
                   const Moments treatment = draw_moments(random, units.treatment, of(true));
                   const auto difference = compare_means(control, treatment);
                   return difference && difference->p_value <= 0.05 && difference->value > 0;
                 });
}

/// A covariate that explains half of the variance.
Line adjusted_mean(const Settings& settings) {
  DesignProblem problem = problem_of(DesignMethod::FixedHorizon, planned_mean(0, std::sqrt(2.0)));
  problem.covariate_r_squared = 0.5;
  return line_of(
      settings, "fixed, mean, covariate R2 0.5", problem, 0.3, [](RandomStream& random, const Units& units) {
        std::array<CrossMoments, 2> arms{CrossMoments(2), CrossMoments(2)};
        for (std::size_t arm = 0; arm < 2; ++arm) {
          for (std::uint64_t i = 0; i < (arm == 0 ? units.control : units.treatment); ++i) {
            const double x = random.normal();
            arms[arm].add(std::array{x + random.normal() + 0.3 * static_cast<double>(arm), x});
          }
        }
        const auto theta = cuped_coefficients(arms);
        const auto centre = covariate_centre(arms);
        const auto difference =
            compare_adjusted(adjust_mean(arms[0], *theta, centre), adjust_mean(arms[1], *theta, centre));
        return difference && difference->p_value <= 0.05 && difference->value > 0;
      });
}

Line non_inferior_rate(const Settings& settings, double rate, double margin) {
  const auto problem = problem_of(DesignMethod::NonInferiority, planned_proportion(rate));
  return line_of(settings, "non-inferiority, rate " + percent(rate), problem, margin,
                 [=](RandomStream& random, const Units& units) {
                   const auto test = score_test(
                       draw_successes(random, units.control, rate),
                       draw_successes(random, units.treatment, rate), -margin,
                       {EffectMeasure::Difference, ScoreVariance::FarringtonManning, Alternative::Greater});
                   return test && test->p_value <= 0.025;
                 });
}

Line non_inferior_mean(const Settings& settings) {
  const auto problem = problem_of(DesignMethod::NonInferiority, planned_mean(0, 1));
  return line_of(settings, "non-inferiority, mean", problem, 0.3,
                 [](RandomStream& random, const Units& units) {
                   const auto draw = [](RandomStream& stream) { return stream.normal(); };
                   const auto difference = compare_means(draw_moments(random, units.control, draw),
                                                         draw_moments(random, units.treatment, draw));
                   return difference && difference->interval.lower > -0.3;
                 });
}

}  // namespace

std::vector<Line> measure_s11(const Settings& settings) {
  const Draw rate = [](RandomStream& random, bool is_treatment) {
    return random.bernoulli(is_treatment ? 0.26 : 0.2) ? 1.0 : 0.0;
  };
  const Draw normal = [](RandomStream& random, bool is_treatment) {
    return random.normal() + (is_treatment ? 0.3 : 0.0);
  };
  const Draw skewed = [](RandomStream& random, bool is_treatment) {
    return lognormal(random, 0, 0.5) + (is_treatment ? 0.1 : 0.0);
  };
  const double skewed_variance = (std::exp(0.25) - 1) * std::exp(0.25);
  const PlannedMetric skewed_mean = planned_mean(std::exp(0.125), std::sqrt(skewed_variance));
  std::vector<Line> lines{fixed_rate(settings, 0.2, 0.06, 1),
                          fixed_rate(settings, 0.05, 0.02, 1),
                          fixed_rate(settings, 0.2, 0.08, 0.25),
                          fixed_mean(settings, "mean, normal", planned_mean(0, 1), 0.3, normal),
                          fixed_mean(settings, "mean, lognormal", skewed_mean, 0.1, skewed),
                          adjusted_mean(settings),
                          non_inferior_rate(settings, 0.1, 0.04),
                          non_inferior_mean(settings)};
  for (const DesignMethod method : {DesignMethod::AlwaysValid, DesignMethod::GroupSequential}) {
    const std::string name = method == DesignMethod::AlwaysValid ? "always valid" : "group sequential";
    lines.push_back(
        watched(settings, name + ", rate, 5 looks", problem_of(method, planned_proportion(0.2)), 0.06, rate));
    lines.push_back(watched(settings, name + ", rate, 5 looks, treatment/control units 50 %",
                            problem_of(method, planned_proportion(0.2), 0.5), 0.06, rate));
    lines.push_back(
        watched(settings, name + ", mean, 5 looks", problem_of(method, planned_mean(0, 1)), 0.3, normal));
    DesignProblem many = problem_of(method, skewed_mean);
    many.looks = 14;
    if (method == DesignMethod::AlwaysValid)
      lines.push_back(watched(settings, name + ", lognormal, 14 looks", many, 0.1, skewed));
  }
  return lines;
}

}  // namespace splitplot::calibration
