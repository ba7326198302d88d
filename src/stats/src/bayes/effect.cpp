#include "bayes/student_prior_posterior.hpp"

#include <splitplot/stats/bayes/effect.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace splitplot::stats {
namespace {

const Assumptions kAssumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                               Assumption::LargeSample, Assumption::StatedPrior};

// From here on Student's t is normal to nine digits and more.
constexpr double kAsGoodAsNormal = 1e9;

/// A Student prior of so many degrees that it is normal becomes so.
EffectPrior simplest(const EffectPrior& prior) {
  const auto* student = std::get_if<StudentEffectPrior>(&prior);
  if (student == nullptr || !(student->degrees >= kAsGoodAsNormal)) return prior;
  return NormalEffectPrior{student->location, student->scale};
}

/// Why these inputs cannot be used; nothing if they can.
std::optional<NotEstimable> objection(const MeasuredEffect& effect, const EffectPrior& prior) {
  if (!(effect.standard_error > 0) || !std::isfinite(effect.standard_error)) {
    return NotEstimable{"the difference has no standard error"};
  }
  if (!std::isfinite(effect.value)) return NotEstimable{"the difference is not a finite number"};
  const auto usable = [](double place, double scale) {
    return std::isfinite(place) && scale > 0 && std::isfinite(scale);
  };
  if (const auto* normal = std::get_if<NormalEffectPrior>(&prior)) {
    if (!usable(normal->mean, normal->sd)) return NotEstimable{"the prior has no mean or no spread"};
  }
  if (const auto* student = std::get_if<StudentEffectPrior>(&prior)) {
    if (!usable(student->location, student->scale))
      return NotEstimable{"the prior has no location or no scale"};
    if (!(student->degrees > 0)) return NotEstimable{"the prior's degrees of freedom are not positive"};
  }
  return std::nullopt;
}

/// N(mean, sd^2) as the product of the likelihood and a normal prior; weights, not precisions, so that nothing over- or underflows.
MeasuredEffect normal_posterior(const MeasuredEffect& effect, const EffectPrior& prior) {
  const auto* normal = std::get_if<NormalEffectPrior>(&prior);
  if (normal == nullptr) return effect;
  const double ratio = effect.standard_error / normal->sd;
  const double weight_of_prior =
      ratio <= 1 ? ratio * ratio / (1 + ratio * ratio) : 1 / (1 + 1 / ratio / ratio);
  const double smaller = std::min(effect.standard_error, normal->sd);
  const double relative = ratio <= 1 ? ratio : 1 / ratio;
  return {(1 - weight_of_prior) * effect.value + weight_of_prior * normal->mean,
          smaller / std::sqrt(1 + relative * relative)};
}

/// Chance and losses of N(mean, sd^2).
Beats beats_of(double mean, double sd, Direction direction) {
  const double gain = direction == Direction::HigherIsBetter ? mean : -mean;
  const double z = gain / sd;
  Beats beats;
  beats.chance_to_win = normal_cdf(z);
  // E[max(0, -G)] for G ~ N(gain, sd^2); beyond 40 standard deviations one of the two is 0 in a double.
  const double size = std::min(std::abs(z), 40.0);
  const double smaller = sd * std::max(0.0, normal_pdf(size) - size * normal_sf(size));
  const double larger = smaller + std::abs(gain);
  beats.expected_loss = gain >= 0 ? smaller : larger;
  beats.expected_loss_of_keeping = gain >= 0 ? larger : smaller;
  beats.assumptions = kAssumptions;
  return beats;
}

EffectPosterior student_answer(const MeasuredEffect& effect, const StudentEffectPrior& prior,
                               Direction direction, double confidence) {
  const StudentPriorPosterior posterior(effect, prior);
  EffectPosterior result;
  result.mean = posterior.mean();
  result.sd = posterior.sd();
  const double tail = 0.5 * (1 - confidence);
  result.interval = {posterior.quantile(tail), posterior.quantile(1 - tail)};
  const double above = posterior.chance_above(0);
  // The smaller loss is integrated; the larger follows from the mean without cancellation.
  const double size = std::abs(result.mean);
  const double smaller = result.mean >= 0 ? posterior.shortfall(0) : posterior.excess(0);
  const double loss_of_treatment = result.mean >= 0 ? smaller : smaller + size;
  const double loss_of_control = result.mean >= 0 ? smaller + size : smaller;
  const bool higher = direction == Direction::HigherIsBetter;
  result.beats.chance_to_win = higher ? above : 1 - above;
  result.beats.expected_loss = higher ? loss_of_treatment : loss_of_control;
  result.beats.expected_loss_of_keeping = higher ? loss_of_control : loss_of_treatment;
  result.beats.assumptions = kAssumptions;
  result.assumptions = kAssumptions;
  return result;
}

/// An effect near the end of a double's range may have an interval that leaves it.
Estimated<EffectPosterior> in_range(const EffectPosterior& result) {
  const double numbers[] = {result.mean,
                            result.sd,
                            result.interval.lower,
                            result.interval.upper,
                            result.beats.chance_to_win,
                            result.beats.expected_loss,
                            result.beats.expected_loss_of_keeping};
  if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); })) {
    return not_estimable("the effect and its prior are too large to be worked with");
  }
  return result;
}

}  // namespace

Estimated<EffectPosterior> effect_posterior(const MeasuredEffect& effect, Direction direction,
                                            const EffectOptions& options) {
  if (const auto why = objection(effect, options.prior)) return tl::unexpected(*why);
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return not_estimable("the confidence does not lie between 0 and 1");
  }
  const EffectPrior prior = simplest(options.prior);
  if (const auto* student = std::get_if<StudentEffectPrior>(&prior)) {
    return in_range(student_answer(effect, *student, direction, options.confidence));
  }
  const MeasuredEffect posterior = normal_posterior(effect, prior);
  const double reach = -normal_quantile(0.5 * (1 - options.confidence)) * posterior.standard_error;
  EffectPosterior result;
  result.mean = posterior.value;
  result.sd = posterior.standard_error;
  result.interval = {posterior.value - reach, posterior.value + reach};
  result.beats = beats_of(posterior.value, posterior.standard_error, direction);
  result.assumptions = kAssumptions;
  return in_range(result);
}

Estimated<double> chance_of_effect(const MeasuredEffect& effect, double target, Direction direction,
                                   const EffectPrior& stated) {
  if (const auto why = objection(effect, stated)) return tl::unexpected(*why);
  const EffectPrior prior = simplest(stated);
  if (!std::isfinite(target)) return not_estimable("the target is not a finite number");
  const bool higher = direction == Direction::HigherIsBetter;
  const double bound = higher ? target : -target;
  if (const auto* student = std::get_if<StudentEffectPrior>(&prior)) {
    const double above = StudentPriorPosterior(effect, *student).chance_above(bound);
    return higher ? above : 1 - above;
  }
  const MeasuredEffect posterior = normal_posterior(effect, prior);
  // Halves, since the distance of two finite numbers may not be one.
  const double z = (0.5 * posterior.value - 0.5 * bound) / posterior.standard_error * 2;
  return normal_cdf(higher ? z : -z);
}

Estimated<Beats> beats_normal(double difference, double standard_error, Direction direction) {
  if (const auto why = objection({difference, standard_error}, FlatEffectPrior{}))
    return tl::unexpected(*why);
  return beats_of(difference, standard_error, direction);
}

Estimated<MeasuredEffect> relative_effect(const Moments& control, const Moments& treatment) {
  if (control.count < 2 || treatment.count < 2) return not_estimable("an arm has fewer than two units");
  if (control.mean == 0)
    return not_estimable("the control mean is zero, so a relative change has no meaning");
  const double ratio = treatment.mean / control.mean;
  const double error = std::hypot(std::sqrt(treatment.variance_of_mean()) / control.mean,
                                  ratio * (std::sqrt(control.variance_of_mean()) / control.mean));
  if (!std::isfinite(ratio) || !std::isfinite(error)) {
    return not_estimable("the control mean is too close to zero for a relative change");
  }
  if (!(error > 0)) return not_estimable("the difference has no standard error");
  // A negative control mean keeps the sign of the change.
  return MeasuredEffect{control.mean > 0 ? ratio - 1 : 1 - ratio, error};
}

}  // namespace splitplot::stats
