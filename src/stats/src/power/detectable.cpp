#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/detectable.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace splitplot::stats {

Estimated<double> detectable_difference(double standard_error, double alpha, double power) {
  if (!(standard_error > 0) || !std::isfinite(standard_error)) {
    return not_estimable("the difference has no standard error, so what it could have seen is unknown");
  }
  if (!(alpha > 0 && alpha < 1)) return not_estimable("alpha must lie between 0 and 1");
  if (!(power > alpha / 2 && power < 1)) {
    return not_estimable("the power must lie between alpha / 2, which a test has without any effect, and 1");
  }
  const double difference = (normal_quantile(power) - normal_quantile(alpha / 2)) * standard_error;
  if (!std::isfinite(difference)) return not_estimable("the standard error is too large to be worked with");
  return difference;
}

Estimated<double> detectable_by_interval(double half_width, double standard_error, double power) {
  const bool positive = half_width > 0 && standard_error > 0;
  if (!positive || !std::isfinite(half_width) || !std::isfinite(standard_error)) {
    return not_estimable("the difference has no standard error, so what it could have seen is unknown");
  }
  if (!(power > 0 && power < 1)) return not_estimable("the power must lie between 0 and 1");
  const double difference = half_width + normal_quantile(power) * standard_error;
  if (!std::isfinite(difference)) return not_estimable("the standard error is too large to be worked with");
  return difference;
}

double units_for_normal_mean(double skewness) {
  return std::min(355 * skewness * skewness, std::numeric_limits<double>::max());
}

}  // namespace splitplot::stats
