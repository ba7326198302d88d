/// Statistics that are studentised by an estimated standard deviation: their probabilities are those of a known standard deviation,
/// averaged over S = sqrt(chi-square / degrees). The average is taken over log S, whose density is smooth and never zero.
/// Private to `stats`; thread-safe.
#pragma once

#include "distributions/saddle_point.hpp"
#include "numeric/peak_integral.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace splitplot::stats {

class ChiScale {
 public:
  /// degrees > 0; infinite: S = 1.
  explicit ChiScale(double degrees)
      : degrees_(degrees),
        at_one_(std::isinf(degrees)
                    ? 1
                    : std::sqrt(degrees / std::numbers::pi) * std::exp(-stirling_error(degrees / 2))) {}

  /// Density of log S.
  [[nodiscard]] double density(double log_scale) const {
    return at_one_ * std::exp(degrees_ * exponent(log_scale));
  }

  /// The expectation of probability(S), for a smooth monotone function from 0 to 1 whose product with the density has one peak.
  /// `saturated` is about the log S where the function comes near to 1: the peak lies between it and 0, also in far tails where the
  /// product underflows at both. `sharpness` is about how often the function changes by its own size while S grows e-fold; it bears
  /// on the time only.
  template <typename Function>
  [[nodiscard]] double mean_of(const Function& probability, double saturated, double sharpness,
                               double tolerance = 1e-14) const {
    if (std::isinf(degrees_)) return probability(1.0);
    const auto product = [&](double log_scale) {
      const double weight = density(log_scale);
      return weight > 0 ? weight * probability(std::exp(log_scale)) : 0.0;
    };
    const double start = product(0) > 1e-250 ? 0 : likeliest_of_some(product, saturated);
    const double step = 1 / std::sqrt(2 * degrees_ + sharpness * sharpness);
    return std::clamp(integral_of_peak(product, start, step, tolerance), 0.0, 1.0);
  }

 private:
  template <typename Function>
  static double likeliest_of_some(const Function& product, double saturated) {
    constexpr int kPoints = 64;
    double best = 0;
    double at_best = 0;
    for (int i = 1; i <= kPoints; ++i) {
      const double at = saturated * i / kPoints;
      const double value = product(at);
      if (value > best) {
        best = value;
        at_best = at;
      }
    }
    return at_best;
  }

  /// u - (e^(2u) - 1) / 2 = -sum over k >= 2 of 2^(k-1) u^k / k!.
  static double exponent(double u) {
    if (std::abs(u) > 0.1) return u - 0.5 * std::expm1(2 * u);
    double term = u;
    double sum = 0;
    for (int k = 2; k < 16; ++k) {
      term *= 2 * u / k;
      sum -= term;
    }
    return sum;
  }

  double degrees_;
  double at_one_;  ///< density of log S at 0
};

}  // namespace splitplot::stats
