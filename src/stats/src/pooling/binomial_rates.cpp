#include "numeric/panel_density.hpp"
#include "numeric/quadrature_rule.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/binomial_rates.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr std::size_t kFewSegments = 5;

/// log of x (x + 1) ... (x + n - 1), n a whole number: a difference of log gammas without its cancellation for large x.
double log_rising(double x, double n) {
  double log_product = 0;
  double product = 1;
  while (n > 0 && (x < 10 || n < 4)) {
    product *= x;
    if (product < 1e-100 || product > 1e100) {
      log_product += std::log(product);
      product = 1;
    }
    x += 1;
    n -= 1;
  }
  log_product += std::log(product);
  if (n == 0) return log_product;
  // Stirling's series; its next term is below 1e-12 from 10 on.
  const auto correction = [](double z) {
    const double square = 1 / (z * z);
    return (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188)))) /
           z;
  };
  return log_product + n * std::log(x + n) + (x - 0.5) * std::log1p(n / x) - n + correction(x + n) -
         correction(x);
}

/// How often each number of successes, failures and units occurs.
struct Counts {
  using Occurrences = std::vector<std::pair<double, double>>;  // a count, and how often it occurs
  Occurrences successes;
  Occurrences failures;
  Occurrences units;

  explicit Counts(std::span<const SuccessCount> segments) {
    std::map<std::uint64_t, double> found[3];
    for (const SuccessCount& segment : segments) {
      ++found[0][segment.successes];
      ++found[1][segment.units - segment.successes];
      ++found[2][segment.units];
    }
    const auto listed = [](const std::map<std::uint64_t, double>& occurrences) {
      Occurrences result;
      for (const auto& [count, times] : occurrences) result.emplace_back(static_cast<double>(count), times);
      return result;
    };
    successes = listed(found[0]);
    failures = listed(found[1]);
    units = listed(found[2]);
  }

  static double log_rising_of(double x, const Occurrences& occurrences) {
    double sum = 0;
    for (const auto& [count, times] : occurrences) sum += times * log_rising(x, count);
    return sum;
  }

  /// log of prod B(a + x_j, b + n_j - x_j) / B(a, b).
  [[nodiscard]] double log_likelihood(double a, double b) const {
    return log_rising_of(a, successes) + log_rising_of(b, failures) - log_rising_of(a + b, units);
  }
};

/// a and b from u = log(a / b) and v = log(a + b).
struct Shape {
  double a = 0;
  double b = 0;

  Shape(double u, double v) : a(std::exp(v) / (1 + std::exp(-u))), b(std::exp(v) / (1 + std::exp(u))) {}
};

std::optional<std::string> refusal(std::span<const SuccessCount> segments) {
  std::size_t with_units = 0;
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;
  for (const SuccessCount& segment : segments) {
    if (segment.successes > segment.units) return "a segment has more successes than units";
    if (segment.units > 0) ++with_units;
    successes = std::max(successes, segment.successes);
    failures = std::max(failures, segment.units - segment.successes);
  }
  if (with_units < 2) return "pooling needs two segments with units or more";
  if (successes == 0) return "no segment has a success";
  if (failures == 0) return "no segment has a failure";
  return std::nullopt;
}

/// The posterior of (u, v): for each v a density over u.
class ShapePosterior {
 public:
  ShapePosterior(std::span<const SuccessCount> segments, const std::optional<RateRegion>& region);

  struct Node {
    double u = 0;
    double v = 0;
    double weight = 0;
  };
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }

 private:
  // e^-23 of the peak is 1e-10; the tail for large v falls like e^(-v/2).
  static constexpr double kNegligible = 23;
  static constexpr double kInnerResolution = 1e-9;
  static constexpr double kOuterResolution =
      1e-7;  // coarser, or it would chase the noise of the inner integrals

  static constexpr std::size_t kNodesOverOdds = 10;

  struct Slice {
    double lower = 0;
    double upper = 0;
    double peak = 0;  // of the log density
  };

  /// p(u, v | x) is proportional to a b (a + b)^(-5/2) prod B(a + x, b + n - x) / B(a, b) (BDA3, equation 5.8 and below).
  [[nodiscard]] double log_density(double u, double v) const {
    const Shape shape(u, v);
    if (!(shape.a > 0) || !(shape.b > 0)) return -std::numeric_limits<double>::infinity();
    return std::log(shape.a) + std::log(shape.b) - 2.5 * v + counts_.log_likelihood(shape.a, shape.b);
  }

  [[nodiscard]] Slice slice_at(double v) const;
  /// log of the integral over u.
  [[nodiscard]] double log_marginal(double v) const;
  void find_range(double& lower, double& upper, double& peak) const;

  Counts counts_;
  double centre_ = 0;  // log odds of all units together
  std::optional<RateRegion> region_;
  std::vector<Node> nodes_;
};

/// Where the density over u is not negligible, found by steps outward from its highest point.
ShapePosterior::Slice ShapePosterior::slice_at(double v) const {
  double mode = centre_;
  double height = log_density(mode, v);
  double step = 1;
  while (step > 1e-3) {
    const double right = log_density(mode + step, v);
    const double left = log_density(mode - step, v);
    const double best = std::max(left, right);
    if (best > height) {
      mode += right >= left ? step : -step;
      height = best;
      continue;
    }
    // A parabola through three points; it ends the search where it fits.
    const double bend = left - 2 * height + right;
    const double sd = step / std::sqrt(std::max(-bend, 1e-300));
    if (sd > step / 2) {
      const double move = 0.5 * step * (left - right) / bend;
      mode += std::clamp(move, -step, step);
      height = std::max(height, log_density(mode, v));
      break;
    }
    step /= 4;
  }
  Slice slice{mode, mode, height};
  const double outward = std::max(step, 1e-3);
  for (double reach = outward; log_density(mode + reach, v) > height - kNegligible; reach *= 1.25)
    slice.upper = mode + reach;
  for (double reach = outward; log_density(mode - reach, v) > height - kNegligible; reach *= 1.25)
    slice.lower = mode - reach;
  slice.upper = mode + 1.25 * std::max(slice.upper - mode, outward);
  slice.lower = mode - 1.25 * std::max(mode - slice.lower, outward);
  if (region_) {
    slice.lower = std::clamp(slice.lower, region_->log_odds.lower, region_->log_odds.upper);
    slice.upper = std::clamp(slice.upper, region_->log_odds.lower, region_->log_odds.upper);
    if (!(slice.upper > slice.lower)) slice = {region_->log_odds.lower, region_->log_odds.upper, height};
    const double held = std::clamp(mode, slice.lower, slice.upper);
    slice.peak = log_density(held, v);
  }
  return slice;
}

double ShapePosterior::log_marginal(double v) const {
  const Slice slice = slice_at(v);
  const PanelDensity density(
      [&](double u) { return std::exp(std::min(log_density(u, v) - slice.peak, 600.0)); }, slice.lower,
      slice.upper, 2, kInnerResolution);
  return slice.peak + std::log(density.mass());
}

/// The range of v by a scan, in steps that grow to the right, where nothing happens any more but a slow fall.
void ShapePosterior::find_range(double& lower, double& upper, double& peak) const {
  constexpr double kFirst = -12;
  constexpr double kLast = 90;
  lower = kLast;
  upper = kFirst;
  std::vector<std::pair<double, double>> scan;
  for (double v = kFirst; v < kLast; v += 1) {
    const Slice slice = slice_at(v);
    scan.emplace_back(v, slice.peak + std::log(slice.upper - slice.lower));
    peak = std::max(peak, scan.back().second);
    if (scan.back().second < peak - kNegligible && v > 5) break;
  }
  for (const auto& [v, height] : scan) {
    if (height < peak - kNegligible) continue;
    lower = std::min(lower, v - 1);
    upper = std::max(upper, v + 1);
  }
}

ShapePosterior::ShapePosterior(std::span<const SuccessCount> segments,
                               const std::optional<RateRegion>& region)
    : counts_(segments), region_(region) {
  double successes = 0;
  double failures = 0;
  for (const SuccessCount& segment : segments) {
    successes += static_cast<double>(segment.successes);
    failures += static_cast<double>(segment.units - segment.successes);
  }
  centre_ = std::log(successes / failures);
  double lower = 0;
  double upper = 0;
  double peak = -std::numeric_limits<double>::infinity();
  if (region) {
    lower = region->log_size.lower;
    upper = region->log_size.upper;
    constexpr int kScan = 16;
    for (int i = 0; i <= kScan; ++i) peak = std::max(peak, log_marginal(lower + (upper - lower) * i / kScan));
  } else {
    find_range(lower, upper, peak);
  }
  const int panels = std::max(2, static_cast<int>((upper - lower) / 8));
  const PanelDensity over_size([&](double v) { return std::exp(std::min(log_marginal(v) - peak, 600.0)); },
                               lower, upper, panels, kOuterResolution);
  constexpr double kLightest = 1e-11;
  for (const PanelDensity::Node& outer : over_size.nodes()) {
    if (outer.weight < kLightest) continue;
    const Slice slice = slice_at(outer.x);
    const PanelDensity over_odds(
        [&](double u) { return std::exp(std::min(log_density(u, outer.x) - slice.peak, 600.0)); },
        slice.lower, slice.upper, 2, kInnerResolution);
    QuadratureRule measure;
    for (const PanelDensity::Node& inner : over_odds.nodes()) {
      if (inner.weight < kLightest) continue;
      measure.nodes.push_back(inner.x);
      measure.weights.push_back(inner.weight);
    }
    const QuadratureRule thinned = thinned_rule(measure, kNodesOverOdds);
    for (std::size_t i = 0; i < thinned.nodes.size(); ++i) {
      nodes_.push_back({thinned.nodes[i], outer.x, outer.weight * thinned.weights[i]});
    }
  }
}

struct Component {
  double weight = 0;
  double a = 0;
  double b = 0;
  double log_scale = 0;  // log weight - log B(a, b)
};

/// One segment's posterior as a mixture of beta distributions. Where a + b is four times all units together and more they are needles beside
/// what is left to know of the mean rate; the needles of one a + b are then taken together by mean and variance. (In the limit that is
/// exact: then the rate is the same everywhere, and its posterior is a beta distribution.)
std::vector<Component> components_of(std::span<const ShapePosterior::Node> nodes, const SuccessCount& segment,
                                     double all_units) {
  const double x = static_cast<double>(segment.successes);
  const double n = static_cast<double>(segment.units);
  std::vector<Component> components;
  components.reserve(nodes.size());
  for (std::size_t i = 0; i < nodes.size();) {
    if (std::exp(nodes[i].v) <= 4 * all_units) {
      const Shape shape(nodes[i].u, nodes[i].v);
      components.push_back({nodes[i].weight, shape.a + x, shape.b + n - x, 0});
      ++i;
      continue;
    }
    double weight = 0;
    double first = 0;
    double second = 0;
    const double v = nodes[i].v;
    const std::size_t begin = i;
    const auto mean_at = [&](std::size_t k) {
      const Shape shape(nodes[k].u, v);
      return (shape.a + x) / (shape.a + shape.b + n);
    };
    for (; i < nodes.size() && nodes[i].v == v; ++i) {
      weight += nodes[i].weight;
      first += nodes[i].weight * mean_at(i);
    }
    first /= weight;
    for (std::size_t k = begin; k < i; ++k) {
      const double mean = mean_at(k);
      const double own = mean * (1 - mean) / (std::exp(v) + n + 1);
      second += nodes[k].weight / weight * (own + (mean - first) * (mean - first));
    }
    const double size = first * (1 - first) / second - 1;
    components.push_back({weight, first * size, (1 - first) * size, 0});
  }
  for (Component& c : components) {
    c.log_scale = std::log(c.weight) + log_gamma(c.a + c.b) - log_gamma(c.a) - log_gamma(c.b);
  }
  return components;
}

/// One segment's posterior over z = log(theta / (1 - theta)).
PooledRate describe(std::span<const ShapePosterior::Node> nodes, const SuccessCount& segment,
                    double all_units, double confidence) {
  const std::vector<Component> components = components_of(nodes, segment, all_units);
  double total = 0;
  double first = 0;
  double second = 0;
  for (const Component& c : components) {
    const double mean = c.a / (c.a + c.b);
    total += c.weight;
    first += c.weight * mean;
    second += c.weight * mean * (c.a + 1) / (c.a + c.b + 1);
  }
  first /= total;
  second /= total;
  PooledRate rate;
  rate.mean = first;
  rate.sd = std::sqrt(std::max(0.0, second - first * first));
  const auto density = [&](double z) {
    const double log_rate = z > 0 ? -std::log1p(std::exp(-z)) : z - std::log1p(std::exp(z));
    const double log_rest = log_rate - z;
    double sum = 0;
    for (const Component& component : components) {
      sum += std::exp(component.log_scale + component.a * log_rate + component.b * log_rest);
    }
    return sum;
  };
  // The range: outward from the mean until nothing is left. A beta with small a reaches far down in z.
  const double centre = std::log(first / (1 - first));
  const double width = rate.sd / (first * (1 - first));
  double lower = centre - width;
  double upper = centre + width;
  const double floor = 1e-12 * density(centre);
  while (density(lower) > floor && lower > -700) lower -= width;
  while (density(upper) > floor && upper < 700) upper += width;
  const PanelDensity posterior(density, lower, upper, 4, 1e-9 * density(centre));
  const auto quantile = [&](double p) { return 1 / (1 + std::exp(-posterior.quantile(p))); };
  const double tail = (1 - confidence) / 2;
  rate.median = quantile(0.5);
  rate.interval = {quantile(tail), quantile(1 - tail)};
  return rate;
}

}  // namespace

Estimated<PooledRates> pool_rates(std::span<const SuccessCount> segments, const RatePoolingOptions& options) {
  if (const auto why = refusal(segments)) return not_estimable(*why);
  if (!(options.confidence > 0 && options.confidence < 1))
    return not_estimable("the confidence must lie between 0 and 1");
  if (options.region) {
    const auto extends = [](const Interval& range) {
      return range.width() > 0 && std::abs(range.lower) < 300 && std::abs(range.upper) < 300;
    };
    if (!extends(options.region->log_odds) || !extends(options.region->log_size)) {
      return not_estimable("the region of the prior has no extent");
    }
  }
  const ShapePosterior posterior(segments, options.region);
  PooledRates result;
  if (segments.size() < kFewSegments) result.concerns.insert(Concern::FewSegments);
  double second = 0;
  double alpha = 0;
  double beta = 0;
  double total = 0;
  for (const auto& node : posterior.nodes()) {
    const Shape shape(node.u, node.v);
    const double mean = shape.a / (shape.a + shape.b);
    total += node.weight;
    result.mean += node.weight * mean;
    second += node.weight * mean * mean;
    result.log_size_mean += node.weight * node.v;
    alpha += node.weight * shape.a;
    beta += node.weight * shape.b;
  }
  if (!(total > 0)) return not_estimable("the region of the prior leaves nothing that the counts allow");
  result.mean /= total;
  result.log_size_mean /= total;
  result.mean_sd = std::sqrt(std::max(0.0, second / total - result.mean * result.mean));
  if (options.region) {
    result.alpha_mean = alpha / total;
    result.beta_mean = beta / total;
  }
  double all_units = 0;
  for (const SuccessCount& segment : segments) all_units += static_cast<double>(segment.units);
  std::map<std::pair<std::uint64_t, std::uint64_t>, PooledRate> known;  // equal counts have equal posteriors
  for (const SuccessCount& segment : segments) {
    const auto [place, added] = known.try_emplace({segment.successes, segment.units});
    if (added) place->second = describe(posterior.nodes(), segment, all_units, options.confidence);
    result.segments.push_back(place->second);
  }
  return result;
}

namespace {

/// d/du and d/dv of the log-likelihood.
std::array<double, 2> slope_of(std::span<const SuccessCount> segments, double u, double v) {
  const Shape shape(u, v);
  const double size = shape.a + shape.b;
  double by_a = 0;
  double by_b = 0;
  for (const SuccessCount& segment : segments) {
    const double x = static_cast<double>(segment.successes);
    const double n = static_cast<double>(segment.units);
    const double both = digamma(size + n) - digamma(size);
    by_a += digamma(shape.a + x) - digamma(shape.a) - both;
    by_b += digamma(shape.b + n - x) - digamma(shape.b) - both;
  }
  const double product = shape.a * shape.b / size;
  return {product * (by_a - by_b), shape.a * by_a + shape.b * by_b};
}

}  // namespace

Estimated<BetaBinomialFit> fit_beta_binomial(std::span<const SuccessCount> segments) {
  if (const auto why = refusal(segments)) return not_estimable(*why);
  const Counts counts(segments);
  const auto height = [&](double u, double v) {
    const Shape shape(u, v);
    return counts.log_likelihood(shape.a, shape.b);
  };
  double successes = 0;
  double failures = 0;
  for (const SuccessCount& segment : segments) {
    successes += static_cast<double>(segment.successes);
    failures += static_cast<double>(segment.units - segment.successes);
  }
  double u = std::log(successes / failures);
  constexpr double kLargestSize = 25;  // log(a + b) from which on the beta distribution is a point
  double v = 0;
  for (double candidate = -6; candidate <= kLargestSize; candidate += 0.5) {
    if (height(u, candidate) > height(u, v)) v = candidate;
  }
  // Newton's method on the slope, by its central differences, a step being halved until the likelihood does not fall.
  constexpr int kMostSteps = 200;
  for (int i = 0; i < kMostSteps; ++i) {
    constexpr double kStep = 1e-4;
    const auto slope = slope_of(segments, u, v);
    const auto right = slope_of(segments, u + kStep, v);
    const auto left = slope_of(segments, u - kStep, v);
    const auto up = slope_of(segments, u, v + kStep);
    const auto down = slope_of(segments, u, v - kStep);
    const double uu = (right[0] - left[0]) / (2 * kStep);
    const double vv = (up[1] - down[1]) / (2 * kStep);
    const double uv = (right[1] - left[1] + up[0] - down[0]) / (4 * kStep);
    const double determinant = uu * vv - uv * uv;
    double move_u = -(vv * slope[0] - uv * slope[1]) / determinant;
    double move_v = -(uu * slope[1] - uv * slope[0]) / determinant;
    if (!(uu < 0 && determinant > 0)) {  // not yet near the top: uphill
      move_u = slope[0] / (1 + std::abs(slope[0]));
      move_v = slope[1] / (1 + std::abs(slope[1]));
    }
    move_u = std::clamp(move_u, -1.0, 1.0);
    move_v = std::clamp(move_v, -1.0, 1.0);
    const double here = height(u, v);
    while (height(u + move_u, v + move_v) < here - 1e-12 * std::abs(here) &&
           std::abs(move_u) + std::abs(move_v) > 1e-12) {
      move_u /= 2;
      move_v /= 2;
    }
    u += move_u;
    v += move_v;
    if (std::abs(move_u) + std::abs(move_v) < 1e-10) break;
    if (v > kLargestSize) break;
  }
  if (!(v < kLargestSize - 1)) {
    return not_estimable(
        "the rates differ no more than chance lets expect: no spread between segments is most likely");
  }
  const Shape shape(u, v);
  BetaBinomialFit fit;
  fit.alpha = shape.a;
  fit.beta = shape.b;
  fit.log_likelihood = height(u, v);
  for (const SuccessCount& segment : segments) {
    fit.shrunken_rates.push_back((shape.a + static_cast<double>(segment.successes)) /
                                 (shape.a + shape.b + static_cast<double>(segment.units)));
  }
  return fit;
}

Estimated<BetaMoments> beta_moments_of_rates(std::span<const SuccessCount> segments) {
  double count = 0;
  double mean = 0;
  double squares = 0;
  for (const SuccessCount& segment : segments) {
    if (segment.successes > segment.units) return not_estimable("a segment has more successes than units");
    if (segment.units == 0) continue;
    count += 1;
    const double offset = segment.rate() - mean;
    mean += offset / count;
    squares += offset * (segment.rate() - mean);
  }
  if (count < 2) return not_estimable("moments of rates need two segments with units or more");
  const double variance = squares / (count - 1);
  if (!(variance > 0)) return not_estimable("all segments have the same rate");
  const double size = mean * (1 - mean) / variance - 1;
  if (!(size > 0)) return not_estimable("the rates differ more than a beta distribution lets them");
  return BetaMoments{mean, std::sqrt(variance), size * mean, size * (1 - mean)};
}

}  // namespace splitplot::stats
