/// A density on an interval by Gauss-Legendre panels that are halved until they resolve it: nodes for integrals under it, and its
/// quantiles. Private to `stats`. Immutable after construction; thread-safe.
#pragma once

#include "numeric/gauss_legendre.hpp"

#include <functional>
#include <span>
#include <vector>

namespace splitplot::stats {

class PanelDensity {
 public:
  struct Node {
    double x = 0;
    double weight = 0;  ///< share of the mass
  };

  /// `density` need not be normalised, but its peak should be near 1: `resolution` is how large the last Legendre coefficients of a
  /// panel may be. Starts with `panels` equal ones over [lower, upper].
  PanelDensity(const std::function<double(double)>& density, double lower, double upper, int panels,
               double resolution);

  /// The integral of `density`.
  [[nodiscard]] double mass() const { return mass_; }
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  /// x with P(X <= x) = p.
  [[nodiscard]] double quantile(double p) const;
  /// P(X <= x).
  [[nodiscard]] double cdf(double x) const;

 private:
  struct Panel {
    double begin = 0;
    double end = 0;
    double mass = 0;  // share of the whole, as are the coefficients
    GaussLegendre::Values coefficients{};
  };

  void add(double begin, double end, int depth);

  const std::function<double(double)>* density_;  // during construction only
  double resolution_;
  double mass_ = 0;
  std::vector<Panel> panels_;
  std::vector<Node> nodes_;
};

}  // namespace splitplot::stats
