// Several groups at once: analysis of variance and chi-square.
#include "power/solve.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/power/means.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace splitplot::stats {
namespace {

/// Beyond this noncentrality the power is 1 in double precision for every alpha of use.
constexpr double kLargestNoncentrality = 1e6;

/// Where the noncentral distributions are computed well and at once; a design lies far inside.
constexpr double kMostGroups = 1e5;
constexpr double kLeastDegrees = 1e-3;
constexpr double kMostDegrees = 1e9;
constexpr double kMostDegreesWithin = 1e15;  // as good as known variances

std::optional<std::string> refusal_of_groups(double groups) {
  if (!(groups >= 2)) return "there must be at least two groups";
  if (!(groups <= kMostGroups)) return "there are more groups than a comparison can have";
  return std::nullopt;
}

std::optional<std::string> refusal_of_degrees(double degrees) {
  if (!(degrees > 0)) return "the degrees of freedom must be positive";
  if (!(degrees >= kLeastDegrees && degrees <= kMostDegrees))
    return "the degrees of freedom lie outside what can be computed";
  return std::nullopt;
}

double power_of_f(double groups, double units_per_group, double f, double alpha) {
  const double between = groups - 1;
  const double within = std::min(groups * (units_per_group - 1), kMostDegreesWithin);
  const double noncentrality = std::min(groups * (units_per_group * (f * f)), kLargestNoncentrality);
  return std::clamp(noncentral_f_sf(f_quantile(1 - alpha, between, within), between, within, noncentrality),
                    0.0, 1.0);
}

double power_of_chi_square(double noncentrality, double degrees, double alpha) {
  return std::clamp(noncentral_chi_square_sf(chi_square_quantile(1 - alpha, degrees), degrees,
                                             std::min(noncentrality, kLargestNoncentrality)),
                    0.0, 1.0);
}

}  // namespace

Estimated<double> power_one_way_anova(double groups, double units_per_group, double f, double alpha) {
  if (auto refused = refusal_of_alpha(alpha)) return not_estimable(*refused);
  if (const auto refused = refusal_of_groups(groups)) return not_estimable(*refused);
  if (!(units_per_group > 1) || !std::isfinite(units_per_group)) {
    return not_estimable("a group needs more than one unit");
  }
  if (!(f >= 0) || !std::isfinite(f)) return not_estimable("the effect size must be a number of at least 0");
  return power_of_f(groups, units_per_group, f, alpha);
}

Estimated<double> units_for_one_way_anova(double groups, double f, double power, double alpha) {
  if (auto refused = refusal_of(power, {alpha, Alternative::TwoSided, FarTail::Counted}))
    return not_estimable(*refused);
  if (const auto refused = refusal_of_groups(groups)) return not_estimable(*refused);
  if (!(f > 0) || !std::isfinite(f)) return not_estimable("the effect size must be a positive number");
  const auto power_at = [&](double units) { return power_of_f(groups, units, f, alpha); };
  return least_with_power(power_at, power, 2, 8 / groups / f / f, kMostUnits);
}

Estimated<double> power_chi_square(double w, double units, double degrees, double alpha) {
  if (auto refused = refusal_of_alpha(alpha)) return not_estimable(*refused);
  if (const auto refused = refusal_of_degrees(degrees)) return not_estimable(*refused);
  if (!(units > 0) || !std::isfinite(units)) return not_estimable("there are no units");
  if (!(w >= 0) || !std::isfinite(w)) return not_estimable("the effect size must be a number of at least 0");
  return power_of_chi_square(units * w * w, degrees, alpha);
}

Estimated<double> units_for_chi_square(double w, double degrees, double power, double alpha) {
  if (auto refused = refusal_of(power, {alpha, Alternative::TwoSided, FarTail::Counted}))
    return not_estimable(*refused);
  if (const auto refused = refusal_of_degrees(degrees)) return not_estimable(*refused);
  if (!(w > 0) || !std::isfinite(w)) return not_estimable("the effect size must be a positive number");
  const auto power_at = [&](double noncentrality) {
    return power_of_chi_square(noncentrality, degrees, alpha);
  };
  const auto noncentrality = least_with_power(power_at, power, 0, 8, kLargestNoncentrality);
  if (!noncentrality) return tl::unexpected(noncentrality.error());
  const double units = *noncentrality / w / w;
  if (!(units <= kMostUnits)) return not_estimable("no sample of a size worth a number reaches that power");
  return units;
}

}  // namespace splitplot::stats
