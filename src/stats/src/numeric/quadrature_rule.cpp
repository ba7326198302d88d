#include "numeric/quadrature_rule.hpp"

#include <cmath>
#include <numbers>

#include <Eigen/Eigenvalues>

namespace splitplot::stats {
namespace {

/// Nodes and weights from the three-term recurrence of orthonormal polynomials (Golub & Welsch 1969).
QuadratureRule rule_of_recurrence(const Eigen::VectorXd& diagonal, const Eigen::VectorXd& beside) {
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal, beside);
  QuadratureRule rule;
  for (Eigen::Index i = 0; i < diagonal.size(); ++i) {
    rule.nodes.push_back(solver.eigenvalues()[i]);
    const double first = solver.eigenvectors()(0, i);
    rule.weights.push_back(first * first);
  }
  return rule;
}

}  // namespace

QuadratureRule gauss_legendre_rule(std::size_t size) {
  QuadratureRule rule;
  const double n = static_cast<double>(size);
  for (std::size_t i = 0; i < size; ++i) {
    double x = -std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
    double slope = 1;
    for (int iteration = 0; iteration < 10; ++iteration) {
      double before = 1;
      double value = x;
      for (std::size_t k = 1; k < size; ++k) {
        const double m = static_cast<double>(k);
        const double next = ((2 * m + 1) * x * value - m * before) / (m + 1);
        before = value;
        value = next;
      }
      slope = n * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    rule.nodes.push_back(x);
    rule.weights.push_back(2 / ((1 - x * x) * slope * slope));
  }
  return rule;
}

QuadratureRule gauss_hermite_rule(std::size_t size) {
  const auto n = static_cast<Eigen::Index>(size);
  Eigen::VectorXd beside(n - 1);
  for (Eigen::Index k = 0; k + 1 < n; ++k) beside[k] = std::sqrt(static_cast<double>(k + 1));
  return rule_of_recurrence(Eigen::VectorXd::Zero(n), beside);
}

QuadratureRule thinned_rule(const QuadratureRule& measure, std::size_t size) {
  if (measure.nodes.size() <= size) return measure;
  const auto points = static_cast<Eigen::Index>(measure.nodes.size());
  const Eigen::Map<const Eigen::ArrayXd> x(measure.nodes.data(), points);
  const Eigen::Map<const Eigen::ArrayXd> raw(measure.weights.data(), points);
  const Eigen::ArrayXd weights = raw / raw.sum();
  const auto n = static_cast<Eigen::Index>(size);
  Eigen::VectorXd diagonal(n);
  Eigen::VectorXd beside(n - 1);
  Eigen::ArrayXd before = Eigen::ArrayXd::Zero(points);
  Eigen::ArrayXd polynomial = Eigen::ArrayXd::Ones(points);
  double norm = 0;
  for (Eigen::Index k = 0; k < n; ++k) {
    diagonal[k] = (weights * polynomial.square() * x).sum();
    if (k + 1 == n) break;
    const Eigen::ArrayXd next = (x - diagonal[k]) * polynomial - norm * before;
    norm = std::sqrt((weights * next.square()).sum());
    beside[k] = norm;
    before = polynomial;
    polynomial = next / norm;
  }
  return rule_of_recurrence(diagonal, beside);
}

}  // namespace splitplot::stats
