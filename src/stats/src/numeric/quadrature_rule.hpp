/// Gauss rules of any size, for integrands that ask for another number of nodes than `GaussLegendre` has. Private to `stats`;
/// thread-safe.
#pragma once

#include <cstddef>
#include <vector>

namespace splitplot::stats {

struct QuadratureRule {
  std::vector<double> nodes;  ///< ascending
  std::vector<double> weights;
};

/// Integral over [-1, 1]; exact for polynomials of degree 2 size - 1. 0 < size.
[[nodiscard]] QuadratureRule gauss_legendre_rule(std::size_t size);

/// Mean under a standard normal distribution: the weights add up to 1 (Golub & Welsch 1969: eigenvalues of the
/// three-term recurrence). 1 < size.
[[nodiscard]] QuadratureRule gauss_hermite_rule(std::size_t size);

/// The Gauss rule of `size` nodes for a discrete measure: the same mean of every polynomial of degree 2 size - 1 (Stieltjes'
/// procedure). Weights add up to 1; the measure itself where it has no more points than that.
[[nodiscard]] QuadratureRule thinned_rule(const QuadratureRule& measure, std::size_t size);

}  // namespace splitplot::stats
