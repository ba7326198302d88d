// Means of a handful of units: the posterior is Student's t, and says so by its width.
#include <splitplot/stats/bayes/normal_inverse_gamma.hpp>

#include <cstdio>

namespace stats = splitplot::stats;

int main() {
  const stats::NormalInverseGamma prior{10, 1, 2, 4};
  stats::Moments control, treatment;
  for (const double x : {9.1, 10.4, 8.7, 9.9, 10.2}) control.add(x);
  for (const double x : {11.0, 12.3, 10.1, 11.8}) treatment.add(x);
  const auto c = stats::normal_inverse_gamma_update(prior, control);
  const auto t = stats::normal_inverse_gamma_update(prior, treatment);
  if (!c || !t) return 1;
  const auto effect =
      stats::mean_effect(c->marginal_mean(), t->marginal_mean(), stats::Direction::HigherIsBetter);
  if (!effect) return 1;
  std::printf("difference %.2f [%.2f, %.2f]\n", effect->difference, effect->interval.lower,
              effect->interval.upper);
  std::printf("chance to win %.3f, expected loss %.4f\n", effect->beats.chance_to_win,
              effect->beats.expected_loss);
}
