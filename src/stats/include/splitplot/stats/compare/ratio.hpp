/// Ratios of totals, such as clicks per view or revenue per order, where units are randomised and the denominator is a
/// result as well: a unit's rows hang together, so that the ratio of totals is judged over units. A ratio needs the
/// `CrossMoments` of (numerator, denominator) per unit and nothing else. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// One arm's ratio, mean(numerator) / mean(denominator), with the variance of the linearised unit value
/// (numerator - ratio x denominator) / mean(denominator): Deng, Knoblich & Lu 2018, KDD, section 3. `totals` has the
/// numerator as dimension 0 and the denominator as dimension 1; further dimensions are not looked at. Not estimable:
/// fewer than two units, fewer than two dimensions, a mean denominator of zero, moments that are not finite.
[[nodiscard]] Estimated<ArmMean> ratio_of_totals(const CrossMoments& totals);

/// Difference of two ratios of totals by the delta method, with Student's t or the normal distribution as the options say.
/// `concerns` has `FewClusters` with fewer than 20 units in an arm, and `FewUnits` where a mean denominator is known to no
/// better than 10 %, so that the linearisation is rough. Not estimable: as `ratio_of_totals`, no spread, a confidence
/// outside (0, 1).
[[nodiscard]] Estimated<Difference> compare_ratios(const CrossMoments& control, const CrossMoments& treatment,
                                                   const MeansOptions& options = {});

/// Relative lift of two ratios of totals with Fieller's interval at the two-sided confidence of the options, by the same
/// degrees of freedom as `compare_ratios`. Not estimable: as there, and where the control's ratio cannot be told from zero.
[[nodiscard]] Estimated<Estimate> ratio_lift(const CrossMoments& control, const CrossMoments& treatment,
                                             const MeansOptions& options = {});

}  // namespace splitplot::stats
