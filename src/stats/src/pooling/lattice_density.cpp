#include "pooling/lattice_density.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace splitplot::stats {

LatticeDensity::LatticeDensity(double first, double step, std::vector<double> values, LeftEnd left_end)
    : first_(first), step_(step), values_(std::move(values)), left_end_(left_end) {
  double total = 0;
  for (const double v : values_) total += v;
  for (double& v : values_) v /= total;
  // A cell's integral is f + d2 f / 24 - 17 d4 f / 5760 + ...; the sum over cells telescopes to odd differences at their ends.
  double sum = 0;
  cdf_.reserve(values_.size() + 1);
  for (std::ptrdiff_t i = -1; i < static_cast<std::ptrdiff_t>(values_.size()); ++i) {
    if (i >= 0) sum += value(i);
    const double first_difference = value(i + 1) - value(i);
    const double third_difference = value(i + 2) - 3 * value(i + 1) + 3 * value(i) - value(i - 1);
    const double here = sum + first_difference / 24 - 17 * third_difference / 5760;
    cdf_.push_back(std::clamp(here, cdf_.empty() ? 0.0 : cdf_.back(), 1.0));
  }
}

double LatticeDensity::value(std::ptrdiff_t i) const {
  if (i < 0) {
    if (left_end_ == LeftEnd::Vanishes) return 0;
    i = -1 - i;
  }
  return i < static_cast<std::ptrdiff_t>(values_.size()) ? values_[static_cast<std::size_t>(i)] : 0;
}

double LatticeDensity::mean_of(const std::function<double(double)>& function) const {
  double sum = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) sum += values_[i] * function(point(i));
  return sum;
}

double LatticeDensity::mean_of_odd(const std::function<double(double)>& function) const {
  const double sum = mean_of(function);
  if (left_end_ == LeftEnd::Vanishes || values_.size() < 2) return sum;
  // The middles of cells leave h^2 / 24 times the first and -7 h^4 / 5760 times the third derivative at 0; both by differences of the
  // odd continuation.
  const double one = value(0) * function(point(0));
  const double two = value(1) * function(point(1));
  return sum - (54 * one - 2 * two) / 576 + 7 * (2 * two - 6 * one) / 5760;
}

/// The distribution function at a position counted in steps from half a step left of the first value: a polynomial through the six
/// points around it.
double LatticeDensity::between(double position) const {
  const auto last = static_cast<std::ptrdiff_t>(cdf_.size()) - 1;
  if (position <= 0) return cdf_.front();
  if (position >= static_cast<double>(last)) return 1;
  const std::ptrdiff_t start = static_cast<std::ptrdiff_t>(position) - 2;
  const auto known = [&](std::ptrdiff_t i) {
    if (i > last) return 1.0;
    if (i >= 0) return cdf_[static_cast<std::size_t>(i)];
    if (left_end_ == LeftEnd::Vanishes) return 0.0;
    return -i > last ? -1.0 : -cdf_[static_cast<std::size_t>(-i)];
  };
  constexpr std::array<double, 6> kDivisors{-120, 24, -12, 12, -24, 120};
  const double offset = position - static_cast<double>(start);
  double sum = 0;
  double product = 1;
  for (int i = 0; i < 6; ++i) {
    const double away = offset - i;
    if (away == 0) return known(start + i);
    product *= away;
    sum += known(start + i) / (away * kDivisors[static_cast<std::size_t>(i)]);
  }
  return std::clamp(sum * product, 0.0, 1.0);
}

double LatticeDensity::cdf(double x) const {
  return between((x - first_) / step_ + 0.5);
}

double LatticeDensity::quantile(double p) const {
  const auto found = std::upper_bound(cdf_.begin() + 1, cdf_.end() - 1, p);
  double upper = static_cast<double>(found - cdf_.begin());
  double lower = upper - 1;
  const auto index = static_cast<std::size_t>(found - cdf_.begin());
  double position = lower + 0.5;
  const double width = cdf_[index] - cdf_[index - 1];
  if (width > 0) position = lower + std::clamp((p - cdf_[index - 1]) / width, 0.0, 1.0);
  const double slope = std::max(width, 1e-300);
  for (int i = 0; i < 60 && upper - lower > 1e-13; ++i) {
    const double excess = between(position) - p;
    if (std::abs(excess) < 1e-12) break;
    (excess > 0 ? upper : lower) = position;
    double next = position - excess / slope;
    if (!(next > lower && next < upper)) next = 0.5 * (lower + upper);
    position = next;
  }
  return first_ + step_ * (position - 0.5);
}

}  // namespace splitplot::stats
