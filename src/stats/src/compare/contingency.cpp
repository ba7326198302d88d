#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
namespace {

/// A cell's (observed - expected)^2 / expected, and the largest double where that overflows.
double cell_term(double observed, double expected) {
  if (observed == expected) return 0;
  if (expected == 0) return std::numeric_limits<double>::max();
  const double difference = observed - expected;
  return difference * (difference / expected);
}

ChiSquareTest finish(double statistic, std::size_t degrees) {
  ChiSquareTest test;
  test.statistic = std::min(statistic, std::numeric_limits<double>::max());
  test.degrees_of_freedom = static_cast<double>(degrees);
  test.p_value = chi_square_sf(test.statistic, test.degrees_of_freedom);
  return test;
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
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    statistic += cell_term(static_cast<double>(observed[i]), units * (weights[i] / largest / total));
  }
  return finish(statistic, arms - 1);
}

Estimated<ChiSquareTest> independence_test(std::span<const std::uint64_t> table, std::size_t columns) {
  if (columns == 0 || table.size() % columns != 0) return not_estimable("the table is not rectangular");
  const std::size_t rows = table.size() / columns;
  std::vector<double> row_sums(rows, 0.0);
  std::vector<double> column_sums(columns, 0.0);
  double units = 0;
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    const double count = static_cast<double>(table[cell]);
    row_sums[cell / columns] += count;
    column_sums[cell % columns] += count;
    units += count;
  }
  const auto filled = [](const std::vector<double>& sums) {
    return static_cast<std::size_t>(
        std::count_if(sums.begin(), sums.end(), [](double sum) { return sum > 0; }));
  };
  const std::size_t filled_rows = filled(row_sums);
  const std::size_t filled_columns = filled(column_sums);
  if (filled_rows < 2 || filled_columns < 2) {
    return not_estimable("fewer than two rows or columns of the table have any units");
  }
  double statistic = 0;
  for (std::size_t cell = 0; cell < table.size(); ++cell) {
    const double row_sum = row_sums[cell / columns];
    const double column_sum = column_sums[cell % columns];
    if (row_sum == 0 || column_sum == 0) continue;
    statistic += cell_term(static_cast<double>(table[cell]), row_sum * (column_sum / units));
  }
  return finish(statistic, (filled_rows - 1) * (filled_columns - 1));
}

}  // namespace splitplot::stats
