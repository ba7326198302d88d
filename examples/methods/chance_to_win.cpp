// Two conversion rates: how likely the treatment is better, what a wrong choice costs, and how large the effect may be.
#include <splitplot/stats/bayes/beta_binomial.hpp>

#include <cstdio>

namespace stats = splitplot::stats;

int main() {
  const stats::SuccessCount control{120, 1000}, treatment{150, 1010};
  const auto effect = stats::rate_effect(control, treatment, stats::Direction::HigherIsBetter);
  if (!effect) {
    std::printf("%s\n", effect.error().why.c_str());
    return 1;
  }
  std::printf("chance to win            %.3f\n", effect->beats.chance_to_win);
  std::printf("expected loss of shipping %.5f, of keeping %.5f\n", effect->beats.expected_loss,
              effect->beats.expected_loss_of_keeping);
  std::printf("difference %.4f [%.4f, %.4f]\n", effect->difference.value, effect->difference.interval.lower,
              effect->difference.interval.upper);
  std::printf("lift %.1f %% [%.1f %%, %.1f %%]\n", 100 * effect->lift.value,
              100 * effect->lift.interval.lower, 100 * effect->lift.interval.upper);
  const auto worthwhile = stats::chance_of_rate_effect(control, treatment, 0.05, stats::EffectScale::Relative,
                                                       stats::Direction::HigherIsBetter);
  std::printf("chance of a lift of 5 %% or more %.3f\n", *worthwhile);
}
