/// A finite mixture of normal distributions: what a normal effect becomes when its spread is integrated out.
/// Private to `stats`. A value; one writer.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace splitplot::stats {

class NormalMixture {
 public:
  void clear();
  void reserve(std::size_t size);

  /// Adds a component; the weights must add up to 1 in the end, `sd` must be positive.
  void add(double weight, double mean, double sd);

  [[nodiscard]] double mean() const;
  [[nodiscard]] double variance() const;

  /// P(X > x).
  [[nodiscard]] double chance_above(double x) const;

  /// x with P(X <= x) = p, 0 < p < 1, to about 1e-12 of the mixture's width.
  [[nodiscard]] double quantile(double p) const;

 private:
  /// Where the search for a quantile starts, `z` being that of a standard normal: Cornish and Fisher's
  /// expansion by the mixture's skewness and kurtosis. Nothing where these are large, for there it misleads.
  [[nodiscard]] std::optional<double> first_guess(double z) const;

  std::vector<double> weights_;
  std::vector<double> means_;
  std::vector<double> sds_;
};

}  // namespace splitplot::stats
