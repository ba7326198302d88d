#include "power/ruler.hpp"

#include "power/solve.hpp"

#include <splitplot/stats/power/means.hpp>
#include <splitplot/stats/power/non_inferiority.hpp>
#include <splitplot/stats/power/watched.hpp>
#include <splitplot/stats/sequential/group_sequential_power.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace splitplot::stats {
namespace {

constexpr std::size_t kMostVariants = 1000;
constexpr double kLeastUnitsAlwaysValid = 50;  // before that the confidence sequence gives no answer
constexpr double kLeastUnitsMean = 30;
constexpr double kLeastExpectedCell = 10;

std::optional<std::string> refusal_of(const DesignProblem& problem) {
  if (auto refused = refusal_of_alpha(problem.alpha)) return refused;
  if (!(problem.power > 0 && problem.power < 1)) return "the power must lie between 0 and 1";
  if (problem.variants < 2 || problem.variants > kMostVariants) return "there must be 2 to 1,000 variants";
  if (!(problem.treatment_per_control > 0) || !std::isfinite(problem.treatment_per_control)) {
    return "treatment units per control unit must be a positive number";
  }
  if (!(problem.covariate_r_squared >= 0 && problem.covariate_r_squared < 1)) {
    return "R squared must be at least 0 and below 1";
  }
  if (problem.method == DesignMethod::AlwaysValid && problem.alternative != Alternative::TwoSided) {
    return "the confidence sequence has two sides";
  }
  if (!std::isfinite(problem.true_difference)) return "the true difference is not a finite number";
  return std::nullopt;
}

std::optional<std::string> refusal_of(const PlannedMetric& metric) {
  if (metric.kind == PlannedKind::Proportion) {
    if (metric.baseline > 0 && metric.baseline < 1) return std::nullopt;
    return "the rate must lie between 0 and 1";
  }
  if (!std::isfinite(metric.baseline)) return "the mean is not a finite number";
  if (!(metric.variance > 0) || !std::isfinite(metric.variance))
    return "the standard deviation must be positive";
  return std::nullopt;
}

NonInferiorityPlan margin_options(double margin, double alpha) {
  return {margin, alpha};
}

}  // namespace

Estimated<Ruler> Ruler::of(const DesignProblem& problem, double questions) {
  if (auto refused = refusal_of(problem)) return not_estimable(*refused);
  if (!(questions >= 1) || !std::isfinite(questions))
    return not_estimable("there must be at least one question");
  Ruler ruler(problem);
  ruler.test_.alpha = problem.alpha / static_cast<double>(problem.variants - 1) / questions;
  ruler.test_.alternative = problem.alternative;
  ruler.test_.far_tail = FarTail::Ignored;  // a find on the wrong side is no success
  if (problem.method == DesignMethod::NonInferiority) ruler.test_.alternative = Alternative::Greater;
  const auto fixed_drift = normal_drift_for_power(problem.power, ruler.test_);
  if (!fixed_drift) return tl::unexpected(fixed_drift.error());
  ruler.drift_ = std::abs(*fixed_drift);
  if (problem.method == DesignMethod::FixedHorizon || problem.method == DesignMethod::NonInferiority)
    return ruler;

  const bool one_sided = problem.alternative != Alternative::TwoSided;
  const std::size_t looks = problem.looks;
  if (looks == 0 || looks > kMostLooks)
    return not_estimable("the number of looks must lie between 1 and 5,000");
  const auto design =
      problem.method == DesignMethod::AlwaysValid
          ? always_valid_design(looks, ruler.test_.alpha)
          : spending_design(equal_information(looks), {SpendingFamily::OBrienFleming, 0},
                            {ruler.test_.alpha, one_sided ? StoppingSides::Upper : StoppingSides::Symmetric});
  if (!design) return tl::unexpected(design.error());
  const auto drift = drift_for_power(*design, problem.power);
  if (!drift) return tl::unexpected(drift.error());
  ruler.fixed_units_factor_ = *drift / ruler.drift_ * (*drift / ruler.drift_);
  ruler.drift_ = *drift;
  ruler.watched_ = *design;
  return ruler;
}

bool Ruler::by_pooled_z(const PlannedMetric& metric) const {
  return !watched_ && metric.kind == PlannedKind::Proportion && problem_.covariate_r_squared == 0;
}

bool Ruler::by_student_t(const PlannedMetric& metric) const {
  return !watched_ && metric.kind == PlannedKind::Mean;
}

double Ruler::treatment_rate(const PlannedMetric& metric, double effect) const {
  return metric.baseline +
         (problem_.method == DesignMethod::NonInferiority ? problem_.true_difference : effect);
}

/// Standard error of the difference times the root of the control's units.
double Ruler::error_of_one(const PlannedMetric& metric, double effect) const {
  const double left = 1 - problem_.covariate_r_squared;
  const double ratio = problem_.treatment_per_control;
  if (metric.kind == PlannedKind::Mean) return std::sqrt(metric.variance * left) * std::sqrt(1 + 1 / ratio);
  const double rate = treatment_rate(metric, effect);
  return std::sqrt(left * (metric.baseline * (1 - metric.baseline) + rate * (1 - rate) / ratio));
}

/// How far the truth lies from the null hypothesis, on the side that is to be shown.
double Ruler::distance(double effect) const {
  if (problem_.method != DesignMethod::NonInferiority) return std::abs(effect);
  return effect > 0 ? problem_.true_difference + effect : -(problem_.true_difference + effect);
}

Estimated<double> Ruler::refusal_of_effect(const PlannedMetric& metric, double effect) const {
  if (auto refused = refusal_of(metric)) return not_estimable(*refused);
  if (!std::isfinite(effect)) return not_estimable("the effect is not a finite number");
  if (problem_.method == DesignMethod::NonInferiority) {
    if (effect == 0) return not_estimable("the margin must be a number other than 0");
    if (!(distance(effect) > 0)) return not_estimable("the true effect lies at the margin or beyond it");
  } else if (!looked_for(effect, problem_.alternative)) {
    return not_estimable(effect == 0 ? "an effect of zero is found no more often than by chance"
                                     : "the effect lies on the side that the test does not look at");
  }
  const double rate = treatment_rate(metric, effect);
  if (metric.kind == PlannedKind::Proportion && !(rate >= 0 && rate <= 1)) {
    return not_estimable("the effect takes the rate out of the range from 0 to 1");
  }
  return effect;
}

/// P(reject) where the statistic's mean at the full sample is this, positive.
double Ruler::power_of(double drift) const {
  if (!watched_) {
    const PowerOptions upwards{
        test_.alpha, test_.alternative == Alternative::Less ? Alternative::Greater : test_.alternative,
        test_.far_tail};
    return *power_of_drift(std::min(drift, 1e9), upwards);
  }
  // Beyond this the first look finds the effect, to double precision.
  const double share = watched_->information.front() / watched_->information.back();
  double certain = 0;
  for (std::size_t look = 0; look < watched_->critical.size() && certain == 0; ++look) {
    if (std::isfinite(watched_->critical[look])) certain = (watched_->critical[look] + 9) / std::sqrt(share);
  }
  if (drift >= certain) return 1;
  const auto exits = *exit_probabilities(*watched_, drift);
  return std::min(1.0, std::accumulate(exits.upper.begin(), exits.upper.end(), 0.0));
}

Estimated<double> Ruler::power(const PlannedMetric& metric, double effect, double control_units) const {
  if (auto checked = refusal_of_effect(metric, effect); !checked) return checked;
  if (!(control_units > 0 && control_units <= kMostUnits))
    return not_estimable("there are no units, or too many for a number");
  const double treatment_units = control_units * problem_.treatment_per_control;
  const double left = 1 - problem_.covariate_r_squared;
  const bool margin = problem_.method == DesignMethod::NonInferiority;
  if (by_pooled_z(metric)) {
    const double rate = treatment_rate(metric, effect);
    return margin ? power_non_inferior_proportions(metric.baseline, rate, control_units, treatment_units,
                                                   margin_options(effect, test_.alpha))
                  : power_two_proportions(metric.baseline, rate, control_units, treatment_units, test_);
  }
  if (by_student_t(metric)) {
    const double deviation = std::sqrt(metric.variance * left);
    const double towards = margin ? distance(effect) : effect;
    return power_two_means(towards / deviation, control_units, treatment_units, test_);
  }
  return power_of(distance(effect) * std::sqrt(control_units) / error_of_one(metric, effect));
}

Estimated<double> Ruler::units(const PlannedMetric& metric, double effect) const {
  if (auto checked = refusal_of_effect(metric, effect); !checked) return checked;
  const bool margin = problem_.method == DesignMethod::NonInferiority;
  const double ratio = problem_.treatment_per_control;
  if (by_pooled_z(metric)) {
    const double rate = treatment_rate(metric, effect);
    return margin ? units_for_non_inferior_proportions(metric.baseline, rate, problem_.power,
                                                       margin_options(effect, test_.alpha), ratio)
                  : units_for_two_proportions(metric.baseline, rate, problem_.power, test_, ratio);
  }
  if (by_student_t(metric)) {
    const double deviation = std::sqrt(metric.variance * (1 - problem_.covariate_r_squared));
    return units_for_two_means((margin ? distance(effect) : effect) / deviation, problem_.power, test_,
                               ratio);
  }
  const double root = drift_ * error_of_one(metric, effect) / distance(effect);
  if (!(root * root <= kMostUnits))
    return not_estimable("no sample of a size worth a number reaches that power");
  return root * root;
}

Estimated<double> Ruler::smallest_margin(const PlannedMetric& metric, double control_units, Side side) const {
  // A margin below the true difference's own shift is no question: the search starts there.
  const double sign = side == Side::Below ? 1 : -1;
  const double least = std::max(0.0, -sign * problem_.true_difference);
  const double scale = error_of_one(metric, 0) / std::sqrt(control_units);
  const double most = metric.kind == PlannedKind::Proportion ? 1 - 1e-9 : least + 1e6 * scale;
  const auto power_at = [&](double size) {
    return size > least ? power(metric, sign * size, control_units).value_or(0) : 0.0;
  };
  const auto size = least_with_power(power_at, problem_.power, least, least + drift_ * scale, most);
  if (!size) return not_estimable("with so few units no margin is shown with that power");
  if (!(power_at(*size * 0.999 + least * 0.001) < problem_.power)) {
    return not_estimable("the treatment is expected to be so much better that every margin is shown");
  }
  return sign * *size;
}

Estimated<double> Ruler::effect(const PlannedMetric& metric, double control_units, Side side) const {
  if (auto refused = refusal_of(metric)) return not_estimable(*refused);
  if (!(control_units > 0 && control_units <= kMostUnits))
    return not_estimable("there are no units, or too many for a number");
  if (problem_.method == DesignMethod::NonInferiority) return smallest_margin(metric, control_units, side);
  const double treatment_units = control_units * problem_.treatment_per_control;
  if (test_.alternative != Alternative::TwoSided) {
    side = test_.alternative == Alternative::Less ? Side::Below : Side::Above;
  }
  const double sign = side == Side::Below ? -1 : 1;
  if (by_pooled_z(metric)) {
    const auto rate = detectable_treatment_rate(metric.baseline, control_units, treatment_units,
                                                problem_.power, test_, side);
    return rate ? Estimated<double>(*rate - metric.baseline) : rate;
  }
  if (by_student_t(metric)) {
    const auto d = detectable_two_means(control_units, treatment_units, problem_.power, test_);
    if (!d) return tl::unexpected(d.error());
    return sign * std::abs(*d) * std::sqrt(metric.variance * (1 - problem_.covariate_r_squared));
  }
  const double root_units = std::sqrt(control_units);
  if (metric.kind == PlannedKind::Mean) return sign * drift_ * error_of_one(metric, 0) / root_units;
  const double room = side == Side::Below ? metric.baseline : 1 - metric.baseline;
  const auto drift_at = [&](double size) {
    return size * root_units / error_of_one(metric, sign * std::min(size, room));
  };
  const auto size =
      least_with_power(drift_at, drift_, 0, drift_ * error_of_one(metric, 0) / root_units, room);
  if (!size) return not_estimable("no rate on that side is far enough away to be found with that power");
  return sign * *size;
}

Concerns Ruler::concerns(const PlannedMetric& metric, double effect, double control_units,
                         double treatment_units) const {
  Concerns concerns;
  const double least = std::min(control_units, treatment_units);
  if (problem_.method == DesignMethod::AlwaysValid && least < kLeastUnitsAlwaysValid)
    concerns.insert(Concern::FewUnits);
  if (metric.kind == PlannedKind::Mean) {
    if (least < kLeastUnitsMean) concerns.insert(Concern::FewUnits);
    return concerns;
  }
  const double rate = treatment_rate(metric, effect);
  const double cell = std::min(control_units * std::min(metric.baseline, 1 - metric.baseline),
                               treatment_units * std::min(rate, 1 - rate));
  if (cell < kLeastExpectedCell) concerns.insert(Concern::FewSuccesses);
  return concerns;
}

Assumptions Ruler::assumptions(const PlannedMetric& metric) const {
  Assumptions assumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::LargeSample};
  if (problem_.method == DesignMethod::GroupSequential) assumptions.insert(Assumption::PlannedLooks);
  if (!watched_) assumptions.insert(Assumption::OneLook);
  if (metric.kind == PlannedKind::Mean) assumptions.insert(Assumption::EqualVariances);
  if (problem_.covariate_r_squared > 0) assumptions.insert(Assumption::CovariateBeforeExposure);
  return assumptions;
}

Estimated<DesignAnswer> Ruler::answer(const PlannedMetric& metric, double effect, double control_units,
                                      double treatment_units) const {
  const auto reached = power(metric, effect, control_units);
  if (!reached) return tl::unexpected(reached.error());
  DesignAnswer answer;
  answer.effect = effect;
  answer.control_units = control_units;
  answer.treatment_units = treatment_units;
  answer.total_units = control_units + static_cast<double>(problem_.variants - 1) * treatment_units;
  answer.power = *reached;
  answer.comparison_alpha = test_.alpha;
  answer.fixed_units_factor = fixed_units_factor_;
  if (watched_) {
    const double drift = distance(effect) * std::sqrt(control_units) / error_of_one(metric, effect);
    const auto exits = exit_probabilities(*watched_, std::min(drift, 100.0));
    if (exits) answer.expected_share = exits->expected_information;
  }
  answer.assumptions = assumptions(metric);
  answer.concerns = concerns(metric, effect, control_units, treatment_units);
  return answer;
}

Estimated<DesignAnswer> Ruler::answer_units(const PlannedMetric& metric, double effect) const {
  const auto exact = units(metric, effect);
  if (!exact) return tl::unexpected(exact.error());
  const double control_units = std::max(2.0, std::ceil(*exact));
  return answer(metric, effect, control_units, std::ceil(control_units * problem_.treatment_per_control));
}

Estimated<DesignAnswer> Ruler::answer_effect(const PlannedMetric& metric, double control_units,
                                             Side side) const {
  const auto found = effect(metric, control_units, side);
  if (!found) return tl::unexpected(found.error());
  return answer(metric, *found, control_units, control_units * problem_.treatment_per_control);
}

}  // namespace splitplot::stats
