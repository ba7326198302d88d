/// Rates of segments with few successes, drawn towards one another: successes are binomial, rates scatter over segments like a beta
/// distribution. No normal approximation, so that segments without any success take part. Pure functions, thread-safe.
///
///   x_j ~ Binomial(n_j, theta_j),   theta_j ~ Beta(a, b),   p(a, b) proportional to (a + b)^(-5/2)
///
/// Source: Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <optional>
#include <span>
#include <vector>

namespace splitplot::stats {

/// A rectangle to which a and b are held.
struct RateRegion {
  Interval log_odds;  ///< of log(a / b), the log odds of the mean rate
  Interval log_size;  ///< of log(a + b), how much one segment says of another
};

struct RatePoolingOptions {
  double confidence = 0.95;
  std::optional<RateRegion> region = std::nullopt;  ///< nothing: all of a, b > 0
};

struct PooledRate {
  double mean = 0;
  double sd = 0;
  double median = 0;
  Interval interval;  ///< central
};

struct PooledRates {
  std::vector<PooledRate> segments;  ///< in the order of the input
  double mean = 0;                   ///< E[a / (a + b)]: the mean rate over segments
  double mean_sd = 0;
  double log_size_mean = 0;          ///< E[log(a + b)]
  std::optional<double> alpha_mean;  ///< E[a] and E[b]: infinite, so not given, unless a region holds them
  std::optional<double> beta_mean;
  Assumptions assumptions{Assumption::IndependentUnits, Assumption::ExchangeableSegments,
                          Assumption::StatedPrior};
  Concerns concerns;  ///< `FewSegments` below five
};

/// The posterior by nested Gauss-Legendre quadrature over log(a / b) and log(a + b), to about 1e-8; given a and b, theta_j is
/// Beta(a + x_j, b + n_j - x_j). Not estimable: fewer than two segments with units; all units alike (no successes at all, or
/// nothing else), more successes than units; a confidence outside (0, 1); a region without extent. Segments without units get what
/// the others say.
[[nodiscard]] Estimated<PooledRates> pool_rates(std::span<const SuccessCount> segments,
                                                const RatePoolingOptions& options = {});

/// The beta distribution under which the counts are most probable ("type II maximum likelihood"), and each rate drawn towards its mean.
struct BetaBinomialFit {
  double alpha = 0;
  double beta = 0;
  double log_likelihood = 0;  ///< without the binomial coefficients
  std::vector<double>
      shrunken_rates;  ///< (alpha + x_j) / (alpha + beta + n_j); too sure of itself: alpha and beta count as known
  Assumptions assumptions{Assumption::IndependentUnits, Assumption::ExchangeableSegments};
};

/// Not estimable: as `pool_rates`, and where the rates differ no more than chance lets expect, so that alpha + beta has no maximum.
[[nodiscard]] Estimated<BetaBinomialFit> fit_beta_binomial(std::span<const SuccessCount> segments);

/// A beta distribution with the mean and the variance of the raw rates. Overstates the spread, since raw rates scatter by chance too.
struct BetaMoments {
  double mean = 0;
  double sd = 0;  ///< of the raw rates, denominator one less than their number
  double alpha = 0;
  double beta = 0;
};

/// Not estimable: fewer than two segments with units, equal raw rates, or a spread no beta distribution has.
[[nodiscard]] Estimated<BetaMoments> beta_moments_of_rates(std::span<const SuccessCount> segments);

}  // namespace splitplot::stats
