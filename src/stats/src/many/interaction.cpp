#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/interaction.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <Eigen/Dense>

namespace splitplot::stats {
namespace {

constexpr Assumptions kAssumptions{Assumption::IndependentUnits, Assumption::RandomisedUnits,
                                   Assumption::OneLook, Assumption::LargeSample};

bool usable(const CellMean& cell) {
  return std::isfinite(cell.mean) && std::isfinite(cell.variance_of_mean) && cell.variance_of_mean >= 0;
}

Estimated<Contrast> tested(double value, double standard_error, double confidence) {
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  if (!std::isfinite(value) || !std::isfinite(standard_error)) {
    return not_estimable("the cells' values are too large to be worked with");
  }
  if (!(standard_error > 0)) return not_estimable("the cells have no spread");
  constexpr double kLargest = std::numeric_limits<double>::max();
  Contrast contrast;
  contrast.value = value;
  contrast.standard_error = standard_error;
  contrast.z = std::clamp(value / standard_error, -kLargest, kLargest);
  contrast.p_value = 2 * normal_sf(std::abs(contrast.z));
  const double reach = normal_quantile(0.5 + confidence / 2) * standard_error;
  contrast.interval = {value - reach, value + reach};
  contrast.assumptions = kAssumptions;
  return contrast;
}

/// The cell's mean square deviation over its units, times what the kind of variance makes of it.
double scaled_variance(double mean_square, double units, CellVariance variance) {
  switch (variance) {
    case CellVariance::HC2:
      return mean_square / (units - 1);
    case CellVariance::HC3:
      return mean_square / (units - 1) * (units / (units - 1));
    case CellVariance::HC0:
      break;
  }
  return mean_square / units;
}

Estimated<CellMean> checked_cell(double mean, double mean_square, double units, CellVariance variance) {
  if (units == 0) return not_estimable("a cell has no units");
  if (units < 2 && variance != CellVariance::HC0) {
    return not_estimable("a cell has too few units to estimate its variance");
  }
  const CellMean cell{mean, scaled_variance(mean_square, units, variance)};
  if (!usable(cell)) return not_estimable("a cell's values are too large to be worked with");
  return cell;
}

}  // namespace

Estimated<CellMean> cell_mean(const Moments& cell, CellVariance variance) {
  const auto units = static_cast<double>(cell.count);
  return checked_cell(cell.mean, units > 0 ? cell.m2 / units : 0, units, variance);
}

Estimated<CellMean> cell_mean(const SuccessCount& cell, CellVariance variance) {
  if (cell.successes > cell.units) return not_estimable("a cell has more successes than units");
  const double rate = cell.rate();
  return checked_cell(rate, rate * (1 - rate), static_cast<double>(cell.units), variance);
}

Estimated<Contrast> cell_contrast(std::span<const CellMean> cells, std::span<const double> weights,
                                  double confidence) {
  if (cells.empty()) return not_estimable("there are no cells");
  if (cells.size() != weights.size()) return not_estimable("there must be a weight for each cell");
  double value = 0;
  double error = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!usable(cells[i]) || !std::isfinite(weights[i])) {
      return not_estimable("a cell's mean, variance or weight is not a finite number");
    }
    value += weights[i] * cells[i].mean;
    // hypot: the square of a weight times a variance may over- or underflow.
    error = std::hypot(error, weights[i] * std::sqrt(cells[i].variance_of_mean));
  }
  return tested(value, error, confidence);
}

Estimated<FactorialEffects> factorial_effects(const FactorialCells& cells, double confidence) {
  const std::array<CellMean, 4> all{cells.neither, cells.only_a, cells.only_b, cells.both};
  const auto interaction = cell_contrast(all, std::array<double, 4>{1, -1, -1, 1}, confidence);
  const auto main_a = cell_contrast(all, std::array<double, 4>{-0.5, 0.5, -0.5, 0.5}, confidence);
  const auto main_b = cell_contrast(all, std::array<double, 4>{-0.5, -0.5, 0.5, 0.5}, confidence);
  for (const auto* contrast : {&interaction, &main_a, &main_b}) {
    if (!contrast->has_value()) return not_estimable(contrast->error().why);
  }
  return FactorialEffects{*interaction, *main_a, *main_b};
}

Estimated<Contrast> logit_interaction(const FactorialCounts& cells, double confidence) {
  double value = 0;
  double variance = 0;
  const std::array<SuccessCount, 4> all{cells.neither, cells.only_a, cells.only_b, cells.both};
  constexpr std::array<double, 4> kSigns{1, -1, -1, 1};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const SuccessCount& cell = all[i];
    if (cell.successes > cell.units) return not_estimable("a cell has more successes than units");
    if (cell.successes == 0 || cell.successes == cell.units) {
      return not_estimable("in a cell none or all succeeded");
    }
    const auto successes = static_cast<double>(cell.successes);
    const auto failures = static_cast<double>(cell.units - cell.successes);
    value += kSigns[i] * (std::log(successes) - std::log(failures));
    variance += 1 / successes + 1 / failures;
  }
  return tested(value, std::sqrt(variance), confidence);
}

Estimated<ChiSquareTest> additivity_test(std::span<const CellMean> cells, std::size_t columns) {
  if (columns < 2 || cells.size() < 2 * columns) {
    return not_estimable("a test of interaction needs two rows and two columns or more");
  }
  if (cells.size() % columns != 0) return not_estimable("a row of cells is incomplete");
  const std::size_t rows = cells.size() / columns;
  double unit = std::numeric_limits<double>::infinity();
  for (const CellMean& cell : cells) {
    if (!usable(cell)) return not_estimable("a cell's mean or variance is not a finite number");
    if (!(cell.variance_of_mean > 0)) return not_estimable("a cell has no spread");
    unit = std::min(unit, std::sqrt(cell.variance_of_mean));
  }
  // Row effects are eliminated: within a row the weighted centred indicator columns remain. The first column's effect is zero.
  const auto size = static_cast<Eigen::Index>(columns - 1);
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(size, size);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(size);
  double total = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    Eigen::VectorXd weights(static_cast<Eigen::Index>(columns));
    Eigen::VectorXd values(static_cast<Eigen::Index>(columns));
    const double origin = cells[row * columns].mean;
    for (std::size_t column = 0; column < columns; ++column) {
      const CellMean& cell = cells[row * columns + column];
      const double ratio = unit / std::sqrt(cell.variance_of_mean);
      weights(static_cast<Eigen::Index>(column)) = ratio * ratio;
      values(static_cast<Eigen::Index>(column)) = (cell.mean - origin) / unit;
    }
    const double sum = weights.sum();
    const Eigen::VectorXd centred = (values.array() - weights.dot(values) / sum).matrix();
    const Eigen::VectorXd tail = weights.tail(size);
    normal += Eigen::MatrixXd(tail.asDiagonal()) - tail * tail.transpose() / sum;
    right += tail.cwiseProduct(centred.tail(size));
    total += weights.dot(centred.cwiseProduct(centred));
  }
  const double statistic = total - right.dot(normal.ldlt().solve(right));
  if (!std::isfinite(statistic)) return not_estimable("the cells' values are too large to be worked with");
  ChiSquareTest test;
  test.statistic = std::max(statistic, 0.0);
  test.degrees_of_freedom = static_cast<double>((rows - 1) * (columns - 1));
  test.p_value = chi_square_sf(test.statistic, test.degrees_of_freedom);
  return test;
}

Estimated<std::vector<SegmentEffect>> segment_effects(std::span<const Moments> controls,
                                                      std::span<const Moments> treatments) {
  if (controls.size() != treatments.size()) return not_estimable("there must be two arms in each segment");
  std::vector<SegmentEffect> effects;
  for (std::size_t i = 0; i < controls.size(); ++i) {
    if (controls[i].count < 2 || treatments[i].count < 2) {
      return not_estimable("an arm of a segment has too few units to estimate its variance");
    }
    const SegmentEffect effect{treatments[i].mean - controls[i].mean,
                               std::sqrt(controls[i].variance_of_mean() + treatments[i].variance_of_mean())};
    if (!(effect.standard_error > 0)) return not_estimable("a segment has no spread");
    effects.push_back(effect);
  }
  return effects;
}

std::vector<Estimated<ScreenedPair>> screen_interactions(std::span<const FactorialCells> pairs,
                                                         const ScreenOptions& options) {
  std::vector<Estimated<ScreenedPair>> result;
  std::vector<double> p_values;
  for (const FactorialCells& cells : pairs) {
    const Estimated<FactorialEffects> effects = factorial_effects(cells);
    if (effects) {
      p_values.push_back(effects->interaction.p_value);
      result.emplace_back(ScreenedPair{effects->interaction, 1, false});
    } else {
      result.emplace_back(not_estimable(effects.error().why));
    }
  }
  const std::vector<double> adjusted = adjust_p_values(p_values, options.correction);
  auto next = adjusted.begin();
  for (Estimated<ScreenedPair>& pair : result) {
    if (!pair) continue;
    pair->adjusted_p_value = *next++;
    pair->flagged = pair->adjusted_p_value <= options.alpha &&
                    std::abs(pair->interaction.value) >= options.smallest_effect;
  }
  return result;
}

}  // namespace splitplot::stats
