// Is a treatment not worse by a point or more, and is it equivalent within a point?
#include <splitplot/stats/compare/wald_margin.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const SuccessCount control{1000, 10000}, treatment{985, 10000};
  const auto test = wald_non_inferiority(control, treatment, 0.01);
  const auto equivalence = wald_equivalence(control, treatment, {-0.01, 0.01});
  if (!test || !equivalence) return 1;
  std::printf("non-inferior by a margin of 1 point: p = %.4f, effect above %.4f\n", test->p_value,
              test->lower_limit);
  std::printf("equivalent within 1 point: p = %.4f, effect in [%.4f, %.4f]\n", equivalence->p_value,
              equivalence->interval.lower, equivalence->interval.upper);
}
