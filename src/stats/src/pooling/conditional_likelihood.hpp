/// The likelihood of a log odds ratio given both margins of a two-by-two table: Fisher's noncentral hypergeometric distribution at the
/// observed count, as a function of theta. Private to `stats`. Immutable after construction; thread-safe.
///
///   L(theta) = 1 / sum_k W_k exp(k theta),   W_k = C(n_t, x + k) C(n_c, m - x - k) / (C(n_t, x) C(n_c, m - x)),
///
/// x the treatment's successes, m those of both arms. Where the distribution of k is wide, every b-th k stands for b of them: the
/// trapezoidal rule, which for sd / b >= 2 is right to the last digits.
#pragma once

#include <splitplot/stats/pooling/binomial_effects.hpp>

#include <cstddef>
#include <vector>

namespace splitplot::stats {

class ConditionalLikelihood {
 public:
  explicit ConditionalLikelihood(const ArmCounts& counts);

  /// L(theta), between 0 and 1.
  [[nodiscard]] double at(double theta) const;

  /// L does not fall to 0 as theta goes to minus or plus infinity, but rises to 1 there.
  [[nodiscard]] bool flat_below() const { return flat_below_; }
  [[nodiscard]] bool flat_above() const { return flat_above_; }

  /// The log odds ratio with 1/2 added to each count, and the sum of 1 / (count + 1/2): about where L lies.
  [[nodiscard]] double centre() const { return centre_; }
  [[nodiscard]] double variance() const { return variance_; }

 private:
  double centre_ = 0;
  double variance_ = 0;
  double stride_ = 1;          // b
  std::vector<double> above_;  // b W_k exp(k centre) for k = b, 2b, ...
  std::vector<double> below_;  // the same for k = -b, -2b, ...
  double middle_ = 1;          // that for k = 0
  bool flat_below_ = false;
  bool flat_above_ = false;
};

}  // namespace splitplot::stats
