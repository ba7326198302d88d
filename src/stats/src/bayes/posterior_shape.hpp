/// Posterior densities of one arm each, and the quadrature over several independent arms that chance to win, chance to be best and
/// expected losses come from. Private to `stats`. Shapes are values; the functions are pure.
///
/// The idea: on panels that every density is smooth on, 16 Gauss-Legendre nodes give a density's integral and also its running
/// integral at the nodes, which is the distribution function. So one pass from below the best arm's possible places to above them
/// needs each density at the nodes and each distribution function once, at the start.
#pragma once

#include "numeric/gauss_legendre.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace splitplot::stats {

/// A unimodal density over a coordinate u with value x(u), increasing. Larger is better.
class PosteriorShape {
 public:
  virtual ~PosteriorShape() = default;

  /// Coordinates between which all but about 1e-13 of the probability lies.
  [[nodiscard]] virtual double start() const = 0;
  [[nodiscard]] virtual double end() const = 0;
  /// The widest panel beginning at u on which 16 nodes resolve the density.
  [[nodiscard]] virtual double panel_width(double u) const = 0;
  /// Density over u at each node.
  [[nodiscard]] virtual GaussLegendre::Values densities(const GaussLegendre::Values& nodes) const = 0;
  /// P(U <= u).
  [[nodiscard]] virtual double below(double u) const = 0;
  /// E[X], and E[max(0, x(u) - X)], E[max(0, X - x(u))].
  [[nodiscard]] virtual double mean() const = 0;
  [[nodiscard]] virtual double shortfall(double u) const = 0;
  [[nodiscard]] virtual double excess(double u) const = 0;

 protected:
  PosteriorShape() = default;
  PosteriorShape(const PosteriorShape&) = default;
  PosteriorShape& operator=(const PosteriorShape&) = default;
};

/// Student's t, scaled and shifted; infinite degrees make it normal. Its coordinate is its value.
class StudentShape final : public PosteriorShape {
 public:
  StudentShape(double mean, double scale, double degrees);

  [[nodiscard]] double start() const override { return mean_ - reach_ * scale_; }
  [[nodiscard]] double end() const override { return mean_ + reach_ * scale_; }
  [[nodiscard]] double panel_width(double u) const override;
  [[nodiscard]] GaussLegendre::Values densities(const GaussLegendre::Values& nodes) const override;
  [[nodiscard]] double below(double u) const override;
  [[nodiscard]] double mean() const override { return mean_; }
  [[nodiscard]] double shortfall(double u) const override { return mean_below(u - mean_); }
  [[nodiscard]] double excess(double u) const override { return mean_below(mean_ - u); }

 private:
  /// E[max(0, distance - scale T)].
  [[nodiscard]] double mean_below(double distance) const;

  double mean_;
  double scale_;
  double degrees_;
  double reach_;
  double peak_;  // density at the mean
};

/// Beta(a, b) on the logit scale u = log(x / (1 - x)): log-concave there, with exponential tails, whatever a and b are.
class LogitBetaShape final : public PosteriorShape {
 public:
  LogitBetaShape(double a, double b);

  [[nodiscard]] double density(double u) const;
  [[nodiscard]] double start() const override { return start_; }
  [[nodiscard]] double end() const override { return end_; }
  [[nodiscard]] double panel_width(double u) const override;
  [[nodiscard]] GaussLegendre::Values densities(const GaussLegendre::Values& nodes) const override;
  [[nodiscard]] double below(double u) const override;
  [[nodiscard]] double mean() const override { return rate_; }
  [[nodiscard]] double shortfall(double u) const override;
  [[nodiscard]] double excess(double u) const override;

 private:
  /// How far the log density has fallen at distance d from the mode: (a + b) log(1 + rate (e^d - 1)) - a d.
  [[nodiscard]] double drop(double d) const;
  /// The distance on the side of `sign` at which the log density has fallen by kNegligibleDrop.
  [[nodiscard]] double distance(double sign) const;

  double a_;
  double b_;
  double mode_;  // where x = a / (a + b)
  double rate_;
  double other_rate_;  // kept apart from 1 - rate_, which has no digits for rates near 1
  double width_;       // of the bulk: the standard deviation of a normal with the mode's curvature
  double start_;
  double end_;
  double peak_;
};

/// What the value is over the coordinate that all shapes of one comparison share.
enum class Coordinate { Value, Logit };

struct BestOfArms {
  std::vector<double> chances;         ///< P(arm is the best); they add up to 1
  std::vector<double> second_chances;  ///< P(arm is the second best); empty if not asked for
  double value_remaining = 0;          ///< E[largest] - largest mean
};

enum class Places { Best, BestTwo };

/// At least two arms, all over the same coordinate. O(panels * arms).
[[nodiscard]] BestOfArms best_of_arms(std::span<const PosteriorShape* const> arms, Coordinate coordinate,
                                      Places places = Places::Best);

}  // namespace splitplot::stats
