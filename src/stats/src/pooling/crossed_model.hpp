/// The crossed model given the sds of its groups: everything is normal. Interactions are folded into the cells' variances, the longest
/// factor is eliminated by hand (its block of the precision is diagonal), and what is left, mu and the levels of the other factors, is a
/// small dense system. Level effects are in units of their sd, so that an sd may be as good as zero.
/// Private to `stats`. One thread an object: `condition_on` keeps what the answers are then read from.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Dense>

namespace splitplot::stats {

/// Levels numbered from 0 without gaps; effects and errors in units of the smallest error, effects centred.
struct CrossedProblem {
  std::vector<std::size_t> level_counts;         ///< by factor, two or more each
  std::vector<std::vector<std::size_t>> levels;  ///< by factor, then by cell
  std::vector<double> effects;
  std::vector<double> variances;
  bool has_interaction = false;

  [[nodiscard]] std::size_t cells() const { return effects.size(); }
  [[nodiscard]] std::size_t groups() const { return level_counts.size() + (has_interaction ? 1 : 0); }
};

class CrossedModel {
 public:
  struct Normal {
    double mean = 0;
    double variance = 0;
  };

  explicit CrossedModel(const CrossedProblem& problem);

  /// Takes the sds of the groups, the factors' in order and then that of the interaction. Answers the log of the density of the data,
  /// level effects, interactions and mu integrated out, up to a constant. Not a number where rounding has eaten the precision.
  double condition_on(std::span<const double> sds);

  /// Of the sds taken last.
  [[nodiscard]] Normal overall();
  [[nodiscard]] Normal level(std::size_t factor, std::size_t level);
  [[nodiscard]] Normal cell(std::size_t cell);

 private:
  void sum_by_longest();
  void assemble();
  void add_difference(std::size_t one, std::size_t other, double weight);
  [[nodiscard]] double squares() const;
  [[nodiscard]] double predicted(std::size_t cell) const;
  [[nodiscard]] Normal fixed_part();
  void eliminate(std::size_t longest_level);

  const CrossedProblem& problem_;
  std::size_t longest_ = 0;
  std::vector<std::size_t> offsets_;  // of each factor's levels in the dense system; mu is last
  Eigen::Index size_ = 0;
  std::vector<std::vector<std::size_t>> by_longest_;  // the cells at each level of the longest factor
  std::vector<double> sds_;
  std::vector<double> weights_;  // 1 / (s^2 + interaction^2)
  std::vector<double> sums_;     // of weights at each level of the longest factor
  std::vector<double> pivots_;   // 1 + sd^2 sum
  std::vector<double> centres_;  // weighted mean of the effects there
  Eigen::MatrixXd means_;        // weighted mean of the cells' rows there, a column a level
  Eigen::MatrixXd precision_;
  Eigen::VectorXd right_;
  Eigen::VectorXd solution_;
  Eigen::VectorXd form_;  // the linear form that is asked for
  Eigen::VectorXd half_;  // the same, divided by the root of the precision
  Eigen::LLT<Eigen::MatrixXd> factor_;
};

}  // namespace splitplot::stats
