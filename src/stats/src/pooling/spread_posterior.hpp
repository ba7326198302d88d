/// The posterior of the spread tau of the normal-normal model, as quadrature nodes: `pool_segments` without
/// its wrapping. Private to `stats`. Immutable after construction; thread-safe.
///
/// Everything here is in working units: effects are centred, and effects and spreads are divided by the
/// smallest standard error, so that the answer does not depend on the unit of the metric.
///
/// Integration. tau = c exp(x - exp(-x)) maps the line to the half-line: a log scale to the right, where
/// priors have heavy tails, and doubly exponentially fast to 0 on the left, where the density is flat. The
/// density in x is smooth. A scan finds where it lies (it may be a needle, or lie at 10^12 standard errors),
/// and panels of Gauss-Legendre quadrature are halved until their last Legendre coefficients are negligible.
#pragma once

#include "numeric/gauss_legendre.hpp"

#include <splitplot/stats/pooling/segments.hpp>

#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace splitplot::stats {

/// Segments in working units.
struct WorkingSegments {
  std::vector<double> effects;
  std::vector<double> variances;  // squared standard errors, the smallest is 1
};

/// A prior in working units; one that takes its scale from the data has taken it.
using WorkingPrior = std::variant<HalfNormalSpread, HalfCauchySpread, FlatSpread>;

/// log p(tau), up to a constant.
[[nodiscard]] double log_prior(const WorkingPrior& prior, double tau);
/// The exponent q of the prior's tail tau^-q; large for one that falls faster than every power.
[[nodiscard]] int tail_exponent(const WorkingPrior& prior);
/// The scale of a prior; 1 where it has none.
[[nodiscard]] double scale_of(const WorkingPrior& prior);
/// The prior of factor * tau.
[[nodiscard]] WorkingPrior scaled(const WorkingPrior& prior, double factor);

/// One node: tau, its share of the posterior mass, and the distribution of mu given tau.
struct SpreadNode {
  double tau = 0;
  double weight = 0;
  double mu_mean = 0;
  double mu_variance = 0;
};

class SpreadPosterior {
 public:
  /// By the given panels, in working units, or by those that it finds itself. `segments` must outlive it.
  SpreadPosterior(const WorkingSegments& segments, const WorkingPrior& prior,
                  const std::optional<SpreadPanels>& panels = std::nullopt);

  [[nodiscard]] std::span<const SpreadNode> nodes() const { return nodes_; }

  /// tau with P(Tau <= tau | y) = p.
  [[nodiscard]] double quantile(double p) const;

  /// True if E[tau^k | y] is finite: the posterior's tail falls like tau^-(segments - 1 + q), q being the
  /// prior's exponent.
  [[nodiscard]] bool has_moment(int k) const;

 private:
  struct Panel {
    double begin = 0;
    double end = 0;
    double mass = 0;  // share of the posterior
    GaussLegendre::Values coefficients{};
  };
  struct Point {
    SpreadNode node;
    double log_density = 0;  // in x or in tau, up to a constant
  };
  struct Check;
  struct Range {
    double begin = 0;
    double end = 0;
  };

  [[nodiscard]] double spread_at(double x) const;
  [[nodiscard]] Point point_at(double x);
  [[nodiscard]] Point point_of(double tau);
  void use(const SpreadPanels& panels);
  [[nodiscard]] double quantile_between_nodes(double p) const;
  [[nodiscard]] Range find_mass(double largest_scale);
  void add_panels(Range range, int depth, double parent_tail);
  void normalise();
  void choose_nodes(Range range);
  [[nodiscard]] bool take_gauss_nodes(const Check& want);
  [[nodiscard]] static Check check_of(std::span<const SpreadNode> nodes);

  const WorkingSegments& segments_;
  WorkingPrior prior_;
  double unit_;                  // c
  std::vector<double> weights_;  // w_j at the tau that point_at works on
  double peak_ = 0;              // the largest log density seen
  int finite_moment_ = 0;        // the highest of E[tau], E[tau^2] that exists
  double total_mass_ = 0;        // of the panels, the peak being 1
  std::vector<Panel> panels_;
  std::vector<SpreadNode> panel_nodes_;
  std::vector<SpreadNode> nodes_;
};

}  // namespace splitplot::stats
