/// Distribution function and density of a Beta distribution over the logit, tabulated so that one look costs a short polynomial and no
/// special function. Private to `stats`. Values, built without allocation; thread-safe.
#pragma once

#include <splitplot/stats/bayes/beta_binomial.hpp>

#include <array>
#include <cstddef>

namespace splitplot::stats {

/// Taylor series of the density around equidistant logits. Over the logit a density of Beta is analytic within pi of the real line, so
/// that twelve terms reach half a step of half its width with twelve digits and more.
class LogitBetaTable {
 public:
  explicit LogitBetaTable(const BetaPosterior& beta);

  /// False where the table would be too long (tails of parameters much below one half) or would lose digits (more than 1e10 units).
  [[nodiscard]] bool fits() const { return size_ > 0; }

  /// Logits between which all but about 1e-14 of the probability lies, and the step from one expansion to the next.
  [[nodiscard]] double start() const { return start_; }
  [[nodiscard]] double end() const { return start_ + static_cast<double>(size_ - 1) * step_; }
  [[nodiscard]] double step() const { return step_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] double logit(std::size_t node) const { return start_ + static_cast<double>(node) * step_; }
  /// Density over the logit times the step.
  [[nodiscard]] double weight(std::size_t node) const { return series_[node][0]; }

  /// P(logit <= u), and the density over u.
  [[nodiscard]] double below(double u) const;
  [[nodiscard]] double density(double u) const;

 private:
  static constexpr std::size_t kTerms = 12;
  static constexpr std::size_t kCapacity = 256;
  using Series = std::array<double, kTerms>;

  struct Place {
    std::size_t node = 0;
    double offset = 0;  // in steps
  };
  [[nodiscard]] Place place(double steps) const;
  [[nodiscard]] double integral(std::size_t node, double offset) const;

  std::array<Series, kCapacity> series_;  // of the density in steps; only the first size_ are set
  std::array<double, kCapacity> below_;
  std::size_t size_ = 0;
  double start_ = 0;
  double step_ = 0;
};

}  // namespace splitplot::stats
