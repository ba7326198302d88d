/// What counts say on the rates of two arms whose log odds ratio is known. Private to `stats`; thread-safe.
#pragma once

#include "numeric/quadrature_rule.hpp"

#include <splitplot/stats/pooling/binomial_effects.hpp>

#include <span>

namespace splitplot::stats {

struct RateMoments {
  double control_mean = 0;
  double difference_mean = 0;    // treatment - control
  double difference_square = 0;  // the mean of its square
};

/// Given theta, the rates lie at logits b - theta / 2 and b + theta / 2. b has the prior of the logit of a Beta(1/2, 1/2) rate, which
/// treats both arms alike, and both arms' binomial likelihood; Gauss-Hermite quadrature around its mode.
[[nodiscard]] RateMoments rates_given(const ArmCounts& counts, double theta);

struct WeightedDifference {
  double difference = 0;  // of the rates
  double weight = 0;      // adds up to 1
};

/// The difference of the rates at b = mode + z sd for the nodes z of a Gauss-Hermite rule, of its size.
void differences_given(const ArmCounts& counts, double theta, const QuadratureRule& rule,
                       std::span<WeightedDifference> differences);

}  // namespace splitplot::stats
