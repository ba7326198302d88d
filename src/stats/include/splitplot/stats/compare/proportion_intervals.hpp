/// Intervals by name: of one proportion, and of the difference of two. Wilson and Newcombe answer well for every table and are what the
/// product uses; the others are there by their names, for comparison and for readers who must report them. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// An interval of one proportion. All end within [0, 1].
enum class ProportionInterval {
  Wilson,          ///< inverts the score test (Wilson 1927, JASA 22)
  ClopperPearson,  ///< inverts the two one-sided binomial tests; never covers less than stated (Clopper & Pearson 1934, Biometrika 26)
  Jeffreys,  ///< equal-tailed under the Beta(1/2, 1/2) prior; 0 for no success and 1 for no failure (Brown, Cai & DasGupta 2001)
  AgrestiCoull,  ///< Wald around Wilson's centre (Agresti & Coull 1998, American Statistician 52)
  Wald,          ///< p +- z sqrt(p q / n): covers far less than stated for rare events
};

/// Not estimable: no units, more successes than units, a confidence outside (0, 1).
[[nodiscard]] Estimated<Interval> proportion_interval(const SuccessCount& arm, ProportionInterval method,
                                                      double confidence = 0.95);

/// Wilson's score interval of one proportion (Wilson 1927, JASA 22). Always answers for units > 0.
[[nodiscard]] Estimated<Interval> wilson_interval(const SuccessCount& arm, double confidence = 0.95);

/// Newcombe's hybrid score interval of the difference, method 10 of Newcombe (1998), Statistics in Medicine 17:873-890.
/// Not estimable: an arm without units or with more successes than units, a confidence outside (0, 1).
[[nodiscard]] Estimated<Interval> newcombe_interval(const SuccessCount& control,
                                                    const SuccessCount& treatment, double confidence = 0.95);

/// Whether |observed - expected| is reduced by half a unit, or by itself where it is smaller (Yates 1934).
enum class Continuity { None, Yates };

/// Whether ends beyond what a difference of proportions can be are cut to -1 and 1.
enum class IntervalEnds { AsComputed, CutToRange };

struct WaldOptions {
  double confidence = 0.95;
  /// TwoSided: both ends. Greater: a lower end at the one-sided level, upper end 1. Less: the mirror image.
  Alternative alternative = Alternative::TwoSided;
  Continuity continuity = Continuity::None;
  IntervalEnds ends = IntervalEnds::AsComputed;
};

/// d +- z sqrt(p_c q_c / n_c + p_t q_t / n_t), widened by the continuity correction (1/n_c + 1/n_t) / 2 or |d| where that is smaller.
/// Has width zero where nobody or everybody succeeds. Refuses as `newcombe_interval` does.
[[nodiscard]] Estimated<Interval> wald_interval(const SuccessCount& control, const SuccessCount& treatment,
                                                const WaldOptions& options = {});

/// Wald's interval after one success and one failure were added to each arm (Agresti & Caffo 2000, American Statistician 54). Ends are
/// not cut: they may lie beyond -1 and 1. Refuses as `newcombe_interval` does.
[[nodiscard]] Estimated<Interval> agresti_caffo_interval(const SuccessCount& control,
                                                         const SuccessCount& treatment,
                                                         double confidence = 0.95);

}  // namespace splitplot::stats
