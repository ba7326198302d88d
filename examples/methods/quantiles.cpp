// The 90th percentile of a load time in two arms.
#include <splitplot/stats/compare/quantiles.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

using namespace splitplot::stats;

int main() {
  std::vector<double> control, treatment;
  for (int i = 1; i <= 1000; ++i) {  // quantiles of two log-normal-like shapes
    const double u = (i - 0.5) / 1000;
    control.push_back(200 * std::pow(u / (1 - u), 0.4));
    treatment.push_back(185 * std::pow(u / (1 - u), 0.4));
  }
  std::sort(control.begin(), control.end());
  std::sort(treatment.begin(), treatment.end());
  const auto one = quantile_interval(control, 0.9);
  const auto difference = compare_quantiles(control, treatment, 0.9);
  if (!one || !difference) return 1;
  std::printf("control p90 %.0f ms, 95 %% from %.0f to %.0f (ranks %d and %d)\n", one->value,
              one->interval.lower, one->interval.upper, static_cast<int>(one->ranks.lower),
              static_cast<int>(one->ranks.upper));
  std::printf("difference %.0f ms, 95 %% from %.0f to %.0f, p = %.3f\n", difference->value,
              difference->interval.lower, difference->interval.upper, difference->p_value);
}
