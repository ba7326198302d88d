#include "bayes/posterior_shape.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace splitplot::stats {
namespace {

constexpr double kNegligibleDrop = 38;  // in log density: e^-38 = 3e-17
constexpr std::size_t kNodes = GaussLegendre::kNodes;
using Values = GaussLegendre::Values;

/// x and 1 - x at the logit u, each with all its digits.
struct Rate {
  double x;
  double other;
};
Rate rate_at(double u) {
  const double e = std::exp(-std::abs(u));
  const double small = e / (1 + e);
  const double large = 1 / (1 + e);
  return u >= 0 ? Rate{large, small} : Rate{small, large};
}

/// E[max(0, x - X)] for X ~ Beta(a, b).
double beta_shortfall(const Rate& at, double a, double b) {
  const double below = at.x < 0.5 ? beta_cdf(at.x, a, b) : 1 - beta_cdf(at.other, b, a);
  const double weighted = at.x < 0.5 ? beta_cdf(at.x, a + 1, b) : 1 - beta_cdf(at.other, b, a + 1);
  return std::max(0.0, at.x * below - a / (a + b) * weighted);
}

}  // namespace

StudentShape::StudentShape(double mean, double scale, double degrees)
    : mean_(mean), scale_(scale), degrees_(degrees) {
  if (std::isinf(degrees)) {
    reach_ = std::sqrt(2 * kNegligibleDrop);
    peak_ = normal_pdf(0) / scale;
    return;
  }
  // Tails of few degrees fall like a power: they are followed further, as far as doubles of reasonable size go.
  const double drop = std::min(kNegligibleDrop * std::max(1.0, 2 / degrees), 150.0 * (degrees + 1));
  reach_ = std::sqrt(degrees * std::expm1(2 * drop / (degrees + 1)));
  peak_ = student_t_pdf(0, degrees) / scale;
}

double StudentShape::panel_width(double u) const {
  const double z = (u - mean_) / scale_;
  // The density's nearest singularities lie at +- i sqrt(degrees), so that panels may grow with the distance from the mean.
  const double bulk = std::min(2.5, 0.8 * std::sqrt(degrees_));
  return scale_ * std::max(bulk, z > 0 ? z : -0.5 * z);
}

Values StudentShape::densities(const Values& nodes) const {
  Values result{};
  const double factor = -0.5 * (degrees_ + 1);
  const bool normal = std::isinf(degrees_);
  for (std::size_t i = 0; i < kNodes; ++i) {
    const double z = (nodes[i] - mean_) / scale_;
    result[i] = peak_ * std::exp(normal ? -0.5 * z * z : factor * std::log1p(z * z / degrees_));
  }
  return result;
}

double StudentShape::below(double u) const {
  const double z = (u - mean_) / scale_;
  return std::isinf(degrees_) ? normal_cdf(z) : student_t_cdf(z, degrees_);
}

double StudentShape::mean_below(double distance) const {
  const double z = distance / scale_;
  if (std::isinf(degrees_)) return scale_ * std::max(0.0, normal_pdf(z) + z * normal_cdf(z));
  const double spread = (degrees_ + z * z) / (degrees_ - 1) * student_t_pdf(z, degrees_);
  return scale_ * std::max(0.0, spread + z * student_t_cdf(z, degrees_));
}

LogitBetaShape::LogitBetaShape(double a, double b)
    : a_(a),
      b_(b),
      mode_(std::log(a) - std::log(b)),
      rate_(a / (a + b)),
      other_rate_(b / (a + b)),
      width_(std::sqrt(1 / a + 1 / b)),
      start_(mode_ - distance(-1)),
      end_(mode_ + distance(1)),
      peak_(rate_ < 0.5 ? beta_pdf(rate_, a, b) * rate_ * other_rate_
                        : beta_pdf(other_rate_, b, a) * rate_ * other_rate_) {}

double LogitBetaShape::drop(double d) const {
  // Written for the side on which it does not overflow.
  if (d > 0) return b_ * d + (a_ + b_) * std::log1p(other_rate_ * std::expm1(-d));
  return -a_ * d + (a_ + b_) * std::log1p(rate_ * std::expm1(d));
}

double LogitBetaShape::distance(double sign) const {
  double near = 0;
  double far = std::sqrt(2 * kNegligibleDrop) * width_;
  while (drop(sign * far) < kNegligibleDrop) {
    near = far;
    far *= 2;
  }
  for (int i = 0; i < 4; ++i) {
    const double middle = 0.5 * (near + far);
    (drop(sign * middle) < kNegligibleDrop ? near : far) = middle;
  }
  return far;
}

double LogitBetaShape::panel_width(double u) const {
  // Beyond |u| = 40 the logistic function is an exponential to the last digit, and so is the density; within, its nearest
  // singularities lie at +- i pi.
  constexpr double kBend = 40;
  const double d = u - mode_;
  const double rate_of_fall = d < 0 ? a_ : b_;
  const double wide = std::abs(d) > 6 * width_ ? std::max(2.5 * width_, 6 / rate_of_fall) : 2.5 * width_;
  if (u >= kBend) return wide;
  if (u < -kBend) return std::max(std::min(wide, -kBend - u), 1e-9 * -u);
  return std::min(wide, 4.0);
}

double LogitBetaShape::density(double u) const {
  return peak_ * std::exp(-drop(u - mode_));
}

Values LogitBetaShape::densities(const Values& nodes) const {
  Values result{};
  for (std::size_t i = 0; i < kNodes; ++i) result[i] = density(nodes[i]);
  return result;
}

double LogitBetaShape::below(double u) const {
  const Rate at = rate_at(u);
  return at.x < 0.5 ? beta_cdf(at.x, a_, b_) : 1 - beta_cdf(at.other, b_, a_);
}

double LogitBetaShape::shortfall(double u) const {
  return beta_shortfall(rate_at(u), a_, b_);
}

double LogitBetaShape::excess(double u) const {
  return beta_shortfall(rate_at(-u), b_, a_);
}

namespace {

/// GaussLegendre::running_integral with the loops in the order that vector instructions can follow.
class RunningIntegral {
 public:
  static const RunningIntegral& table() {
    static const RunningIntegral kTable;
    return kTable;
  }

  [[nodiscard]] Values operator()(const Values& values) const {
    Values result{};
    for (std::size_t j = 0; j < kNodes; ++j) {
      const double value = values[j];
      for (std::size_t i = 0; i < kNodes; ++i) result[i] += columns_[j][i] * value;
    }
    return result;
  }

 private:
  RunningIntegral() {
    for (std::size_t j = 0; j < kNodes; ++j) {
      Values unit{};
      unit[j] = 1;
      columns_[j] = GaussLegendre::rule().running_integral(unit);
    }
  }
  std::array<Values, kNodes> columns_{};
};

/// One pass over the panels. The work space lives as long as the pass.
class Pass {
 public:
  Pass(std::span<const PosteriorShape* const> arms, Coordinate coordinate, Places places)
      : arms_(arms),
        coordinate_(coordinate),
        places_(places),
        below_(arms.size()),
        densities_(arms.size()),
        cdfs_(arms.size()) {
    result_.chances.assign(arms.size(), 0.0);
    if (places == Places::BestTwo) result_.second_chances.assign(arms.size(), 0.0);
    for (std::size_t i = 1; i < arms.size(); ++i) {
      if (arms[i]->mean() > arms[best_]->mean()) best_ = i;
    }
  }

  BestOfArms run() {
    // The best of all is below no arm's lowest place, the second best below none but one arm's, and both are above no arm's highest.
    double from = -std::numeric_limits<double>::infinity();
    double second = from;
    double to = from;
    for (const PosteriorShape* arm : arms_) {
      second = std::max(second, std::min(from, arm->start()));
      from = std::max(from, arm->start());
      to = std::max(to, arm->end());
    }
    if (places_ == Places::BestTwo) from = second;
    for (std::size_t i = 0; i < arms_.size(); ++i) below_[i] = arms_[i]->below(from);
    result_.value_remaining = arms_[best_]->shortfall(from);
    for (double u = from; u < to;) {
      double next = std::numeric_limits<double>::infinity();
      for (const PosteriorShape* arm : arms_) {
        if (u < arm->end()) next = std::min(next, u + arm->panel_width(u));
      }
      // An arm that is known many digits better than another has no panel between two neighbouring doubles.
      next = std::max(next, std::nextafter(u, to));
      add_panel(0.5 * (u + next), 0.5 * (next - u), u);
      u = next;
    }
    for (std::size_t i = 0; i < arms_.size(); ++i) {
      if (i != best_) result_.value_remaining += arms_[i]->excess(to);
    }
    // Only rounding is left to be shared out.
    for (std::vector<double>* chances : {&result_.chances, &result_.second_chances}) {
      const double total = std::accumulate(chances->begin(), chances->end(), 0.0);
      for (double& chance : *chances) chance /= total;
    }
    return std::move(result_);
  }

 private:
  void add_panel(double centre, double half, double u) {
    const GaussLegendre& rule = GaussLegendre::rule();
    Values nodes{};
    for (std::size_t n = 0; n < kNodes; ++n) nodes[n] = centre + half * rule.nodes()[n];
    Values all;            // P(all arms below the node)
    Values all_but_one{};  // P(exactly one above it)
    all.fill(1.0);
    Values others_of_best;
    others_of_best.fill(1.0);
    for (std::size_t i = 0; i < arms_.size(); ++i) {
      if (u >= arms_[i]->end()) continue;
      densities_[i] = arms_[i]->densities(nodes);
      const Values running = RunningIntegral::table()(densities_[i]);
      for (std::size_t n = 0; n < kNodes; ++n) {
        cdfs_[i][n] = std::clamp(below_[i] + half * running[n], 0.0, 1.0);
        all_but_one[n] = all_but_one[n] * cdfs_[i][n] + all[n] * (1 - cdfs_[i][n]);
        all[n] *= cdfs_[i][n];
        if (i != best_) others_of_best[n] *= cdfs_[i][n];
      }
      below_[i] = std::min(1.0, below_[i] + half * rule.integral(densities_[i]));
    }
    for (std::size_t i = 0; i < arms_.size(); ++i) {
      if (u >= arms_[i]->end()) continue;
      for (std::size_t n = 0; n < kNodes; ++n) {
        if (!(cdfs_[i][n] > 0)) continue;  // the density is nothing there, too
        const double share = half * rule.weights()[n] * densities_[i][n];
        const double others = all[n] / cdfs_[i][n];
        result_.chances[i] += share * others;
        if (places_ == Places::Best) continue;
        const double one_above = (all_but_one[n] - others * (1 - cdfs_[i][n])) / cdfs_[i][n];
        result_.second_chances[i] += share * std::max(0.0, one_above);
      }
    }
    const bool best_is_over = u >= arms_[best_]->end();
    for (std::size_t n = 0; n < kNodes; ++n) {
      const double best_below = best_is_over ? 1 : cdfs_[best_][n];
      result_.value_remaining +=
          half * rule.weights()[n] * slope(nodes[n]) * best_below * (1 - others_of_best[n]);
    }
  }

  /// dx / du.
  [[nodiscard]] double slope(double u) const {
    if (coordinate_ == Coordinate::Value) return 1;
    const Rate at = rate_at(u);
    return at.x * at.other;
  }

  std::span<const PosteriorShape* const> arms_;
  Coordinate coordinate_;
  Places places_;
  std::size_t best_ = 0;
  std::vector<double> below_;
  std::vector<Values> densities_;
  std::vector<Values> cdfs_;
  BestOfArms result_;
};

}  // namespace

BestOfArms best_of_arms(std::span<const PosteriorShape* const> arms, Coordinate coordinate, Places places) {
  return Pass(arms, coordinate, places).run();
}

}  // namespace splitplot::stats
