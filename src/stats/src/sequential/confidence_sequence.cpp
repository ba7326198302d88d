#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr Assumptions kSequenceAssumptions = {Assumption::LargeSample, Assumption::IndependentUnits};

/// n rho^2 at the n for which a sequence with this log(alpha) is tuned.
double tuned_mass(double log_alpha, RhoTuning tuning) {
  const double approximate = -2 * log_alpha + std::log1p(-2 * log_alpha);
  if (tuning == RhoTuning::Approximate) return approximate;
  // With W the lower branch of Lambert's function, v = -W - 1 solves v - log(1 + v) = -2 log(alpha): convex, so that Newton's
  // method converges from the right of the root.
  double v = std::max(approximate, std::sqrt(-4 * log_alpha) * 2);
  for (int i = 0; i < 100; ++i) {
    const double step = (v - std::log1p(v) + 2 * log_alpha) * (1 + v) / v;
    v -= step;
    if (!(std::abs(step) > 1e-15 * v)) break;
  }
  return v;
}

std::optional<std::string> refusal_of(double difference, double standard_error, std::uint64_t units,
                                      std::uint64_t tuned_for_units, double confidence) {
  if (!std::isfinite(difference)) return "the difference is not a finite number";
  if (!(standard_error > 0) || !std::isfinite(standard_error)) return "the difference has no standard error";
  if (units == 0) return "there are no units yet";
  if (tuned_for_units == 0) return "the sample for which the interval is tuned must be positive";
  if (!(confidence > 0 && confidence < 1)) return "the confidence must lie between 0 and 1";
  return std::nullopt;
}

/// n rho^2, the only way in which n and rho enter, and rho.
struct Tuned {
  double rho;
  double mass;
  double log_root;  ///< log sqrt(n rho^2 + 1)
  double factor;    ///< (n rho^2 + 1) / (n rho^2)
};

Tuned tuned_at(double log_alpha, std::uint64_t units, std::uint64_t tuned_for_units, RhoTuning tuning) {
  const double rho_squared = tuned_mass(log_alpha, tuning) / static_cast<double>(tuned_for_units);
  const double mass = static_cast<double>(units) * rho_squared;
  return {std::sqrt(rho_squared), mass, 0.5 * std::log1p(mass), (mass + 1) / mass};
}

}  // namespace

Estimated<double> confidence_sequence_rho(double alpha, std::uint64_t tuned_for_units, RhoTuning tuning) {
  if (!(alpha > 0 && alpha < 1)) return not_estimable("alpha must lie between 0 and 1");
  if (tuned_for_units == 0)
    return not_estimable("the sample for which the interval is tuned must be positive");
  return std::sqrt(tuned_mass(std::log(alpha), tuning) / static_cast<double>(tuned_for_units));
}

Estimated<ConfidenceSequence> asymptotic_confidence_sequence(double difference, double standard_error,
                                                             std::uint64_t units,
                                                             std::uint64_t tuned_for_units, double confidence,
                                                             RhoTuning tuning) {
  if (const auto refusal = refusal_of(difference, standard_error, units, tuned_for_units, confidence))
    return not_estimable(*refusal);
  const double log_alpha = std::log1p(-confidence);
  const Tuned tuned = tuned_at(log_alpha, units, tuned_for_units, tuning);
  ConfidenceSequence result;
  result.rho = tuned.rho;
  result.half_width = standard_error * std::sqrt(2 * tuned.factor * (tuned.log_root - log_alpha));
  const double z = difference / standard_error;
  result.p_value = std::min(1.0, std::exp(tuned.log_root - z * z / (2 * tuned.factor)));
  result.assumptions = kSequenceAssumptions;
  if (!std::isfinite(result.half_width))
    return not_estimable("the standard error is too large to be worked with");
  return result;
}

Estimated<ConfidenceBound> asymptotic_confidence_bound(double difference, double standard_error,
                                                       std::uint64_t units, std::uint64_t tuned_for_units,
                                                       Alternative alternative, double confidence,
                                                       RhoTuning tuning) {
  if (const auto refusal = refusal_of(difference, standard_error, units, tuned_for_units, confidence))
    return not_estimable(*refusal);
  if (alternative == Alternative::TwoSided) return not_estimable("a bound has one side");
  const double alpha = 1 - confidence;
  const double log_two_alpha = std::log1p(-confidence) + std::numbers::ln2;
  if (!(log_two_alpha < 0)) return not_estimable("the confidence of a bound must be above one half");
  const Tuned tuned = tuned_at(log_two_alpha, units, tuned_for_units, tuning);
  const double root = std::exp(tuned.log_root);
  const double reach = standard_error * std::sqrt(2 * tuned.factor * std::log1p(root / (2 * alpha)));
  if (!std::isfinite(reach)) return not_estimable("the standard error is too large to be worked with");
  ConfidenceBound result;
  result.rho = tuned.rho;
  result.assumptions = kSequenceAssumptions;
  const bool greater = alternative == Alternative::Greater;
  result.interval =
      greater ? Interval{difference - reach, kInfinity} : Interval{-kInfinity, difference + reach};
  const double z = (greater ? difference : -difference) / standard_error;
  if (z > 0) result.p_value = std::min(1.0, root / (2 * std::expm1(z * z / (2 * tuned.factor))));
  return result;
}

Estimated<RelativeConfidenceSequence> relative_confidence_sequence(
    double control_mean, double control_variance_of_mean, double treatment_mean,
    double treatment_variance_of_mean, std::uint64_t units, std::uint64_t tuned_for_units, double confidence,
    RelativeMethod method, RhoTuning tuning) {
  if (!std::isfinite(control_mean) || !std::isfinite(treatment_mean) || !(control_variance_of_mean >= 0) ||
      !(treatment_variance_of_mean >= 0))
    return not_estimable("a mean or its variance is not a finite number");
  if (control_mean == 0)
    return not_estimable("the control mean is zero, so a relative change has no meaning");
  const double difference = treatment_mean - control_mean;
  const double error = std::hypot(std::sqrt(control_variance_of_mean), std::sqrt(treatment_variance_of_mean));
  const double size = std::abs(control_mean);
  const double lift_error =
      std::hypot(std::sqrt(treatment_variance_of_mean) / size,
                 (treatment_mean / control_mean) * (std::sqrt(control_variance_of_mean) / size));
  const bool fieller = method == RelativeMethod::Fieller;
  const double lift = treatment_mean / control_mean - 1;
  const auto sequence = asymptotic_confidence_sequence(
      fieller ? difference : lift, fieller ? error : lift_error, units, tuned_for_units, confidence, tuning);
  if (!sequence) return tl::unexpected(sequence.error());
  RelativeConfidenceSequence result;
  result.standard_error = lift_error;
  result.p_value = sequence->p_value;
  result.rho = sequence->rho;
  result.assumptions = sequence->assumptions;
  if (fieller) {
    const auto interval = fieller_lift(control_mean, control_variance_of_mean, treatment_mean,
                                       treatment_variance_of_mean, sequence->half_width / error);
    if (!interval) return tl::unexpected(interval.error());
    result.lift = *interval;
  } else {
    result.lift = {lift, {lift - sequence->half_width, lift + sequence->half_width}};
  }
  return result;
}

Estimated<MeanConfidenceSequence> mean_confidence_sequence(const Moments& moments,
                                                           std::uint64_t tuned_for_units, double confidence,
                                                           RhoTuning tuning) {
  if (moments.count == 0) return not_estimable("there are no units yet");
  if (moments.constant()) return not_estimable("all values are equal, so their spread is unknown");
  const double n = static_cast<double>(moments.count);
  const double error = std::sqrt(moments.m2 / n) / std::sqrt(n);
  const auto sequence =
      asymptotic_confidence_sequence(moments.mean, error, moments.count, tuned_for_units, confidence, tuning);
  if (!sequence) return tl::unexpected(sequence.error());
  MeanConfidenceSequence result;
  result.mean = {moments.mean, {moments.mean - sequence->half_width, moments.mean + sequence->half_width}};
  result.rho = sequence->rho;
  result.assumptions = sequence->assumptions;
  return result;
}

}  // namespace splitplot::stats
