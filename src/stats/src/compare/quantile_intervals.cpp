#include "compare/quantile_intervals.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// P-values below this are not told apart: its normal quantile is 37.
constexpr double kLargestDeviation = 37;
constexpr int kHalvings = 34;

double lower_end(const QuantileArm& control, const QuantileArm& treatment, double tail,
                 QuantileDifferenceInterval method) {
  const double below = std::max(0.0, treatment.quantile - treatment.lower(tail));
  const double above = std::max(0.0, control.upper(tail) - control.quantile);
  const double reach = method == QuantileDifferenceInterval::Box ? below + above : std::hypot(below, above);
  return treatment.quantile - control.quantile - reach;
}

double upper_end(const QuantileArm& control, const QuantileArm& treatment, double tail,
                 QuantileDifferenceInterval method) {
  return -lower_end(treatment, control, tail, method);
}

/// Tail of each arm at which the difference's interval has this level (one-sided, or two-sided in all).
double tail_of_level(double level, bool two_sided, QuantileDifferenceInterval method) {
  if (method == QuantileDifferenceInterval::Box) level = -std::expm1(std::log1p(-level) / 2);
  return two_sided ? level / 2 : level;
}

double level_of_tail(double tail, bool two_sided, QuantileDifferenceInterval method) {
  const double level = std::min(1.0, two_sided ? 2 * tail : tail);
  return method == QuantileDifferenceInterval::Box ? level * (2 - level) : level;
}

/// The largest tail up to a half whose interval still holds zero: `holds_zero` is true for small tails.
double largest_tail_with_zero(const std::function<bool(double)>& holds_zero) {
  if (holds_zero(0.5)) return 0.5;
  double outside = 0;  // as normal deviations
  double inside = kLargestDeviation;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (outside + inside) / 2;
    (holds_zero(normal_sf(middle)) ? inside : outside) = middle;
  }
  return normal_sf(outside);
}

double p_value_of(const QuantileArm& control, const QuantileArm& treatment, double value,
                  const QuantileComparison& options) {
  const bool above = value > 0;
  const double tail = largest_tail_with_zero([&](double at) {
    return above ? lower_end(control, treatment, at, options.interval) <= 0
                 : upper_end(control, treatment, at, options.interval) >= 0;
  });
  if (options.alternative == Alternative::TwoSided) return level_of_tail(tail, true, options.interval);
  const bool expected = above == (options.alternative == Alternative::Greater);
  const double level = level_of_tail(tail, false, options.interval);
  return expected && value != 0 ? level
                                : 1 - level_of_tail(tail, false, QuantileDifferenceInterval::SquareAndAdd);
}

}  // namespace

std::string refusal_of_sorted(std::span<const double> sorted) {
  if (sorted.empty()) return "there are no values";
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (!(sorted[i - 1] <= sorted[i])) return "the values are not sorted";  // a NaN is never in order
  }
  if (!std::isfinite(sorted.front()) || !std::isfinite(sorted.back()))
    return "a value is not a finite number";
  return {};
}

double quantile_of_checked(std::span<const double> sorted, double probability, QuantileType type) {
  const double n = static_cast<double>(sorted.size());
  // Products such as 0.3 * 10 miss their whole number by rounding; R forgives the same amount.
  const double fuzz = 4 * std::numeric_limits<double>::epsilon();
  double position = 0;
  switch (type) {
    case QuantileType::Type1:
    case QuantileType::Type2:
      position = n * probability;
      break;
    case QuantileType::Type3:
      position = n * probability - 0.5;
      break;
    case QuantileType::Type4:
      position = n * probability;
      break;
    case QuantileType::Type5:
      position = n * probability + 0.5;
      break;
    case QuantileType::Type6:
      position = (n + 1) * probability;
      break;
    case QuantileType::Type7:
      position = 1 + (n - 1) * probability;
      break;
    case QuantileType::Type8:
      position = 1.0 / 3 + (n + 1.0 / 3) * probability;
      break;
    case QuantileType::Type9:
      position = 0.375 + (n + 0.25) * probability;
      break;
  }
  const double below = std::floor(position + fuzz * std::max(1.0, std::abs(position)));
  double part = position - below;
  if (std::abs(part) < fuzz * std::max(1.0, std::abs(position))) part = 0;
  if (type == QuantileType::Type1) part = part > 0 ? 1 : 0;
  if (type == QuantileType::Type2) part = part > 0 ? 1 : 0.5;
  if (type == QuantileType::Type3) part = part > 0 || std::fmod(below, 2) != 0 ? 1 : 0;
  const auto at = [&](double rank) { return sorted[static_cast<std::size_t>(std::clamp(rank, 1.0, n)) - 1]; };
  if (part == 0) return at(below);
  if (part == 1) return at(below + 1);
  return at(below) * (1 - part) + at(below + 1) * part;
}

double order_statistic(std::span<const double> sorted, double rank) {
  if (rank < 1) return -kInfinity;
  if (rank > static_cast<double>(sorted.size())) return kInfinity;
  return sorted[static_cast<std::size_t>(rank) - 1];
}

QuantileDifference difference_of(const QuantileArm& control, const QuantileArm& treatment,
                                 const QuantileComparison& options) {
  const bool two_sided = options.alternative == Alternative::TwoSided;
  const double tail = tail_of_level(1 - options.confidence, two_sided, options.interval);
  QuantileDifference result;
  result.control = control.quantile;
  result.treatment = treatment.quantile;
  result.value = treatment.quantile - control.quantile;
  result.interval.lower = options.alternative == Alternative::Less
                              ? -kInfinity
                              : lower_end(control, treatment, tail, options.interval);
  result.interval.upper = options.alternative == Alternative::Greater
                              ? kInfinity
                              : upper_end(control, treatment, tail, options.interval);
  result.p_value = p_value_of(control, treatment, result.value, options);
  return result;
}

}  // namespace splitplot::stats
