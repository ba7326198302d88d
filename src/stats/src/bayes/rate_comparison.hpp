/// The distribution of the difference and of the ratio of two independent rates with Beta posteriors: three ways, from the general to the
/// fast. Private to `stats`. Pure functions, thread-safe.
#pragma once

#include "bayes/grid_difference.hpp"

#include <splitplot/stats/bayes/beta_binomial.hpp>

#include <optional>

namespace splitplot::stats {

/// Y - X on a grid of the rate's own scale. Nothing where a parameter is below kFewestForGrid, for the density then bends too sharply
/// at an end of the scale, or where the grid is too short.
[[nodiscard]] std::optional<GridDifference> rate_difference_grid(const BetaPosterior& x,
                                                                 const BetaPosterior& y);

/// log Y - log X, on a grid of log rates, where few successes do no harm. Nothing where a b is below kFewestForGrid, an a is below 1,
/// or where the grid is too short.
[[nodiscard]] std::optional<GridDifference> log_rate_ratio_grid(const BetaPosterior& x,
                                                                const BetaPosterior& y);

/// Y <= offset + ratio X, for any parameters.
struct LinearBound {
  double offset = 0;
  double ratio = 1;  ///< must be positive
};

/// P(Y <= offset + ratio X): trapezoid rule on the logit scale, halved until it stands still, and the distribution function of Beta at
/// every node. For all parameters from 1e-6 to 1e15; tens to hundreds of microseconds.
[[nodiscard]] double chance_not_above(const BetaPosterior& x, const BetaPosterior& y, LinearBound bound);

/// The equal-tailed quantile of Y - X, or of Y / X, by root finding on `chance_not_above`.
[[nodiscard]] double difference_quantile(const BetaPosterior& x, const BetaPosterior& y, double p);
[[nodiscard]] double ratio_quantile(const BetaPosterior& x, const BetaPosterior& y, double p);

}  // namespace splitplot::stats
