/// Rates with Beta posteriors: chance to win, expected loss, and the posterior of the difference and of the relative lift. The rates of
/// the two arms are independent. By quadrature, never by simulation, so that answers repeat exactly. Pure functions, thread-safe.
///
/// These answer for one look at the data; under repeated looks they hold no error rate.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/bayes/decision.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// Beta prior of a rate, Beta(a, b); Beta(1, 1) is the uniform prior. Both between 1e-6 and 1e15.
struct BetaPrior {
  double a = 1;
  double b = 1;
};

/// Beta posterior of a rate.
struct BetaPosterior {
  double a = 1;
  double b = 1;

  [[nodiscard]] double mean() const;
  [[nodiscard]] double sd() const;
  /// True if both parameters lie between 1e-6 and 1e15.
  [[nodiscard]] bool usable() const;
};

/// Beta(a + successes, b + units - successes). Domain: successes <= units.
[[nodiscard]] BetaPosterior beta_posterior(const SuccessCount& arm, BetaPrior prior = {});

/// Equal-tailed credible interval of the rate. Not estimable: parameters outside their domain, or a confidence outside (0, 1).
[[nodiscard]] Estimated<Interval> credible_interval(const BetaPosterior& rate, double confidence = 0.95);

/// Chance to win and expected losses of two proportions, for every size of the counts: from densities on a grid where both arms have at
/// least 20 successes and failures (3 microseconds), from tables over the logit below (15), by quadrature over panels elsewhere (50). Not estimable: an arm without units or with more successes than units, or a prior outside its domain.
[[nodiscard]] Estimated<Beats> beats_proportions(const SuccessCount& control, const SuccessCount& treatment,
                                                 Direction direction, BetaPrior prior = {});

struct RateEffectOptions {
  BetaPrior prior;  ///< of each arm's rate
  double confidence = 0.95;
};

/// Everything the product says about two proportions.
struct RateEffect {
  Beats beats;          ///< losses in rates
  Estimate difference;  ///< treatment - control: posterior mean, equal-tailed credible interval
  Estimate lift;        ///< treatment / control - 1: posterior median, equal-tailed credible interval
  Assumptions assumptions;
};

/// The posterior of the effect of a treatment on a rate. Where both arms have at least 20 successes and failures (prior included) and
/// precisions that are not too far apart, it comes from a convolution of densities on a grid (about 7 microseconds); with fewer,
/// from tables of the distributions over the logit (50 to 150). Probabilities are within 1e-9 of the exact ones. Parameters below
/// about one half, and precisions far apart, take quadrature that refines itself, and some milliseconds.
/// Not estimable as `beats_proportions`, and for a confidence outside (0, 1).
[[nodiscard]] Estimated<RateEffect> rate_effect(const SuccessCount& control, const SuccessCount& treatment,
                                                Direction direction, const RateEffectOptions& options = {});

/// What a target is measured in.
enum class EffectScale {
  Absolute,  ///< treatment - control
  Relative,  ///< treatment / control - 1
};

/// P(the treatment is better by at least `target`): P(effect >= target) where higher is better, P(-effect >= target) where lower is.
/// A target may be negative ("not worse than by"). Not estimable as `beats_proportions`, and for a target that is not finite.
[[nodiscard]] Estimated<double> chance_of_rate_effect(const SuccessCount& control,
                                                      const SuccessCount& treatment, double target,
                                                      EffectScale scale, Direction direction,
                                                      BetaPrior prior = {});

}  // namespace splitplot::stats
