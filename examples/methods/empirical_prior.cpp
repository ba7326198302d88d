// A prior from past experiments, and a new estimate seen through it.
#include <splitplot/stats/bayes/empirical_prior.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

namespace stats = splitplot::stats;

int main() {
  const std::vector<stats::MeasuredEffect> past{{0.2, 0.5},  {-0.4, 0.6}, {1.1, 0.5}, {0.3, 0.4},
                                                {-0.9, 0.5}, {0.1, 0.3},  {0.8, 0.4}, {-0.2, 0.5},
                                                {-1.3, 0.6}, {0.5, 0.4},  {0.0, 0.5}, {1.6, 0.5}};
  const auto prior = stats::fit_normal_prior(past);
  if (!prior) return 1;
  std::printf("past effects scatter like N(%.2f, variance %.3f)\n", prior->mean, prior->variance);
  const stats::MeasuredEffect latest{1.2, 0.5};
  if (const auto corrected = stats::conditional_effect(latest, 1.96)) {
    std::printf("a significant %.2f, corrected for selection: %.2f\n", latest.value, *corrected);
  }
  const auto posterior =
      stats::effect_posterior(latest, stats::Direction::HigherIsBetter,
                              {stats::NormalEffectPrior{prior->mean, std::sqrt(prior->variance)}, 0.95});
  std::printf("through the prior: %.2f\n", posterior->mean);
}
