#include "distributions/saddle_point.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_chi_squared.hpp>
#include <boost/math/distributions/non_central_f.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace splitplot::stats {
namespace {

namespace math = boost::math;

// Boost.Math answers instead of throwing: overflow gives infinity, underflow zero, and a series that was cut
// short its best value. Domains are asserted by the callers below, so that the NaN of an ignored domain error
// cannot arise.
using Quiet = math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                                     math::policies::pole_error<math::policies::ignore_error>,
                                     math::policies::overflow_error<math::policies::ignore_error>,
                                     math::policies::underflow_error<math::policies::ignore_error>,
                                     math::policies::evaluation_error<math::policies::ignore_error>,
                                     math::policies::rounding_error<math::policies::ignore_error>>;

constexpr double kLogSqrtTwoPi = 0.918938533204672741780329736406;

/// log of the binomial probability of k in n at rate p, q = 1 - p (Loader 2000, saddle-point expansion).
double log_binomial_pmf(double k, double n, double p, double q) {
  if (n == 0) return 0;
  if (k == 0) return n * (p < 0.5 ? std::log1p(-p) : std::log(q));
  if (k == n) return n * (q < 0.5 ? std::log1p(-q) : std::log(p));
  return stirling_error(n) - stirling_error(k) - stirling_error(n - k) - deviance_part(k, n * p) -
         deviance_part(n - k, n * q) + 0.5 * (std::log(n) - std::log(k) - std::log(n - k)) - kLogSqrtTwoPi;
}

}  // namespace

double deviance_part(double x, double m) {
  assert(x >= 0 && m > 0);
  if (x == 0) return m;
  const double v = (x - m) / (x + m);
  if (std::abs(v) > 0.1) return x * std::log(x / m) + m - x;
  double sum = (x - m) * v;
  double term = 2 * x * v;
  for (int j = 3; j < 60; j += 2) {
    term *= v * v;
    const double next = sum + term / j;
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

double stirling_error(double n) {
  if (n == 0) return 0;
  if (n < 16) return math::lgamma(n + 1, Quiet()) - ((n + 0.5) * std::log(n) - n + kLogSqrtTwoPi);
  const double inverse = 1 / n;
  const double square = inverse * inverse;
  return inverse *
         (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188))));
}

double normal_pdf(double z) {
  return std::exp(-0.5 * z * z - kLogSqrtTwoPi);
}

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normal_sf(double z) {
  return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

double normal_quantile(double p) {
  assert(p > 0 && p < 1);
  return -std::numbers::sqrt2 * math::erfc_inv(2 * p, Quiet());
}

double chi_square_sf(double x, double degrees) {
  assert(x >= 0 && degrees > 0);
  // Beyond this the answer is 0 in double precision, and Boost's continued fraction would overflow on the
  // way.
  if (x > 1e300) return 0;
  return math::gamma_q(degrees / 2, x / 2, Quiet());
}

double chi_square_quantile(double p, double degrees) {
  assert(p > 0 && p < 1 && degrees > 0);
  return 2 * math::gamma_p_inv(degrees / 2, p, Quiet());
}

double f_sf(double x, double degrees_between, double degrees_within) {
  assert(x >= 0 && degrees_between > 0 && degrees_within > 0);
  if (std::isinf(x)) return 0;
  const math::fisher_f_distribution<double, Quiet> distribution(degrees_between, degrees_within);
  return math::cdf(math::complement(distribution, x));
}

double f_quantile(double p, double degrees_between, double degrees_within) {
  assert(p > 0 && p < 1 && degrees_between > 0 && degrees_within > 0);
  return math::quantile(math::fisher_f_distribution<double, Quiet>(degrees_between, degrees_within), p);
}

double noncentral_chi_square_sf(double x, double degrees, double noncentrality) {
  assert(x >= 0 && degrees > 0 && noncentrality >= 0);
  if (noncentrality == 0) return chi_square_sf(x, degrees);
  return math::cdf(
      math::complement(math::non_central_chi_squared_distribution<double, Quiet>(degrees, noncentrality), x));
}

double noncentral_f_sf(double x, double degrees_between, double degrees_within, double noncentrality) {
  assert(x >= 0 && degrees_between > 0 && degrees_within > 0 && noncentrality >= 0);
  if (noncentrality == 0) return f_sf(x, degrees_between, degrees_within);
  const math::non_central_f_distribution<double, Quiet> distribution(degrees_between, degrees_within,
                                                                     noncentrality);
  return math::cdf(math::complement(distribution, x));
}

double binomial_cdf(double k, double n, double p) {
  assert(n >= 0 && p >= 0 && p <= 1);
  if (k < 0) return 0;
  k = std::floor(k);
  if (k >= n) return 1;
  return math::ibetac(k + 1, n - k, p, Quiet());
}

double binomial_pmf(double k, double n, double p) {
  assert(n >= 0 && p >= 0 && p <= 1);
  if (k < 0 || k > n || k != std::floor(k)) return 0;
  if (p == 0) return k == 0 ? 1 : 0;
  if (p == 1) return k == n ? 1 : 0;
  return std::exp(log_binomial_pmf(k, n, p, 1 - p));
}

double log_gamma(double x) {
  assert(x > 0);
  return math::lgamma(x, Quiet());
}

double digamma(double x) {
  assert(x > 0);
  return math::digamma(x, Quiet());
}

double beta_cdf(double x, double a, double b) {
  assert(x >= 0 && x <= 1 && a > 0 && b > 0);
  return math::ibeta(a, b, x, Quiet());
}

double beta_pdf(double x, double a, double b) {
  assert(x >= 0 && x <= 1 && a > 0 && b > 0);
  return math::ibeta_derivative(a, b, x, Quiet());
}

double beta_quantile(double p, double a, double b) {
  assert(p >= 0 && p <= 1 && a > 0 && b > 0);
  return math::ibeta_inv(a, b, p, Quiet());
}

double log_hypergeometric_pmf(std::uint64_t k, std::uint64_t successes, std::uint64_t drawn,
                              std::uint64_t total) {
  assert(successes <= total && drawn <= total);
  const std::uint64_t failures = total - successes;
  if (k > successes || k > drawn || drawn - k > failures) return -std::numeric_limits<double>::infinity();
  if (drawn == 0 || drawn == total) return 0;
  const double p = static_cast<double>(drawn) / static_cast<double>(total);
  const double q = static_cast<double>(total - drawn) / static_cast<double>(total);
  const double log_pmf =
      log_binomial_pmf(static_cast<double>(k), static_cast<double>(successes), p, q) +
      log_binomial_pmf(static_cast<double>(drawn - k), static_cast<double>(failures), p, q) -
      log_binomial_pmf(static_cast<double>(drawn), static_cast<double>(total), p, q);
  return std::min(log_pmf, 0.0);
}

}  // namespace splitplot::stats
