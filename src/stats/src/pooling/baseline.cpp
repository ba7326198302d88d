#include "pooling/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {
namespace {

double rate_at(double logit) {
  return 1 / (1 + std::exp(-logit));
}

/// x logit - n log(1 + exp(logit)).
double log_likelihood(double successes, double units, double logit) {
  const double softplus = logit > 0 ? logit + std::log1p(std::exp(-logit)) : std::log1p(std::exp(logit));
  return successes * logit - units * softplus;
}

/// Hands (node, weight, control's rate, treatment's rate) to `take` for every node, and returns the sum of the weights.
template <typename Take>
double for_each_baseline(const ArmCounts& counts, double theta, const QuadratureRule& rule, Take take) {
  theta = std::clamp(theta, -30.0, 30.0);  // rates beyond differ from 0 and 1 by less than 1e-12
  const auto control_successes = static_cast<double>(counts.control.successes);
  const auto control_units = static_cast<double>(counts.control.units);
  const auto treatment_successes = static_cast<double>(counts.treatment.successes);
  const auto treatment_units = static_cast<double>(counts.treatment.units);
  const double successes =
      control_successes + treatment_successes + 0.5;  // the prior is half a success in one unit
  const double units = control_units + treatment_units + 1;
  double middle = std::log(successes / (units - successes));
  double curvature = 1;
  for (int i = 0; i < 50; ++i) {
    const double control = rate_at(middle - theta / 2);
    const double treatment = rate_at(middle + theta / 2);
    const double prior = rate_at(middle);
    const double slope = successes - control_units * control - treatment_units * treatment - prior;
    curvature = control_units * control * (1 - control) + treatment_units * treatment * (1 - treatment) +
                prior * (1 - prior);
    const double move = std::clamp(slope / curvature, -2.0, 2.0);
    middle += move;
    if (move * move * curvature < 1e-4) break;
  }
  const double sd = 1 / std::sqrt(curvature);
  const auto log_density = [&](double b) {
    return log_likelihood(control_successes, control_units, b - theta / 2) +
           log_likelihood(treatment_successes, treatment_units, b + theta / 2) + log_likelihood(0.5, 1, b);
  };
  const double peak = log_density(middle);
  double total = 0;
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const double z = rule.nodes[i];
    const double b = middle + sd * z;
    const double weight = rule.weights[i] * std::exp(log_density(b) - peak + 0.5 * z * z);
    take(i, weight, rate_at(b - theta / 2), rate_at(b + theta / 2));
    total += weight;
  }
  return total;
}

}  // namespace

RateMoments rates_given(const ArmCounts& counts, double theta) {
  static const QuadratureRule kRule = gauss_hermite_rule(7);
  RateMoments moments;
  const double total = for_each_baseline(counts, theta, kRule,
                                         [&](std::size_t, double weight, double control, double treatment) {
                                           const double difference = treatment - control;
                                           moments.control_mean += weight * control;
                                           moments.difference_mean += weight * difference;
                                           moments.difference_square += weight * difference * difference;
                                         });
  moments.control_mean /= total;
  moments.difference_mean /= total;
  moments.difference_square /= total;
  return moments;
}

void differences_given(const ArmCounts& counts, double theta, const QuadratureRule& rule,
                       std::span<WeightedDifference> differences) {
  const double total = for_each_baseline(counts, theta, rule,
                                         [&](std::size_t i, double weight, double control, double treatment) {
                                           differences[i] = {treatment - control, weight};
                                         });
  for (WeightedDifference& one : differences) one.weight /= total;
}

}  // namespace splitplot::stats
