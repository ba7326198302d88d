#include "bayes/student_prior_posterior.hpp"

#include "numeric/root.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {
namespace {

constexpr std::size_t kNodes = GaussLegendre::kNodes;
constexpr double kNegligibleDrop = 40;
constexpr double kWidestPanel = 2.5;  // in standard errors

}  // namespace

StudentPriorPosterior::StudentPriorPosterior(const MeasuredEffect& effect, const StudentEffectPrior& prior)
    : origin_(effect.value),
      unit_(effect.standard_error),
      location_(std::clamp(prior.location / unit_ - effect.value / unit_, -1e100, 1e100)),
      // A prior narrower than the rounding of its own place is as good as one of that width, one wider than 1e100 flat.
      scale_(std::clamp(prior.scale / unit_, 1e-12 * std::max(1.0, std::abs(location_)), 1e100)),
      degrees_(prior.degrees) {
  lay_panels();
}

double StudentPriorPosterior::log_density(double z) const {
  const double t = (z - location_) / scale_;
  return -0.5 * z * z - 0.5 * (degrees_ + 1) * std::log1p(t * t / degrees_);
}

std::vector<double> StudentPriorPosterior::peaks() const {
  // With z = l - l v: v^3 - v^2 + A v - B = 0, A = (d k^2 + d + 1) / l^2, B = d k^2 / l^2, on 0 <= v <= 1.
  if (location_ == 0) return {0};
  const double shrink = scale_ / location_;
  const double b = degrees_ * shrink * shrink;
  const double a = b + (degrees_ + 1) / location_ / location_;
  if (!std::isfinite(a))
    return {0};  // the prior's place cannot be told from the estimate, seen in either's width
  const auto cubic = [&](double v) { return ((v - 1) * v + a) * v - b; };
  std::vector<double> ends{0};
  const double discriminant = 1 - 3 * a;
  if (discriminant > 0) {
    ends.push_back((1 - std::sqrt(discriminant)) / 3);
    ends.push_back((1 + std::sqrt(discriminant)) / 3);
  }
  ends.push_back(1);
  // The cubic rises through maxima of the density and falls through its minimum.
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
    if (const auto root = root_between(cubic, ends[i], ends[i + 1]))
      result.push_back(location_ * (1 - *root));
  }
  if (result.empty()) result.push_back(0);
  std::sort(result.begin(), result.end());
  return result;
}

double StudentPriorPosterior::edge(double peak, double sign) const {
  double near = 0;
  double far = std::min(1.0, scale_);
  while (log_density(peak + sign * far) > top_ - kNegligibleDrop) {
    near = far;
    far *= 2;
  }
  for (int i = 0; i < 6; ++i) {
    const double middle = 0.5 * (near + far);
    (log_density(peak + sign * middle) > top_ - kNegligibleDrop ? near : far) = middle;
  }
  return peak + sign * far;
}

void StudentPriorPosterior::lay_panels() {
  std::vector<double> places = peaks();
  top_ = log_density(places.front());
  for (const double place : places) top_ = std::max(top_, log_density(place));
  std::erase_if(places, [&](double place) { return log_density(place) < top_ - kNegligibleDrop; });
  const double from = edge(places.front(), -1);
  const double to = edge(places.back(), 1);

  const StudentShape prior(location_, scale_, degrees_);
  const GaussLegendre& rule = GaussLegendre::rule();
  double total = 0;
  for (double z = from; z < to;) {
    double next = z + std::min(kWidestPanel, prior.panel_width(z));
    next = std::max(std::min(next, to), std::nextafter(z, to));
    Panel panel{0.5 * (z + next), 0.5 * (next - z), 0, 0, {}};
    GaussLegendre::Values values{};
    GaussLegendre::Values moments{};
    for (std::size_t i = 0; i < kNodes; ++i) {
      const double node = panel.centre + panel.half * rule.nodes()[i];
      values[i] = panel.half * std::exp(log_density(node) - top_);
      moments[i] = values[i] * node;
    }
    panel.mass = rule.integral(values);
    panel.first_moment = rule.integral(moments);
    panel.coefficients = rule.coefficients(values);
    total += panel.mass;
    mean_ += panel.first_moment;
    panels_.push_back(panel);
    z = next;
  }
  mean_ /= total;
  for (Panel& panel : panels_) {
    panel.mass /= total;
    panel.first_moment /= total;
    for (double& coefficient : panel.coefficients) coefficient /= total;
  }
}

double StudentPriorPosterior::sd() const {
  const GaussLegendre& rule = GaussLegendre::rule();
  double variance = 0;
  for (const Panel& panel : panels_) {
    GaussLegendre::Values squares{};
    for (std::size_t i = 0; i < kNodes; ++i) {
      const double distance = panel.centre + panel.half * rule.nodes()[i] - mean_;
      squares[i] = distance * distance * GaussLegendre::value_at(panel.coefficients, rule.nodes()[i]);
    }
    variance += rule.integral(squares);
  }
  return unit_ * std::sqrt(std::max(0.0, variance));
}

double StudentPriorPosterior::standardised(double x) const {
  return x / unit_ - origin_ / unit_;
}

double StudentPriorPosterior::chance_above(double x) const {
  const double z = standardised(x);
  double above = 0;
  for (std::size_t k = panels_.size(); k-- > 0;) {
    const Panel& panel = panels_[k];
    const double place = (z - panel.centre) / panel.half;
    if (place >= 1) break;
    above += place <= -1 ? panel.mass : panel.mass - GaussLegendre::integral_to(panel.coefficients, place);
  }
  return std::clamp(above, 0.0, 1.0);
}

double StudentPriorPosterior::mean_beyond(double z, double sign) const {
  const GaussLegendre& rule = GaussLegendre::rule();
  double sum = 0;
  for (const Panel& panel : panels_) {
    const double place =
        sign * (z - panel.centre) / panel.half;  // in the panel turned so that what counts lies below z
    if (place <= -1) continue;
    if (place >= 1) {
      sum += sign * (z * panel.mass - panel.first_moment);
      continue;
    }
    // The part of the panel that counts has a rule of its own.
    const double half = 0.5 * (place + 1);
    GaussLegendre::Values values{};
    for (std::size_t i = 0; i < kNodes; ++i) {
      const double at = -1 + half * (rule.nodes()[i] + 1);
      values[i] = half * panel.half * (place - at) * GaussLegendre::value_at(panel.coefficients, sign * at);
    }
    sum += rule.integral(values);
  }
  return unit_ * std::max(0.0, sum);
}

double StudentPriorPosterior::shortfall(double x) const {
  return mean_beyond(standardised(x), 1);
}

double StudentPriorPosterior::excess(double x) const {
  return mean_beyond(standardised(x), -1);
}

double StudentPriorPosterior::quantile(double p) const {
  double below = 0;
  std::size_t k = 0;
  while (k + 1 < panels_.size() && below + panels_[k].mass < p) below += panels_[k++].mass;
  const Panel& panel = panels_[k];
  const auto miss = [&](double place) {
    return below + GaussLegendre::integral_to(panel.coefficients, place) - p;
  };
  const double place = root_between(miss, -1, 1).value_or(1);
  return origin_ + unit_ * (panel.centre + panel.half * place);
}

}  // namespace splitplot::stats
