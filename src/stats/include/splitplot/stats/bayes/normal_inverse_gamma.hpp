/// Means with unknown variances under the conjugate prior: mean and variance of an arm are unknown together, so that the mean's posterior is
/// Student's t and honest about small samples. Pure functions, thread-safe.
///
/// These answer for one look at the data; under repeated looks they hold no error rate.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/bayes/best_arm.hpp>
#include <splitplot/stats/bayes/decision.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// variance ~ InverseGamma(alpha, beta), mean | variance ~ N(mean, variance / kappa): the prior knows as much of the mean as kappa values, and
/// of the variance as 2 alpha values whose sum of squares is 2 beta. As a prior kappa, alpha, beta > 0.
struct NormalInverseGamma {
  double mean = 0;
  double kappa = 1;
  double alpha = 1;
  double beta = 1;

  /// The mean's marginal posterior: t with 2 alpha degrees, location `mean`, scale sqrt(beta / (alpha kappa)).
  [[nodiscard]] StudentPosterior marginal_mean() const;
};

/// The posterior after the values that `arm` has seen (DeGroot 1970, Optimal Statistical Decisions, section 9.6; Murphy 2007). An arm without
/// values leaves the prior. Not estimable: a parameter of the prior that is not positive and finite, or moments that are not finite.
[[nodiscard]] Estimated<NormalInverseGamma> normal_inverse_gamma_update(const NormalInverseGamma& prior,
                                                                        const Moments& arm);

struct MeanEffect {
  double difference = 0;  ///< posterior mean of treatment - control
  Interval interval;      ///< equal-tailed credible interval of it
  Beats beats;
  Assumptions assumptions;
};

/// Treatment against control where each mean has a Student t posterior: the Behrens-Fisher distribution of their difference, by quadrature,
/// about 10 microseconds for `beats` and the interval's root finding on top. Infinite degrees are normal posteriors.
/// Not estimable: a scale that is not positive, degrees of 1 or fewer (no expectation), or a confidence outside (0, 1).
[[nodiscard]] Estimated<MeanEffect> mean_effect(const StudentPosterior& control,
                                                const StudentPosterior& treatment, Direction direction,
                                                double confidence = 0.95);

/// P(the treatment's mean is better by at least `target`). Not estimable as above, or a target that is not finite.
[[nodiscard]] Estimated<double> chance_of_mean_effect(const StudentPosterior& control,
                                                      const StudentPosterior& treatment, double target,
                                                      Direction direction);

}  // namespace splitplot::stats
