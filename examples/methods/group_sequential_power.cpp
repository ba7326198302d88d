// How many units a test with three looks needs, and what looking saves.
#include <splitplot/stats/sequential/group_sequential_power.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const auto design = spending_design(equal_information(3), {});  // two-sided 5 %, O'Brien-Fleming type
  if (!design) return 1;
  const auto size = group_sequential_units_for_rates(*design, 0.11, 0.10, 0.8);
  if (!size) return 1;
  std::printf("10 %% to 11 %% with power 80 %%: fixed test %.0f units, three looks at most %.0f\n",
              size->fixed_units, size->maximum_units);
  std::printf("on average %.0f if the effect is there, %.0f if not\n", size->expected_units_effect,
              size->expected_units_null);
  const auto exits = exit_probabilities(*design, size->drift);
  for (std::size_t look = 0; look < exits->upper.size(); ++look)
    std::printf("look %zu at %.0f units: stops for the effect in %.1f %%\n", look + 1,
                size->units_at_looks[look], 100 * exits->upper[look]);
  const auto power = conditional_power(1.0, 2.0 / 3, design->critical.back(), size->drift);
  std::printf("z = 1.0 at the second look: power left %.0f %% as planned, %.0f %% by the trend\n",
              100 * power->design, 100 * power->current_trend);
}
