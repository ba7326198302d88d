// A difference of two conversion rates that somebody looks at every day.
#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>

int main() {
  using namespace splitplot::stats;
  const std::uint64_t tuned_for = 10000;  // units of both arms expected at the decision, set before the data
  const struct {
    double units, control, treatment;  // units of an arm, conversions
  } days[] = {{500, 48, 61}, {1500, 151, 187}, {4000, 405, 512}};
  for (const auto& day : days) {
    const double c = day.control / day.units, t = day.treatment / day.units;
    const double variance_c = c * (1 - c) / day.units, variance_t = t * (1 - t) / day.units;
    const auto units = static_cast<std::uint64_t>(2 * day.units);
    const auto sequence =
        asymptotic_confidence_sequence(t - c, std::sqrt(variance_c + variance_t), units, tuned_for);
    if (!sequence) return 1;
    std::printf("%5.0f units: %+.4f, 95 %% always-valid %+.4f to %+.4f, p = %.4f", 2 * day.units, t - c,
                t - c - sequence->half_width, t - c + sequence->half_width, sequence->p_value);
    const auto lift = relative_confidence_sequence(c, variance_c, t, variance_t, units, tuned_for);
    if (lift)
      std::printf("; lift %+.0f %% to %+.0f %%\n", 100 * lift->lift.interval.lower,
                  100 * lift->lift.interval.upper);
    else
      std::printf("; no lift: %s\n", lift.error().why.c_str());
  }
}
