/// The posterior of an effect whose estimate has a normal error and whose prior is Student's t: not of a named family, and with two peaks
/// where estimate and prior disagree. Private to `stats`. A value.
///
/// Seen in standard errors from the estimate, the log density is -z^2 / 2 - (v + 1) / 2 log(1 + ((z - l) / k)^2 / v). Its peaks are roots
/// of a cubic; from the outer ones panels are laid until nothing is left.
#pragma once

#include "bayes/posterior_shape.hpp"
#include "numeric/gauss_legendre.hpp"

#include <splitplot/stats/bayes/effect.hpp>

#include <vector>

namespace splitplot::stats {

class StudentPriorPosterior {
 public:
  /// Both must have been checked.
  StudentPriorPosterior(const MeasuredEffect& effect, const StudentEffectPrior& prior);

  [[nodiscard]] double mean() const { return origin_ + unit_ * mean_; }
  [[nodiscard]] double sd() const;
  /// P(effect > x).
  [[nodiscard]] double chance_above(double x) const;
  /// E[max(0, x - effect)] and E[max(0, effect - x)].
  [[nodiscard]] double shortfall(double x) const;
  [[nodiscard]] double excess(double x) const;
  /// x with P(effect <= x) = p, 0 < p < 1.
  [[nodiscard]] double quantile(double p) const;

 private:
  struct Panel {
    double centre = 0;
    double half = 0;
    double mass = 0;
    double first_moment = 0;  // about 0
    GaussLegendre::Values coefficients{};
  };

  [[nodiscard]] double log_density(double z) const;
  /// Where the log density has its local maxima, ascending.
  [[nodiscard]] std::vector<double> peaks() const;
  /// The place on the side of `sign` of a peak where the density has become negligible.
  [[nodiscard]] double edge(double peak, double sign) const;
  void lay_panels();
  /// E[max(0, sign (z - Z))] in the effect's unit.
  [[nodiscard]] double mean_beyond(double z, double sign) const;
  [[nodiscard]] double standardised(double x) const;

  double origin_;
  double unit_;
  double location_;  // l
  double scale_;     // k
  double degrees_;   // v
  double top_ = 0;   // the largest log density
  double mean_ = 0;
  std::vector<Panel> panels_;
};

}  // namespace splitplot::stats
