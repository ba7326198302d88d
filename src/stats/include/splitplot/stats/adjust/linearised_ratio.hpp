/// Ratio metrics (orders per session, over units) as something every method for means can work with: by the delta method a ratio of
/// means R = mean(N) / mean(D) has the error of the mean of R + (N - R D) / mean(D), its linearised values (Deng, Knoblich & Lu 2018,
/// KDD). From aggregates alone, so inside segments too. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/adjust/covariate.hpp>
#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace splitplot::stats {

/// A variable of the result: the ratio of two dimensions of an aggregate, or one dimension as it is.
struct RatioOf {
  std::size_t numerator = 0;
  std::optional<std::size_t> denominator;
};

/// The aggregate of linearised values, each variable at this aggregate's own ratio: mean i is ratio i, and cross products are those of
/// (N - R D) / mean(D). With the metric first and covariates after it `cuped_coefficients`, `adjust_mean` and `lin_effect` take it as
/// it is. Not estimable: no units, a dimension that is not there, a mean of a denominator that is zero or leaves the range of a
/// double.
[[nodiscard]] Estimated<CrossMoments> linearised_ratios(const CrossMoments& arm,
                                                        std::span<const RatioOf> variables);

/// Which units the coefficient of a ratio's covariate is estimated from, and at which ratios they are linearised.
enum class RatioCoefficient {
  WithinArms,  ///< each arm at its own ratios, centred sums added (GrowthBook): the effect does not enter
  AllUnits,    ///< all units as one group at the common ratios (tea-tasting)
};

struct RatioAdjustment {
  RatioCoefficient coefficient = RatioCoefficient::WithinArms;
  AdjustedComparison comparison;
};

/// Two ratios with a ratio covariate's chance imbalance taken out.
struct AdjustedRatios {
  double coefficient = 0;           ///< theta
  AdjustedMean control, treatment;  ///< centred at the covariate's ratio over all units of both arms
  double unadjusted_control = 0;    ///< the control's raw ratio
  double variance_of_unadjusted_control = 0;
  double covariance_of_controls = 0;  ///< of the control's raw and adjusted ratio
  Difference difference;              ///< with what it assumes and what speaks against it
  double degrees_of_freedom = 0;      ///< Satterthwaite's, also where the normal distribution was asked for
};

/// CUPED for a ratio metric. Dimensions of both aggregates: numerator, denominator, the covariate's numerator, its denominator.
/// Not estimable: as `linearised_ratios`, `cuped_coefficients` and `compare_adjusted`.
[[nodiscard]] Estimated<AdjustedRatios> compare_ratios_with_covariate(const CrossMoments& control,
                                                                      const CrossMoments& treatment,
                                                                      const RatioAdjustment& options = {});

/// A relative lift after adjustment with its delta-method error. For comparison with other programs; the product's lift is
/// `fieller_lift`, since the delta method's error rate breaks on skewed and rare outcomes.
struct AdjustedLift {
  double value = 0;
  double standard_error = 0;
  Interval interval;
  double p_value = 1;
};

/// (adjusted treatment - adjusted control) / raw control, GrowthBook's convention: variance V_d / M^2 + d^2 V_M / M^4 + 2 d C / M^3,
/// where M is the raw control with variance V_M, d the difference with variance V_d, C the covariance of the raw and the adjusted
/// control. Not estimable: a raw control of zero; as `AdjustedComparison` demands.
[[nodiscard]] Estimated<AdjustedLift> lift_over_unadjusted_control(const AdjustedRatios& ratios,
                                                                   const AdjustedComparison& comparison);

/// adjusted treatment / adjusted control - 1 with an interval on the log scale, tea-tasting's convention; `standard_error` is that of
/// the log, and the p-value is the difference's. Not estimable: means that are not of one sign.
[[nodiscard]] Estimated<AdjustedLift> lift_on_log_scale(const AdjustedRatios& ratios,
                                                        const AdjustedComparison& comparison);

}  // namespace splitplot::stats
