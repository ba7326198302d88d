#include <splitplot/stats/compare/skewness.hpp>

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

constexpr double kLargestSkewness = 0.32;  // of the difference; the two-sided 5 % test then rejects 6 to 7 %
constexpr double kLargestOwnSkewness = 0.6;  // the arms' own estimates are noisy, so that they must say more
constexpr std::uint64_t kFewestUnits = 20;
constexpr double kChanceErrors = 3;  // standard errors within which two variances count as the same

struct ArmShape {
  double count = 0;
  double deviation = 0;  // in any unit common to both arms
  double skewness = 0;
};

double skewness_of(const ArmShape& control, const ArmShape& treatment) {
  const auto third = [](const ArmShape& arm) {
    return arm.skewness * arm.deviation * arm.deviation * arm.deviation / (arm.count * arm.count);
  };
  const auto second = [](const ArmShape& arm) { return arm.deviation * arm.deviation / arm.count; };
  const double variance = second(control) + second(treatment);
  return variance > 0 ? (third(treatment) - third(control)) / (variance * std::sqrt(variance)) : 0;
}

bool can_be_judged(const Moments& arm) {
  return arm.count >= 2 && arm.shape_known() && std::isfinite(arm.m2);
}

/// Both arms in units of their common standard deviation, which keeps every power within range.
struct Shapes {
  ArmShape control;
  ArmShape treatment;
  double common_skewness = 0;
};

Shapes shapes_of(const Moments& control, const Moments& treatment) {
  Shapes result;
  const double n_c = static_cast<double>(control.count);
  const double n_t = static_cast<double>(treatment.count);
  const double share = n_c / (n_c + n_t);
  const double unit = std::hypot(std::sqrt(control.m2 / n_c) * std::sqrt(share),
                                 std::sqrt(treatment.m2 / n_t) * std::sqrt(1 - share));
  if (!(unit > 0)) return result;
  const auto shape_of = [&](const Moments& arm, double count) {
    return ArmShape{count, std::sqrt(arm.variance()) / unit, arm.skewness()};
  };
  result.control = shape_of(control, n_c);
  result.treatment = shape_of(treatment, n_t);
  const auto third = [&](const ArmShape& arm) {
    const double shrink = std::sqrt((arm.count - 1) / arm.count);
    const double deviation = arm.deviation * shrink;
    return arm.skewness * deviation * deviation * deviation;
  };
  result.common_skewness = share * third(result.control) + (1 - share) * third(result.treatment);
  return result;
}

/// The skewness of the difference if the arms share one shape.
double common_skewness_of(const Shapes& shapes) {
  ArmShape control = shapes.control;
  ArmShape treatment = shapes.treatment;
  // The error of a variance's logarithm is sqrt((kurtosis excess + 2) / n), and 1.5 skewness^2 is the excess of a gamma distribution.
  const double relative_variance = 2 + 1.5 * shapes.common_skewness * shapes.common_skewness;
  const double error = std::sqrt(relative_variance * (1 / control.count + 1 / treatment.count));
  // An arm without any spread shows nothing of its own: rare events have not happened there yet.
  const bool comparable = control.deviation > 0 && treatment.deviation > 0;
  if (comparable && std::abs(2 * std::log(treatment.deviation / control.deviation)) > kChanceErrors * error) {
    return skewness_of(control, treatment);
  }
  control.deviation = treatment.deviation = 1;
  control.skewness = treatment.skewness = shapes.common_skewness;
  return skewness_of(control, treatment);
}

}  // namespace

double skewness_of_difference(const Moments& control, const Moments& treatment) {
  if (!can_be_judged(control) || !can_be_judged(treatment)) return 0;
  const Shapes shapes = shapes_of(control, treatment);
  return shapes.control.count > 0 ? common_skewness_of(shapes) : 0;
}

Concerns skewness_concern(const Moments& control, const Moments& treatment) {
  Concerns result;
  if (std::min(control.count, treatment.count) < kFewestUnits) result.insert(Concern::FewUnits);
  if (!can_be_judged(control) || !can_be_judged(treatment)) return result;
  const Shapes shapes = shapes_of(control, treatment);
  if (!(shapes.control.count > 0)) return result;
  const bool skewed = std::abs(common_skewness_of(shapes)) > kLargestSkewness ||
                      std::abs(skewness_of(shapes.control, shapes.treatment)) > kLargestOwnSkewness;
  if (skewed) result.insert(Concern::SkewedForItsSize);
  return result;
}

Concerns skewness_concern(const Moments& values) {
  Concerns result;
  if (values.count < kFewestUnits) result.insert(Concern::FewUnits);
  if (!can_be_judged(values)) return result;
  const double skewness = std::abs(values.skewness()) / std::sqrt(static_cast<double>(values.count));
  if (skewness > kLargestSkewness) result.insert(Concern::SkewedForItsSize);
  return result;
}

}  // namespace splitplot::stats
