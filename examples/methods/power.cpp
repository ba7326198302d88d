// What could a comparison have seen, and how large is the chance to see a given effect?
#include <splitplot/stats/power/detectable.hpp>
#include <splitplot/stats/power/drift.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const double standard_error = 0.004;  // of a difference of two rates
  if (const auto smallest = detectable_difference(standard_error)) {
    std::printf("detectable with 80 %% power: %.4f\n", *smallest);
  }
  for (const double effect : {0.004, 0.008, 0.012}) {
    if (const auto power = power_of_drift(effect / standard_error)) {
      std::printf("power for an effect of %.3f: %.1f %%\n", effect, 100 * *power);
    }
  }
  std::printf("units an arm for a mean with skewness 5: %.0f\n", units_for_normal_mean(5));
}
