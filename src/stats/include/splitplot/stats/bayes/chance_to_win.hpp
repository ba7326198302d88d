/// Posterior answers for a comparison: chance to win, chance to be best, expected loss. Priors are stated
/// with each function. By quadrature, never by simulation, so that they repeat exactly. Pure functions,
/// thread-safe.
///
/// These answer for one look at the data; under repeated looks they hold no error rate.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <span>
#include <vector>

namespace splitplot::stats {

/// Which way a metric should go.
enum class Direction { HigherIsBetter, LowerIsBetter };

/// A treatment against the control, in the metric's own unit.
struct Beats {
  double chance_to_win = 0.5;  ///< P(treatment better than control)
  double expected_loss =
      0;  ///< E[max(0, control - treatment)] in the better direction: cost of shipping if wrong
  double expected_loss_of_keeping =
      0;  ///< E[max(0, treatment - control)]: cost of keeping the control if wrong
};

/// Beta posterior of a rate under the prior Beta(a, b); Beta(1, 1) is the uniform prior.
struct BetaPrior {
  double a = 1;
  double b = 1;
};

/// Two proportions with independent Beta posteriors; one-dimensional quadrature over the control's rate.
/// Not estimable: an arm without units.
[[nodiscard]] Estimated<Beats> beats_proportions(const SuccessCount& control, const SuccessCount& treatment,
                                                 Direction direction, BetaPrior prior = {});

/// Normal posterior of a difference: flat prior on the effect, large samples.
/// Not estimable: standard_error <= 0 or not finite.
[[nodiscard]] Estimated<Beats> beats_normal(double difference, double standard_error, Direction direction);

/// A normal posterior of one arm's mean.
struct NormalPosterior {
  double mean = 0;
  double sd = 0;
};

/// Mean and standard deviation of a rate's Beta posterior, Beta(a + successes, b + units - successes): positive also where no
/// unit succeeded. As a normal posterior it is an approximation that is good from a handful of successes on.
[[nodiscard]] NormalPosterior posterior_of_rate(const SuccessCount& arm, BetaPrior prior = {});

/// P(arm i is the best of all), by quadrature: integral of phi_i(x) prod_{j != i} Phi_j(x) dx. Sums to 1.
/// Independent arms. Not estimable: fewer than two arms, or an sd that is not positive.
[[nodiscard]] Estimated<std::vector<double>> chance_to_be_best(std::span<const NormalPosterior> arms,
                                                               Direction direction);

}  // namespace splitplot::stats
