/// Several treatments against one control. The comparisons share the control, so that their statistics hang together in a known way;
/// Dunnett's test uses that and asks less of each than Bonferroni does, with simultaneous intervals beside it. By quadrature: no random
/// numbers, the same digits every time. Pure functions, thread-safe.
///
/// Statistic i is (sqrt(1 - l_i^2) Z_i + l_i Z_0) / S with independent standard normals Z, so that the correlation of i and j is
/// l_i l_j; l_i^2 = n_i / (n_i + n_0) for equal variances; S = sqrt(chi-square / degrees), or 1 where the variance is known.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <limits>
#include <span>
#include <vector>

namespace splitplot::stats {

/// How the statistics of the comparisons hang together.
struct ManyToOne {
  std::vector<double> loadings;  ///< l_i of each treatment, 0 <= l_i < 1; l^2 = 0.5 for arms of equal size
  double degrees = std::numeric_limits<double>::infinity();  ///< of the variance estimate
};

/// P(the largest statistic exceeds `critical`) without any effect: of |statistic| for `TwoSided`, of the statistic for `Greater` and of
/// its negative for `Less` (the same by symmetry). Absolute error below 1e-9. Domain: at least one loading, each in [0, 1), degrees > 0
/// (asserted). Dunnett 1955, JASA 50; the integrals over Z_0 and S as in Hochberg & Tamhane (1987), appendix 3. Inner integral
/// O(different loadings) per node.
[[nodiscard]] double dunnett_sf(double critical, const ManyToOne& family,
                                Alternative alternative = Alternative::TwoSided);

/// The critical value that no statistic exceeds with probability 1 - alpha. Domain: 0 < alpha < 1.
[[nodiscard]] double dunnett_critical_value(double alpha, const ManyToOne& family,
                                            Alternative alternative = Alternative::TwoSided);

/// How the spread is estimated.
enum class DunnettVariance {
  Pooled,  ///< one variance for all arms, Dunnett's own: exact for normal values of equal variance
  PerArm,  ///< each arm its own, statistics taken as normal: for large samples, holds where variances differ
};

struct DunnettOptions {
  Alternative alternative = Alternative::TwoSided;
  double confidence = 0.95;  ///< of all intervals together
  DunnettVariance variance = DunnettVariance::Pooled;
};

/// One treatment against the control.
struct DunnettComparison {
  double difference = 0;  ///< treatment - control
  double standard_error = 0;
  double statistic = 0;
  double adjusted_p_value = 1;  ///< family-wise: reject where <= alpha
  Interval interval;            ///< simultaneous; of a one-sided alternative one end is infinite
};

struct DunnettTest {
  std::vector<DunnettComparison> comparisons;  ///< in the order of the treatments
  double critical_value = 0;
  double degrees_of_freedom = 0;
  Assumptions assumptions{};
};

/// Compares each treatment's mean with the control's. Not estimable: no treatments, an arm without units (with fewer than two under
/// `PerArm`), too few units or no spread to estimate a variance by, a confidence outside (0, 1), sums that are not finite.
[[nodiscard]] Estimated<DunnettTest> dunnett_test(const Moments& control, std::span<const Moments> treatments,
                                                  const DunnettOptions& options = {});

}  // namespace splitplot::stats
