/// Variance reduction by covariates from before the experiment, from aggregates: CUPED (Deng, Xu, Kohavi & Walker 2013,
/// WSDM), with several covariates. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <span>
#include <vector>

namespace splitplot::stats {

/// Coefficients theta of the metric on the covariates, pooled within arms: theta = (sum_a S_xx,a)^-1 sum_a
/// S_xy,a, where S are the arms' centred cross products. Dimension 0 of each `CrossMoments` is the
/// metric, 1.. are the covariates; a covariate that is constant, or explained by the ones before it, gets the
/// coefficient 0. Not estimable: no covariate varies, or fewer than dimensions + 2 units in all.
[[nodiscard]] Estimated<std::vector<double>> cuped_coefficients(std::span<const CrossMoments> arms);

/// One arm's mean with the covariates' chance imbalance taken out.
struct AdjustedMean {
  double mean = 0;              ///< mean_y - theta' (mean_x - centre)
  double variance_of_mean = 0;  ///< (S_yy - 2 theta' S_xy + theta' S_xx theta) / (n - 1) / n
  std::uint64_t count = 0;
  std::size_t covariates = 0;  ///< that were taken out
};

/// `centre` holds the covariates' means over all arms, so that an adjusted mean stays comparable with the raw
/// one.
[[nodiscard]] AdjustedMean adjust_mean(const CrossMoments& arm, std::span<const double> coefficients,
                                       std::span<const double> centre);

/// The covariates' means over all arms.
[[nodiscard]] std::vector<double> covariate_centre(std::span<const CrossMoments> arms);

/// Satterthwaite's degrees of freedom of the adjusted difference, less one for each covariate. Below 1 there are too few units.
[[nodiscard]] double adjusted_degrees_of_freedom(const AdjustedMean& control, const AdjustedMean& treatment);

struct AdjustedComparison {
  double confidence = 0.95;
  Alternative alternative =
      Alternative::TwoSided;  ///< one-sided: the interval is open on the alternative's side
  ReferenceDistribution reference = ReferenceDistribution::
      StudentT;  ///< with the method's degrees of freedom; Normal for large samples only
};

/// Difference of two adjusted means by Student's t with `adjusted_degrees_of_freedom`: the normal distribution would be right for
/// large samples only, and find effects in small segments far too often. Not estimable: fewer than two units in an arm, fewer units than
/// the covariates need, or no spread left.
[[nodiscard]] Estimated<Difference> compare_adjusted(const AdjustedMean& control,
                                                     const AdjustedMean& treatment, double confidence = 0.95);
[[nodiscard]] Estimated<Difference> compare_adjusted(const AdjustedMean& control,
                                                     const AdjustedMean& treatment,
                                                     const AdjustedComparison& comparison);

}  // namespace splitplot::stats
