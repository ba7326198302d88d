/// The posterior of mean and spread of the hypergeometric-normal model, and with it each segment's density. Private to `stats`.
///
/// Everything is a sum over lattices with spacings kUnit / 2^level, all anchored at 0: the trapezoidal rule converges exponentially, and
/// the normal density of theta about mu depends on the distance of two lattice points alone, so that one table of it serves all
/// segments. tau = c sinh(t) is summed over the middles of equal steps of t: the posterior is an even function of t.
///
/// A likelihood that does not vanish on one side is a smooth step, whose mean under a normal distribution is known, plus a rest that
/// vanishes on both. Not synchronised: one user at a time (densities of likelihoods are kept as they are needed).
#pragma once

#include "pooling/conditional_likelihood.hpp"
#include "pooling/spread_posterior.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace splitplot::stats {

/// L of one segment on lattices.
class LatticeLikelihood {
 public:
  explicit LatticeLikelihood(const ArmCounts& counts);

  [[nodiscard]] const ConditionalLikelihood& likelihood() const { return likelihood_; }
  [[nodiscard]] int level() const { return level_; }
  [[nodiscard]] double lower() const { return lower_; }
  [[nodiscard]] double upper() const { return upper_; }
  [[nodiscard]] bool bounded() const { return !likelihood_.flat_below() && !likelihood_.flat_above(); }
  [[nodiscard]] bool silent() const { return likelihood_.flat_below() && likelihood_.flat_above(); }

  /// The mean of the step under N(mu, tau^2); 0 for a likelihood without one.
  [[nodiscard]] double mean_of_step(double mu, double tau) const;
  /// L less the step at lattice points first ... last of a level; valid until the next call.
  [[nodiscard]] const double* rest(int level, std::int64_t first, std::int64_t last);

 private:
  struct Lattice {
    std::int64_t first = 0;
    std::vector<double> values;
  };
  [[nodiscard]] double rest_at(double theta) const;
  [[nodiscard]] double end_of_rest(double direction) const;

  ConditionalLikelihood likelihood_;
  int step_ = 0;  // 1: rises to 1 above, -1: below
  double step_centre_ = 0;
  int level_ = 0;  // whose spacing resolves L
  double lower_ = 0;
  double upper_ = 0;
  std::vector<Lattice> lattices_;  // by level - level_
};

/// All nodes of one tau.
struct OddsSlice {
  double t = 0;
  double tau = 0;
  double log_mass = 0;
  double mu_mean = 0;
  double mu_sd = 0;
  int level = 0;     // of theta, coarsest that resolves N(0, tau^2)
  int mu_level = 0;  // of mu
  int fine = 0;      // of the table
  std::int64_t first_mu = 0;
  std::vector<double> weights;   // by mu: shares of the posterior
  std::vector<double> evidence;  // [mu][segment]
  std::vector<double> table;  // N(0, tau^2) at fine steps, 0 in the middle; empty where it would be too long

  [[nodiscard]] double mu(std::size_t k) const;
};

class OddsPosterior {
 public:
  /// `prior` on tau; `overall_precision` is 1 / sd^2 of the prior on mu, 0 for a flat one.
  OddsPosterior(std::vector<LatticeLikelihood> segments, const WorkingPrior& prior, double overall_precision);

  /// Nothing of the posterior is left: segments too far apart for the prior.
  [[nodiscard]] bool empty() const { return slices_.empty(); }
  [[nodiscard]] const std::vector<OddsSlice>& slices() const { return slices_; }
  [[nodiscard]] double step() const { return step_; }
  [[nodiscard]] double spread_at(double t) const;

  /// The density of theta_j, up to a constant, at points of a lattice of its own.
  [[nodiscard]] std::vector<double> density_on_lattice(std::size_t segment, int level, std::int64_t first,
                                                       std::size_t count) const;
  /// The same at any one point.
  [[nodiscard]] double density_at(std::size_t segment, double theta) const;

  /// About where theta_j lies.
  [[nodiscard]] double guess_of_mean(std::size_t segment) const;
  [[nodiscard]] double guess_of_sd(std::size_t segment) const;
  /// The same at the largest tau that is not improbable.
  [[nodiscard]] double wide_guess_of_sd(std::size_t segment) const;

 private:
  struct Guess {
    double t_mean = 0;
    double t_sd = 1;
    double tau = 1;
  };
  [[nodiscard]] Guess guess() const;
  [[nodiscard]] double sd_given(std::size_t segment, double tau) const;
  void sum_up(const Guess& guess);
  [[nodiscard]] OddsSlice slice_at(double t);
  /// log of the density at one mu; appends every segment's evidence to the slice.
  double evaluate(OddsSlice& slice, std::int64_t mu_index, std::vector<double>& evidence);

  std::vector<LatticeLikelihood> segments_;
  WorkingPrior prior_;
  double overall_precision_;
  double typical_error_ = 1;
  double scale_ = 1;  // c
  double step_ = 0;   // of t
  Guess guess_;
  double wide_tau_ = 1;
  int finest_answer_ = 0;  // the finest level that answers are wanted at
  std::vector<OddsSlice> slices_;
};

/// The spacing of a level, and the coarsest level whose spacing is at most `spacing`.
[[nodiscard]] double spacing_of(int level);
[[nodiscard]] int level_for(double spacing);

}  // namespace splitplot::stats
