// The effect by country and device: what is left of each cell's raw effect, and how much do countries and devices differ?
#include <splitplot/stats/pooling/crossed.hpp>

#include <cstdio>
#include <vector>

int main() {
  using namespace splitplot::stats;
  // Levels: country (0 to 3), device (0 phone, 1 desktop). Country 3 has no desktop visitors.
  const std::vector<CrossedCell> cells{
      {{0, 0}, 0.031, 0.010}, {{0, 1}, 0.004, 0.012},  {{1, 0}, 0.024, 0.015}, {{1, 1}, 0.009, 0.020},
      {{2, 0}, 0.060, 0.030}, {{2, 1}, -0.022, 0.025}, {{3, 0}, 0.018, 0.014}};
  const auto pooled = pool_crossed_segments(cells);
  if (!pooled) {
    std::printf("no answer: %s\n", pooled.error().why.c_str());
    return 1;
  }
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const PooledEffect& cell = pooled->cells[c];
    std::printf(
        "country %zu, device %zu: raw %+.3f, pooled %+.3f (%+.3f to %+.3f), above zero with %.0f %%\n",
        cells[c].levels[0], cells[c].levels[1], cells[c].value, cell.mean, cell.interval.lower,
        cell.interval.upper, 100 * cell.chance_above_zero);
  }
  const char* const names[] = {"countries", "devices"};
  for (std::size_t f = 0; f < 2; ++f) {
    const Estimate& spread = pooled->factors[f].spread;
    std::printf("sd over %s: %.3f (%.3f to %.3f)\n", names[f], spread.value, spread.interval.lower,
                spread.interval.upper);
  }
}
