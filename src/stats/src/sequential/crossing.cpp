#include "sequential/crossing.hpp"

#include "numeric/gauss_legendre.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr double kLogSqrtTwoPi = 0.918938533204672741780329736406;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// exp(-reach^2 / 2) is where a double ends.
constexpr double kFarthestReach = 37.5;

/// Standard deviations of the bridge back to the start beyond which nothing counts: exp(-32) = 1e-14.
constexpr double kWindow = 8;

/// Below this an exit cannot be told from a plain normal tail.
constexpr double kLeastLogExit = -645;

/// Mass of node i of a stage that was made under drift `from`, under drift `to`: times the likelihood ratio of Brownian motion.
double mass_under(const CrossingRecursion::Stage& stage, std::size_t i, double from, double to) {
  const double mass = stage.masses[i];
  if (from == to || mass == 0) return mass;
  return mass * std::exp((to - from) * (stage.points[i] - 0.5 * (to + from) * stage.time));
}

}  // namespace

double log_normal_sf(double z) {
  if (z < 30) return std::log(normal_sf(z));
  // Mills' ratio, asymptotic series: the first term left out is below 1e-11 of the sum.
  const double s = 1 / (z * z);
  return -0.5 * z * z - std::log(z) - kLogSqrtTwoPi + std::log1p(-s * (1 - 3 * s * (1 - 5 * s)));
}

double normal_quantile_of_log_sf(double log_probability) {
  if (log_probability == -kInfinity) return kInfinity;
  if (log_probability > -600) return -normal_quantile(std::exp(log_probability));
  double z = std::sqrt(-2 * log_probability);
  for (int i = 0; i < 20; ++i) {
    // The slope of log P(Z > z) is -(z + 1/z) up to 2 / z^3.
    const double step = (log_normal_sf(z) - log_probability) / (z + 1 / z);
    z += step;
    if (std::abs(step) < 1e-15 * z) break;
  }
  return z;
}

CrossingRecursion::CrossingRecursion(std::vector<double> times, double drift, double open_reach,
                                     double panel_width)
    : times_(std::move(times)),
      drift_(drift),
      open_reach_(std::min(open_reach, kFarthestReach)),
      panel_width_(panel_width),
      symmetric_(drift == 0),
      stages_(1) {
  stages_.reserve(times_.size() + 1);
}

CrossingRecursion::Increment CrossingRecursion::increment(std::size_t look) const {
  assert(look < times_.size() && look < stages_.size());
  const double from = stages_[look].time;
  const double to = times_[look];
  return {from, to, to - from, std::sqrt(to - from)};
}

double CrossingRecursion::upper_exit(std::size_t look, double upper) const {
  return upper_exit(look, upper, drift_);
}

double CrossingRecursion::upper_exit(std::size_t look, double upper, double drift) const {
  if (upper == kInfinity) return 0;
  const Increment step = increment(look);
  const Stage& stage = stages_[look];
  const double limit = upper - drift * step.variance;
  // What comes from further below than this adds less than the last digits.
  const double centre = std::min({limit, upper * step.from / step.to, stage.points.back()});
  const double least = drift == drift_ ? centre - kWindow * step.deviation : -kInfinity;
  const double scale = 1 / (step.deviation * std::numbers::sqrt2);
  double sum = 0;
  for (std::size_t i = stage.points.size(); i-- > 0 && stage.points[i] >= least;) {
    const double point = stage.points[i];
    sum += mass_under(stage, i, drift_, drift) * std::erfc((limit - point) * scale);
  }
  return 0.5 * sum;
}

double CrossingRecursion::lower_exit(std::size_t look, double lower) const {
  return lower_exit(look, lower, drift_);
}

double CrossingRecursion::lower_exit(std::size_t look, double lower, double drift) const {
  if (lower == -kInfinity) return 0;
  const Increment step = increment(look);
  const Stage& stage = stages_[look];
  const double limit = lower - drift * step.variance;
  const double scale = 1 / (step.deviation * std::numbers::sqrt2);
  double sum = 0;
  for (std::size_t i = 0; i < stage.points.size(); ++i) {
    const double point = stage.points[i];
    sum += mass_under(stage, i, drift_, drift) * std::erfc((point - limit) * scale);
  }
  return 0.5 * sum;
}

double CrossingRecursion::upper_exit_mean(std::size_t look, double upper, double drift) const {
  const Increment step = increment(look);
  const Stage& stage = stages_[look];
  double sum = 0;
  for (std::size_t i = 0; i < stage.points.size(); ++i) {
    const double mean = stage.points[i] + drift * step.variance;
    const double z = (upper - mean) / step.deviation;
    const double part = mean * normal_sf(z) + step.deviation * normal_pdf(z);
    sum += mass_under(stage, i, drift_, drift) * part;
  }
  return sum;
}

double CrossingRecursion::lower_exit_mean(std::size_t look, double lower, double drift) const {
  const Increment step = increment(look);
  const Stage& stage = stages_[look];
  double sum = 0;
  for (std::size_t i = 0; i < stage.points.size(); ++i) {
    const double mean = stage.points[i] + drift * step.variance;
    const double z = (lower - mean) / step.deviation;
    const double part = mean * normal_cdf(z) - step.deviation * normal_pdf(z);
    sum += mass_under(stage, i, drift_, drift) * part;
  }
  return sum;
}

double CrossingRecursion::density_at_next(double point) const {
  const std::size_t look = looks_done();
  const Increment step = increment(look);
  const Stage& stage = stages_[look];
  double sum = 0;
  for (std::size_t i = 0; i < stage.points.size(); ++i) {
    const double z = (point - stage.points[i] - drift_ * step.variance) / step.deviation;
    if (std::abs(z) < kFarthestReach) sum += stage.masses[i] * std::exp(-0.5 * z * z);
  }
  return sum * std::exp(-kLogSqrtTwoPi) / step.deviation;
}

double CrossingRecursion::upper_bound_for(double log_probability) const {
  if (log_probability == -kInfinity) return kInfinity;
  const std::size_t look = looks_done();
  const double root_time = std::sqrt(times_[look]);
  const double mean = drift_ * times_[look];
  // Without earlier exits this would be the bound; with them it is lower.
  const double highest = mean + root_time * normal_quantile_of_log_sf(log_probability);
  if (look == 0 || log_probability < kLeastLogExit) return highest;
  double upper = last_bound_z_ > 0 ? std::min(highest, last_bound_z_ * root_time) : highest;
  for (int i = 0; i < 60; ++i) {
    const double exit = upper_exit(look, upper);
    const double step = (std::log(exit) - log_probability) * exit / density_at_next(upper);
    // Too far to the right of the bound nothing is left to divide by: start again from the highest.
    const double next = std::isfinite(step) ? std::min(highest, upper + step) : highest;
    const bool settled = std::abs(next - upper) <= 1e-13 * (root_time + std::abs(next));
    upper = next;
    if (settled) break;
  }
  return upper;
}

void CrossingRecursion::advance(double lower, double upper) {
  assert(lower < upper);
  const std::size_t look = looks_done();
  const Increment step = increment(look);
  const Stage& before = stages_[look];
  symmetric_ = symmetric_ && lower == -upper;
  const double mean = drift_ * step.to;
  const double root_time = std::sqrt(step.to);
  last_bound_z_ = std::isfinite(upper) ? upper / root_time : 0;
  const double reach = std::isinf(lower) && !symmetric_ ? open_reach_ : kFarthestReach;
  const double low = std::max(lower, mean - reach * root_time);
  const double high = std::min(upper, mean + kFarthestReach * root_time);

  Stage stage;
  stage.time = step.to;
  if (!(low < high)) {  // nobody gets there
    stage.points = {std::clamp(mean, lower, upper)};
    stage.masses = {0.0};
    stages_.push_back(std::move(stage));
    return;
  }
  double finest = step.deviation;
  if (look + 1 < times_.size()) finest = std::min(finest, std::sqrt(times_[look + 1] - step.to));
  std::size_t panels = static_cast<std::size_t>(std::ceil((high - low) / (panel_width_ * finest)));
  if (panels % 2 == 1) ++panels;  // so that nodes mirror at the middle
  const double half_width = 0.5 * (high - low) / static_cast<double>(panels);

  const auto& rule = GaussLegendre::rule();
  const std::size_t count = panels * GaussLegendre::kNodes;
  stage.points.resize(count);
  stage.masses.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t panel = i / GaussLegendre::kNodes;
    const double centre = low + half_width * static_cast<double>(2 * panel + 1);
    stage.points[i] = centre + half_width * rule.nodes()[i % GaussLegendre::kNodes];
  }

  const double share = step.from / step.to;
  const double window = kWindow * std::sqrt(step.variance * share);
  const double exponent = -0.5 / step.variance;
  const double norm = half_width * std::exp(-kLogSqrtTwoPi) / step.deviation;
  const double shift = drift_ * step.variance;
  const double* const points = before.points.data();
  const double* const masses = before.masses.data();
  const double first_point = before.points.front();
  const double last_point = before.points.back();
  std::size_t begin = 0, end = 0;
  for (std::size_t i = symmetric_ ? count / 2 : 0; i < count; ++i) {
    const double point = stage.points[i];
    const double centre = std::clamp(point * share, first_point, last_point);
    while (begin + 1 < before.points.size() && points[begin] < centre - window) ++begin;
    end = std::max(end, begin);
    while (end < before.points.size() && points[end] <= centre + window) ++end;
    double sum = 0;
    for (std::size_t j = begin; j < end; ++j) {
      const double distance = point - points[j] - shift;
      sum += masses[j] * std::exp(exponent * distance * distance);
    }
    stage.masses[i] = norm * rule.weights()[i % GaussLegendre::kNodes] * sum;
  }
  if (symmetric_) {
    for (std::size_t i = 0; i < count / 2; ++i) stage.masses[i] = stage.masses[count - 1 - i];
  }
  stages_.push_back(std::move(stage));
}

}  // namespace splitplot::stats
