// A guardrail: how many units show that a rate of 10 % has not fallen by 2 points or more?
#include <splitplot/stats/power/non_inferiority.hpp>

#include <cmath>
#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const NonInferiorityPlan options{.margin = 0.02, .alpha = 0.025};
  for (const double truth : {0.10, 0.095}) {
    if (const auto units = units_for_non_inferior_proportions(0.10, truth, 0.90, options)) {
      std::printf("units an arm if the treatment's rate is %.1f %%: %.0f\n", 100 * truth, std::ceil(*units));
    }
  }
  const auto hopeless = units_for_non_inferior_proportions(0.10, 0.08, 0.90, options);
  if (!hopeless) std::printf("at 8.0 %%: not estimable, %s\n", hopeless.error().why.c_str());
}
