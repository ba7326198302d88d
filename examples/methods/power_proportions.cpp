// Units for a change of a rate, and what a given sample can see.
#include <splitplot/stats/power/proportions.hpp>

#include <cmath>
#include <cstdio>

int main() {
  using namespace splitplot::stats;
  if (const auto units = units_for_two_proportions(0.10, 0.11, 0.80)) {
    std::printf("units an arm for 10 %% against 11 %%: %.0f\n", std::ceil(*units));
  }
  if (const auto units = units_for_two_proportions(0.10, 0.11, 0.80, {}, 0.25)) {
    std::printf("with a quarter of them in the treatment: %.0f control units\n", std::ceil(*units));
  }
  if (const auto rate = detectable_treatment_rate(0.10, 5000, 5000, 0.80)) {
    std::printf("5,000 units an arm see 10 %% against %.2f %%\n", 100 * *rate);
  }
}
