#include "bayes/logit_beta_table.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::stats {
namespace {

constexpr double kNegligibleDrop = 33;  // in log density: e^-33 = 5e-15
// A density of few successes among many units is that of a log gamma variable, whose spectrum falls like exp(-pi w / 2): at this step's
// frequency by 5e-13.
constexpr double kWidestStep = 0.35;
constexpr double kMostUnits = 1e10;

/// Log density, its slope and the rate's Taylor series come from the same exponential.
struct Density {
  double a;
  double b;
  double rate;
  double other;

  explicit Density(const BetaPosterior& beta)
      : a(beta.a), b(beta.b), rate(beta.a / (beta.a + beta.b)), other(beta.b / (beta.a + beta.b)) {}

  /// How far the log density at distance d from the mode is below it.
  [[nodiscard]] double drop(double d) const {
    // Written for the side on which it does not overflow.
    if (d > 0) return b * d + (a + b) * std::log1p(other * std::expm1(-d));
    return -a * d + (a + b) * std::log1p(rate * std::expm1(d));
  }

  /// Distance on the side of `sign` at which it has fallen to nothing.
  [[nodiscard]] double reach(double sign) const {
    double near = 0;
    double far = std::sqrt(2 * kNegligibleDrop * (1 / a + 1 / b));
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

  /// The density's Taylor series in steps around a block of distances, from g' = g s, s = a - (a + b) x, x' = x (1 - x). Series side by
  /// side, so that their loops become vector instructions.
  template <std::size_t kTerms, std::size_t kBlock>
  void expand(const std::array<double, kBlock>& distances, double step,
              std::array<std::array<double, kBlock>, kTerms>& series) const {
    std::array<std::array<double, kBlock>, kTerms> slopes;
    std::array<std::array<double, kBlock>, kTerms> logistic;
    const double units = (a + b) * step;
    for (std::size_t j = 0; j < kBlock; ++j) {
      const double d = distances[j];
      const double e = std::exp(-std::abs(d));
      const double scale = d > 0 ? rate + other * e : other + rate * e;
      logistic[0][j] = (d > 0 ? rate : rate * e) / scale;
      // rate - x without cancellation at the mode.
      slopes[0][j] = units * rate * other * std::copysign(std::expm1(-std::abs(d)), -d) / scale;
      series[0][j] = std::exp(-drop(d));
    }
    for (std::size_t k = 0; k + 1 < kTerms; ++k) {
      std::array<double, kBlock> curve{};
      std::array<double, kBlock> rise{};
      for (std::size_t i = 0; i <= k; ++i) {
        for (std::size_t j = 0; j < kBlock; ++j) curve[j] += logistic[i][j] * logistic[k - i][j];
        for (std::size_t j = 0; j < kBlock; ++j) rise[j] += series[i][j] * slopes[k - i][j];
      }
      const double share = 1 / static_cast<double>(k + 1);
      for (std::size_t j = 0; j < kBlock; ++j) {
        logistic[k + 1][j] = step * share * (logistic[k][j] - curve[j]);
        slopes[k + 1][j] = -units * logistic[k + 1][j];
        series[k + 1][j] = share * rise[j];
      }
    }
  }
};

}  // namespace

LogitBetaTable::LogitBetaTable(const BetaPosterior& beta) {
  if (!(beta.a + beta.b <= kMostUnits)) return;
  const Density density(beta);
  const double left = density.reach(-1);
  const double right = density.reach(1);
  step_ = std::min(kWidestStep, 0.5 * std::sqrt(1 / beta.a + 1 / beta.b));
  const double nodes = std::ceil((left + right) / step_) + 1;
  if (!(nodes <= static_cast<double>(kCapacity))) return;
  size_ = static_cast<std::size_t>(nodes);
  start_ = std::log(beta.a) - std::log(beta.b) - left;
  constexpr std::size_t kBlock = 8;
  static_assert(kCapacity % kBlock == 0);
  std::array<std::array<double, kBlock>, kTerms> block;
  for (std::size_t first = 0; first < size_; first += kBlock) {
    std::array<double, kBlock> distances{};
    for (std::size_t j = 0; j < kBlock; ++j) distances[j] = static_cast<double>(first + j) * step_ - left;
    density.expand(distances, step_, block);
    for (std::size_t j = 0; j < kBlock; ++j) {
      for (std::size_t k = 0; k < kTerms; ++k) series_[first + j][k] = block[k][j];
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    sum -= integral(i, -0.5);
    below_[i] = sum;
    sum += integral(i, 0.5);
  }
  const double factor = 1 / sum;
  for (std::size_t i = 0; i < size_; ++i) {
    below_[i] *= factor;
    for (double& term : series_[i]) term *= factor;
  }
}

double LogitBetaTable::integral(std::size_t node, double offset) const {
  static constexpr auto kShares = [] {
    Series shares{};
    for (std::size_t k = 0; k < kTerms; ++k) shares[k] = 1 / static_cast<double>(k + 1);
    return shares;
  }();
  double sum = 0;
  for (std::size_t k = kTerms; k-- > 0;) sum = sum * offset + series_[node][k] * kShares[k];
  return sum * offset;
}

LogitBetaTable::Place LogitBetaTable::place(double steps) const {
  const auto node = static_cast<std::size_t>(std::lround(steps));
  return {node, steps - static_cast<double>(node)};
}

double LogitBetaTable::below(double u) const {
  const double steps = (u - start_) / step_;
  if (!(steps > 0)) return 0;
  if (!(steps < static_cast<double>(size_ - 1))) return 1;
  const Place at = place(steps);
  return std::clamp(below_[at.node] + integral(at.node, at.offset), 0.0, 1.0);
}

double LogitBetaTable::density(double u) const {
  const double steps = (u - start_) / step_;
  if (!(steps > 0) || !(steps < static_cast<double>(size_ - 1))) return 0;
  const Place at = place(steps);
  double sum = 0;
  for (std::size_t k = kTerms; k-- > 0;) sum = sum * at.offset + series_[at.node][k];
  return sum / step_;
}

}  // namespace splitplot::stats
