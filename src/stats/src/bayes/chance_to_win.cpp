#include "numeric/gauss_legendre.hpp"

#include <splitplot/stats/bayes/chance_to_win.hpp>
#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr double kNegligibleDrop = 42;  // in log density: e^-42 = 6e-19

// Bounds of the prior's parameters and of the counts. Above the second a posterior's width is lost to
// rounding.
constexpr double kSmallestParameter = 1e-6;
constexpr double kLargestParameter = 1e15;

/// Beta(a, b) on the logit scale u = log(x / (1 - x)): log-concave there, with exponential tails, whatever a
/// and b are. Seen from its mode, where x = a / (a + b); d is the distance from it.
class LogitBeta {
 public:
  LogitBeta(double a, double b)
      : a_(a), b_(b), mode_(std::log(a) - std::log(b)), rate_(a / (a + b)), other_rate_(b / (a + b)) {}

  [[nodiscard]] double a() const { return a_; }
  [[nodiscard]] double b() const { return b_; }
  [[nodiscard]] double mode() const { return mode_; }
  [[nodiscard]] double mean() const { return rate_; }

  /// How far the log density has fallen at distance d from the mode: (a + b) log(1 + rate (e^d - 1)) - a d.
  /// Written for the side on which it does not overflow.
  [[nodiscard]] double drop(double d) const {
    if (d > 0) return b_ * d + (a_ + b_) * std::log1p(other_rate_ * std::expm1(-d));
    return -a_ * d + (a_ + b_) * std::log1p(rate_ * std::expm1(d));
  }

  /// The distance on the side of `sign` at which the log density has fallen by `target`.
  [[nodiscard]] double distance(double target, double sign) const {
    double near = 0;
    double far = std::sqrt(target / (a_ + b_)) + target * 1e-6;
    while (drop(sign * far) < target) far *= 2;
    for (int i = 0; i < 20; ++i) {
      const double middle = 0.5 * (near + far);
      (drop(sign * middle) < target ? near : far) = middle;
    }
    return sign * far;
  }

 private:
  double a_;
  double b_;
  double mode_;
  double rate_;
  double other_rate_;  // kept apart from 1 - rate_, which has no digits for rates near 1
};

/// Places on the logit scale between which both densities are smooth on one panel of 16 nodes.
std::vector<double> panel_ends(const LogitBeta& first, const LogitBeta& second) {
  std::vector<double> ends;
  for (const LogitBeta* beta : {&first, &second}) {
    ends.push_back(beta->mode());
    for (const double root : {1.0, 2.0, 3.0, 4.0, 5.2, 6.48}) {
      ends.push_back(beta->mode() + beta->distance(kNegligibleDrop * root * root / (6.48 * 6.48), 1));
      ends.push_back(beta->mode() + beta->distance(kNegligibleDrop * root * root / (6.48 * 6.48), -1));
    }
  }
  std::sort(ends.begin(), ends.end());
  const double lowest = ends.front();
  const double highest = ends.back();
  // The logistic function itself bends near 0; wide posteriors need panels that follow it.
  for (const double bend : {-40.0, -20.0, -10.0, -6.0, -3.0, 0.0, 3.0, 6.0, 10.0, 20.0, 40.0}) {
    if (bend > lowest && bend < highest) ends.push_back(bend);
  }
  std::sort(ends.begin(), ends.end());
  return ends;
}

/// x (1 - x) at the logit u: what dx is in du.
double logistic_slope(double u) {
  const double e = std::exp(-std::abs(u));
  return e / ((1 + e) * (1 + e));
}

struct Comparison {
  double chance_second_larger = 0;
  double mean_excess_of_first = 0;   // E[max(0, first - second)]
  double mean_excess_of_second = 0;  // E[max(0, second - first)]
};

/// Two passes over the panels: the first for the densities' constants, the second for P(second > first) =
/// integral of f_1 (1 - F_2) and for the smaller mean excess, E[max(0, X - Y)] = integral of F_Y (1 - F_X)
/// dx. The larger one follows from E[X - Y]. Distribution functions are running integrals of the densities,
/// so no special function is needed.
Comparison compare(const LogitBeta& first, const LogitBeta& second) {
  const GaussLegendre& rule = GaussLegendre::rule();
  const std::vector<double> ends = panel_ends(first, second);
  struct Panel {
    double centre, half;
    GaussLegendre::Values first, second;
  };
  std::vector<Panel> panels;
  double first_total = 0;
  double second_total = 0;
  for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
    if (!(ends[k + 1] > ends[k])) continue;
    Panel panel{0.5 * (ends[k] + ends[k + 1]), 0.5 * (ends[k + 1] - ends[k]), {}, {}};
    for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
      const double u = panel.centre + panel.half * rule.nodes()[i];
      panel.first[i] = std::exp(-first.drop(u - first.mode()));
      panel.second[i] = std::exp(-second.drop(u - second.mode()));
    }
    first_total += panel.half * rule.integral(panel.first);
    second_total += panel.half * rule.integral(panel.second);
    panels.push_back(panel);
  }

  const double mean_difference = second.mean() - first.mean();
  Comparison result;
  double smaller_excess = 0;
  double first_below = 0;
  double second_below = 0;
  for (const Panel& panel : panels) {
    const GaussLegendre::Values first_running = rule.running_integral(panel.first);
    const GaussLegendre::Values second_running = rule.running_integral(panel.second);
    for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
      const double weight = panel.half * rule.weights()[i];
      const double f_first =
          std::clamp((first_below + panel.half * first_running[i]) / first_total, 0.0, 1.0);
      const double f_second =
          std::clamp((second_below + panel.half * second_running[i]) / second_total, 0.0, 1.0);
      result.chance_second_larger += weight * panel.first[i] / first_total * (1 - f_second);
      const double overlap = mean_difference >= 0 ? f_second * (1 - f_first) : f_first * (1 - f_second);
      smaller_excess += weight * overlap * logistic_slope(panel.centre + panel.half * rule.nodes()[i]);
    }
    first_below += panel.half * rule.integral(panel.first);
    second_below += panel.half * rule.integral(panel.second);
  }
  result.chance_second_larger = std::clamp(result.chance_second_larger, 0.0, 1.0);
  const double larger_excess = smaller_excess + std::abs(mean_difference);
  result.mean_excess_of_first = mean_difference >= 0 ? smaller_excess : larger_excess;
  result.mean_excess_of_second = mean_difference >= 0 ? larger_excess : smaller_excess;
  return result;
}

LogitBeta posterior(const SuccessCount& arm, BetaPrior prior) {
  return {prior.a + static_cast<double>(arm.successes),
          prior.b + static_cast<double>(arm.units - arm.successes)};
}

}  // namespace

Estimated<Beats> beats_proportions(const SuccessCount& control, const SuccessCount& treatment,
                                   Direction direction, BetaPrior prior) {
  if (control.units == 0 || treatment.units == 0) return not_estimable("an arm has no units");
  if (control.successes > control.units || treatment.successes > treatment.units) {
    return not_estimable("an arm has more successes than units");
  }
  const auto in_range = [](double x) { return x >= kSmallestParameter && x <= kLargestParameter; };
  if (!in_range(prior.a) || !in_range(prior.b)) {
    return not_estimable("the parameters of the prior must lie between 1e-6 and 1e15");
  }
  if (static_cast<double>(std::max(control.units, treatment.units)) > kLargestParameter) {
    return not_estimable("an arm has more units than the posterior can be worked out for");
  }
  const Comparison comparison = compare(posterior(control, prior), posterior(treatment, prior));
  Beats beats;
  beats.chance_to_win = comparison.chance_second_larger;
  beats.expected_loss = comparison.mean_excess_of_first;
  beats.expected_loss_of_keeping = comparison.mean_excess_of_second;
  if (direction == Direction::LowerIsBetter) {
    beats.chance_to_win = 1 - beats.chance_to_win;
    std::swap(beats.expected_loss, beats.expected_loss_of_keeping);
  }
  return beats;
}

Estimated<Beats> beats_normal(double difference, double standard_error, Direction direction) {
  if (!(standard_error > 0) || !std::isfinite(standard_error)) {
    return not_estimable("the difference has no standard error");
  }
  if (!std::isfinite(difference)) return not_estimable("the difference is not a finite number");
  const double gain = direction == Direction::HigherIsBetter ? difference : -difference;
  const double z = gain / standard_error;
  Beats beats;
  beats.chance_to_win = normal_cdf(z);
  // E[max(0, -G)] for G ~ N(gain, standard_error^2); beyond 40 standard errors one of the two is 0 in a
  // double.
  const double size = std::min(std::abs(z), 40.0);
  const double smaller = standard_error * std::max(0.0, normal_pdf(size) - size * normal_sf(size));
  const double larger = smaller + std::abs(gain);
  beats.expected_loss = gain >= 0 ? smaller : larger;
  beats.expected_loss_of_keeping = gain >= 0 ? larger : smaller;
  return beats;
}

namespace {

/// The arms with higher as better, on a scale on which nothing overflows, seen from the best mean.
std::vector<NormalPosterior> standardise(std::span<const NormalPosterior> arms, Direction direction) {
  double scale = 0;
  for (const NormalPosterior& arm : arms) scale = std::max({scale, std::abs(arm.mean), arm.sd});
  const double sign = direction == Direction::HigherIsBetter ? 1 : -1;
  std::vector<NormalPosterior> result;
  double best = -2;
  for (const NormalPosterior& arm : arms) best = std::max(best, sign * (arm.mean / scale));
  double widest = 0;
  for (const NormalPosterior& arm : arms) {
    result.push_back({sign * (arm.mean / scale) - best, arm.sd / scale});
    widest = std::max(widest, result.back().sd);
  }
  // An arm that is known 10^12 times better than another is a fixed number beside it; its true width could
  // not be seen between two neighbouring doubles.
  for (NormalPosterior& arm : result) arm.sd = std::max(arm.sd, 1e-12 * widest);
  return result;
}

std::vector<double> panel_ends(std::span<const NormalPosterior> arms) {
  constexpr double kReach = 9;  // standard deviations; P(|Z| > 9) = 2e-19
  double lowest = arms.front().mean - kReach * arms.front().sd;
  double highest = arms.front().mean + kReach * arms.front().sd;
  for (const NormalPosterior& arm : arms) {
    // The best of all is below neither the lowest nor the highest place that any arm can be expected at.
    lowest = std::max(lowest, arm.mean - kReach * arm.sd);
    highest = std::max(highest, arm.mean + kReach * arm.sd);
  }
  std::vector<double> ends{lowest, highest};
  for (const NormalPosterior& arm : arms) {
    for (const double z : {-kReach, -6.0, -4.0, -2.5, -1.25, 0.0, 1.25, 2.5, 4.0, 6.0, kReach}) {
      const double end = arm.mean + z * arm.sd;
      if (end > lowest && end < highest) ends.push_back(end);
    }
  }
  std::sort(ends.begin(), ends.end());
  return ends;
}

}  // namespace

NormalPosterior posterior_of_rate(const SuccessCount& arm, BetaPrior prior) {
  const double a = prior.a + static_cast<double>(arm.successes);
  const double b = prior.b + static_cast<double>(arm.units - arm.successes);
  const double total = a + b;
  return {a / total, std::sqrt(a / total * (b / total) / (total + 1))};
}

Estimated<std::vector<double>> chance_to_be_best(std::span<const NormalPosterior> arms, Direction direction) {
  if (arms.size() < 2) return not_estimable("there are fewer than two arms");
  for (const NormalPosterior& arm : arms) {
    if (!(arm.sd > 0) || !std::isfinite(arm.sd) || !std::isfinite(arm.mean)) {
      return not_estimable("an arm's mean has no standard error");
    }
  }
  const std::vector<NormalPosterior> scaled = standardise(arms, direction);
  const std::vector<double> ends = panel_ends(scaled);
  const GaussLegendre& rule = GaussLegendre::rule();
  const std::size_t size = scaled.size();
  std::vector<double> chances(size, 0.0);
  std::vector<double> below(size);
  std::vector<double> others(size);
  for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
    const double half = 0.5 * (ends[k + 1] - ends[k]);
    for (std::size_t node = 0; node < GaussLegendre::kNodes; ++node) {
      const double x = 0.5 * (ends[k] + ends[k + 1]) + half * rule.nodes()[node];
      double product = 1;
      for (std::size_t i = 0; i < size; ++i) {
        below[i] = normal_cdf((x - scaled[i].mean) / scaled[i].sd);
        others[i] = product;
        product *= below[i];
      }
      product = 1;
      for (std::size_t i = size; i-- > 0;) {
        const double density = normal_pdf((x - scaled[i].mean) / scaled[i].sd) / scaled[i].sd;
        chances[i] += half * rule.weights()[node] * density * others[i] * product;
        product *= below[i];
      }
    }
  }
  // Only rounding is left to be shared out.
  const double total = std::accumulate(chances.begin(), chances.end(), 0.0);
  for (double& chance : chances) chance /= total;
  return chances;
}

}  // namespace splitplot::stats
