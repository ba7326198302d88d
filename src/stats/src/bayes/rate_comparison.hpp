/// The distribution of the difference and of the ratio of two independent rates with Beta posteriors: three ways, from the fast to
/// the general. Private to `stats`. Pure functions, thread-safe.
#pragma once

#include "bayes/grid_difference.hpp"
#include "bayes/logit_beta_table.hpp"

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

/// Y <= offset + X, or Y <= ratio X: the offset is zero or the ratio one.
struct LinearBound {
  double offset = 0;
  double ratio = 1;  ///< must be positive
};

/// Both distributions in tables over the logit: for few successes or failures, down to parameters of about one half. Probabilities are
/// within 1e-10 of the exact ones, 1e-9 being tested.
class RateTables {
 public:
  RateTables(const BetaPosterior& x, const BetaPosterior& y);

  /// False where a table does not fit, or where one rate is known much better than the other on the logit scale: ask nothing then.
  [[nodiscard]] bool fits() const;

  /// P(Y > X) and E[max(0, X - Y)] or E[max(0, Y - X)], whichever has the sign: 1 asks for the former.
  [[nodiscard]] double chance_above() const;
  [[nodiscard]] double mean_excess(int sign) const;

  [[nodiscard]] double chance_not_above(LinearBound bound) const;
  [[nodiscard]] double difference_quantile(double p) const;
  [[nodiscard]] double ratio_quantile(double p) const;

 private:
  BetaPosterior x_;
  BetaPosterior y_;
  LogitBetaTable x_table_;
  LogitBetaTable y_table_;
};

/// P(Y <= offset + ratio X): trapezoid rule on the logit scale, halved until it stands still, and the distribution function of Beta at
/// every node. For all parameters from 1e-6 to 1e15; tens to hundreds of microseconds.
[[nodiscard]] double chance_not_above(const BetaPosterior& x, const BetaPosterior& y, LinearBound bound);

/// The equal-tailed quantile of Y - X, or of Y / X, by root finding on `chance_not_above`.
[[nodiscard]] double difference_quantile(const BetaPosterior& x, const BetaPosterior& y, double p);
[[nodiscard]] double ratio_quantile(const BetaPosterior& x, const BetaPosterior& y, double p);

}  // namespace splitplot::stats
