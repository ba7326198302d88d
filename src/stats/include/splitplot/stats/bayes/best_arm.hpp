/// Which of several arms is the best, and what is lost by choosing one: for bandits, and for tests of many variants. The posteriors of
/// the arms are independent; answers come from one-dimensional quadrature, never from simulation, so that they repeat exactly and
/// carry no sampling error. Pure functions, thread-safe.
///
/// These answer for one look at the data; under repeated looks they hold no error rate.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/bayes/decision.hpp>
#include <splitplot/stats/estimate.hpp>

#include <span>
#include <vector>

namespace splitplot::stats {

/// A normal posterior of one arm's mean.
struct NormalPosterior {
  double mean = 0;
  double sd = 0;  ///< must be positive
};

/// A Student t posterior of one arm's mean: location + scale T, T with these degrees of freedom.
struct StudentPosterior {
  double location = 0;
  double scale = 0;    ///< must be positive
  double degrees = 0;  ///< above 1; may be infinite
};

/// Every arm in the order of the input.
struct BestArm {
  std::vector<double> chances;          ///< P(arm is the best); Thompson sampling's shares. They add up to 1
  std::vector<double> expected_losses;  ///< E[best arm's value - this arm's], in the better direction, >= 0
  double expected_best = 0;             ///< E[largest value], or E[smallest] where lower is better
  double value_remaining = 0;  ///< what is still to be won: the expected loss of the arm with the best mean
  Assumptions assumptions;
};

/// P(arm i is the best) = integral of f_i(x) prod_{j != i} F_j(x) dx, and E[best] - best mean = integral of F_b (1 - prod_{j != b} F_j).
/// O(arms * panels); ten arms take about 20 microseconds. An arm known 1e12 times better than the widest is taken as if it were 1e12
/// times. Not estimable: fewer than two arms, or a parameter outside its domain.
[[nodiscard]] Estimated<BestArm> best_arm(std::span<const NormalPosterior> arms, Direction direction);
[[nodiscard]] Estimated<BestArm> best_arm(std::span<const BetaPosterior> arms, Direction direction);
[[nodiscard]] Estimated<BestArm> best_arm(std::span<const StudentPosterior> arms, Direction direction);

/// The chances of `best_arm` alone.
[[nodiscard]] Estimated<std::vector<double>> chance_to_be_best(std::span<const NormalPosterior> arms,
                                                               Direction direction);

/// P(arm is among the best two) / 2: top-two Thompson sampling's shares (Russo 2020, Operations Research 68). P(arm i is
/// second) = integral of f_i(x) P(exactly one other above x) dx. Not estimable as above.
[[nodiscard]] Estimated<std::vector<double>> top_two_shares(std::span<const NormalPosterior> arms,
                                                            Direction direction);
[[nodiscard]] Estimated<std::vector<double>> top_two_shares(std::span<const BetaPosterior> arms,
                                                            Direction direction);

/// Shares of which none is below the floor: floor + (1 - n floor) share. Not estimable: a floor outside [0, 1 / n], or shares that are not
/// probabilities that add up to 1.
[[nodiscard]] Estimated<std::vector<double>> with_floor(std::span<const double> shares, double floor);

/// Mean and standard deviation of a rate's Beta posterior, Beta(a + successes, b + units - successes): positive also where no
/// unit succeeded. As a normal posterior it is an approximation that is good from a handful of successes on.
[[nodiscard]] NormalPosterior posterior_of_rate(const SuccessCount& arm, BetaPrior prior = {});

}  // namespace splitplot::stats
