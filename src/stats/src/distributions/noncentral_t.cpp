#include "distributions/chi_scale.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace splitplot::stats {
namespace {

/// P(T <= t) or P(T > t) for t > 0: the normal probability at t S - noncentrality, averaged over S.
template <typename Normal>
double averaged(double t, double degrees, double noncentrality, const Normal& normal) {
  const double saturated = std::log(std::max(noncentrality, 1.0)) - std::log(t);
  return ChiScale(degrees).mean_of([&](double s) { return normal(t * s - noncentrality); }, saturated,
                                   std::min(t, std::abs(noncentrality) + 1));
}

}  // namespace

double noncentral_t_cdf(double t, double degrees, double noncentrality) {
  assert(degrees > 0 && !std::isnan(t) && !std::isnan(noncentrality));
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  if (t < 0) return noncentral_t_sf(-t, degrees, -noncentrality);
  if (t == 0) return normal_sf(noncentrality);
  return averaged(t, degrees, noncentrality, normal_cdf);
}

double noncentral_t_sf(double t, double degrees, double noncentrality) {
  assert(degrees > 0 && !std::isnan(t) && !std::isnan(noncentrality));
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  if (t < 0) return noncentral_t_cdf(-t, degrees, -noncentrality);
  if (t == 0) return normal_cdf(noncentrality);
  return averaged(t, degrees, noncentrality, normal_sf);
}

}  // namespace splitplot::stats
