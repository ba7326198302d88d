// Does a new sign-up page convert better? 0/1 per unit, so counts are all that is needed.
#include <splitplot/stats/compare/proportions.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const SuccessCount control{1210, 24'000};
  const SuccessCount treatment{1340, 24'100};
  const auto difference = compare_proportions(control, treatment, {.confidence = 0.95});
  if (!difference) {
    std::printf("not estimable: %s\n", difference.error().why.c_str());
    return 1;
  }
  std::printf("%.2f %% -> %.2f %%, difference %+.2f points\n", 100 * control.rate(), 100 * treatment.rate(),
              100 * difference->value);
  std::printf("95 %% interval %+.2f to %+.2f points (%s)\n", 100 * difference->interval.lower,
              100 * difference->interval.upper, name_of(difference->interval_method).data());
  std::printf("p = %.4f (%s)\n", difference->p_value, name_of(difference->test).data());

  // Few successes: an exact test takes over, and the result says why.
  const auto rare = compare_proportions({2, 150}, {9, 150});
  std::printf("2 of 150 against 9 of 150: p = %.3f (%s)\n", rare->p_value, name_of(rare->test).data());
  for (const Concern concern : rare->concerns.members()) std::printf("  %s\n", text_of(concern).data());
}
