#include "distributions/chi_scale.hpp"
#include "numeric/peak_integral.hpp"
#include "numeric/root.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace splitplot::stats {
namespace {

constexpr double kTolerance = 1e-11;

/// P(range of `groups` standard normals > q). With z the largest of them, the range exceeds q unless all others lie in (z - q, z]:
/// the integral of groups phi(z) Phi(z)^(groups - 1) [1 - (1 - Phi(z - q) / Phi(z))^(groups - 1)].
double range_sf(double q, double groups) {
  const double others = groups - 1;
  const auto integrand = [=](double z) {
    const double below = normal_cdf(z);
    if (!(below > 0)) return 0.0;
    const double too_low = std::min(normal_cdf(z - q) / below, 1.0);
    const double exceeds = too_low == 1 ? 1.0 : -std::expm1(others * std::log1p(-too_low));
    return groups * normal_pdf(z) * std::pow(below, others) * exceeds;
  };
  const double start = std::max(0.5 * q, normal_quantile(groups / (groups + 1)));
  return std::min(integral_of_peak(integrand, start, 0.7, kTolerance), 1.0);
}

}  // namespace

double studentized_range_sf(double q, double groups, double degrees) {
  assert(!std::isnan(q) && groups >= 2 && std::isfinite(groups) && degrees > 0);
  if (q <= 0) return 1;
  if (std::isinf(q)) return 0;
  return ChiScale(degrees).mean_of([=](double s) { return range_sf(q * s, groups); }, -std::log(q), 0.5 * q,
                                   kTolerance);
}

double studentized_range_quantile(double p, double groups, double degrees) {
  assert(p > 0 && p < 1);
  const double target = std::log1p(-p);
  const auto excess = [=](double q) { return std::log(studentized_range_sf(q, groups, degrees)) - target; };
  constexpr double kLargest = 1e300;
  return root_above(excess, 0, 4, kLargest).value_or(kLargest);
}

}  // namespace splitplot::stats
