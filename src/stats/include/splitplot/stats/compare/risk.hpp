/// Relative effects on a 0/1 metric by their textbook large-sample formulas. The product shows Fieller's lift and score intervals; these
/// are for readers who know them by name. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

struct RelativeEffect {
  double value = 0;
  double standard_error = 0;  ///< on the logarithmic scale for ratios, as it is for the lift
  Interval interval;
  double p_value = 1;  ///< two-sided, of "no effect", by the same approximation
  Assumptions assumptions;
};

/// Rate of the treatment over that of the control; log-normal interval of Katz, Baptista, Azen & Pike (1978), Biometrics 34.
/// Not estimable: arms that make no table, an arm without successes, both arms without failures, a confidence outside (0, 1).
[[nodiscard]] Estimated<RelativeEffect> risk_ratio(const SuccessCount& control, const SuccessCount& treatment,
                                                   double confidence = 0.95);

/// Odds of the treatment over those of the control; log-normal interval of Woolf (1955), Annals of Human Genetics 19.
/// Not estimable: arms that make no table, an empty cell, a confidence outside (0, 1).
[[nodiscard]] Estimated<RelativeEffect> odds_ratio(const SuccessCount& control, const SuccessCount& treatment,
                                                   double confidence = 0.95);

struct DeltaLiftOptions {
  double confidence = 0.95;
  ReferenceDistribution reference =
      ReferenceDistribution::Normal;  ///< StudentT: with Welch's degrees of freedom
};

/// Lift p_t / p_c - 1 with the standard error of the delta method, variances p (1 - p) / n. Its interval errs where events are rare:
/// `fieller_lift` is the one to use. Not estimable: arms that make no table, a control without successes, no spread in either arm, a
/// confidence outside (0, 1); for Student's t an arm of one unit.
[[nodiscard]] Estimated<RelativeEffect> delta_lift(const SuccessCount& control, const SuccessCount& treatment,
                                                   const DeltaLiftOptions& options = {});

}  // namespace splitplot::stats
