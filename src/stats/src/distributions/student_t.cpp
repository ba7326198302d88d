/// Student's t without special functions other than erfc. With x = v / (v + t^2), a = v / 2 and z = -log x the two tails together are
///   I_x(a, 1/2) = integral_z^inf e^(-T y) (2 sinh(y / 2))^(-1/2) dy / B(a, 1/2),   T = a - 1/4,
/// in which sqrt(s / sinh s) is expanded in powers of s^2: incomplete gamma functions of 1/2, 5/2, 9/2, ..., of which the first is an erfc
/// and the others follow upwards (DiDonato & Morris 1992, ACM TOMS 18, algorithm 708, its BGRAT at b = 1/2). Both the terms' errors fall
/// like (z / 2 pi)^2 and (n / 2 pi T)^2. Small a are raised first by the recurrence of I_x, whose terms are positive.
#include <splitplot/stats/distributions.hpp>

#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

namespace splitplot::stats {
namespace {

constexpr double kAsGoodAsNormal = 1e25;  // degrees: the two differ by t^4 / degrees at most, relatively
constexpr double kSmallestRaised = 10;    // a from which on the expansion has all digits
constexpr double kLargestExpanded =
    2;                               // z up to which it has; beyond, the power series in x converges faster
constexpr double kNearCentre = 0.1;  // probability around 0 that is summed itself, for the digits of small t
constexpr double kSmallTerm = 1e-17;
const double kSqrtPi = std::sqrt(std::numbers::pi);

constexpr std::size_t kTerms = 26;

/// Coefficients of sqrt(s / sinh s) in powers of s^2.
constexpr std::array<double, kTerms> coefficients() {
  std::array<double, kTerms> sinh_over{};  // 1 / (2 n + 1)!
  sinh_over[0] = 1;
  for (std::size_t n = 1; n < kTerms; ++n) {
    sinh_over[n] = sinh_over[n - 1] / static_cast<double>(2 * n * (2 * n + 1));
  }
  // A power r of a series g with g_0 = 1: n p_n = sum_m (m (r + 1) - n) g_m p_(n - m).
  std::array<double, kTerms> power{};
  power[0] = 1;
  for (std::size_t n = 1; n < kTerms; ++n) {
    double sum = 0;
    for (std::size_t m = 1; m <= n; ++m) {
      sum += (0.5 * static_cast<double>(m) - static_cast<double>(n)) * sinh_over[m] * power[n - m];
    }
    power[n] = sum / static_cast<double>(n);
  }
  return power;
}

constexpr std::array<double, kTerms> kCoefficients = coefficients();

/// sum of p_n Gamma(2 n + 1/2, T z) / (2 T)^(2 n), which is sqrt(T) times the integral above the fraction.
double expansion(double big, double z) {
  const double u = big * z;
  const double scale = 0.25 / (big * big);
  const double share = 0.25 * z * z;
  double remainder = std::sqrt(u) * std::exp(-u);
  double gamma = kSqrtPi * (u > 0 ? std::erfc(std::sqrt(u)) : 1);
  double sum = gamma;
  double s = 0.5;
  for (std::size_t n = 1; n < kTerms; ++n, s += 2) {
    gamma = (s * (s + 1) * gamma + (u + s + 1) * remainder) * scale;
    remainder *= share;
    const double term = kCoefficients[n] * gamma;
    sum += term;
    if (std::abs(term) < kSmallTerm * sum) break;
  }
  return sum;
}

class StudentT {
 public:
  explicit StudentT(double degrees) : degrees_(degrees), a_(0.5 * degrees), raised_(a_) {
    double shrinkage = 1;  // of 1 / (a B(a, 1/2)) on the way down
    for (; raised_ < kSmallestRaised; raised_ += 1) shrinkage *= (raised_ + 1) / (raised_ + 0.5);
    whole_ = expansion(raised_ - 0.25, 0);
    // (a + 1) B(a + 1) = a B(a) (a + 1) / (a + 1/2).
    inverse_ = shrinkage * std::sqrt(raised_ - 0.25) / whole_ / raised_;
  }

  /// P(T > t), t >= 0.
  [[nodiscard]] double tail(double t) const {
    const double q = t * t / degrees_;
    const double z = log_of(t, q);
    if (z > kLargestExpanded) return 0.5 * inverse_ * std::exp(-a_ * z) * power_series(1 / (1 + q));
    double sum = 0;
    if (raised_ > a_) {
      // I_x(a) - I_x(a + 1) = x^a sqrt(1 - x) / (a B(a, 1/2)).
      const double x = 1 / (1 + q);
      double term = inverse_ * std::exp(-a_ * z) * std::sqrt(q * x);
      for (double a = a_; a < raised_ - 0.5; a += 1) {
        sum += term;
        term *= x * (a + 0.5) / (a + 1);
      }
    }
    return 0.5 * (sum + expansion(raised_ - 0.25, z) / whole_);
  }

  /// P(0 < T < t) for t of less than one: I_y(1/2, a) / 2 by its series, y = t^2 / (v + t^2).
  [[nodiscard]] double centre(double t) const {
    const double q = t * t / degrees_;
    const double y = q / (1 + q);
    double term = 1;
    double sum = 1;
    for (double n = 0; term > kSmallTerm * sum; n += 1) {
      term *= y * (a_ + 0.5 + n) / (1.5 + n);
      sum += term;
    }
    return t * density(t) * sum;
  }

  [[nodiscard]] double density(double t) const {
    const double z = log_of(t, t * t / degrees_);
    return std::exp(-(a_ + 0.5) * z) * a_ * inverse_ / std::sqrt(degrees_);
  }

  /// t with P(T > t) = q, 0 < q < 1/2.
  [[nodiscard]] double upper_quantile(double q) const {
    if (0.5 - q < kNearCentre) {
      double t = (0.5 - q) / density(0);
      for (int i = 0; i < 20; ++i) {
        const double step = (0.5 - q - centre(t)) / density(t);
        t += step;
        if (!(std::abs(step) > 1e-9 * t)) break;
      }
      return t;
    }
    double t = guess(q);
    // On logarithmic scales the tail is concave and falling, so that Newton's method converges from every start.
    for (int i = 0; i < 100 && t > 0 && std::isfinite(t); ++i) {
      const double above = tail(t);
      if (!(above > 0)) {
        t *= 0.5;
        continue;
      }
      const double step = std::log(above / q) / fall(t, above);
      t *= std::exp(step);
      if (!(std::abs(step) > 1e-8)) break;
    }
    return t;
  }

 private:
  [[nodiscard]] double log_of(double t, double q) const {
    return std::isinf(q) ? 2 * std::log(t) - std::log(degrees_) : std::log1p(q);
  }

  /// -d log P(T > t) / d log t; `above` is P(T > t).
  [[nodiscard]] double fall(double t, double above) const {
    const double q = t * t / degrees_;
    if (!(log_of(t, q) > kLargestExpanded)) return t * density(t) / above;
    const double x = 1 / (1 + q);  // there the density may be below the smallest double, and the tail not
    return degrees_ * std::sqrt(1 - x) / power_series(x);
  }

  /// a sum (1/2)_n / n! x^n / (a + n).
  [[nodiscard]] double power_series(double x) const {
    double term = 1;
    double sum = 1;
    for (double n = 0; term > kSmallTerm; n += 1) {
      term *= x * (n + 0.5) / (n + 1);
      sum += term * a_ / (a_ + n + 1);
    }
    return sum;
  }

  /// Where the power law of the far tail or the normal approximation of Wallace (1959, Ann. Math. Statist. 30) puts the quantile.
  [[nodiscard]] double guess(double q) const {
    const double log_x = std::log(2 * q / inverse_) / a_;
    if (-log_x > kLargestExpanded) return std::sqrt(degrees_) * std::exp(-0.5 * log_x);
    const double normal = normal_quantile(q) * (8 * degrees_ + 3) / (8 * degrees_ + 1);
    return std::sqrt(degrees_ * std::expm1(normal * normal / degrees_));
  }

  double degrees_;
  double a_;
  double raised_;   // a plus a whole number, large enough for the expansion
  double whole_;    // the expansion for t = 0
  double inverse_;  // 1 / (a B(a, 1/2))
};

}  // namespace

double student_t_pdf(double t, double degrees) {
  assert(degrees > 0 && !std::isnan(t));
  if (std::isinf(t)) return 0;
  if (degrees >= kAsGoodAsNormal) return normal_pdf(t);
  return StudentT(degrees).density(std::abs(t));
}

double student_t_sf(double t, double degrees) {
  assert(degrees > 0 && !std::isnan(t));
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  if (degrees >= kAsGoodAsNormal) return normal_sf(t);
  const double tail = StudentT(degrees).tail(std::abs(t));
  return t >= 0 ? tail : 1 - tail;
}

double student_t_cdf(double t, double degrees) {
  return student_t_sf(-t, degrees);
}

double student_t_quantile(double p, double degrees) {
  assert(p > 0 && p < 1 && degrees > 0);
  if (p == 0.5) return 0;
  if (degrees >= kAsGoodAsNormal) return normal_quantile(p);
  const StudentT distribution(degrees);
  return p < 0.5 ? -distribution.upper_quantile(p) : distribution.upper_quantile(1 - p);
}

}  // namespace splitplot::stats
