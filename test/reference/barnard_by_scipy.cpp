#include "barnard_by_scipy.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace splitplot::reference {
namespace {

using Table = std::pair<std::uint64_t, std::uint64_t>;  // successes of the first and of the second group

/// SciPy's order of operations: the last bit matters.
class Statistic {
 public:
  Statistic(std::uint64_t first_units, std::uint64_t second_units, stats::BarnardVariance variance)
      : first_units_(static_cast<double>(first_units)),
        second_units_(static_cast<double>(second_units)),
        variance_(variance) {}

  [[nodiscard]] double operator()(std::uint64_t first, std::uint64_t second) const {
    const double x1 = static_cast<double>(first), x2 = static_cast<double>(second);
    const double p1 = x1 / first_units_, p2 = x2 / second_units_;
    if (p1 == p2) return 0;
    if (variance_ == stats::BarnardVariance::Pooled) {
      const double p = (x1 + x2) / (first_units_ + second_units_);
      return (p1 - p2) / std::sqrt(p * (1 - p) * (1 / first_units_ + 1 / second_units_));
    }
    return (p1 - p2) / std::sqrt(p1 * (1 - p1) / first_units_ + p2 * (1 - p2) / second_units_);
  }

 private:
  double first_units_;
  double second_units_;
  stats::BarnardVariance variance_;
};

/// Chance of the tables at a common rate.
double chance_of(const std::vector<Table>& tables, std::uint64_t first_units, std::uint64_t second_units,
                 double rate) {
  const auto masses = [rate](std::uint64_t units) {
    std::vector<double> result;
    for (std::uint64_t count = 0; count <= units; ++count)
      result.push_back(stats::binomial_pmf(static_cast<double>(count), static_cast<double>(units), rate));
    return result;
  };
  const std::vector<double> one = masses(first_units), other = masses(second_units);
  double sum = 0;
  for (const auto& [x1, x2] : tables) sum += one[x1] * other[x2];
  return sum;
}

/// The largest chance over all common rates: a grid, and thirds of the steps beside its best point.
double largest_chance(const std::vector<Table>& tables, std::uint64_t first_units,
                      std::uint64_t second_units) {
  constexpr int kGrid = 1000;
  constexpr int kRefinements = 60;
  const auto chance = [&](double rate) { return chance_of(tables, first_units, second_units, rate); };
  double best = 0, at = 0;
  for (int i = 0; i <= kGrid; ++i) {
    const double here = chance(static_cast<double>(i) / kGrid);
    if (here > best) best = here, at = static_cast<double>(i) / kGrid;
  }
  double lower = std::max(0.0, at - 1.0 / kGrid), upper = std::min(1.0, at + 1.0 / kGrid);
  for (int i = 0; i < kRefinements; ++i) {
    const double third = (upper - lower) / 3;
    if (chance(lower + third) < chance(upper - third))
      lower += third;
    else
      upper -= third;
  }
  return std::max(best, chance((lower + upper) / 2));
}

}  // namespace

std::optional<double> barnard_p_value_by_scipy(const stats::SuccessCount& first,
                                               const stats::SuccessCount& second,
                                               stats::Alternative alternative,
                                               stats::BarnardVariance variance) {
  constexpr double kTie = 1e-9;
  const Statistic statistic(first.units, second.units, variance);
  const auto extremeness = [alternative](double value) {
    if (alternative == stats::Alternative::TwoSided) return std::abs(value);
    return alternative == stats::Alternative::Greater ? value : -value;
  };
  const double observed = extremeness(statistic(first.successes, second.successes));
  bool the_same = true;
  std::vector<Table> tables;
  for (std::uint64_t x1 = 0; x1 <= first.units; ++x1) {
    for (std::uint64_t x2 = 0; x2 <= second.units; ++x2) {
      const double here = extremeness(statistic(x1, x2));
      if (here >= observed)
        tables.emplace_back(x1, x2);
      else if (here >= observed - kTie * std::abs(observed))
        the_same = false;
    }
  }
  if (the_same) return std::nullopt;
  return largest_chance(tables, first.units, second.units);
}

}  // namespace splitplot::reference
