/// Power of a test whose statistic is normal: everything that a large-sample design needs, in one number. The drift is the mean of
/// the statistic, true effect / standard error; how it grows with the sample is the business of the design. Pure functions,
/// thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>

namespace splitplot::stats {

/// Whether a two-sided test's rejections on the wrong side count as success. They are rare where the power is of use; tables and
/// programs differ in them (R's `strict`).
enum class FarTail {
  Counted,  ///< the chance of any rejection; without effect it is alpha
  Ignored,  ///< the chance of a rejection on the true effect's side
};

/// The test whose power is asked for.
struct PowerOptions {
  double alpha = 0.05;  ///< in (0, 1), of the whole test
  Alternative alternative = Alternative::TwoSided;
  FarTail far_tail = FarTail::Counted;  ///< matters for two-sided tests only
};

/// P(reject) for a statistic N(drift, 1): Phi(drift - z) + Phi(-drift - z), z = z_{1 - alpha/2}, for a two-sided test; Phi(drift - z),
/// z = z_{1 - alpha}, for `Greater`, and mirrored for `Less`. Not estimable: a drift that is not finite, alpha outside (0, 1).
[[nodiscard]] Estimated<double> power_of_drift(double drift, const PowerOptions& options = {});

/// The drift whose power this is: positive, or negative for `Less`. Closed form, or a root where both tails count.
/// Not estimable: a power that the test has without any effect, or of 1 and more.
[[nodiscard]] Estimated<double> normal_drift_for_power(double power, const PowerOptions& options = {});

}  // namespace splitplot::stats
