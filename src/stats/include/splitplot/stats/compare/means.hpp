/// Means: one, or a treatment's against the control's, at a fixed horizon. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstdint>

namespace splitplot::stats {

/// What the arms' variances are taken to be.
enum class VarianceModel {
  PerArm,  ///< each arm its own: Welch, with Satterthwaite's degrees of freedom
  Pooled,  ///< the same in both: Student, with n_c + n_t - 2; wrong error rates where sizes and variances differ
};

struct MeansOptions {
  double confidence = 0.95;  ///< of the interval; one-sided for a one-sided alternative
  Alternative alternative = Alternative::TwoSided;
  VarianceModel variance = VarianceModel::PerArm;
  ReferenceDistribution distribution = ReferenceDistribution::StudentT;  ///< Normal for large samples only
};

/// Difference of two means by Welch's t (Welch 1947, Biometrika 34) with Satterthwaite's degrees of freedom, or as the
/// options say. A one-sided alternative has an interval with one infinite end. `concerns` are those of `skewness_concern`.
/// Not estimable: fewer than two units in an arm, or all values of both arms equal to one constant per arm (no spread); a
/// confidence outside (0, 1); moments that are not finite.
[[nodiscard]] Estimated<Difference> compare_means(const Moments& control, const Moments& treatment,
                                                  const MeansOptions& options);
[[nodiscard]] Estimated<Difference> compare_means(const Moments& control, const Moments& treatment,
                                                  double confidence = 0.95);

/// Paired t: the mean of treatment - control within pairs, tested against 0. Of the options the variance model says
/// nothing here. Not estimable: fewer than two pairs, or differences that are all equal.
[[nodiscard]] Estimated<Difference> compare_pairs(const Moments& differences,
                                                  const MeansOptions& options = {});

/// Satterthwaite's degrees of freedom of the Welch statistic.
[[nodiscard]] double welch_degrees_of_freedom(const Moments& control, const Moments& treatment);

/// The same from squared standard errors; at least 1.
[[nodiscard]] double satterthwaite_degrees_of_freedom(double control_variance_of_mean,
                                                      std::uint64_t control_count,
                                                      double treatment_variance_of_mean,
                                                      std::uint64_t treatment_count);

/// Student's t interval of one mean. Not estimable: fewer than two units.
[[nodiscard]] Estimated<Interval> mean_interval(const Moments& arm, double confidence = 0.95);

}  // namespace splitplot::stats
