#include "numeric/gauss_legendre.hpp"

#include <cmath>
#include <numbers>

namespace splitplot::stats {
namespace {

constexpr std::size_t kNodes = GaussLegendre::kNodes;

/// P_0 ... P_kNodes at x by the three-term recurrence.
std::array<double, kNodes + 1> legendre_polynomials(double x) {
  std::array<double, kNodes + 1> p{};
  p[0] = 1;
  p[1] = x;
  for (std::size_t k = 1; k < kNodes; ++k) {
    const double n = static_cast<double>(k);
    p[k + 1] = ((2 * n + 1) * x * p[k] - n * p[k - 1]) / (n + 1);
  }
  return p;
}

/// Integral of P_k from -1 to x, for k = 0 ... kNodes - 1: (P_{k+1}(x) - P_{k-1}(x)) / (2k + 1).
GaussLegendre::Values legendre_integrals(double x) {
  const auto p = legendre_polynomials(x);
  GaussLegendre::Values integrals{};
  integrals[0] = x + 1;
  for (std::size_t k = 1; k < kNodes; ++k)
    integrals[k] = (p[k + 1] - p[k - 1]) / static_cast<double>(2 * k + 1);
  return integrals;
}

}  // namespace

GaussLegendre::GaussLegendre() {
  const double n = static_cast<double>(kNodes);
  for (std::size_t i = 0; i < kNodes; ++i) {
    double x = -std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
    double slope = 1;
    for (int iteration = 0; iteration < 8; ++iteration) {
      const auto p = legendre_polynomials(x);
      slope = n * (x * p[kNodes] - p[kNodes - 1]) / (x * x - 1);
      x -= p[kNodes] / slope;
    }
    nodes_[i] = x;
    weights_[i] = 2 / ((1 - x * x) * slope * slope);
    const auto p = legendre_polynomials(x);
    for (std::size_t k = 0; k < kNodes; ++k) legendre_[k][i] = p[k];
  }
  for (std::size_t i = 0; i < kNodes; ++i) {
    const Values integrals = legendre_integrals(nodes_[i]);
    for (std::size_t j = 0; j < kNodes; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < kNodes; ++k) {
        sum += static_cast<double>(2 * k + 1) / 2 * legendre_[k][j] * integrals[k];
      }
      running_[i][j] = weights_[j] * sum;
    }
  }
}

const GaussLegendre& GaussLegendre::rule() {
  static const GaussLegendre kRule;
  return kRule;
}

double GaussLegendre::integral(const Values& values) const {
  double sum = 0;
  for (std::size_t i = 0; i < kNodes; ++i) sum += weights_[i] * values[i];
  return sum;
}

GaussLegendre::Values GaussLegendre::running_integral(const Values& values) const {
  Values result{};
  for (std::size_t i = 0; i < kNodes; ++i) {
    for (std::size_t j = 0; j < kNodes; ++j) result[i] += running_[i][j] * values[j];
  }
  return result;
}

GaussLegendre::Values GaussLegendre::coefficients(const Values& values) const {
  Values result{};
  for (std::size_t k = 0; k < kNodes; ++k) {
    for (std::size_t i = 0; i < kNodes; ++i) result[k] += weights_[i] * legendre_[k][i] * values[i];
    result[k] *= static_cast<double>(2 * k + 1) / 2;
  }
  return result;
}

std::pair<double, double> GaussLegendre::highest_coefficients(const Values& values) const {
  double last = 0;
  double second_last = 0;
  for (std::size_t i = 0; i < kNodes; ++i) {
    last += weights_[i] * legendre_[kNodes - 1][i] * values[i];
    second_last += weights_[i] * legendre_[kNodes - 2][i] * values[i];
  }
  constexpr double kDegree = kNodes - 1;
  return {last * (2 * kDegree + 1) / 2, second_last * (2 * kDegree - 1) / 2};
}

double GaussLegendre::integral_to(const Values& coefficients, double x) {
  const Values integrals = legendre_integrals(x);
  double sum = 0;
  for (std::size_t k = 0; k < kNodes; ++k) sum += coefficients[k] * integrals[k];
  return sum;
}

double GaussLegendre::value_at(const Values& coefficients, double x) {
  const auto p = legendre_polynomials(x);
  double sum = 0;
  for (std::size_t k = 0; k < kNodes; ++k) sum += coefficients[k] * p[k];
  return sum;
}

double GaussLegendre::position_of(const Values& coefficients, double integral) {
  double lower = -1;
  double upper = 1;
  double position = 0;
  for (int iteration = 0; iteration < 100 && upper - lower > 1e-15; ++iteration) {
    const double excess = integral_to(coefficients, position) - integral;
    (excess > 0 ? upper : lower) = position;
    double next = position - excess / value_at(coefficients, position);
    if (!(next > lower && next < upper)) next = 0.5 * (lower + upper);
    const double moved = std::abs(next - position);
    position = next;
    if (moved < 1e-14) break;
  }
  return position;
}

}  // namespace splitplot::stats
