/// Unconditional exact tests of two proportions: the largest probability, over all common rates, of a table at least as extreme as the one
/// seen. They condition on the arms' sizes alone, so they reject more often than Fisher's test at the same guarantee. Pure functions,
/// thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

namespace splitplot::stats {

/// What "at least as extreme" goes by in a two-sided Boschloo test.
enum class BoschlooSides {
  /// Fisher's two-sided p-value: never above Fisher's p-value.
  FisherTwoSided,
  /// Twice the smaller of the one-sided tests, as in SciPy: each side keeps half of the error rate.
  DoubledOneSided,
};

struct BoschlooOptions {
  Alternative alternative = Alternative::TwoSided;
  BoschlooSides sides = BoschlooSides::FisherTwoSided;
};

/// Which standard error Barnard's test measures a difference by.
enum class BarnardVariance { Pooled, Unpooled };

struct BarnardOptions {
  Alternative alternative = Alternative::TwoSided;
  BarnardVariance variance = BarnardVariance::Pooled;
};

struct UnconditionalTest {
  double p_value = 1;
  /// What tables are ordered by: Fisher's p-value (Boschloo), or the z of the difference (Barnard), which is infinite where the
  /// unpooled variance is zero and the rates differ.
  double statistic = 0;
  /// The common rate at which the probability is largest.
  double nuisance_rate = 0;
  Assumptions assumptions;
};

/// Boschloo's test (Boschloo 1970, Statistica Neerlandica 24): tables are ordered by Fisher's p-value. With q(s) the conditional
/// probability of the more extreme tables given s successes, the probability at rate r is the Bernstein polynomial sum q(s)
/// Binomial(s; n, r); its maximum is searched on a grid in arcsin sqrt(r) of an eighth of 1/sqrt(n) and each peak solved to the last
/// digits. Time grows with units x standard deviation of a cell: 0.1 ms for 100 units,
/// 0.5 ms for 600. Not estimable: arms that make no table, more than 100,000 units.
[[nodiscard]] Estimated<UnconditionalTest> boschloo_test(const SuccessCount& control,
                                                         const SuccessCount& treatment,
                                                         const BoschlooOptions& options = {});

/// Barnard's test (Barnard 1945, Nature 156; 1947, Biometrika 34) with tables ordered by the z of the difference. Time grows with
/// units_c x units_t for the unpooled one. Not estimable: arms that make no table, more than 100,000 units (pooled) or 10,000
/// (unpooled).
[[nodiscard]] Estimated<UnconditionalTest> barnard_test(const SuccessCount& control,
                                                        const SuccessCount& treatment,
                                                        const BarnardOptions& options = {});

}  // namespace splitplot::stats
