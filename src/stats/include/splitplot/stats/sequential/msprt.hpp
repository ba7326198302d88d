/// The mixture sequential probability ratio test: the always-valid test of several commercial platforms. It takes the
/// variance for known; the asymptotic confidence sequence is preferred and this is kept for comparison with them. Pure
/// functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>

namespace splitplot::stats {

struct MixtureSprt {
  double log_likelihood_ratio = 0;  ///< of the mixture against no effect
  double p_value = 1;  ///< min(1, 1 / ratio): always-valid at this look alone; take the least over looks
  Interval interval;   ///< the effects whose ratio stays below 1 / alpha
  Assumptions assumptions;
};

/// Two-sample normal mixture with n units in each arm (Johari, Koomen, Pekelis & Walsh 2022, Operations Research 70): the ratio
/// is sqrt(V / (V + n tau^2)) exp(n^2 tau^2 d^2 / (2 V (V + n tau^2))) for the difference d of means, V the sum of both arms'
/// variances of one unit and tau^2 the variance of the effects mixed over. Not estimable: V, n or tau^2 not positive and
/// finite, a difference that is not finite, confidence outside (0, 1).
[[nodiscard]] Estimated<MixtureSprt> mixture_sprt(double difference, double variance_sum,
                                                  double units_per_arm, double mixing_variance,
                                                  double confidence = 0.95);

}  // namespace splitplot::stats
