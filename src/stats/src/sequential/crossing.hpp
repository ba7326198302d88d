/// How a watched z statistic leaves its continuation region: the recursion of Armitage, McPherson & Rowe (1969) in the form
/// of Jennison & Turnbull (2000), chapter 19. Private to `stats`; an object belongs to one thread.
///
/// With information t the score process B(t) = Z(t) sqrt(t) is Brownian motion with a drift. A stage keeps the density of
/// B(t_k) on the paths that have not left before, at Gauss-Legendre nodes on panels a few standard deviations of the
/// smallest neighbouring increment wide, times the nodes' weights. The next density is a sum of these masses against a
/// normal kernel. Two things keep it exact and fast:
///   - all terms are positive, so that even densities of 1e-300 keep their relative accuracy, and a boundary at z = 28 is
///     as good as one at 2;
///   - given where it ends, a path's previous position is normal about the straight line back to the start: nodes further
///     than 8 of its standard deviations from there are left out, which leaves about 50 of them.
/// Masses under another drift are those of this one times a likelihood ratio (`Tilt`), without a new recursion.
///
/// Cost: about 50 exponentials a node, 3 nodes a standard deviation of an increment.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace splitplot::stats {

/// log P(Z > z), finite for every finite z.
[[nodiscard]] double log_normal_sf(double z);

/// z with log P(Z > z) = log_probability < 0; infinite for minus infinity.
[[nodiscard]] double normal_quantile_of_log_sf(double log_probability);

class CrossingRecursion {
 public:
  /// What is known of the paths that are still inside at one time.
  struct Stage {
    double time = 0;
    std::vector<double> points{0.0};  ///< ascending, values of B(time)
    std::vector<double> masses{1.0};  ///< density times quadrature weight
  };

  /// How far below the mean an open lower side is followed, in standard deviations: 9 is exact for what happens
  /// above; masses that are to be tilted downwards need more.
  static constexpr double kUsualReach = 9;
  /// Panel width in standard deviations of an increment. At 5 boundaries are within 1e-10 of those at 2.
  static constexpr double kPanelWidth = 5;

  /// `times` positive and increasing. `drift` is the mean of B a unit of time. Paths start at B(0) = 0.
  CrossingRecursion(std::vector<double> times, double drift, double open_reach = kUsualReach,
                    double panel_width = kPanelWidth);

  /// Looks whose region has been fixed.
  [[nodiscard]] std::size_t looks_done() const { return stages_.size() - 1; }
  [[nodiscard]] std::size_t looks() const { return times_.size(); }
  [[nodiscard]] double time(std::size_t look) const { return times_[look]; }
  [[nodiscard]] double drift() const { return drift_; }

  /// Probability to be inside until look `look` - 1 and at or above `upper` (at or below `lower`) at look `look`, where
  /// `look` counts from 0 and is at most looks_done(), under this recursion's drift or another one.
  [[nodiscard]] double upper_exit(std::size_t look, double upper) const;
  [[nodiscard]] double upper_exit(std::size_t look, double upper, double drift) const;
  [[nodiscard]] double lower_exit(std::size_t look, double lower) const;
  [[nodiscard]] double lower_exit(std::size_t look, double lower, double drift) const;

  /// Mean of B(look) over the paths counted by upper_exit and lower_exit; over all that arrive for infinite bounds.
  [[nodiscard]] double upper_exit_mean(std::size_t look, double upper, double drift) const;
  [[nodiscard]] double lower_exit_mean(std::size_t look, double lower, double drift) const;

  /// The bound at the next look whose upper_exit has this logarithm: Newton's method on log upper_exit, which is concave,
  /// so that it converges from anywhere. Exits below 1e-280 are taken for P(Z > z), which spends less than asked.
  [[nodiscard]] double upper_bound_for(double log_probability) const;

  /// Fixes the region of the next look, lower < upper, either possibly infinite.
  void advance(double lower, double upper);

 private:
  struct Increment {
    double from = 0, to = 0, variance = 0, deviation = 0;
  };
  [[nodiscard]] Increment increment(std::size_t look) const;
  [[nodiscard]] double density_at_next(double point) const;

  std::vector<double> times_;
  double drift_;
  double open_reach_;
  double panel_width_;
  bool symmetric_;
  double last_bound_z_ = 0;
  std::vector<Stage> stages_;
};

}  // namespace splitplot::stats
