// One estimate under three priors: a heavy-tailed prior believes a large effect, a normal one does not.
#include <splitplot/stats/bayes/effect.hpp>

#include <cstdio>

namespace stats = splitplot::stats;

int main() {
  const stats::MeasuredEffect measured{1.0, 0.2};
  const auto show = [&](const char* name, const stats::EffectPrior& prior) {
    const auto posterior = stats::effect_posterior(measured, stats::Direction::HigherIsBetter, {prior, 0.95});
    if (!posterior) return;
    std::printf("%-9s %.3f [%.3f, %.3f], chance to win %.4f\n", name, posterior->mean,
                posterior->interval.lower, posterior->interval.upper, posterior->beats.chance_to_win);
  };
  show("flat", stats::FlatEffectPrior{});
  show("normal", stats::NormalEffectPrior{0, 0.2});
  show("Student", stats::StudentEffectPrior{0, 0.2, 3});
}
