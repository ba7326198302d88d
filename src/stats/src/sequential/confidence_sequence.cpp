#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {

Estimated<ConfidenceSequence> asymptotic_confidence_sequence(double difference, double standard_error,
                                                             std::uint64_t units,
                                                             std::uint64_t tuned_for_units,
                                                             double confidence) {
  if (!std::isfinite(difference)) return not_estimable("the difference is not a finite number");
  if (!(standard_error > 0) || !std::isfinite(standard_error)) {
    return not_estimable("the difference has no standard error");
  }
  if (units == 0) return not_estimable("there are no units yet");
  if (tuned_for_units == 0)
    return not_estimable("the sample for which the interval is tuned must be positive");
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");

  const double log_alpha = std::log1p(-confidence);
  const double n = static_cast<double>(units);
  const double rho_squared =
      (-2 * log_alpha + std::log(1 - 2 * log_alpha)) / static_cast<double>(tuned_for_units);
  const double mass = n * rho_squared;  // n rho^2, the only way in which n and rho enter
  const double log_root = 0.5 * std::log1p(mass);
  const double factor = (mass + 1) / mass;
  ConfidenceSequence result;
  result.rho = std::sqrt(rho_squared);
  result.half_width = standard_error * std::sqrt(2 * factor * (log_root - log_alpha));
  const double z = difference / standard_error;
  result.p_value = std::min(1.0, std::exp(log_root - z * z / (2 * factor)));
  if (!std::isfinite(result.half_width))
    return not_estimable("the standard error is too large to be worked with");
  return result;
}

}  // namespace splitplot::stats
