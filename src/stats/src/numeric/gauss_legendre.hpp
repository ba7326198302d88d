/// Gauss-Legendre quadrature on panels, with what the other sources of `stats` need besides the integral: the
/// running integral at the nodes and inside the panel, and how well the panel is resolved. Private to
/// `stats`; thread-safe.
///
/// A function on a panel is represented by its values at the nodes, which is the same as by its first kNodes
/// Legendre coefficients; running integrals are those of that polynomial.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

namespace splitplot::stats {

class GaussLegendre {
 public:
  static constexpr std::size_t kNodes = 16;
  using Values = std::array<double, kNodes>;

  /// The one rule; built at first use.
  static const GaussLegendre& rule();

  /// Nodes on [-1, 1], ascending, and their weights.
  [[nodiscard]] const Values& nodes() const { return nodes_; }
  [[nodiscard]] const Values& weights() const { return weights_; }

  /// Integral over [-1, 1].
  [[nodiscard]] double integral(const Values& values) const;

  /// Integral from -1 to each node.
  [[nodiscard]] Values running_integral(const Values& values) const;

  /// Legendre coefficients of the interpolating polynomial.
  [[nodiscard]] Values coefficients(const Values& values) const;

  /// The coefficients of the highest and the second highest degree alone: how well the panel is resolved.
  [[nodiscard]] std::pair<double, double> highest_coefficients(const Values& values) const;

  /// Integral from -1 to x of the polynomial with these coefficients.
  [[nodiscard]] static double integral_to(const Values& coefficients, double x);

  /// Value at x of the polynomial with these coefficients.
  [[nodiscard]] static double value_at(const Values& coefficients, double x);

  /// x in [-1, 1] up to which the polynomial, positive there, has this integral: Newton's method inside a bracket.
  [[nodiscard]] static double position_of(const Values& coefficients, double integral);

 private:
  GaussLegendre();

  Values nodes_{};
  Values weights_{};
  std::array<Values, kNodes> legendre_{};  // [k][i]: P_k at node i
  std::array<Values, kNodes>
      running_{};  // [i][j]: integral to node i of the polynomial that is 1 at node j only
};

}  // namespace splitplot::stats
