/// Proportions: one, or a treatment's against the control's. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// Wilson's score interval of one proportion (Wilson 1927, JASA 22). Always answers for units > 0.
[[nodiscard]] Estimated<Interval> wilson_interval(const SuccessCount& arm, double confidence = 0.95);

/// Difference of two proportions. Interval: Newcombe's hybrid score, method 10 of Newcombe (1998), Statistics
/// in Medicine 17:873-890, which answers for every table with units in both arms. p-value: pooled z, or
/// Fisher's exact test (two-sided by summing tables at most as likely, Fisher 1935) when an expected cell is
/// below 10. Domain: successes <= units, 0 < confidence < 1. Not estimable: an arm without units.
[[nodiscard]] Estimated<Difference> compare_proportions(const SuccessCount& control,
                                                        const SuccessCount& treatment,
                                                        double confidence = 0.95);

/// Fisher's exact test, two-sided. O(range of the table) time.
[[nodiscard]] double fisher_exact_p_value(const SuccessCount& control, const SuccessCount& treatment);

}  // namespace splitplot::stats
