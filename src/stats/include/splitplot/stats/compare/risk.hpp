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
  double standard_error = 0;  ///< on the logarithmic scale
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

}  // namespace splitplot::stats
