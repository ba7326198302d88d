/// Group-sequential designs: boundaries for a z statistic that is looked at a limited number of times, so that the chance to
/// cross any of them without an effect is alpha in all. Computed by exact recursion (Armitage, McPherson & Rowe 1969;
/// Jennison & Turnbull 2000, chapter 19) with quadrature errors below 1e-10 in z. Pure functions, thread-safe.
///
/// Information may be in any unit: units of both arms, 1 / standard_error^2, shares of the plan. Up to kMostLooks looks; each
/// must bring at least a millionth more information than all before it.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/sequential/spending.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace splitplot::stats {

inline constexpr std::size_t kMostLooks = 5000;

/// Which departures stop a group-sequential test.
enum class StoppingSides {
  Upper,      ///< z at or above the boundary; alpha is one-sided
  Symmetric,  ///< |z| at or above it; each side has half of alpha
};

struct GroupSequentialOptions {
  double alpha = 0.05;
  StoppingSides sides = StoppingSides::Symmetric;
};

struct GroupSequentialDesign {
  double alpha = 0.05;
  StoppingSides sides = StoppingSides::Symmetric;
  std::vector<double> information;  ///< as given
  std::vector<double> critical;     ///< boundary for z at each look; infinite where nothing may be spent
  std::vector<double> spent;        ///< chance to have crossed by this look without an effect, all sides
  Assumptions assumptions;
};

/// Boundaries that spend alpha by a spending function. `spending_times` are the shares of the planned information by which the
/// function is asked; without them they are `information` itself, which then must be at most 1. They differ where the
/// plan counts in another unit (days) than information grows in (Lan & DeMets 1989). If the last is below 1 a rest of
/// alpha stays unspent. O(looks * (nodes a look) * 50). Not estimable: alpha outside (0, 1), information or times that do
/// not increase, a wrong parameter.
[[nodiscard]] Estimated<GroupSequentialDesign> spending_design(std::span<const double> information,
                                                               const SpendingFunction& spending,
                                                               const GroupSequentialOptions& options = {},
                                                               std::span<const double> spending_times = {});

/// The Wang & Tsiatis (1987) family: z_k = C (I_k / I_K)^(delta - 1/2), C being the last critical value. delta = 0 is
/// O'Brien & Fleming (1979), 1/2 is Pocock (1977). About ten recursions. Not estimable: as above, or delta outside [-1, 1].
[[nodiscard]] Estimated<GroupSequentialDesign> wang_tsiatis_design(
    std::span<const double> information, double delta, const GroupSequentialOptions& options = {});
[[nodiscard]] Estimated<GroupSequentialDesign> pocock_design(std::span<const double> information,
                                                             const GroupSequentialOptions& options = {});
[[nodiscard]] Estimated<GroupSequentialDesign> obrien_fleming_design(
    std::span<const double> information, const GroupSequentialOptions& options = {});

/// Haybittle (1971) and Peto et al. (1976): the same `interim` critical value at all looks but the last, whose value makes the
/// total alpha. Not estimable: as above, or the interim looks use up alpha on their own.
[[nodiscard]] Estimated<GroupSequentialDesign> haybittle_peto_design(
    std::span<const double> information, double interim_critical, const GroupSequentialOptions& options = {});

/// A design from critical values made elsewhere: fills in what they spend. Critical values must be positive, or infinite.
/// `alpha` of the answer is what is spent in all.
[[nodiscard]] Estimated<GroupSequentialDesign> design_from_boundaries(std::span<const double> information,
                                                                      std::span<const double> critical,
                                                                      StoppingSides sides);

/// K equally spaced looks: 1/K, ..., 1.
[[nodiscard]] std::vector<double> equal_information(std::size_t looks);

}  // namespace splitplot::stats
