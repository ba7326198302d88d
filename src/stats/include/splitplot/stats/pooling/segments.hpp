/// Partial pooling of segment effects: each segment's estimate is drawn towards the others as far as the data
/// say that segments are alike. Normal-normal hierarchical model, integrated over the spread tau by
/// quadrature (no MCMC: milliseconds, repeats to the digit).
///
///   y_j | theta_j ~ N(theta_j, s_j^2),   theta_j | mu, tau ~ N(mu, tau^2),   p(mu) flat,   p(tau) a proper prior
///
/// Given tau everything is normal (Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.4; Roever 2020,
/// J. Stat. Software 93(6)); over tau a one-dimensional mixture. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/many/heterogeneity.hpp>
#include <splitplot/stats/moments.hpp>
#include <splitplot/stats/segment_effect.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace splitplot::stats {

/// Variance of one arm's rate in one segment, steadied where the segment has few successes or failures (below ten): the rate is
/// first drawn towards the rate over all segments, as if the arm had seen ten more of the rarer outcome at that rate. Without it a
/// segment in which nobody converted would claim to know its effect exactly, and pooling would believe it.
/// Domain: 0 < units; 0 for an overall rate of 0 or 1.
[[nodiscard]] double steadied_variance_of_rate(const SuccessCount& arm, double overall_rate);

/// p(tau) = 2 N(tau; 0, scale^2) on tau >= 0.
struct HalfNormalSpread {
  double scale = 1;
};
/// p(tau) = 2 / (pi scale (1 + (tau / scale)^2)).
struct HalfCauchySpread {
  double scale = 1;
};
/// p(tau) flat on tau >= 0; proper posterior only for three segments or more.
struct FlatSpread {};
/// A half-Cauchy that takes its scale from the data: typical_errors * s0, where s0, the typical standard
/// error, is the root of the harmonic mean of the squared standard errors. Needs no scale of the metric, and
/// its tail lets a large real spread through. With five, 95 % intervals cover 93 % or more
/// of eight segments and of their mean at true spreads from 0 to 10 s0 (docs/methods/partial-pooling.md).
struct AdaptiveSpread {
  double typical_errors = 5;  ///< must be positive
};

using SpreadPrior = std::variant<AdaptiveSpread, HalfNormalSpread, HalfCauchySpread, FlatSpread>;

/// A fixed rule for the integral over tau: `linear` equal panels over [0, first_share * upper], then `geometric` panels of growing
/// width up to `upper`, each with Gauss-Legendre quadrature of `nodes` nodes. The prior is cut off at `upper`. For repeating numbers
/// that were worked out on such panels: it is as exact as the panels are fine, where the default finds the mass and its resolution
/// by itself. A quantile of tau is interpolated between nodes, each standing at the middle of its own mass.
struct SpreadPanels {
  double upper = 1;  ///< in the unit of the effects; positive
  double first_share = 0.01;
  std::size_t linear = 20;
  std::size_t geometric = 40;
  std::size_t nodes = 40;
};

struct PoolingOptions {
  SpreadPrior prior = AdaptiveSpread{};
  double confidence = 0.95;
  std::optional<SpreadPanels> panels = std::nullopt;  ///< nothing: the rule adapts itself to the posterior
};

/// One segment after pooling.
struct PooledEffect {
  double mean = 0;
  double sd = 0;  ///< half the central 68.27 % where no variance exists (few segments, heavy-tailed prior)
  Interval interval;  ///< central, at the confidence asked for
  double chance_above_zero = 0.5;
};

struct PooledSegments {
  std::vector<PooledEffect> segments;  ///< in the order of the input
  PooledEffect overall;                ///< mu: the mean effect over segments
  double spread_mean = 0;  ///< E[tau | y]; the median where no mean exists (flat prior, three segments)
  Estimate spread;         ///< posterior median of tau with its interval
  /// Share of the variation between raw segment effects that is real: tau^2 / (tau^2 + s0^2), s0 the typical
  /// standard error as in `AdaptiveSpread`: posterior median and interval.
  Estimate real_share;
  Assumptions assumptions{Assumption::ExchangeableSegments, Assumption::NormalEffects,
                          Assumption::KnownVariance, Assumption::LargeSample, Assumption::StatedPrior};
  Concerns concerns;  ///< `FewSegments` below five
};

/// Not estimable: fewer than two segments (three with `FlatSpread`), a standard error or a scale of the prior
/// that is not positive and finite, a confidence outside (0, 1), or panels without nodes or with a limit that is not positive.
[[nodiscard]] Estimated<PooledSegments> pool_segments(std::span<const SegmentEffect> segments,
                                                      const PoolingOptions& options = {});

}  // namespace splitplot::stats
