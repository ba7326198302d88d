#include "numeric/quadrature_rule.hpp"
#include "pooling/baseline.hpp"
#include "pooling/lattice_density.hpp"
#include "pooling/odds_posterior.hpp"
#include "pooling/rate_difference.hpp"

#include <splitplot/stats/pooling/binomial_effects.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr std::size_t kFewSegments = 5;
constexpr double kOneSigmaTail = 0.15865525393145705;
constexpr double kNothing = 1e-6;  // of a density's highest value, at its ends
constexpr std::size_t kOddsNodes = 5;

/// What one quantity's posterior needs to be described: which of its moments exist.
struct Existing {
  bool mean = true;
  bool variance = true;
};

/// A quantity x = centre + scale sinh(u) with its density over u: tails like powers of x become short.
struct Stretched {
  LatticeDensity density;
  double centre;
  double scale;

  [[nodiscard]] double x(double u) const { return centre + scale * std::sinh(u); }
};

Stretched stretched(const std::function<double(double)>& density_of_x, double centre, double scale) {
  constexpr double kStep = 0.125;
  constexpr int kMost = 300;
  std::vector<double> sides[2];
  double peak = 0;
  for (int side = 0; side < 2; ++side) {
    for (int i = side; i < kMost; ++i) {
      const double u = (side == 0 ? i : -i) * kStep;
      const double value = density_of_x(centre + scale * std::sinh(u)) * std::cosh(u);
      sides[side].push_back(value);
      peak = std::max(peak, value);
      if (value < 1e-9 * peak && i > 16) break;  // heavy tails: their mean still feels what quantiles do not
    }
  }
  const double first = -static_cast<double>(sides[1].size()) * kStep;
  std::vector<double> values(sides[1].rbegin(), sides[1].rend());
  values.insert(values.end(), sides[0].begin(), sides[0].end());
  return {LatticeDensity(first, kStep, std::move(values)), centre, scale};
}

PooledEffect described(const LatticeDensity& density, const std::function<double(double)>& x, double zero,
                       double confidence, const Existing& existing) {
  const double tail = (1 - confidence) / 2;
  const auto quantile = [&](double p) { return x(density.quantile(p)); };
  PooledEffect effect;
  effect.mean = existing.mean ? density.mean_of(x) : quantile(0.5);
  effect.sd = 0.5 * (quantile(1 - kOneSigmaTail) - quantile(kOneSigmaTail));
  if (existing.variance) {
    effect.sd = std::sqrt(density.mean_of([&](double at) {
      const double offset = x(at) - effect.mean;
      return offset * offset;
    }));
  }
  effect.interval = {quantile(tail), quantile(1 - tail)};
  effect.chance_above_zero = 1 - density.cdf(zero);
  return effect;
}

PooledEffect described(const Stretched& found, double confidence, const Existing& existing) {
  return described(
      found.density, [&](double u) { return found.x(u); }, std::asinh(-found.centre / found.scale),
      confidence, existing);
}

/// The density of mu: each tau's own lattice, read between its points through the logarithm by polynomials of four points.
double density_of_mean(const OddsPosterior& posterior, double mu) {
  double sum = 0;
  for (const OddsSlice& slice : posterior.slices()) {
    const double spacing = spacing_of(slice.mu_level);
    const double position = mu / spacing - static_cast<double>(slice.first_mu);
    const auto size = static_cast<double>(slice.weights.size());
    if (!(position >= 0 && position <= size - 1) || size < 4) continue;
    const auto start = static_cast<std::size_t>(std::clamp(std::floor(position) - 1, 0.0, size - 4));
    const double x = position - static_cast<double>(start);
    const double log = -std::log(slice.weights[start]) * (x - 1) * (x - 2) * (x - 3) / 6 +
                       std::log(slice.weights[start + 1]) * x * (x - 2) * (x - 3) / 2 -
                       std::log(slice.weights[start + 2]) * x * (x - 1) * (x - 3) / 2 +
                       std::log(slice.weights[start + 3]) * x * (x - 1) * (x - 2) / 6;
    sum += std::exp(log) / spacing;
  }
  return sum;
}

/// The density of theta_j on a lattice of equal steps, which grows at its ends until nothing is left there.
LatticeDensity lattice_density(const OddsPosterior& posterior, std::size_t segment) {
  constexpr double kSteps = 2.6;  // in a standard deviation, at least
  const int level = level_for(posterior.guess_of_sd(segment) / kSteps);
  const double spacing = spacing_of(level);
  const double centre = posterior.guess_of_mean(segment);
  const double reach = 5.5 * posterior.wide_guess_of_sd(segment);
  auto first = static_cast<std::int64_t>(std::floor((centre - reach) / spacing));
  const auto count = static_cast<std::size_t>(2 * reach / spacing) + 2;
  std::vector<double> density = posterior.density_on_lattice(segment, level, first, count);
  const std::size_t more = count / 6 + 1;
  constexpr int kMostExtensions = 40;
  for (int i = 0; i < kMostExtensions; ++i) {
    const double limit = kNothing * *std::max_element(density.begin(), density.end());
    const bool below = density.front() > limit;
    const bool above = density.back() > limit;
    if (!below && !above) break;
    if (above) {
      const auto end = first + static_cast<std::int64_t>(density.size());
      const std::vector<double> added = posterior.density_on_lattice(segment, level, end, more);
      density.insert(density.end(), added.begin(), added.end());
    }
    if (below) {
      first -= static_cast<std::int64_t>(more);
      const std::vector<double> added = posterior.density_on_lattice(segment, level, first, more);
      density.insert(density.begin(), added.begin(), added.end());
    }
  }
  return {static_cast<double>(first) * spacing, spacing, std::move(density)};
}

void describe_rates(const ArmCounts& counts, const QuadratureRule& odds, PooledOdds& segment) {
  double square = 0;
  for (std::size_t i = 0; i < odds.nodes.size(); ++i) {
    const RateMoments given = rates_given(counts, odds.nodes[i]);
    segment.control_rate_mean += odds.weights[i] * given.control_mean;
    segment.rate_difference_mean += odds.weights[i] * given.difference_mean;
    square += odds.weights[i] * given.difference_square;
  }
  segment.rate_difference_sd =
      std::sqrt(std::max(0.0, square - segment.rate_difference_mean * segment.rate_difference_mean));
}

QuadratureRule rule_of(const LatticeDensity& density, const std::function<double(double)>& x) {
  QuadratureRule rule;
  rule.weights = density.shares();
  for (std::size_t i = 0; i < rule.weights.size(); ++i) rule.nodes.push_back(x(density.point(i)));
  return rule;
}

/// `heavy`: theta_j may have tails that no lattice of equal steps holds.
PooledOdds describe_segment(const OddsPosterior& posterior, std::size_t j, const ArmCounts& counts,
                            bool heavy, const OddsPoolingOptions& options, const Existing& existing) {
  const auto add_interval = [&](PooledOdds& segment, const LatticeDensity& density,
                                const std::function<double(double)>& theta) {
    if (options.rate_interval == RateInterval::Central)
      segment.rate_difference_interval = rate_difference_interval(counts, density, theta, options.confidence);
  };
  PooledOdds segment;
  if (heavy) {
    const Stretched found = stretched([&](double theta) { return posterior.density_at(j, theta); },
                                      posterior.guess_of_mean(j), posterior.guess_of_sd(j));
    const auto theta_at = [&](double u) { return found.x(u); };
    segment.log_odds_ratio = described(found, options.confidence, existing);
    // Tails in which rates have long reached 0 or 1 tell a Gauss rule nothing: every point counts.
    describe_rates(counts, rule_of(found.density, theta_at), segment);
    add_interval(segment, found.density, theta_at);
    return segment;
  }
  const auto itself = [](double theta) { return theta; };
  const LatticeDensity density = lattice_density(posterior, j);
  segment.log_odds_ratio = described(density, itself, 0, options.confidence, existing);
  describe_rates(counts, thinned_rule(rule_of(density, itself), kOddsNodes), segment);
  add_interval(segment, density, itself);
  return segment;
}

/// tau = c sinh(t), over t: the masses of the steps, read between them through the logarithm by polynomials of six points.
LatticeDensity spread_density(const OddsPosterior& posterior) {
  constexpr int kFiner = 4;
  std::vector<double> logs;
  for (const OddsSlice& slice : posterior.slices()) {
    double mass = 0;
    for (const double weight : slice.weights) mass += weight;
    logs.push_back(std::log(std::max(mass, 1e-300)));
  }
  const auto size = static_cast<std::ptrdiff_t>(logs.size());
  const double first = posterior.slices().front().t - 0.5 * posterior.step();  // the first step's left end
  const bool from_zero = first < 0.25 * posterior.step();
  // Left of 0 lies the mirror image.
  const auto log_at = [&](std::ptrdiff_t i) { return logs[static_cast<std::size_t>(i < 0 ? -1 - i : i)]; };
  std::vector<double> values;
  const std::ptrdiff_t points = std::min<std::ptrdiff_t>(6, size);
  const std::ptrdiff_t lowest = from_zero ? std::max<std::ptrdiff_t>(-3, -size) : 0;
  for (std::ptrdiff_t i = 0; i < size * kFiner; ++i) {
    const double position = (static_cast<double>(i) + 0.5) / kFiner - 0.5;
    const auto start =
        std::clamp(static_cast<std::ptrdiff_t>(std::floor(position)) - 2, lowest, size - points);
    double log = 0;
    for (std::ptrdiff_t a = start; a < start + points; ++a) {
      double term = log_at(a);
      for (std::ptrdiff_t b = start; b < start + points; ++b) {
        if (b != a) term *= (position - static_cast<double>(b)) / static_cast<double>(a - b);
      }
      log += term;
    }
    values.push_back(std::exp(log));
  }
  const double step = posterior.step() / kFiner;
  return {first + 0.5 * step, step, std::move(values),
          from_zero ? LatticeDensity::LeftEnd::Mirrors : LatticeDensity::LeftEnd::Vanishes};
}

void describe_spread(const OddsPosterior& posterior, double confidence, bool has_mean,
                     PooledOddsRatios& result) {
  const LatticeDensity density = spread_density(posterior);
  const auto spread = [&](double t) { return posterior.spread_at(t); };
  const double tail = (1 - confidence) / 2;
  const auto quantile = [&](double p) { return spread(std::max(0.0, density.quantile(p))); };
  result.spread = {quantile(0.5), {quantile(tail), quantile(1 - tail)}};
  result.spread_mean = has_mean ? density.mean_of_odd(spread) : result.spread.value;
}

bool usable(double scale) {
  return scale > 0 && std::isfinite(scale);
}

/// The harmonic mean of the squared standard errors of the segments that say something.
double typical_variance(std::span<const LatticeLikelihood> segments) {
  double precision = 0;
  double count = 0;
  for (const LatticeLikelihood& segment : segments) {
    if (segment.silent()) continue;
    precision += 1 / segment.likelihood().variance();
    count += 1;
  }
  return count / precision;
}

/// The prior on tau, `AdaptiveSpread` with its scale from the segments that say something.
Estimated<WorkingPrior> working_prior(const SpreadPrior& prior, std::span<const LatticeLikelihood> segments) {
  constexpr const char* kRefusal = "the scale of the prior on the spread must be positive and finite";
  if (const auto* adaptive = std::get_if<AdaptiveSpread>(&prior)) {
    if (!usable(adaptive->typical_errors)) return not_estimable(kRefusal);
    return HalfCauchySpread{adaptive->typical_errors * std::sqrt(typical_variance(segments))};
  }
  if (const auto* normal = std::get_if<HalfNormalSpread>(&prior)) {
    if (!usable(normal->scale)) return not_estimable(kRefusal);
    return *normal;
  }
  if (const auto* cauchy = std::get_if<HalfCauchySpread>(&prior)) {
    if (!usable(cauchy->scale)) return not_estimable(kRefusal);
    return *cauchy;
  }
  return FlatSpread{};
}

/// How many segments bound their odds ratio from both sides, from below only and from above only.
struct Bounds {
  int both = 0;
  int below = 0;
  int above = 0;
};

/// The posterior has a finite mass: see `pool_log_odds_ratios`. The integral over mu, for large tau, grows like tau^(1 - both).
bool proper(const Bounds& bounds, const WorkingPrior& prior, bool flat_mean) {
  if (!flat_mean) return bounds.both + tail_exponent(prior) > 1;
  const bool held = bounds.both > 0 || (bounds.below > 0 && bounds.above > 0);
  return held && bounds.both + tail_exponent(prior) > 2;
}

}  // namespace

Estimated<PooledOddsRatios> pool_log_odds_ratios(std::span<const ArmCounts> segments,
                                                 const OddsPoolingOptions& options) {
  if (segments.size() < 2) return not_estimable("pooling needs two segments or more");
  if (!(options.confidence > 0 && options.confidence < 1))
    return not_estimable("the confidence must lie between 0 and 1");
  if (options.overall_prior_sd && !usable(*options.overall_prior_sd))
    return not_estimable("the standard deviation of the prior on the mean must be positive and finite");
  std::vector<LatticeLikelihood> likelihoods;
  Bounds bounds;
  for (const ArmCounts& counts : segments) {
    if (counts.control.successes > counts.control.units ||
        counts.treatment.successes > counts.treatment.units)
      return not_estimable("a segment has more successes than units");
    likelihoods.emplace_back(counts);
    const ConditionalLikelihood& likelihood = likelihoods.back().likelihood();
    if (likelihoods.back().bounded()) {
      ++bounds.both;
    } else if (!likelihoods.back().silent()) {
      ++(likelihood.flat_above() ? bounds.below : bounds.above);
    }
  }
  if (bounds.both + bounds.below + bounds.above == 0)
    return not_estimable("no segment has both successes and failures with units in both arms");
  const Estimated<WorkingPrior> prior = working_prior(options.prior, likelihoods);
  if (!prior) return tl::unexpected(prior.error());
  if (!proper(bounds, *prior, !options.overall_prior_sd))
    return not_estimable("too few segments bound their odds ratio from both sides");
  const double overall_precision =
      options.overall_prior_sd ? 1 / (*options.overall_prior_sd * *options.overall_prior_sd) : 0;
  const double typical = typical_variance(likelihoods);
  const OddsPosterior posterior(std::move(likelihoods), *prior, overall_precision);
  if (posterior.empty()) return not_estimable("the segments lie too far apart for the prior on the spread");

  // Beyond every scale the posterior of tau falls like tau^-(power + 1), so that moments below `power` exist.
  const int power = bounds.both + tail_exponent(*prior) - (options.overall_prior_sd ? 1 : 2);
  const Existing spread{power > 1, power > 2};
  const Existing mean = options.overall_prior_sd ? Existing{} : spread;
  constexpr int kLightTails = 8;
  PooledOddsRatios result;
  if (bounds.both < static_cast<int>(kFewSegments)) result.concerns.insert(Concern::FewSegments);
  describe_spread(posterior, options.confidence, spread.mean, result);
  const auto real_share = [&](double tau) { return tau * tau / (tau * tau + typical); };
  const Interval& taus = result.spread.interval;
  result.real_share = {real_share(result.spread.value), {real_share(taus.lower), real_share(taus.upper)}};
  double centre = 0;
  double square = 0;
  for (const OddsSlice& slice : posterior.slices()) {
    for (std::size_t k = 0; k < slice.weights.size(); ++k) centre += slice.weights[k] * slice.mu(k);
  }
  for (const OddsSlice& slice : posterior.slices()) {
    for (std::size_t k = 0; k < slice.weights.size(); ++k)
      square += slice.weights[k] * (slice.mu(k) - centre) * (slice.mu(k) - centre);
  }
  result.overall = described(
      stretched([&](double mu) { return density_of_mean(posterior, mu); }, centre, 2 * std::sqrt(square)),
      options.confidence, mean);
  for (std::size_t j = 0; j < segments.size(); ++j) {
    const bool heavy = power < kLightTails;
    result.segments.push_back(describe_segment(posterior, j, segments[j], heavy, options, spread));
  }
  return result;
}

}  // namespace splitplot::stats
