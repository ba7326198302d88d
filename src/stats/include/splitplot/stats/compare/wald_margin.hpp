/// Wald's tests of two proportions against margins: non-inferiority and equivalence with the unpooled standard error. They are here by
/// name, because other programs and published plans use them; for rare outcomes they keep neither error rate nor coverage, and the
/// score test is to be preferred. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// One-sided test of "the treatment is worse by the margin or more".
struct WaldNonInferiority {
  double difference = 0;      ///< treatment - control
  double standard_error = 0;  ///< unpooled
  double z = 0;               ///< (difference + margin) / standard_error
  double p_value = 1;         ///< of effect <= -margin
  double lower_limit = 0;     ///< one-sided, at 1 - alpha: non-inferior where it lies above -margin
  Assumptions assumptions;
  Concerns concerns;
};

/// Not estimable: an arm without units, successes above units, no variance in both arms, a margin that is not finite, alpha outside (0, 1).
[[nodiscard]] Estimated<WaldNonInferiority> wald_non_inferiority(const SuccessCount& control,
                                                                 const SuccessCount& treatment, double margin,
                                                                 double alpha = 0.025);

/// Two one-sided tests (Schuirmann 1987) of "the effect lies outside (lower, upper)".
struct WaldEquivalence {
  double difference = 0;
  double standard_error = 0;
  double p_lower = 1;  ///< of effect <= lower
  double p_upper = 1;  ///< of effect >= upper
  double p_value = 1;  ///< the larger of the two
  Interval interval;   ///< at 1 - 2 alpha: equivalent where it lies inside the margins
  Assumptions assumptions;
  Concerns concerns;
};

/// Not estimable: as above, and margins that are not in order.
[[nodiscard]] Estimated<WaldEquivalence> wald_equivalence(const SuccessCount& control,
                                                          const SuccessCount& treatment,
                                                          const Interval& margins, double alpha = 0.05);

}  // namespace splitplot::stats
