/// Partial pooling of effects in the cells of crossed segment factors (country x device x ...): a cell borrows from the cells that
/// share a level with it, as far as the data say that the levels of that factor are alike. Multilevel model as in Ghitza & Gelman 2013,
/// Am. J. Political Science 57(3), on normal estimates:
///
///   y_c ~ N(theta_c, s_c^2),   theta_c = mu + alpha_a(c) + beta_b(c) (+ gamma_g(c)) + delta_c
///
/// with mu flat and each group (the levels of a factor; the interactions delta) normal about 0 with an sd of its own. The
/// sds are integrated out by a deterministic lattice (no MCMC: it repeats to the digit). Measured against finer lattices, means and
/// limits are exact to 2e-4 of an effect's sd with one or two factors and to 3e-3 with three, medians and limits of a group's sd to 1 %
/// (docs/methods/crossed-segments.md). Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/assumptions.hpp>
#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace splitplot::stats {

/// The raw effect in one cell.
struct CrossedCell {
  std::vector<std::size_t> levels;  ///< one a factor, any numbers
  double value = 0;
  double standard_error = 0;  ///< must be positive and finite
};

struct CrossedOptions {
  /// The scale of every group's half-Cauchy prior, in typical standard errors of a cell.
  AdaptiveSpread prior{};
  double confidence = 0.95;
};

/// mu + alpha_a: the effect at one level, the other factors and the interaction at their centre.
struct LevelEffect {
  std::size_t level = 0;
  PooledEffect effect;
};

/// The sd of the effects in a group: over the levels of a factor, or of the interactions over cells.
struct GroupSpread {
  Estimate spread;  ///< posterior median with its interval
  double mean = 0;
};

struct CrossedSegments {
  std::vector<PooledEffect> cells;  ///< in the order of the input
  /// One list a factor, the levels that have a cell in ascending order.
  std::vector<std::vector<LevelEffect>> levels;
  PooledEffect overall;              ///< mu
  std::vector<GroupSpread> factors;  ///< in the order of the factors
  /// Nothing for one factor: there it cannot be told from the factor.
  std::optional<GroupSpread> interaction;
  Assumptions assumptions{Assumption::IndependentUnits, Assumption::ExchangeableSegments,
                          Assumption::NormalEffects,    Assumption::KnownVariance,
                          Assumption::LargeSample,      Assumption::StatedPrior};
  Concerns concerns;  ///< `FewSegments` where a factor has fewer than five levels
};

/// Cells may be missing. With one factor this is `pool_segments`. Where a factor has two levels the variances of mu and of the levels'
/// effects do not exist; their `sd` is then half the central 68.27 %, as in `pool_segments`.
///
/// Not estimable: fewer than two cells, not one to three factors, cells with different numbers of factors, a cell given twice, a factor
/// with one level, an effect that is not finite, a standard error or scale of the prior that is not positive and finite, effects more
/// than 1e8 standard errors apart or errors further apart than that, a confidence outside (0, 1).
///
/// Cost: the lattice has tens of nodes with one factor, hundreds to thousands with two, thousands to tens of thousands with three. Each
/// takes a time linear in the pairs of cells that share a level of the longest factor and cubic in the levels of all other factors.
[[nodiscard]] Estimated<CrossedSegments> pool_crossed_segments(std::span<const CrossedCell> cells,
                                                               const CrossedOptions& options = {});

}  // namespace splitplot::stats
