#include "pooling/spread_posterior.hpp"

#include "numeric/quadrature_rule.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
namespace {

constexpr double kNegligibleDrop = 38;  // in log density: e^-38 = 3e-17
constexpr double kResolution = 1e-11;   // of a panel's last coefficients, as a share of the whole mass
constexpr int kDeepest = 12;
constexpr int kDepthOfDoubt = 4;  // from here on, halving a panel must pay

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

double log_prior(const WorkingPrior& prior, double tau) {
  return std::visit(
      Overloaded{[&](const HalfNormalSpread& p) { return -0.5 * (tau / p.scale) * (tau / p.scale); },
                 [&](const HalfCauchySpread& p) { return -std::log1p((tau / p.scale) * (tau / p.scale)); },
                 [](const FlatSpread&) { return 0.0; }},
      prior);
}

int tail_exponent(const WorkingPrior& prior) {
  return std::visit(
      Overloaded{[](const HalfNormalSpread&) { return 1000; }, [](const HalfCauchySpread&) { return 2; },
                 [](const FlatSpread&) { return 0; }},
      prior);
}

double scale_of(const WorkingPrior& prior) {
  return std::visit(
      Overloaded{[](const HalfNormalSpread& p) { return p.scale; },
                 [](const HalfCauchySpread& p) { return p.scale; }, [](const FlatSpread&) { return 1.0; }},
      prior);
}

WorkingPrior scaled(const WorkingPrior& prior, double factor) {
  return std::visit(
      Overloaded{
          [&](const HalfNormalSpread& p) -> WorkingPrior { return HalfNormalSpread{factor * p.scale}; },
          [&](const HalfCauchySpread& p) -> WorkingPrior { return HalfCauchySpread{factor * p.scale}; },
          [](const FlatSpread& p) -> WorkingPrior { return p; }},
      prior);
}

/// What two sets of nodes must agree in to be taken for the same posterior: its mass, and the means of
/// functions of tau that bend as sharply as the mixtures' own do.
struct SpreadPosterior::Check {
  double mass = 0;
  double spread = 0;     // E[tau]
  double square = 0;     // E[tau^2]
  double shrinkage = 0;  // E[1 / (1 + tau^2)], of the most precise segment
  double third_power = 0;
  double seventh_power = 0;

  [[nodiscard]] bool agrees_with(const Check& other) const {
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-9 * b + 1e-14; };
    return near(mass, other.mass) && near(shrinkage, other.shrinkage) &&
           near(third_power, other.third_power) && near(seventh_power, other.seventh_power);
  }
  /// In the spread's own moments too, where they exist.
  [[nodiscard]] bool agrees_in_moments_with(const Check& other) const {
    const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-8 * b; };
    return agrees_with(other) && near(spread, other.spread) && near(square, other.square);
  }
};

SpreadPosterior::Check SpreadPosterior::check_of(std::span<const SpreadNode> nodes) {
  Check check;
  for (const SpreadNode& node : nodes) {
    const double towards_mu = 1 / (1 + node.tau * node.tau);
    const double sharp = towards_mu * towards_mu * towards_mu;
    check.mass += node.weight;
    check.spread += node.weight * node.tau;
    check.square += node.weight * node.tau * node.tau;
    check.shrinkage += node.weight * towards_mu;
    check.third_power += node.weight * sharp;
    check.seventh_power += node.weight * sharp * sharp * towards_mu;
  }
  return check;
}

SpreadPosterior::SpreadPosterior(const WorkingSegments& segments, const WorkingPrior& prior,
                                 const std::optional<SpreadPanels>& panels)
    : segments_(segments),
      prior_(prior),
      unit_(std::min(1.0, scale_of(prior))),
      weights_(segments.effects.size()) {
  if (panels) {
    use(*panels);
    return;
  }
  finite_moment_ = has_moment(2) ? 2 : has_moment(1) ? 1 : 0;
  double largest = std::max(1.0, scale_of(prior));
  for (const double effect : segments.effects) largest = std::max(largest, std::abs(effect));
  for (const double variance : segments.variances) largest = std::max(largest, std::sqrt(variance));
  const Range range = find_mass(largest);
  constexpr int kFirstPanels = 4;
  const double width = (range.end - range.begin) / kFirstPanels;
  for (int i = 0; i < kFirstPanels; ++i) {
    add_panels({range.begin + i * width, range.begin + (i + 1) * width}, 0, 1);
  }
  normalise();
  choose_nodes(range);
}

bool SpreadPosterior::has_moment(int k) const {
  return static_cast<int>(std::min<std::size_t>(segments_.effects.size(), 1000)) + tail_exponent(prior_) - k >
         2;
}

double SpreadPosterior::spread_at(double x) const {
  return unit_ * std::exp(x - std::exp(-x));
}

/// log p(tau | y) = log p(tau) + 1/2 log V + 1/2 sum log w_j - 1/2 sum w_j (y_j - mu)^2 with w_j = 1 / (s_j^2
/// + tau^2), V = 1 / sum w_j and mu = V sum w_j y_j (BDA3, section 5.4).
SpreadPosterior::Point SpreadPosterior::point_of(double tau) {
  Point point;
  const double square = tau * tau;
  const std::size_t size = segments_.effects.size();
  double weight_sum = 0;
  double effect_sum = 0;
  double log_weights = 0;
  double product = 1;  // of weights, so that one logarithm serves many of them
  for (std::size_t j = 0; j < size; ++j) {
    const double weight = 1 / (segments_.variances[j] + square);
    weights_[j] = weight;
    weight_sum += weight;
    effect_sum += weight * segments_.effects[j];
    product *= weight;
    if (product < 1e-40) {
      log_weights += std::log(product);
      product = 1;
    }
  }
  log_weights += std::log(product);
  const double mu = effect_sum / weight_sum;
  double misfit = 0;
  for (std::size_t j = 0; j < size; ++j) {
    const double residual = segments_.effects[j] - mu;
    misfit += residual * residual * weights_[j];
  }
  point.node = {tau, 0, mu, 1 / weight_sum};
  point.log_density = log_prior(prior_, tau) + 0.5 * (log_weights - std::log(weight_sum) - misfit);
  return point;
}

/// The same over x: the logarithm of dtau/dx comes to the density.
SpreadPosterior::Point SpreadPosterior::point_at(double x) {
  Point point = point_of(spread_at(x));
  point.log_density += x - std::exp(-x) + std::log1p(std::exp(-x));
  return point;
}

void SpreadPosterior::use(const SpreadPanels& panels) {
  const QuadratureRule rule = gauss_legendre_rule(panels.nodes);
  std::vector<double> edges;
  const double first = panels.first_share * panels.upper;
  for (std::size_t i = 0; i <= panels.linear; ++i) {
    edges.push_back(first * static_cast<double>(i) / static_cast<double>(panels.linear));
  }
  for (std::size_t i = 1; i <= panels.geometric; ++i) {
    const double way = static_cast<double>(i) / static_cast<double>(panels.geometric);
    edges.push_back(first * std::pow(1 / panels.first_share, way));
  }
  std::vector<double> logs;
  double peak = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const double half = 0.5 * (edges[i + 1] - edges[i]);
    for (std::size_t k = 0; k < panels.nodes; ++k) {
      const Point point = point_of(edges[i] + half * (1 + rule.nodes[k]));
      nodes_.push_back(point.node);
      logs.push_back(point.log_density + std::log(half * rule.weights[k]));
      peak = std::max(peak, logs.back());
    }
  }
  double total = 0;
  for (const double log : logs) total += std::exp(log - peak);
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].weight = std::exp(logs[i] - peak) / total;
}

/// Where the density, and the density times the highest power of tau whose mean is asked for, is not
/// negligible. The scan is repeated on what it found, until it shrinks no more.
SpreadPosterior::Range SpreadPosterior::find_mass(double largest_scale) {
  Range range{-3.8, std::log(largest_scale / unit_) + 42};
  double step = 0.5;
  while (true) {
    const std::size_t count = static_cast<std::size_t>(std::ceil((range.end - range.begin) / step)) + 1;
    std::vector<double> density(count);
    std::vector<double> moment(count);
    double density_peak = -std::numeric_limits<double>::infinity();
    double moment_peak = density_peak;
    std::size_t seen = 0;
    for (std::size_t i = 0; i < count; ++i, ++seen) {
      const double x = range.begin + static_cast<double>(i) * step;
      density[i] = point_at(x).log_density;
      moment[i] = density[i] + finite_moment_ * (x - std::exp(-x));
      density_peak = std::max(density_peak, density[i]);
      moment_peak = std::max(moment_peak, moment[i]);
      // Right of every scale of the problem both fall for good.
      const bool past_scales = x > range.end - 42;
      if (past_scales && moment[i] < moment_peak - kNegligibleDrop &&
          density[i] < density_peak - kNegligibleDrop)
        break;
    }
    std::size_t first = seen;
    std::size_t last = 0;
    for (std::size_t i = 0; i < std::min(seen + 1, count); ++i) {
      if (density[i] < density_peak - kNegligibleDrop && moment[i] < moment_peak - kNegligibleDrop) continue;
      first = std::min(first, i);
      last = i;
    }
    peak_ = density_peak;
    const double old_width = range.end - range.begin;
    const double origin = range.begin;
    range.begin = std::max(origin, origin + (static_cast<double>(first) - 1) * step);
    range.end = std::min(range.end, origin + (static_cast<double>(last) + 1) * step);
    const double width = range.end - range.begin;
    if (width > 12 * step || width > 0.9 * old_width) return range;
    step = width / 24;
  }
}

void SpreadPosterior::add_panels(Range range, int depth, double parent_tail) {
  const GaussLegendre& rule = GaussLegendre::rule();
  const double centre = 0.5 * (range.begin + range.end);
  const double half = 0.5 * (range.end - range.begin);
  GaussLegendre::Values values{};
  std::array<Point, GaussLegendre::kNodes> points;
  for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
    points[i] = point_at(centre + half * rule.nodes()[i]);
    values[i] = std::exp(std::min(points[i].log_density - peak_, 600.0));
  }
  Panel panel{range.begin, range.end, half * rule.integral(values), rule.coefficients(values)};
  // The density's peak is 1, so a panel's half-width bounds what its coefficients can be worth; the last
  // three, since every other one of a symmetric function is zero.
  const auto& c = panel.coefficients;
  const double tail = std::abs(c[15]) + std::abs(c[14]) + std::abs(c[13]);
  // Effects that lie 10^12 errors and more apart leave rounding noise in the density, which no halving
  // removes.
  const bool in_vain = depth >= kDepthOfDoubt && tail > parent_tail / 4;
  if (tail > kResolution && depth < kDeepest && !in_vain) {
    add_panels({range.begin, centre}, depth + 1, tail);
    add_panels({centre, range.end}, depth + 1, tail);
    return;
  }
  for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
    points[i].node.weight = half * rule.weights()[i] * values[i];
    panel_nodes_.push_back(points[i].node);
  }
  panels_.push_back(panel);
}

void SpreadPosterior::normalise() {
  double& total = total_mass_;
  for (const Panel& panel : panels_) total += panel.mass;
  for (SpreadNode& node : panel_nodes_) node.weight /= total;
  for (Panel& panel : panels_) {
    panel.mass /= total;
    for (double& coefficient : panel.coefficients) coefficient /= total;
  }
}

/// With many segments the posterior of tau is narrow and without heavy tails, and a Gauss rule of its own with few nodes does. Over
/// tau / sqrt(tau^2 + s0^2), on which what is given tau depends like a polynomial.
bool SpreadPosterior::take_gauss_nodes(const Check& want) {
  constexpr std::size_t kManySegments = 20;
  constexpr std::size_t kMostNodes = 16;
  if (segments_.effects.size() < kManySegments) return false;
  double precision = 0;
  for (const double variance : segments_.variances) precision += 1 / variance;
  const double typical_error = std::sqrt(static_cast<double>(segments_.effects.size()) / precision);
  constexpr double kLightest = 1e-13;
  QuadratureRule measure;
  for (const SpreadNode& node : panel_nodes_) {
    if (node.weight < kLightest) continue;
    measure.nodes.push_back(node.tau / std::hypot(node.tau, typical_error));
    measure.weights.push_back(node.weight);
  }
  for (std::size_t count = 10; count <= kMostNodes; count += 3) {
    const QuadratureRule rule = thinned_rule(measure, count);
    nodes_.clear();
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const double share = std::clamp(rule.nodes[i], measure.nodes.front(), measure.nodes.back());
      nodes_.push_back(point_of(typical_error * share / std::sqrt((1 - share) * (1 + share))).node);
      nodes_.back().weight = rule.weights[i];
    }
    if (check_of(nodes_).agrees_in_moments_with(want)) return true;
  }
  return false;
}

void SpreadPosterior::choose_nodes(Range range) {
  const Check want = check_of(panel_nodes_);
  if (take_gauss_nodes(want)) return;
  for (std::size_t count = 20; count < panel_nodes_.size(); count += count / 4) {
    const double step = (range.end - range.begin) / static_cast<double>(count);
    nodes_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const Point point = point_at(range.begin + (static_cast<double>(i) + 0.5) * step);
      nodes_.push_back(point.node);
      nodes_.back().weight = step * std::exp(std::min(point.log_density - peak_, 600.0)) / total_mass_;
    }
    const Check got = check_of(nodes_);
    if (!got.agrees_with(want)) continue;
    // Weights that add up to 1 exactly keep a mean exact in whatever does not depend on tau.
    for (SpreadNode& node : nodes_) node.weight /= got.mass;
    return;
  }
  nodes_ = panel_nodes_;
}

double SpreadPosterior::quantile_between_nodes(double p) const {
  double below = 0;  // mass up to the middle of the node before
  double mass = 0;
  double tau = nodes_.front().tau;
  for (const SpreadNode& node : nodes_) {
    const double here = mass + node.weight / 2;
    if (here >= p) return here > below ? tau + (p - below) / (here - below) * (node.tau - tau) : node.tau;
    below = here;
    tau = node.tau;
    mass += node.weight;
  }
  return tau;
}

double SpreadPosterior::quantile(double p) const {
  if (panels_.empty()) return quantile_between_nodes(p);
  std::size_t index = 0;
  double left = p;
  while (index + 1 < panels_.size() && left > panels_[index].mass) left -= panels_[index++].mass;
  const Panel& panel = panels_[index];
  const double half = 0.5 * (panel.end - panel.begin);
  const double position = GaussLegendre::position_of(panel.coefficients, left / half);
  return spread_at(panel.begin + half * (position + 1));
}

}  // namespace splitplot::stats
