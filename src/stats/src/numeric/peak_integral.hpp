/// The integral over the whole line of a smooth function that is nowhere negative and has one peak, such as a density times a
/// probability. Every term is positive, so that nothing cancels: the answer is right relative to itself, however small it is.
/// Private to `stats`; thread-safe.
///
/// From a starting point the peak is climbed; from there panels of 16 Gauss-Legendre nodes go outwards on both sides until a panel
/// adds nothing. A panel whose highest Legendre coefficients are not small is halved, one that is resolved lets the next be wider.
#pragma once

#include "numeric/gauss_legendre.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {

namespace peak_integral_detail {

inline constexpr int kMostSteps = 2000;
inline constexpr int kMostHalvings = 12;

struct Panel {
  double integral = 0;
  /// Size of the two highest Legendre coefficients, times the width: what 16 coefficients miss. The 16 nodes integrate polynomials up
  /// to degree 31, so that the integral's relative error is about the square of this, relative to the integral.
  double unresolved = 0;
  /// Last value over first: how fast the function falls.
  double fall = 0;
};

template <typename Function>
Panel panel(const Function& function, double from, double to) {
  const GaussLegendre& rule = GaussLegendre::rule();
  const double centre = 0.5 * (from + to);
  const double half = 0.5 * (to - from);
  GaussLegendre::Values values{};
  for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i)
    values[i] = function(centre + half * rule.nodes()[i]);
  const auto [last, second_last] = rule.highest_coefficients(values);
  const double fall = values.front() > 0 ? values.back() / values.front() : 0;
  return {std::abs(half) * rule.integral(values), std::abs(half) * (std::abs(last) + std::abs(second_last)),
          fall};
}

/// Panels from `start` in steps of `step` (negative: to the left), at least as far as `reach` from the start.
template <typename Function>
double side(const Function& function, double start, double step, double scale, double tolerance,
            double reach = 0) {
  double total = 0;
  double from = start;
  int halvings = 0;
  for (int i = 0; i < kMostSteps; ++i) {
    const Panel next = panel(function, from, from + step);
    const double size = std::max(scale, total + next.integral);
    // The next 16 coefficients are about unresolved^2 / integral, which is to be below tolerance * size.
    const double resolution = std::sqrt(tolerance) * std::sqrt(size) * std::sqrt(next.integral);
    if (next.unresolved > resolution && halvings < kMostHalvings) {
      step /= 2;
      ++halvings;
      continue;
    }
    total += next.integral;
    // All that is still to come, if the function goes on falling like this: a geometric series of panels.
    const double rest = next.fall < 1 ? next.integral / (1 - next.fall) : size;
    if (rest <= 0.1 * tolerance * size && std::abs(from - start) >= reach) break;
    from += step;
    if (next.unresolved < 1e-6 * resolution) {
      step *= 2;
      --halvings;
    }
  }
  return total;
}

}  // namespace peak_integral_detail

/// The integral of `function`, to about `tolerance` relative. `start` is a point where it is positive, `step` a guess of the peak's
/// width; both bear on the time only. 0 where the function is 0 at `start`.
template <typename Function>
double integral_of_peak(const Function& function, double start, double step, double tolerance = 1e-14) {
  namespace detail = peak_integral_detail;
  double value = function(start);
  if (!(value > 0)) return 0;
  double direction = function(start + step) > value ? step : -step;
  for (int i = 0; i < detail::kMostSteps; ++i) {
    const double next = function(start + direction);
    if (!(next > value)) break;
    start += direction;
    value = next;
    direction *= 1.5;
  }
  // The first scale is a bound from below on the integral's order of magnitude; the first panels replace it.
  const double right = detail::side(function, start, 4 * step, value * step * 0.1, tolerance);
  const double left =
      detail::side(function, start, -4 * step, std::max(right, value * step * 0.1), tolerance);
  return right + left;
}

/// The integral from `start` to infinity of a function that is nowhere negative and, beyond `reach` from the start, falls. It may have
/// several peaks before.
template <typename Function>
double integral_to_the_right(const Function& function, double start, double step, double reach,
                             double tolerance = 1e-14) {
  return peak_integral_detail::side(function, start, step, 0, tolerance, reach);
}

}  // namespace splitplot::stats
