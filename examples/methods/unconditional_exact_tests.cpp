// A pilot with 40 units per arm: what the same table says by Fisher's, Boschloo's and Barnard's test.
#include <splitplot/stats/compare/fisher.hpp>
#include <splitplot/stats/compare/unconditional_tests.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const SuccessCount control{4, 40};
  const SuccessCount treatment{11, 40};
  const auto boschloo = boschloo_test(control, treatment);
  const auto barnard = barnard_test(control, treatment);
  std::printf("Fisher   p = %.4f\n", fisher_exact_p_value(control, treatment));
  std::printf("Boschloo p = %.4f, reached at a common rate of %.3f\n", boschloo->p_value,
              boschloo->nuisance_rate);
  std::printf("Barnard  p = %.4f, z = %.3f\n", barnard->p_value, barnard->statistic);
}
