#include "compare/success_counts.hpp"
#include "distributions/saddle_point.hpp"

#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
namespace {

constexpr double kSmallExpectedCount = 5;  // below, chi-square is a coarse approximation
constexpr double kTie = 1e-7;              // outcomes this close in probability count as equally likely
constexpr double kNegligible = 1e-18;      // a tail's term beside its sum so far

/// A cell's (observed - expected)^2 / expected, and the largest double where that overflows.
double cell_term(double observed, double expected) {
  if (observed == expected) return 0;
  if (expected == 0) return std::numeric_limits<double>::max();
  const double difference = observed - expected;
  return difference * (difference / expected);
}

/// A cell's part of G, twice observed log(observed / expected), with expected - observed added: that sums to zero over the table and
/// leaves terms which are never negative.
double likelihood_term(double observed, double expected) {
  return 2 * deviance_part(observed, expected);
}

ChiSquareTest finish(double statistic, std::size_t degrees, double smallest_expected) {
  ChiSquareTest test;
  test.statistic = std::clamp(statistic, 0.0, std::numeric_limits<double>::max());
  test.degrees_of_freedom = static_cast<double>(degrees);
  test.p_value = chi_square_sf(test.statistic, test.degrees_of_freedom);
  test.assumptions = {Assumption::IndependentUnits, Assumption::OneLook, Assumption::LargeSample};
  if (smallest_expected < kSmallExpectedCount) test.concerns.insert(Concern::FewUnits);
  return test;
}

/// A table with its margins.
struct Table {
  std::span<const std::uint64_t> cells;
  std::size_t columns = 0;
  std::vector<double> row_sums;
  std::vector<double> column_sums;
  double units = 0;

  /// `columns` divides the number of cells.
  Table(std::span<const std::uint64_t> counts, std::size_t column_count)
      : cells(counts),
        columns(column_count),
        row_sums(counts.size() / column_count, 0.0),
        column_sums(column_count, 0.0) {
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
      const double count = static_cast<double>(cells[cell]);
      row_sums[cell / columns] += count;
      column_sums[cell % columns] += count;
      units += count;
    }
  }

  [[nodiscard]] double expected(std::size_t cell) const {
    return row_sums[cell / columns] * (column_sums[cell % columns] / units);
  }
  static std::size_t filled(const std::vector<double>& sums) {
    return static_cast<std::size_t>(
        std::count_if(sums.begin(), sums.end(), [](double sum) { return sum > 0; }));
  }
};

/// P(K <= k), or P(K >= k) with step +1, for a k on that side of the mode: terms fall at least geometrically.
double binomial_tail(double k, double n, double rate, double step) {
  const double odds = rate / (1 - rate);
  double term = binomial_pmf(k, n, rate);
  double sum = term;
  while (term > kNegligible * sum && (step > 0 ? k < n : k > 0)) {
    term *= step > 0 ? (n - k) / (k + 1) * odds : k / ((n - k + 1) * odds);
    k += step;
    sum += term;
  }
  return sum;
}

/// Sum of the outcomes at most as likely as k of n: k's own tail, and on the other side of the mode from the first such outcome on.
double exact_binomial_p_value(double k, double n, double rate) {
  const double threshold = binomial_pmf(k, n, rate) * (1 + kTie);
  const double mode = std::min(n, std::floor((n + 1) * rate));
  if (binomial_pmf(mode, n, rate) <= threshold) return 1;
  const double step = k < mode ? 1 : -1;  // from the mode to the other side
  double p_value = binomial_tail(k, n, rate, -step);
  const double end = step > 0 ? n : 0;
  if (binomial_pmf(end, n, rate) > threshold) return std::min(1.0, p_value);
  double outside = mode;
  double inside = end;
  while (std::abs(inside - outside) > 1) {
    const double middle = std::floor((inside + outside) / 2);
    (binomial_pmf(middle, n, rate) <= threshold ? inside : outside) = middle;
  }
  p_value += binomial_tail(inside, n, rate, step);
  return std::min(1.0, p_value);
}

}  // namespace

Estimated<ChiSquareTest> sample_ratio_test(std::span<const std::uint64_t> observed,
                                           std::span<const double> weights) {
  if (observed.size() != weights.size())
    return not_estimable("there must be one planned weight for each arm");
  std::size_t arms = 0;
  double largest = 0;
  double units = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0) || !std::isfinite(weights[i])) {
      return not_estimable("a planned weight is negative or not a finite number");
    }
    if (weights[i] == 0) continue;
    ++arms;
    largest = std::max(largest, weights[i]);
    units += static_cast<double>(observed[i]);
  }
  if (arms < 2) return not_estimable("fewer than two arms have a planned weight");
  if (units == 0) return not_estimable("no units have arrived yet");

  double total = 0;  // of weights over the largest, so that the sum cannot overflow
  for (const double weight : weights) total += weight / largest;
  double statistic = 0;
  double smallest = units;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    const double expected = units * (weights[i] / largest / total);
    smallest = std::min(smallest, expected);
    statistic += cell_term(static_cast<double>(observed[i]), expected);
  }
  return finish(statistic, arms - 1, smallest);
}

Estimated<double> two_arm_ratio_p_value(std::span<const std::uint64_t> observed,
                                        std::span<const double> weights, TwoArmRatioTest method) {
  if (observed.size() != 2 || weights.size() != 2)
    return not_estimable("there must be two arms with a weight each");
  for (const double weight : weights) {
    if (!(weight > 0) || !std::isfinite(weight))
      return not_estimable("a planned weight is not a positive finite number");
  }
  const double k = static_cast<double>(observed[0]);
  const double n = k + static_cast<double>(observed[1]);
  if (n == 0) return not_estimable("no units have arrived yet");
  const double larger = std::max(weights[0], weights[1]);
  const double share = weights[0] / larger / (weights[0] / larger + weights[1] / larger);
  if (!(share > 0 && share < 1))
    return not_estimable("the planned weights differ too much to be worked with");
  if (method == TwoArmRatioTest::ExactBinomial) return exact_binomial_p_value(k, n, share);
  double distance = std::abs(k - n * share);
  if (method == TwoArmRatioTest::NormalCorrected) distance = std::max(0.0, distance - 0.5);
  return std::min(1.0, 2 * normal_sf(distance / std::sqrt(n * share * (1 - share))));
}

Estimated<ChiSquareTest> independence_test(std::span<const std::uint64_t> counts, std::size_t columns,
                                           const IndependenceOptions& options) {
  if (columns == 0 || counts.size() % columns != 0) return not_estimable("the table is not rectangular");
  const Table table(counts, columns);
  const std::size_t filled_rows = Table::filled(table.row_sums);
  const std::size_t filled_columns = Table::filled(table.column_sums);
  if (filled_rows < 2 || filled_columns < 2) {
    return not_estimable("fewer than two rows or columns of the table have any units");
  }
  const bool corrected = options.continuity == Continuity::Yates && filled_rows == 2 && filled_columns == 2;
  double statistic = 0;
  double smallest = table.units;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    if (table.row_sums[cell / columns] == 0 || table.column_sums[cell % columns] == 0) continue;
    const double expected = table.expected(cell);
    double observed = static_cast<double>(counts[cell]);
    if (corrected)
      observed += std::copysign(std::min(0.5, std::abs(expected - observed)), expected - observed);
    smallest = std::min(smallest, expected);
    statistic += options.statistic == TableStatistic::Pearson ? cell_term(observed, expected)
                                                              : likelihood_term(observed, expected);
  }
  return finish(statistic, (filled_rows - 1) * (filled_columns - 1), smallest);
}

Estimated<std::vector<double>> expected_counts(std::span<const std::uint64_t> counts, std::size_t columns) {
  if (columns == 0 || counts.size() % columns != 0) return not_estimable("the table is not rectangular");
  const Table table(counts, columns);
  if (table.units == 0) return not_estimable("the table has no units");
  std::vector<double> result(counts.size());
  for (std::size_t cell = 0; cell < counts.size(); ++cell) result[cell] = table.expected(cell);
  return result;
}

Estimated<double> cramers_v(std::span<const std::uint64_t> counts, std::size_t columns) {
  const auto test = independence_test(counts, columns);
  if (!test) return not_estimable(test.error().why);
  const Table table(counts, columns);
  const std::size_t shorter = std::min(Table::filled(table.row_sums), Table::filled(table.column_sums));
  return std::min(1.0, std::sqrt(test->statistic / table.units / static_cast<double>(shorter - 1)));
}

Estimated<ChiSquareTest> equal_proportions_test(std::span<const SuccessCount> arms) {
  if (arms.size() < 2) return not_estimable("there are fewer than two arms");
  std::vector<std::uint64_t> counts;
  counts.reserve(2 * arms.size());
  for (const SuccessCount& arm : arms) {
    if (const auto why = refusal(arm)) return not_estimable(*why);
    counts.push_back(arm.successes);
    counts.push_back(arm.units - arm.successes);
  }
  auto test = independence_test(counts, 2);
  if (!test) return not_estimable("nobody or everybody succeeds, so there is nothing to compare");
  test->assumptions.insert(Assumption::RandomisedUnits);
  return test;
}

}  // namespace splitplot::stats
