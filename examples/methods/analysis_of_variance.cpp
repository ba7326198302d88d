// Three variants: does any differ, and which from which?
#include <splitplot/stats/compare/anova.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<Moments> groups{
      *moments_of(std::vector<double>{4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14}),
      *moments_of(std::vector<double>{4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69}),
      *moments_of(std::vector<double>{6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26})};
  const auto any = one_way_anova(groups);
  std::printf("F = %.2f on %.0f and %.0f degrees of freedom, p = %.3f\n", any->test.statistic,
              any->test.degrees_between, any->test.degrees_within, any->test.p_value);
  const auto all = tukey_all_pairs(groups);
  for (const PairDifference& pair : all->pairs) {
    std::printf("%zu - %zu: %+.2f (%+.2f to %+.2f), p = %.3f\n", pair.second, pair.first, pair.value,
                pair.interval.lower, pair.interval.upper, pair.p_value);
  }
}
