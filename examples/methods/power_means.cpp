// How many units does a change of a mean take, and what does a covariate save?
#include <splitplot/stats/power/means.hpp>

#include <cmath>
#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const double difference =
      1.5 / 30;  // an effect of 1.50 where a unit's value has a standard deviation of 30
  const auto plain = units_for_two_means(difference, 0.80);
  const auto left = covariate_variance_factor(0.4);  // what was spent before explains 40 % of the variance
  if (!plain || !left) return 1;
  const auto adjusted = units_for_two_means(difference / std::sqrt(*left), 0.80);
  std::printf("units an arm: %.0f, with the covariate %.0f\n", std::ceil(*plain), std::ceil(*adjusted));
  if (const auto power = power_two_means(difference, 4000, 4000)) {
    std::printf("power with 4,000 units an arm: %.1f %%\n", 100 * *power);
  }
}
