/// Many tests at once: adjusted p-values and decisions over a family. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace splitplot::stats {

/// "Any dependence": the guarantee needs nothing of how the tests hang together. "Positive dependence": independent tests, or such as a
/// shared control or positively correlated metrics make them (PRDS, Benjamini & Yekutieli 2001).
enum class Correction {
  None,           ///< p-values as they are
  Bonferroni,     ///< family-wise error, any dependence; simple, for intervals
  Sidak,          ///< family-wise error, independent or positively dependent tests (Sidak 1967, JASA 62)
  Holm,           ///< family-wise error, any dependence (Holm 1979, Scand. J. Statist. 6)
  HolmSidak,      ///< Holm's steps with Sidak's levels; dependence as for Sidak
  Hochberg,       ///< family-wise error, positive dependence (Hochberg 1988, Biometrika 75)
  HochbergSidak,  ///< Hochberg's steps with Sidak's levels: slightly above nominal for independent tests
  Hommel,  ///< family-wise error, positive dependence; closure of Simes' test (Hommel 1988, Biometrika 75)
  BenjaminiHochberg,   ///< false discovery rate, positive dependence (Benjamini & Hochberg 1995, JRSS B 57)
  BenjaminiYekutieli,  ///< false discovery rate, any dependence (Benjamini & Yekutieli 2001, Ann. Statist. 29)
};

[[nodiscard]] std::string_view name_of(Correction correction);

/// Adjusted p-values in the order of the input, each in [0, 1]: reject where adjusted <= alpha. NaN is refused (asserted).
/// O(m log m) time, Hommel O(m^2).
[[nodiscard]] std::vector<double> adjust_p_values(std::span<const double> p_values, Correction correction);

/// Decisions at one alpha, all in the order of the input.
struct FamilyDecision {
  std::vector<double> adjusted_p_values;
  std::vector<bool> rejected;
  /// What each raw p-value is held against: rejected where p <= level. Of a step-down procedure all from the first that fails share
  /// its level, of a step-up procedure all up to the last that passes share its level.
  std::vector<double> levels;
};

/// Domain: 0 < alpha < 1.
[[nodiscard]] FamilyDecision decide_family(std::span<const double> p_values, Correction correction,
                                           double alpha = 0.05);

/// p / w, at most 1: each test gets the share w of alpha, so that a primary metric can have most of it. Family-wise error, any
/// dependence. A weight of 0 gives 1. Not estimable: sizes that differ, a weight that is negative or not finite, weights that sum to
/// more than 1, a p-value outside [0, 1].
[[nodiscard]] Estimated<std::vector<double>> weighted_bonferroni(std::span<const double> p_values,
                                                                 std::span<const double> weights);

/// Two-stage step-up (Benjamini, Krieger & Yekutieli 2006, Biometrika 93, definition 6): Benjamini-Hochberg at alpha / (1 + alpha)
/// estimates how many hypotheses are true, a second one uses it. False discovery rate for independent tests; more powerful than
/// Benjamini-Hochberg where many effects are real. The adjusted p-values belong to this alpha alone. `levels` are those of the second
/// stage. Domain: 0 < alpha < 1.
[[nodiscard]] FamilyDecision two_stage_benjamini_hochberg(std::span<const double> p_values,
                                                          double alpha = 0.05);

/// e-BH (Wang & Ramdas 2022, JRSS B 84): the k largest e-values are rejected, k the largest with k e_(k) / m >= 1 / alpha. False
/// discovery rate under any dependence and at any time of looking, if each is an e-value. Answers adjusted p-values, m / (k e_(k)) made
/// monotone: reject where <= alpha. e >= 0, possibly infinite (asserted).
[[nodiscard]] std::vector<double> adjust_e_values(std::span<const double> e_values);

}  // namespace splitplot::stats
