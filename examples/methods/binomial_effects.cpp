// Purchases of a small shop by country: no segment has enough successes for a normal approximation, one has none in an arm.
#include <splitplot/stats/pooling/binomial_effects.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const std::vector<ArmCounts> countries{
      {.control = {4, 210}, .treatment = {9, 205}}, {.control = {2, 90}, .treatment = {5, 96}},
      {.control = {0, 45}, .treatment = {2, 41}},   {.control = {7, 160}, .treatment = {6, 150}},
      {.control = {3, 120}, .treatment = {8, 131}}, {.control = {0, 12}, .treatment = {0, 15}}};
  const auto pooled = pool_log_odds_ratios(countries);
  if (!pooled) return 1;
  for (std::size_t j = 0; j < countries.size(); ++j) {
    const PooledOdds& country = pooled->segments[j];
    const PooledEffect& odds = country.log_odds_ratio;
    std::printf(
        "country %zu: log odds ratio %.2f (%.2f to %.2f), better with %.0f %%, rates differ by %.1f points\n",
        j + 1, odds.mean, odds.interval.lower, odds.interval.upper, 100 * odds.chance_above_zero,
        100 * country.rate_difference_mean);
  }
  std::printf("mean over countries: %.2f (%.2f to %.2f)\n", pooled->overall.mean,
              pooled->overall.interval.lower, pooled->overall.interval.upper);
}
