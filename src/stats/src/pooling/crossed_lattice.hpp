/// The posterior of the sds of the groups of a crossed model, on a lattice. An sd is c sinh(x), c the error of the best known level: in
/// x the posterior is even and smooth, linear where the sd is small against the errors and logarithmic in its tail, so that equal steps
/// converge exponentially in every direction at once (the trapezoidal rule; Trefethen & Weideman 2014, SIAM Review 56(3)). The steps
/// follow the curvature at the modes; points are visited outwards from the modes as long as they matter.
/// Private to `stats`. Immutable after construction; thread-safe.
#pragma once

#include "pooling/crossed_model.hpp"
#include "pooling/lattice_density.hpp"

#include <cstdint>
#include <vector>

namespace splitplot::stats {

class CrossedLattice {
 public:
  struct Node {
    std::vector<double> sds;  ///< by group
    double weight = 0;
  };

  /// `prior_scale` of the half-Cauchy priors, in the problem's unit.
  CrossedLattice(const CrossedProblem& problem, double prior_scale);

  /// False where rounding leaves nothing to work with.
  [[nodiscard]] bool usable() const { return usable_; }
  /// Without the lightest, which together have less than 1e-7 of the mass; the weights add up to 1.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] double sd_mean(std::size_t group) const;
  [[nodiscard]] double sd_quantile(std::size_t group, double p) const;

 private:
  using Point = std::vector<double>;
  using Key = std::uint64_t;  // 16 bits a group

  struct Visited {
    Key key = 0;
    double log_density = 0;
  };

  void set_scales();
  double log_density(const Point& x);
  [[nodiscard]] std::vector<Point> find_modes();
  void climb(Point& x);
  void set_steps(const std::vector<Point>& modes);
  [[nodiscard]] double fall_in_sds(Point mode, double height, std::size_t group);
  [[nodiscard]] std::vector<Visited> visit(const std::vector<Point>& modes);
  void keep(std::vector<Visited> sorted);
  [[nodiscard]] double at(Key key, std::size_t group) const;

  const CrossedProblem& problem_;
  CrossedModel model_;
  double prior_scale_;
  bool usable_ = true;
  std::vector<double> scales_;
  std::vector<double> steps_;
  std::vector<double> sds_;
  std::vector<LatticeDensity> marginals_;
  std::vector<Node> nodes_;
};

}  // namespace splitplot::stats
