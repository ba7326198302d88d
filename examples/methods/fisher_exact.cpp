// Refunds after a rare error: 2 of 3,000 under the control, 9 of 3,100 under the treatment.
#include <splitplot/stats/compare/fisher.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const auto test = fisher_exact_test({2, 3000}, {9, 3100});
  std::printf("p = %.4f, odds ratio %.2f (%.2f to %.2f)\n", test->p_value, test->odds_ratio,
              test->odds_ratio_interval.lower, test->odds_ratio_interval.upper);
  std::printf("more refunds? p = %.4f\n", fisher_exact_p_value({2, 3000}, {9, 3100}, Alternative::Greater));

  // Three variants by kind of complaint, row by row.
  const std::vector<std::uint64_t> complaints{4, 1, 0, 2, 5, 1, 0, 3, 6};
  const auto p_value = fisher_table_p_value(complaints, 3);
  std::printf("complaints depend on the variant: p = %.4f\n", *p_value);
}
