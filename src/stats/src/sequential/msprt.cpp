#include <splitplot/stats/sequential/msprt.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {

Estimated<MixtureSprt> mixture_sprt(double difference, double variance_sum, double units_per_arm,
                                    double mixing_variance, double confidence) {
  const auto is_positive = [](double value) { return value > 0 && std::isfinite(value); };
  if (!std::isfinite(difference)) return not_estimable("the difference is not a finite number");
  if (!is_positive(variance_sum)) return not_estimable("the variance must be positive");
  if (!is_positive(units_per_arm)) return not_estimable("there are no units yet");
  if (!is_positive(mixing_variance)) return not_estimable("the mixing variance must be positive");
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");

  // In units of the standard error only z and mass = n tau^2 / V enter, so that no square of the data overflows.
  const double error = std::sqrt(variance_sum) / std::sqrt(units_per_arm);
  const double spread = std::sqrt(mixing_variance) / error;
  const double mass = spread * spread;
  const double z = difference / error;
  if (!(mass > 0) || !std::isfinite(mass) || !std::isfinite(z))
    return not_estimable("the mixing variance or the difference is out of all proportion to the variance");
  const double log_root = 0.5 * std::log1p(mass);
  const double shrinkage = mass / (1 + mass);
  MixtureSprt result;
  result.log_likelihood_ratio = 0.5 * z * shrinkage * z - log_root;
  result.p_value = std::exp(-std::max(0.0, result.log_likelihood_ratio));
  const double reach = error * std::sqrt(2 / shrinkage * (log_root - std::log1p(-confidence)));
  result.interval = {difference - reach, difference + reach};
  result.assumptions = {Assumption::KnownVariance, Assumption::LargeSample, Assumption::IndependentUnits,
                        Assumption::StatedPrior};
  if (!std::isfinite(result.log_likelihood_ratio) || !std::isfinite(reach))
    return not_estimable("the difference is out of all proportion to the variance");
  return result;
}

}  // namespace splitplot::stats
