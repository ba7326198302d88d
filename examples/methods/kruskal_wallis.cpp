// Satisfaction from 1 to 5 in three variants: an order, hardly a mean.
#include <splitplot/stats/compare/rank.hpp>

#include <cstdio>
#include <vector>

int main() {
  const std::vector<std::vector<double>> answers{
      {3, 4, 2, 5, 3, 3, 4}, {4, 5, 5, 4, 5, 3, 5}, {2, 3, 3, 4, 2, 1, 3}};
  const std::vector<std::span<const double>> groups(answers.begin(), answers.end());
  const auto test = splitplot::stats::kruskal_wallis(groups);
  std::printf("H = %.2f on %.0f degrees of freedom, p = %.3f\n", test->statistic, test->degrees_of_freedom,
              test->p_value);
}
