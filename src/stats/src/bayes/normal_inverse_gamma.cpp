#include "numeric/root.hpp"

#include <splitplot/stats/bayes/normal_inverse_gamma.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace splitplot::stats {
namespace {

const Assumptions kAssumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits, Assumption::OneLook,
                               Assumption::NormalValues, Assumption::StatedPrior};

bool positive(double x) {
  return x > 0 && std::isfinite(x);
}

/// P(treatment - control > target) by quadrature; the arms have been checked.
Estimated<double> chance_above(const StudentPosterior& control, const StudentPosterior& treatment,
                               double target) {
  const StudentPosterior shifted{control.location + target, control.scale, control.degrees};
  return best_arm(std::array{shifted, treatment}, Direction::HigherIsBetter).map([](const BestArm& best) {
    return best.chances[1];
  });
}

/// The distance in joint scales beyond which a tail of the difference holds less than `tail`: by Cantelli where variances exist, else by
/// the tail of the fewest degrees; only a bracket.
double bracket(const StudentPosterior& control, const StudentPosterior& treatment, double tail) {
  const double degrees = std::min(control.degrees, treatment.degrees);
  return 4 * std::max(10.0, std::pow(4 / tail, 1 / std::max(1.0, std::min(degrees, 50.0))));
}

}  // namespace

StudentPosterior NormalInverseGamma::marginal_mean() const {
  return {mean, std::sqrt(beta / alpha / kappa), 2 * alpha};
}

Estimated<NormalInverseGamma> normal_inverse_gamma_update(const NormalInverseGamma& prior,
                                                          const Moments& arm) {
  if (!positive(prior.kappa) || !positive(prior.alpha) || !positive(prior.beta) ||
      !std::isfinite(prior.mean)) {
    return not_estimable("a parameter of the prior is not positive and finite");
  }
  if (arm.count == 0) return prior;
  if (!std::isfinite(arm.mean) || !(arm.m2 >= 0) || !std::isfinite(arm.m2)) {
    return not_estimable("the arm's mean or variance is not a finite number");
  }
  const auto n = static_cast<double>(arm.count);
  NormalInverseGamma posterior;
  posterior.kappa = prior.kappa + n;
  const double share = n / posterior.kappa;
  posterior.mean = (1 - share) * prior.mean + share * arm.mean;
  posterior.alpha = prior.alpha + 0.5 * n;
  const double surprise = arm.mean - prior.mean;
  posterior.beta = prior.beta + 0.5 * arm.m2 + 0.5 * prior.kappa * share * surprise * surprise;
  if (!std::isfinite(posterior.beta)) return not_estimable("the spread is too large for a double");
  return posterior;
}

Estimated<MeanEffect> mean_effect(const StudentPosterior& control, const StudentPosterior& treatment,
                                  Direction direction, double confidence) {
  if (!(confidence > 0 && confidence < 1))
    return not_estimable("the confidence does not lie between 0 and 1");
  const auto best = best_arm(std::array{control, treatment}, direction);
  if (!best) return tl::unexpected(best.error());
  MeanEffect result;
  result.difference = treatment.location - control.location;
  result.beats.chance_to_win = best->chances[1];
  result.beats.expected_loss = best->expected_losses[1];
  result.beats.expected_loss_of_keeping = best->expected_losses[0];
  result.beats.assumptions = kAssumptions;
  result.assumptions = kAssumptions;

  const double tail = 0.5 * (1 - confidence);
  const double unit = std::hypot(control.scale, treatment.scale);
  const double reach = bracket(control, treatment, tail);
  const auto quantile = [&](double p) {
    const auto miss = [&](double steps) {
      return 1 - chance_above(control, treatment, result.difference + steps * unit).value_or(0.5) - p;
    };
    return result.difference + unit * root_between(miss, -reach, reach).value_or(p < 0.5 ? -reach : reach);
  };
  result.interval = {quantile(tail), quantile(1 - tail)};
  return result;
}

Estimated<double> chance_of_mean_effect(const StudentPosterior& control, const StudentPosterior& treatment,
                                        double target, Direction direction) {
  if (!std::isfinite(target)) return not_estimable("the target is not a finite number");
  if (direction == Direction::HigherIsBetter) return chance_above(control, treatment, target);
  return chance_above(control, treatment, -target).map([](double above) { return 1 - above; });
}

}  // namespace splitplot::stats
