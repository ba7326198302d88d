/// How evenly known covariates are spread over arms: to choose, before an experiment starts, the assignment of several that
/// balances best (rerandomisation), and to see what it gained. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace splitplot::stats {

/// Turns covariates into coordinates that are uncorrelated and have variance 1, so that a distance in them is
/// Mahalanobis's.
class Whitening {
 public:
  /// From all units. Directions in which units do not differ (constant columns, one that others add up to) are left out.
  /// Not estimable: fewer than two units, no direction in which they differ.
  [[nodiscard]] static Estimated<Whitening> of(const CrossMoments& units);

  [[nodiscard]] std::size_t covariates() const { return means_.size(); }
  /// Directions that are left: the rank of the covariance.
  [[nodiscard]] std::size_t coordinates() const {
    return means_.empty() ? 0 : directions_.size() / means_.size();
  }

  /// The coordinates of one unit. `row` has `covariates()` finite values, `coordinates` room for `coordinates()`.
  void apply(std::span<const double> row, std::span<double> coordinates) const;

 private:
  std::vector<double> means_;
  std::vector<double> directions_;  // coordinates x covariates, row-major
};

/// The Mahalanobis distance between arms, sum over arms of units x |mean of the arm - mean of all arms|^2 in whitened
/// coordinates: of two arms, M of Morgan & Rubin (2012), Annals of Statistics 40(2); of more, Hotelling's
/// generalised T^2 with the covariance of all. Under random assignment about chi-square with (arms - 1) x coordinates
/// degrees. `sums` are the sums of the whitened coordinates of each arm's units, arm after arm. Not estimable: fewer than
/// two arms, one without units, sizes that differ.
[[nodiscard]] Estimated<double> mahalanobis_distance(std::span<const std::uint64_t> units,
                                                     std::span<const double> sums);

/// (mean of treatment - mean of control) / sqrt((variance of treatment + variance of control) / 2). Not estimable: fewer than
/// two units in an arm, no spread in both.
[[nodiscard]] Estimated<double> standardised_mean_difference(const Moments& control,
                                                             const Moments& treatment);

}  // namespace splitplot::stats
