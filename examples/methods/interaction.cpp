// Two experiments on the same units: does one change the other's effect?
#include <splitplot/stats/many/interaction.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const auto cell = [](std::uint64_t successes) { return *cell_mean(SuccessCount{successes, 5000}); };
  const auto effects = factorial_effects({cell(500), cell(545), cell(560), cell(650)});
  if (!effects) return 1;
  std::printf("effect of a %.4f, of b %.4f\n", effects->main_a.value, effects->main_b.value);
  std::printf("interaction %.4f, p = %.2f\n", effects->interaction.value, effects->interaction.p_value);
}
