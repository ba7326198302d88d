/// A treatment's proportion against the control's. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/compare/difference.hpp>
#include <splitplot/stats/compare/fisher.hpp>
#include <splitplot/stats/compare/proportion_intervals.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/moments.hpp>

#include <cstdint>

namespace splitplot::stats {

/// Which test of "no difference" a comparison of proportions uses.
enum class ProportionTest {
  /// Pooled z; where an expected cell is below 10, or the arms have fewer than 200 units together, Boschloo's test, and Fisher's where
  /// Boschloo's would take longer than about a millisecond (more than `kMostUnitsForAutomaticBoschloo` units).
  Automatic,
  PooledZ,
  UnpooledZ,
  FisherExact,
  Boschloo,
  BarnardPooled,
  BarnardUnpooled,
  MiettinenNurminen,
};

/// Which interval of the difference a comparison of proportions gives.
enum class ProportionDifferenceInterval { Newcombe, MiettinenNurminen };

inline constexpr std::uint64_t kMostUnitsForAutomaticBoschloo = 600;

struct ProportionOptions {
  double confidence = 0.95;
  ProportionTest test = ProportionTest::Automatic;
  ProportionDifferenceInterval interval = ProportionDifferenceInterval::Newcombe;
  /// Of the test; the interval is always two-sided.
  Alternative alternative = Alternative::TwoSided;
};

/// Difference of two proportions. Answers for every table with units in both arms, also 0 of n against 0 of n; `concerns` holds
/// FewSuccesses where an expected cell is below 10. Domain: successes <= units, 0 < confidence < 1. Not estimable: an arm without units,
/// an unconditional test asked for by name with more units than it takes (`unconditional_tests.hpp`), the unpooled z of a table whose
/// arms have no variance although they differ.
[[nodiscard]] Estimated<Difference> compare_proportions(const SuccessCount& control,
                                                        const SuccessCount& treatment,
                                                        const ProportionOptions& options);
[[nodiscard]] Estimated<Difference> compare_proportions(const SuccessCount& control,
                                                        const SuccessCount& treatment,
                                                        double confidence = 0.95);

/// Whether z is measured by the variance under "no difference" (Pooled) or by the arms' own.
enum class DifferenceVariance { Pooled, Unpooled };

struct ProportionZOptions {
  DifferenceVariance variance = DifferenceVariance::Pooled;
  Continuity continuity = Continuity::None;
  Alternative alternative = Alternative::TwoSided;
};

struct ProportionZTest {
  double statistic =
      0;  ///< z, positive where the treatment's rate is higher; its square is the chi-square of the table
  double p_value = 1;
  Assumptions assumptions;
};

/// z of the difference of two proportions. Not estimable: arms that make no table, no variance (pooled: nobody or everybody succeeds).
[[nodiscard]] Estimated<ProportionZTest> proportion_z_test(const SuccessCount& control,
                                                           const SuccessCount& treatment,
                                                           const ProportionZOptions& options = {});

}  // namespace splitplot::stats
