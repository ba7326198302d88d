#include "pooling/normal_mixture.hpp"
#include "pooling/spread_posterior.hpp"
#include "pooling/working_units.hpp"

#include <splitplot/stats/pooling/segments.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <variant>

namespace splitplot::stats {
namespace {

constexpr std::size_t kFewSegments = 5;

/// One pooled effect from its mixture. Where the variance does not exist, half the width of the central 68.27
/// % stands in.
PooledEffect describe(const NormalMixture& mixture, const Units& units, double confidence,
                      bool has_variance) {
  constexpr double kOneSigmaTail = 0.15865525393145705;
  const double tail = (1 - confidence) / 2;
  PooledEffect effect;
  // A mixture is told in working units relative to the centre; only here does it get the centre back.
  effect.mean = units.centre + units.unit * mixture.mean();
  effect.sd = units.unit *
              (has_variance ? std::sqrt(mixture.variance())
                            : 0.5 * (mixture.quantile(1 - kOneSigmaTail) - mixture.quantile(kOneSigmaTail)));
  effect.interval = {units.centre + units.unit * mixture.quantile(tail),
                     units.centre + units.unit * mixture.quantile(1 - tail)};
  effect.chance_above_zero = mixture.chance_above(-units.centre / units.unit);
  return effect;
}

void describe_spread(const SpreadPosterior& posterior, const Units& units, double confidence,
                     PooledSegments& result) {
  const double tail = (1 - confidence) / 2;
  const double median = posterior.quantile(0.5);
  const Interval interval{posterior.quantile(tail), posterior.quantile(1 - tail)};
  const auto share = [&](double tau) {
    const double ratio = units.typical_error / tau;
    return 1 / (1 + ratio * ratio);
  };
  result.spread = {median * units.unit, {interval.lower * units.unit, interval.upper * units.unit}};
  result.real_share = {share(median), {share(interval.lower), share(interval.upper)}};
  double mean = 0;
  for (const SpreadNode& node : posterior.nodes()) mean += node.weight * node.tau;
  result.spread_mean = units.unit * (posterior.has_moment(1) ? mean : median);
}

/// Given tau, theta_j is normal: drawn towards mu by the share s^2 / (s^2 + tau^2), with mu's own uncertainty
/// on top (BDA3, section 5.4, with mu integrated out).
void fill_segment(const SpreadPosterior& posterior, double effect, double variance, NormalMixture& mixture) {
  mixture.clear();
  for (const SpreadNode& node : posterior.nodes()) {
    const double square = node.tau * node.tau;
    const double towards_mu = variance / (variance + square);
    const double own = square / (variance + square);
    mixture.add(node.weight, towards_mu * node.mu_mean + own * effect,
                std::sqrt(own * variance + towards_mu * towards_mu * node.mu_variance));
  }
}

bool finite(const PooledEffect& effect) {
  return std::isfinite(effect.mean) && std::isfinite(effect.sd) && std::isfinite(effect.interval.lower) &&
         std::isfinite(effect.interval.upper);
}

}  // namespace

double steadied_variance_of_rate(const SuccessCount& arm, double overall_rate) {
  constexpr double kFewCounts = 10;
  const auto successes = static_cast<double>(arm.successes);
  const auto units = static_cast<double>(arm.units);
  const double rarer_rate = std::min(overall_rate, 1 - overall_rate);
  if (units == 0 || !(rarer_rate > 0)) return 0;
  double rate = arm.rate();
  if (std::min(successes, units - successes) < kFewCounts) {
    const double borrowed_units = kFewCounts / rarer_rate;
    rate = (successes + borrowed_units * overall_rate) / (units + borrowed_units);
  }
  return rate * (1 - rate) / units;
}

Estimated<PooledSegments> pool_segments(std::span<const SegmentEffect> segments,
                                        const PoolingOptions& options) {
  const auto problem = pooling_problem(segments, options);
  if (!problem) return tl::unexpected(problem.error());
  const WorkingSegments& working = problem->segments;
  const Units& units = problem->units;
  const SpreadPosterior posterior(working, problem->prior, problem->panels);
  NormalMixture mixture;
  mixture.reserve(posterior.nodes().size());
  PooledSegments result;
  if (segments.size() < kFewSegments) result.concerns.insert(Concern::FewSegments);
  describe_spread(posterior, units, options.confidence, result);
  for (const SpreadNode& node : posterior.nodes()) {
    mixture.add(node.weight, node.mu_mean, std::sqrt(node.mu_variance));
  }
  result.overall = describe(mixture, units, options.confidence, posterior.has_moment(2));
  bool all_finite = finite(result.overall) && std::isfinite(result.spread.interval.upper);
  for (std::size_t j = 0; j < segments.size(); ++j) {
    fill_segment(posterior, working.effects[j], working.variances[j], mixture);
    result.segments.push_back(describe(mixture, units, options.confidence, true));
    all_finite = all_finite && finite(result.segments.back());
  }
  if (!all_finite) return not_estimable("the segments' effects are too large to be worked with");
  return result;
}

}  // namespace splitplot::stats
