// Counts of a hundred thousand ids before the start: is the split as planned, and independent of two other experiments?
#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/many/multiplicity.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<double> plan{0.5, 0.5};
  const std::vector<std::uint64_t> units{50'112, 49'888};
  const auto split = sample_ratio_test(units, plan);
  std::printf("split: chi-square %.2f, p = %.3f\n", split->statistic, split->p_value);

  // Rows: variants of this experiment; columns: those of the other.
  const std::vector<std::uint64_t> independent{25'090, 25'022, 24'871, 25'017};
  const std::vector<std::uint64_t> related{25'500, 24'612, 24'490, 25'398};
  const std::vector<double> p{independence_test(independent, 2)->p_value,
                              independence_test(related, 2)->p_value};
  const auto corrected = adjust_p_values(p, Correction::Holm);
  std::printf("first other: p = %.3f, corrected %.3f\n", p[0], corrected[0]);
  std::printf("second other: p = %.1e, corrected %.1e\n", p[1], corrected[1]);
}
