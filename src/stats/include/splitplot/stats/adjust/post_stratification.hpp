/// Post-stratification: the effect within strata that were known before exposure, averaged by the strata's share of all units, so
/// that a chance imbalance of the strata between arms does no harm (Miratrix, Sekhon & Yu 2013, JRSS B 75(2)). With strata that units
/// were randomised within it is the blocked difference in means. From aggregates. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace splitplot::stats {

/// One stratum of a metric that is a mean or a proportion.
struct MeanStratum {
  Moments control, treatment;
};

/// One stratum of a ratio metric: dimension 0 the numerator, 1 the denominator.
struct RatioStratum {
  CrossMoments control, treatment;
};

/// What becomes of strata with fewer than two units in an arm, where an effect or its error cannot be had.
enum class SparseStrata {
  Refuse,  ///< the whole is not estimable
  Merge,   ///< they become one stratum; if that is sparse too, the smallest of the others joins, and so on
};

struct PostStratification {
  SparseStrata sparse = SparseStrata::Refuse;
  double confidence = 0.95;
  Alternative alternative = Alternative::TwoSided;
};

struct StratifiedEffect {
  double value = 0;           ///< sum_k w_k (treatment_k - control_k), w_k the stratum's share of all units
  double standard_error = 0;  ///< sqrt(sum_k w_k^2 (v_t,k / n_t,k + v_c,k / n_c,k))
  Interval interval;
  double p_value = 1;
  double degrees_of_freedom = 0;  ///< units less two for each stratum
  double control = 0;             ///< post-stratified mean or ratio of the arm
  double treatment = 0;
  std::size_t strata = 0;         ///< after merging
  std::size_t merged_strata = 0;  ///< strata as given that were put together with others; 0: none
  Assumptions assumptions;
  Concerns concerns;
};

/// Means and proportions (a 0/1 value a unit). Merging looks at the numbers of units alone, never at outcomes. Strata without units are
/// passed over. Not estimable: no strata, a sparse stratum where that is to be refused, an arm with fewer than two units in all, no
/// spread.
[[nodiscard]] Estimated<StratifiedEffect> post_stratified_effect(std::span<const MeanStratum> strata,
                                                                 const PostStratification& options = {});

/// Ratios: post-stratified mean of the numerator over that of the denominator in each arm, with the delta method's error,
/// sum_k w_k^2 Var_k(N - R D) / (n_k mean(D)^2) for each arm. Not estimable: also a denominator whose mean is zero.
[[nodiscard]] Estimated<StratifiedEffect> post_stratified_ratio_effect(
    std::span<const RatioStratum> strata, const PostStratification& options = {});

}  // namespace splitplot::stats
