// Is the split the same on every device? Rows are devices, columns are variants.
#include <splitplot/stats/compare/contingency.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<std::uint64_t> table{10'240, 10'198, 6'020, 6'055, 910, 1'090};
  const auto test = independence_test(table, 2);
  const auto likelihood = independence_test(table, 2, {.statistic = TableStatistic::LikelihoodRatio});
  std::printf("chi-square %.2f, G %.2f, %g degrees, p = %.5f\n", test->statistic, likelihood->statistic,
              test->degrees_of_freedom, test->p_value);
  std::printf("Cramer's V %.4f\n", *cramers_v(table, 2));
  const auto expected = expected_counts(table, 2);
  std::printf("tablets: 910 and 1,090 came, %.0f and %.0f were expected\n", (*expected)[4], (*expected)[5]);

  const std::vector<SuccessCount> arms{{310, 5000}, {352, 5000}, {318, 5000}};
  std::printf("any of three arms different: p = %.3f\n", equal_proportions_test(arms)->p_value);
}
