// A cheaper checkout may lose at most half a point of conversion: is it no worse than that?
#include <splitplot/stats/compare/score_interval.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const SuccessCount control{4'000, 50'000};
  const SuccessCount treatment{3'990, 50'000};
  const auto test = score_test(control, treatment, -0.005, {.alternative = Alternative::Greater});
  std::printf("not inferior by 0.5 points: z = %.2f, p = %.4f\n", test->statistic, test->p_value);
  const auto same = equivalence_test(control, treatment, -0.005, 0.005);
  std::printf("within 0.5 points either way: p = %.4f\n", same->p_value);

  const auto difference = score_interval(control, treatment);
  std::printf("difference: %+.2f to %+.2f points\n", 100 * difference->lower, 100 * difference->upper);
  const auto ratio = score_interval(control, treatment, {.measure = EffectMeasure::Ratio});
  std::printf("ratio: %.3f to %.3f\n", ratio->lower, ratio->upper);
  // An empty cell needs no exception.
  const auto empty = score_interval({0, 200}, {5, 200}, {.measure = EffectMeasure::OddsRatio});
  std::printf("odds ratio of 5 of 200 against none: %.2f and more\n", empty->lower);
}
