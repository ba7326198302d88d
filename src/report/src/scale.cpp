#include "scale.hpp"

#include "numbers.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::report {
namespace {

/// An interval's end runs out of the picture where it reaches this many times as far as three quarters of the
/// intervals do; what is drawn of it then is `kReachDrawn` times as far.
constexpr double kReachTooFar = 3.0;
constexpr double kReachDrawn = 2.0;

/// How far the picture reaches above zero (or above the centre) for these distances.
double reach_of(std::vector<double> distances) {
  if (distances.empty()) return 0;
  std::sort(distances.begin(), distances.end());
  const double usual = distances[(distances.size() - 1) * 3 / 4];
  return distances.back() <= usual * kReachTooFar ? distances.back() : usual * kReachDrawn;
}

double round_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double digit = rough / power;
  return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

}  // namespace

double Scale::position(double value) const {
  if (!(upper > lower) || std::isnan(value)) return 0;
  return std::clamp((value - lower) / (upper - lower), 0.0, 1.0);
}

Scale scale_of(const std::vector<Span>& spans, Origin origin, int tick_count) {
  double lowest = 0;
  double highest = 0;
  bool any = false;
  std::vector<double> below;
  std::vector<double> above;
  for (const Span& span : spans) {
    if (!std::isfinite(span.value)) continue;
    lowest = any ? std::min(lowest, span.value) : span.value;
    highest = any ? std::max(highest, span.value) : span.value;
    any = true;
    if (std::isfinite(span.interval.lower)) below.push_back(std::max(0.0, span.value - span.interval.lower));
    if (std::isfinite(span.interval.upper)) above.push_back(std::max(0.0, span.interval.upper - span.value));
  }
  const double reach_below = reach_of(below);
  const double reach_above = reach_of(above);
  double lower = lowest;
  double upper = highest;
  for (const Span& span : spans) {
    if (!std::isfinite(span.value)) continue;
    lower = std::min(lower, std::max(span.interval.lower, span.value - reach_below));
    upper = std::max(upper, std::min(span.interval.upper, span.value + reach_above));
  }
  if (origin == Origin::Zero) {
    lower = std::min(lower, 0.0);
    upper = std::max(upper, 0.0);
  }
  if (!(upper > lower)) {
    const double margin = std::max(std::abs(upper), 1.0) * 0.5;
    lower -= margin;
    upper += margin;
  }
  const double margin = (upper - lower) * 0.04;
  Scale scale{lower - margin, upper + margin, {}, 0};
  const double step = round_step((scale.upper - scale.lower) / (std::max(tick_count, 1) + 0.5));
  scale.decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  for (double k = std::ceil(scale.lower / step); k * step <= scale.upper && scale.ticks.size() < 50; ++k) {
    scale.ticks.push_back(k == 0 ? 0 : k * step);
  }
  return scale;
}

std::string tick_text(const Scale& scale, double tick) {
  return fixed(tick, scale.decimals);
}

}  // namespace splitplot::report
