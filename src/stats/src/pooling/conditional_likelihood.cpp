#include "pooling/conditional_likelihood.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace splitplot::stats {
namespace {

// Weights below this change L only where it is below 1e-20.
constexpr double kLightest = 1e-45;

/// The four counts of a table as a function of how many successes are moved to the treatment.
struct Table {
  double treatment_successes = 0;
  double treatment_failures = 0;
  double control_successes = 0;
  double control_failures = 0;

  /// log of W_{k+1} / W_k, also between whole k; positive counts on both sides of the fraction.
  [[nodiscard]] double log_ratio(double k) const { return std::log(ratio(k)); }
  [[nodiscard]] double ratio(double k) const {
    return (treatment_failures - k) / (treatment_successes + k + 1) * (control_successes - k) /
           (control_failures + k + 1);
  }
  [[nodiscard]] double largest_move() const { return std::min(treatment_failures, control_successes); }
  /// The same table with the outcomes' names exchanged: moves go the other way.
  [[nodiscard]] Table turned() const {
    return {treatment_failures, treatment_successes, control_failures, control_successes};
  }
};

/// log of W_{k+b} / W_k.
double log_ratio_over(const Table& table, double k, double stride) {
  constexpr double kManyFactors = 64;
  if (stride <= kManyFactors) {
    double product = 1;
    for (double i = 0; i < stride; i += 1) product *= table.ratio(k + i);
    return std::log(product);
  }
  // The sum of b logarithms as the integral over [k - 1/2, k + b - 1/2], by Gauss's rule of three nodes: their counts are above
  // 10^4 here, so that all that is left out is below 1e-8.
  constexpr std::array<double, 3> kNodes{-0.7745966692414834, 0, 0.7745966692414834};
  constexpr std::array<double, 3> kWeights{5.0 / 18, 8.0 / 18, 5.0 / 18};
  double sum = 0;
  for (std::size_t i = 0; i < kNodes.size(); ++i)
    sum += kWeights[i] * table.log_ratio(k - 0.5 + 0.5 * stride * (1 + kNodes[i]));
  return stride * sum;
}

/// stride * W_k exp(k slope) for k = stride, 2 stride, ... until they are too light to count.
std::vector<double> weights_of(const Table& table, double stride, double slope) {
  std::vector<double> weights;
  double log_weight = 0;
  double weight = stride;
  const double tilt = std::exp(slope);
  for (double k = 0; k + stride <= table.largest_move(); k += stride) {
    if (stride == 1) {
      weight *= table.ratio(k) * tilt;
    } else {
      log_weight += log_ratio_over(table, k, stride) + stride * slope;
      weight = stride * std::exp(log_weight);
    }
    if (weight < kLightest) break;
    weights.push_back(weight);
  }
  return weights;
}

/// The sum of c_i x^(i + 1), even and odd powers apart: Horner's rule waits for itself at every step, two of them wait together.
double polynomial(const std::vector<double>& coefficients, double x) {
  constexpr double kSafe = 1e300;
  const double square = x * x;
  double odd = 0;
  double even = 0;
  std::size_t i = coefficients.size();
  if (!(square < kSafe)) {  // 0 times infinity would be no number
    for (; i > 0; --i) odd = (odd + coefficients[i - 1]) * x;
    return odd;
  }
  if (i % 2 == 1) odd = coefficients[--i];
  for (; i > 0; i -= 2) {
    odd = odd * square + coefficients[i - 2];
    even = even * square + coefficients[i - 1];
  }
  return odd * x + even * square;
}

}  // namespace

ConditionalLikelihood::ConditionalLikelihood(const ArmCounts& counts) {
  const auto failures = [](const SuccessCount& arm) {
    return static_cast<double>(arm.units - arm.successes);
  };
  const Table table{static_cast<double>(counts.treatment.successes), failures(counts.treatment),
                    static_cast<double>(counts.control.successes), failures(counts.control)};
  centre_ = std::log((table.treatment_successes + 0.5) / (table.treatment_failures + 0.5)) -
            std::log((table.control_successes + 0.5) / (table.control_failures + 0.5));
  variance_ = 1 / (table.treatment_successes + 0.5) + 1 / (table.treatment_failures + 0.5) +
              1 / (table.control_successes + 0.5) + 1 / (table.control_failures + 0.5);
  stride_ = std::max(1.0, std::floor(0.5 / std::sqrt(variance_)));
  middle_ = stride_;
  above_ = weights_of(table, stride_, centre_);
  below_ = weights_of(table.turned(), stride_, -centre_);
  flat_above_ = table.largest_move() == 0;
  flat_below_ = table.turned().largest_move() == 0;
}

double ConditionalLikelihood::at(double theta) const {
  const double factor = std::exp((theta - centre_) * stride_);
  const double inverse = 1 / factor;
  return 1 / (middle_ + polynomial(above_, factor) + polynomial(below_, inverse));
}

}  // namespace splitplot::stats
