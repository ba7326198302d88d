/// Mergeable aggregates: what a metric keeps of its units. Rows are seen once; everything later works on
/// these. Kept as mean and centred sums, never as sums of powers, and with what rounding leaves off the mean, so that
/// badly scaled data (mean 1e8, standard deviation 1) keep their digits. Not synchronised: one writer.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace splitplot::stats {

/// Count, mean and centred sums up to the third power of one variable, with its range.
/// Update: Welford (1962), Technometrics 4(3). Merge: Chan, Golub & LeVeque (1983), American Statistician
/// 37(3), and for the third moment Pebay (2008), SAND2008-6212.
struct Moments {
  std::uint64_t count = 0;
  double mean = 0;
  double m2 = 0;  ///< sum of (x - mean)^2
  double m3 = 0;  ///< sum of (x - mean)^3
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  double mean_rest = 0;  ///< the mean is mean + mean_rest: digits beyond a double's, which merging needs

  /// Adds one finite value.
  void add(double x);

  /// Adds what another aggregate has seen.
  void merge(const Moments& other);

  /// Unbiased sample variance m2 / (n - 1); 0 for fewer than two values.
  [[nodiscard]] double variance() const;

  /// Squared standard error of the mean, variance / n; 0 for an empty aggregate.
  [[nodiscard]] double variance_of_mean() const;

  /// Population skewness sqrt(n) m3 / m2^1.5; 0 when all values are equal.
  [[nodiscard]] double skewness() const;

  /// True if fewer than two different values were seen.
  [[nodiscard]] bool constant() const { return count == 0 || minimum == maximum; }

  /// False where only sums were given, so that m3 and the range say nothing.
  [[nodiscard]] bool shape_known() const { return minimum <= maximum; }
};

/// How far the first mean lies above the second, with the digits that either keeps in `mean_rest`.
[[nodiscard]] double difference_of_means(const Moments& first, const Moments& second);

/// The aggregate of values at hand, in two passes; more exact than adding them one by one. Not estimable: a value that is
/// not a finite number.
[[nodiscard]] Estimated<Moments> moments_of(std::span<const double> values);

/// An aggregate from sums that another program kept. What cancelled there is lost: prefer the values. Its shape is not
/// known (`shape_known`). Not estimable: a sum that is not finite, or a sum of squares that no values have.
[[nodiscard]] Estimated<Moments> moments_from_sums(std::uint64_t count, double sum, double sum_of_squares);

/// Count, means and centred cross products of `dimensions` variables observed together.
/// Same update and merge as `Moments`, in matrix form.
class CrossMoments {
 public:
  explicit CrossMoments(std::size_t dimensions = 0);

  /// Adds one row of `dimensions()` finite values.
  void add(std::span<const double> row);

  /// Adds what another aggregate of the same dimensions has seen. An aggregate of zero dimensions takes over
  /// the other's.
  void merge(const CrossMoments& other);

  /// Builds one from parts a database computed. `comoments` is row-major, dimensions x dimensions, symmetric.
  static CrossMoments from_parts(std::uint64_t count, std::vector<double> means,
                                 std::vector<double> comoments);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::size_t dimensions() const { return means_.size(); }
  [[nodiscard]] double mean(std::size_t i) const { return means_[i]; }
  /// Sum of (x_i - mean_i)(x_j - mean_j).
  [[nodiscard]] double comoment(std::size_t i, std::size_t j) const {
    return comoments_[i * means_.size() + j];
  }
  /// Unbiased sample covariance comoment / (n - 1); 0 for fewer than two rows.
  [[nodiscard]] double covariance(std::size_t i, std::size_t j) const;

 private:
  std::uint64_t count_ = 0;
  std::vector<double> means_;
  std::vector<double> rests_;      // of the means, as in `Moments`
  std::vector<double> comoments_;  // row-major, symmetric
};

/// Units and successes of one arm of a 0/1 metric.
struct SuccessCount {
  std::uint64_t successes = 0;
  std::uint64_t units = 0;

  [[nodiscard]] double rate() const {
    return units == 0 ? 0.0 : static_cast<double>(successes) / static_cast<double>(units);
  }
};

}  // namespace splitplot::stats
