#include "fisher_by_r.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace splitplot::reference {
namespace {

constexpr double kPrecision = std::numeric_limits<double>::epsilon();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Brent's method (1973, chapter 4): inverse quadratic or linear interpolation where it stays well inside the bracket, bisection else;
/// ends with the newest of the best points, once the bracket is at most `tolerance` wide (and some last bits).
double brent_root(const std::function<double(double)>& function, double lower, double upper,
                  double tolerance) {
  constexpr int kSteps = 1000;
  double older = lower, best = upper, far = lower;
  double at_older = function(older), at_best = function(best), at_far = at_older;
  if (at_older == 0) return older;
  for (int step = 0; step < kSteps; ++step) {
    const double last_step = best - older;
    if (std::abs(at_far) < std::abs(at_best)) {
      older = best, best = far, far = older;
      at_older = at_best, at_best = at_far, at_far = at_older;
    }
    const double close = 2 * kPrecision * std::abs(best) + tolerance / 2;
    double move = (far - best) / 2;
    if (std::abs(move) <= close || at_best == 0) return best;
    if (std::abs(last_step) >= close && std::abs(at_older) > std::abs(at_best)) {
      const double width = far - best;
      double numerator = 0, denominator = 0;
      const double slope = at_best / at_older;
      if (older == far) {
        numerator = width * slope;
        denominator = 1 - slope;
      } else {
        const double q = at_older / at_far, r = at_best / at_far;
        numerator = slope * (width * q * (q - r) - (best - older) * (r - 1));
        denominator = (q - 1) * (r - 1) * (slope - 1);
      }
      if (numerator > 0)
        denominator = -denominator;
      else
        numerator = -numerator;
      if (numerator < 0.75 * width * denominator - std::abs(close * denominator) / 2 &&
          numerator < std::abs(last_step * denominator / 2)) {
        move = numerator / denominator;
      }
    }
    if (std::abs(move) < close) move = move > 0 ? close : -close;
    older = std::exchange(best, best + move);
    at_older = std::exchange(at_best, function(best));
    if ((at_best > 0) == (at_far > 0) && at_best != 0 && at_far != 0) {
      far = older;
      at_far = at_older;
    }
  }
  return best;
}

/// The first cell given the margins, for any odds ratio.
class FirstCell {
 public:
  explicit FirstCell(const std::array<std::array<std::uint64_t, 2>, 2>& table) : observed_(table[0][0]) {
    const std::uint64_t first_column = table[0][0] + table[1][0];
    const std::uint64_t second_column = table[0][1] + table[1][1];
    const std::uint64_t first_row = table[0][0] + table[0][1];
    lowest_ = first_row > second_column ? first_row - second_column : 0;
    const std::uint64_t highest = std::min(first_row, first_column);
    for (std::uint64_t count = lowest_; count <= highest; ++count) {
      log_weights_.push_back(
          stats::log_hypergeometric_pmf(count, first_column, first_row, first_column + second_column));
    }
  }

  [[nodiscard]] double mean(double odds_ratio) const {
    return summed(odds_ratio, [](std::uint64_t count) { return static_cast<double>(count); });
  }
  [[nodiscard]] double at_most_observed(double odds_ratio) const {
    return summed(odds_ratio, [this](std::uint64_t count) { return count <= observed_ ? 1.0 : 0.0; });
  }
  [[nodiscard]] double at_least_observed(double odds_ratio) const {
    return summed(odds_ratio, [this](std::uint64_t count) { return count >= observed_ ? 1.0 : 0.0; });
  }
  [[nodiscard]] double observed() const { return static_cast<double>(observed_); }
  [[nodiscard]] bool is_lowest() const { return observed_ == lowest_; }
  [[nodiscard]] bool is_highest() const { return observed_ == lowest_ + log_weights_.size() - 1; }

 private:
  template <typename Value>
  [[nodiscard]] double summed(double odds_ratio, const Value& value) const {
    if (odds_ratio == 0) return value(lowest_);
    std::vector<double> weights;
    for (std::size_t i = 0; i < log_weights_.size(); ++i)
      weights.push_back(log_weights_[i] + std::log(odds_ratio) * static_cast<double>(i));
    const double largest = *std::max_element(weights.begin(), weights.end());
    double total = 0, sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double weight = std::exp(weights[i] - largest);
      total += weight;
      sum += weight * value(lowest_ + i);
    }
    return sum / total;
  }

  std::uint64_t observed_;
  std::uint64_t lowest_ = 0;
  std::vector<double> log_weights_;
};

/// The odds ratio at which a monotone function of it is zero, by R's brackets.
double solved(const std::function<double(double)>& function) {
  const double tolerance = std::pow(kPrecision, 0.25);
  const double at_one = function(1);
  if (at_one == 0) return 1;
  if ((function(0) > 0) != (at_one > 0)) return brent_root(function, 0, 1, tolerance);
  return 1 /
         brent_root([&](double reciprocal) { return function(1 / reciprocal); }, kPrecision, 1, tolerance);
}

}  // namespace

OddsRatioByR odds_ratio_by_r(const std::array<std::array<std::uint64_t, 2>, 2>& table,
                             stats::Alternative alternative, double confidence) {
  using stats::Alternative;
  const FirstCell cell(table);
  const double error = alternative == Alternative::TwoSided ? (1 - confidence) / 2 : 1 - confidence;
  OddsRatioByR result{cell.is_lowest()    ? 0
                      : cell.is_highest() ? kInfinity
                                          : solved([&](double x) { return cell.mean(x) - cell.observed(); }),
                      {0, kInfinity}};
  if (alternative != Alternative::Less && !cell.is_lowest())
    result.interval.lower = solved([&](double x) { return cell.at_least_observed(x) - error; });
  if (alternative != Alternative::Greater && !cell.is_highest())
    result.interval.upper = solved([&](double x) { return cell.at_most_observed(x) - error; });
  return result;
}

}  // namespace splitplot::reference
