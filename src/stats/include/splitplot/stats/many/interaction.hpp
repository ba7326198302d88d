/// Do two experiments that run on the same units, or a treatment and a fact about the units, change one another's effect? Worked out
/// from the aggregates of the cells of the joint assignment. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/many/multiplicity.hpp>
#include <splitplot/stats/moments.hpp>
#include <splitplot/stats/segment_effect.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace splitplot::stats {

/// Mean of one cell with the variance of that mean.
struct CellMean {
  double mean = 0;
  double variance_of_mean = 0;
};

/// Which variance a cell's mean is given: the heteroscedasticity-consistent ones of the saturated regression on cell indicators
/// (MacKinnon & White 1985, Journal of Econometrics 29). m2 / n is the plain mean square deviation.
enum class CellVariance {
  HC0,  ///< m2 / n^2; for a proportion p (1 - p) / n
  HC2,  ///< m2 / (n (n - 1)): the usual unbiased one
  HC3,  ///< m2 / (n - 1)^2: on the safe side for few units
};

/// Not estimable: no units (fewer than two for HC2 and HC3), sums that are not finite, more successes than units.
[[nodiscard]] Estimated<CellMean> cell_mean(const Moments& cell, CellVariance variance = CellVariance::HC2);
[[nodiscard]] Estimated<CellMean> cell_mean(const SuccessCount& cell,
                                            CellVariance variance = CellVariance::HC0);

/// The four cells of two two-armed experiments a and b.
struct FactorialCells {
  CellMean neither;  ///< control in both
  CellMean only_a;
  CellMean only_b;
  CellMean both;
};

/// A linear combination of cells with its large-sample (normal) test of "it is zero".
struct Contrast {
  double value = 0;
  double standard_error = 0;
  double z = 0;
  double p_value = 1;  ///< two-sided
  Interval interval;
  Assumptions assumptions{};
};

/// Sum of weight * mean over cells. Not estimable: no cells, sizes that differ, numbers that are not finite, a variance that is
/// negative, no spread in any cell with weight, a confidence outside (0, 1).
[[nodiscard]] Estimated<Contrast> cell_contrast(std::span<const CellMean> cells,
                                                std::span<const double> weights, double confidence = 0.95);

struct FactorialEffects {
  Contrast interaction;  ///< both - only_a - only_b + neither: what a's effect gains where b is on
  Contrast main_a;       ///< effect of a, averaged over b off and on with equal weight
  Contrast main_b;
};

/// On the absolute scale: the one on which two experiments together are shipped. Not estimable: as for `cell_contrast`.
[[nodiscard]] Estimated<FactorialEffects> factorial_effects(const FactorialCells& cells,
                                                            double confidence = 0.95);

/// The four cells of a 0/1 metric as counts.
struct FactorialCounts {
  SuccessCount neither;
  SuccessCount only_a;
  SuccessCount only_b;
  SuccessCount both;
};

/// The interaction on the logit scale: the log of the ratio of odds ratios, Wald's interval; the coefficient of the saturated logistic
/// regression. Other than the additive one it may be zero or not. Not estimable: a cell in which none or all succeeded (the
/// coefficient is infinite), more successes than units, a confidence outside (0, 1).
[[nodiscard]] Estimated<Contrast> logit_interaction(const FactorialCounts& cells, double confidence = 0.95);

/// Wald's chi-square of "no interaction" for `columns` levels of a treatment (control included) by any number of levels of a factor,
/// cells row by row: the weighted residual sum of squares of the additive model. With two columns it is Cochran's Q of the effects per
/// level. (rows - 1)(columns - 1) degrees of freedom. Not estimable: fewer than two rows or columns, an incomplete row, a cell
/// without spread, numbers that are not finite. O(cells * columns^2) time.
[[nodiscard]] Estimated<ChiSquareTest> additivity_test(std::span<const CellMean> cells, std::size_t columns);

/// Raw effects per segment for the tests of `heterogeneity.hpp`: mean differences with Welch's standard error. Sizes alike. Not
/// estimable: an arm with fewer than two units, a segment without spread.
[[nodiscard]] Estimated<std::vector<SegmentEffect>> segment_effects(std::span<const Moments> controls,
                                                                    std::span<const Moments> treatments);

/// What one pair of experiments showed.
struct ScreenedPair {
  Contrast interaction;
  double adjusted_p_value = 1;
  bool flagged = false;
};

struct ScreenOptions {
  Correction correction = Correction::BenjaminiHochberg;
  double alpha = 0.05;
  /// Interactions smaller than this (absolute, in the metric's unit) are not worth a flag, however certain.
  double smallest_effect = 0;
};

/// All pairs of experiments that run at the same time: flagged where the corrected p-value is at most alpha and the interaction is at
/// least the smallest worth knowing. Pairs whose interaction is not estimable keep their reason and take no part in the correction.
/// One answer a pair, in the order of the input.
[[nodiscard]] std::vector<Estimated<ScreenedPair>> screen_interactions(std::span<const FactorialCells> pairs,
                                                                       const ScreenOptions& options = {});

}  // namespace splitplot::stats
