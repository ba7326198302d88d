/// Effects of segments with few successes, drawn towards one another without a normal approximation of the counts: both arms are
/// binomial, the effect is the log odds ratio. Segments without successes in one arm or both take part; they know what their counts say,
/// which is little. Pure functions, thread-safe.
///
///   x_c,j ~ Binomial(n_c,j, p_c,j),   x_t,j ~ Binomial(n_t,j, p_t,j),   logit p_t,j - logit p_c,j = theta_j ~ N(mu, tau^2)
///
/// The segment's baseline is removed by conditioning on its successes in both arms together: what is left depends on theta_j alone
/// (Fisher's noncentral hypergeometric distribution). Exact whatever the baseline is, where a prior on 200 baselines would be one more
/// assumption; the total by itself says next to nothing on theta_j. Sources: Agresti, Categorical Data Analysis, 3rd ed., section 7.3
/// (conditional likelihood); Stijnen, Hamza & Oezdemir 2010, Statistics in Medicine 29 (this model, its hypergeometric-normal form).
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <optional>
#include <span>
#include <vector>

namespace splitplot::stats {

/// The two arms of one segment.
struct ArmCounts {
  SuccessCount control;
  SuccessCount treatment;
};

/// Whether differences of rates get an interval, which takes about five times as long as all the rest.
enum class RateInterval { None, Central };

struct OddsPoolingOptions {
  /// On tau, in the unit of a log odds ratio. `AdaptiveSpread` takes as a segment's squared standard error the sum of 1 / (count + 1/2)
  /// over its four counts, segments that say nothing left out.
  SpreadPrior prior = AdaptiveSpread{};
  /// Nothing: mu is flat. A number: mu ~ N(0, sd^2), which answers where a flat prior does not (no successes in one arm at all).
  std::optional<double> overall_prior_sd = std::nullopt;
  double confidence = 0.95;
  RateInterval rate_interval = RateInterval::None;
};

struct PooledOdds {
  PooledEffect log_odds_ratio;
  /// Of p_t - p_c: theta_j as above; given theta_j, the middle of both arms' logits under a Beta(1/2, 1/2) prior of its rate and both
  /// arms' counts. A segment without units has the prior's rate: read its odds ratio alone.
  double rate_difference_mean = 0;
  double rate_difference_sd = 0;
  std::optional<Interval> rate_difference_interval;  ///< central, where asked for
  double control_rate_mean = 0;
};

struct PooledOddsRatios {
  std::vector<PooledOdds> segments;  ///< in the order of the input
  PooledEffect overall;              ///< mu: the mean log odds ratio over segments
  double spread_mean = 0;            ///< E[tau | counts]; the median where no mean exists
  /// Share of the variation between raw log odds ratios that is real, as in `PooledSegments`: tau^2 / (tau^2 + s0^2), s0^2 the
  /// harmonic mean of the squared standard errors of `AdaptiveSpread`.
  Estimate real_share;
  Estimate spread;  ///< posterior median of tau with its interval
  Assumptions assumptions{Assumption::IndependentUnits, Assumption::ExchangeableSegments,
                          Assumption::NormalEffects, Assumption::StatedPrior};
  Concerns concerns;  ///< `FewSegments` below five that bound their odds ratio from both sides
};

/// The posterior by sums over lattices of theta, mu and tau, which converge exponentially for smooth functions; nothing is simulated.
/// An `sd` is half the central 68.27 % where no variance exists.
///
/// Not estimable: more successes than units; fewer than two segments; counts that leave the posterior without a finite mass - with mu
/// flat, at least one segment (three with `FlatSpread`) must bound its odds ratio from both sides, i.e. have successes and failures in
/// both arms beyond what its margins force (with `HalfNormalSpread` two that bound it from opposite sides will do); a scale of a prior
/// that is not positive and finite; a confidence outside (0, 1); segments too far apart for the prior.
[[nodiscard]] Estimated<PooledOddsRatios> pool_log_odds_ratios(std::span<const ArmCounts> segments,
                                                               const OddsPoolingOptions& options = {});

}  // namespace splitplot::stats
