/// Fisher's exact test: what the margins of a table leave to chance. For 2 x 2 tables with the odds ratio's conditional estimate and exact
/// interval, and for r x c tables. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace splitplot::stats {

/// P-value of Fisher's exact test (Fisher 1935). Two-sided: the probability of the tables at most as likely as this one, ties within a
/// relative 1e-7 counted as equal, as in R. Greater and Less: the treatment's tail. Time grows with the standard deviation of a cell.
/// Domain: arms with units, successes <= units (asserted).
[[nodiscard]] double fisher_exact_p_value(const SuccessCount& control, const SuccessCount& treatment,
                                          Alternative alternative = Alternative::TwoSided);

struct FisherOptions {
  /// Greater asks whether the treatment's odds are higher; the interval is then one-sided too.
  Alternative alternative = Alternative::TwoSided;
  double confidence = 0.95;
};

struct FisherExactTest {
  double p_value = 1;
  /// Odds of success under the treatment over those under the control: the conditional maximum-likelihood estimate, 0 or infinite at the
  /// ends of what the margins allow. It is nearer to one than the cross product of the table.
  double odds_ratio = 1;
  /// Odds ratios that the one-sided tests at half of 1 - confidence each do not reject (Cornfield 1956; Clopper & Pearson's way); it
  /// need not agree with the two-sided p-value, which weighs tables by their probability.
  Interval odds_ratio_interval;
  Assumptions assumptions;
};

/// Solved to the last digits. Not estimable: arms that make no table, margins that allow this one table only (nobody or everybody
/// succeeds), a confidence outside (0, 1), more than 10^9 units.
[[nodiscard]] Estimated<FisherExactTest> fisher_exact_test(const SuccessCount& control,
                                                           const SuccessCount& treatment,
                                                           const FisherOptions& options = {});

/// Fisher's test of an r x c table of counts, row-major (Freeman & Halton 1951, Biometrika 38): the probability of all tables with these
/// margins that are at most as likely. Columns are worked off one by one and partial tables of equal rest and probability are merged
/// (after Mehta & Patel 1983, JASA 78); the last two columns are added up from sorted lists. Not estimable: a table that is not
/// rectangular, fewer than two rows or columns with units, or more than about 10^8 steps: the chi-square test then serves.
[[nodiscard]] Estimated<double> fisher_table_p_value(std::span<const std::uint64_t> table,
                                                     std::size_t columns);

}  // namespace splitplot::stats
