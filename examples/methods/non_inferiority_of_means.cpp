// The cheaper search may cost at most 0.2 orders per visitor.
#include <splitplot/stats/compare/non_inferiority.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const auto control = moments_from_sums(5000, 10000, 26000);  // units, orders, squares of orders
  const auto treatment = moments_from_sums(5000, 9900, 25700);
  const auto guardrail = non_inferiority_of_means(*control, *treatment, 0.2);
  std::printf("difference %.3f, at least %.3f with 97.5 %% confidence, margin -0.2: %s (p = %.1e)\n",
              guardrail->difference, guardrail->interval.lower,
              guardrail->shown ? "not inferior" : "not shown", guardrail->p_value);
  const auto equal = equivalence_of_means(*control, *treatment, {-0.05, 0.05});
  std::printf("within 0.05 either way: %s (p = %.2f)\n", equal->shown ? "shown" : "not shown",
              equal->p_value);
}
