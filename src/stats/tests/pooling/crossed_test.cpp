#include <splitplot/base/random.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/crossed.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

using Cells = std::vector<CrossedCell>;
using Matrix = std::vector<std::vector<double>>;

double typical_error(const Cells& cells) {
  double precision = 0;
  for (const CrossedCell& c : cells) precision += 1 / (c.standard_error * c.standard_error);
  return std::sqrt(static_cast<double>(cells.size()) / precision);
}

/// Inverse by Gauss-Jordan with pivots; `log_determinant` of the matrix.
Matrix inverse(Matrix a, double& log_determinant) {
  const std::size_t n = a.size();
  Matrix result(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) result[i][i] = 1;
  log_determinant = 0;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < n; ++i) {
      if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
    }
    std::swap(a[k], a[pivot]), std::swap(result[k], result[pivot]);
    const double d = a[k][k];
    log_determinant += std::log(std::abs(d));
    for (std::size_t j = 0; j < n; ++j) a[k][j] /= d, result[k][j] /= d;
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = a[i][k];
      if (i == k || factor == 0) continue;
      for (std::size_t j = 0; j < n; ++j) a[i][j] -= factor * a[k][j], result[i][j] -= factor * result[k][j];
    }
  }
  return result;
}

/// The posterior on a full grid of the log sds, from the covariance of the cells, mu by generalised least squares: nothing in common with
/// the code under test. Levels must be 0, 1, ... without gaps.
class PlainGrid {
 public:
  PlainGrid(Cells cells, int points, double low, double high) : cells_(std::move(cells)) {
    factors_ = cells_.front().levels.size();
    const std::size_t groups = factors_ == 1 ? 1 : factors_ + 1;
    const double scale = 5 * typical_error(cells_);
    std::vector<int> at(groups, 0);
    double peak = -1e300;
    std::vector<double> logs;
    for (bool more = true; more;) {
      std::vector<double> sds;
      double log_density = 0;
      for (const int i : at) {
        sds.push_back(low * std::pow(high / low, (i + 0.5) / points));
        log_density += std::log(sds.back()) - std::log1p(std::pow(sds.back() / scale, 2));
      }
      logs.push_back(log_density + add(sds));
      peak = std::max(peak, logs.back());
      more = false;
      for (int& i : at) {
        if (++i < points) {
          more = true;
          break;
        }
        i = 0;
      }
    }
    double total = 0;
    for (const double l : logs) total += std::exp(l - peak);
    for (const double l : logs) weights_.push_back(std::exp(l - peak) / total);
  }

  /// Quantities: mu, levels of factor 0, of factor 1, ..., cells.
  double mean(std::size_t q) const {
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) sum += weights_[i] * means_[i][q];
    return sum;
  }
  double sd(std::size_t q) const {
    const double centre = mean(q);
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      sum += weights_[i] * (variances_[i][q] + std::pow(means_[i][q] - centre, 2));
    }
    return std::sqrt(sum);
  }
  double cdf(std::size_t q, double x) const {
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (weights_[i] > 1e-12)
        sum += weights_[i] * normal_cdf((x - means_[i][q]) / std::sqrt(variances_[i][q]));
    }
    return sum;
  }
  double cdf_of_sd(std::size_t group, double x) const {
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) sum += sds_[i][group] <= x ? weights_[i] : 0;
    return sum;
  }
  double mean_of_sd(std::size_t group) const {
    double sum = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) sum += weights_[i] * sds_[i][group];
    return sum;
  }

 private:
  /// Log density of the cells given the sds; keeps the moments of every quantity.
  double add(const std::vector<double>& sds) {
    const std::size_t n = cells_.size();
    Matrix covariance(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) covariance[i][j] = shared(cells_[i].levels, cells_[j].levels, sds);
      covariance[i][i] += cells_[i].standard_error * cells_[i].standard_error;
    }
    double log_determinant = 0;
    const Matrix precision = inverse(covariance, log_determinant);
    double total = 0, weighted = 0;
    std::vector<double> row_sums(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) row_sums[i] += precision[i][j];
      total += row_sums[i];
      weighted += row_sums[i] * cells_[i].value;
    }
    const double mu = weighted / total;
    double square = 0;
    std::vector<double> solved(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) solved[i] += precision[i][j] * (cells_[j].value - mu);
      square += solved[i] * (cells_[i].value - mu);
    }
    means_.emplace_back(), variances_.emplace_back(), sds_.push_back(sds);
    // Kriging with an unknown mean: k the covariance of the quantity with the cells, prior its own variance.
    const auto quantity = [&](const std::vector<double>& k, double prior) {
      double mean = mu, explained = 0, rest = 1;
      for (std::size_t i = 0; i < n; ++i) {
        mean += k[i] * solved[i];
        rest -= k[i] * row_sums[i];
        for (std::size_t j = 0; j < n; ++j) explained += k[i] * precision[i][j] * k[j];
      }
      means_.back().push_back(mean);
      variances_.back().push_back(std::max(prior - explained + rest * rest / total, 1e-9));  // rounding
    };
    quantity(std::vector<double>(n), 0);
    for (std::size_t f = 0; f < factors_; ++f) {
      std::size_t count = 0;
      for (const CrossedCell& c : cells_) count = std::max(count, c.levels[f] + 1);
      for (std::size_t l = 0; l < count; ++l) {
        std::vector<double> k;
        for (const CrossedCell& c : cells_) k.push_back(c.levels[f] == l ? sds[f] * sds[f] : 0);
        quantity(k, sds[f] * sds[f]);
      }
    }
    // A cell from its own noise, which loses no digits where the sds are large.
    for (std::size_t i = 0; i < n; ++i) {
      const double noise = cells_[i].standard_error * cells_[i].standard_error;
      means_.back().push_back(cells_[i].value - noise * solved[i]);
      variances_.back().push_back(noise -
                                  noise * noise * (precision[i][i] - row_sums[i] * row_sums[i] / total));
    }
    return -0.5 * (log_determinant + std::log(total) + square);
  }

  double shared(const std::vector<std::size_t>& a, const std::vector<std::size_t>& b,
                const std::vector<double>& sds) const {
    double sum = 0;
    for (std::size_t f = 0; f < factors_; ++f) sum += a[f] == b[f] ? sds[f] * sds[f] : 0;
    return sum + (sds.size() > factors_ && a == b ? sds.back() * sds.back() : 0);
  }

  Cells cells_;
  std::size_t factors_ = 0;
  std::vector<double> weights_;
  Matrix means_, variances_, sds_;
};

/// Mu, levels, cells, as the grid orders them.
std::vector<PooledEffect> in_order(const CrossedSegments& pooled) {
  std::vector<PooledEffect> result{pooled.overall};
  for (const auto& levels : pooled.levels)
    for (const LevelEffect& level : levels) result.push_back(level.effect);
  result.insert(result.end(), pooled.cells.begin(), pooled.cells.end());
  return result;
}

void expect_like_grid(const Cells& cells, int points, double tolerance) {
  const double error = typical_error(cells);
  const PlainGrid grid(cells, points, 1e-3 * error, 1e3 * error);
  const auto pooled = pool_crossed_segments(cells);
  ASSERT_TRUE(pooled) << pooled.error().why;
  const std::vector<PooledEffect> effects = in_order(*pooled);
  const std::size_t first_cell = effects.size() - cells.size();
  for (std::size_t q = 0; q < effects.size(); ++q) {
    SCOPED_TRACE(q);
    EXPECT_NEAR(effects[q].mean, grid.mean(q), tolerance * effects[q].sd);
    if (q >= first_cell) {
      EXPECT_NEAR(effects[q].sd, grid.sd(q), tolerance * grid.sd(q));
    }
    EXPECT_NEAR(grid.cdf(q, effects[q].interval.lower), 0.025, tolerance);
    EXPECT_NEAR(grid.cdf(q, effects[q].interval.upper), 0.975, tolerance);
    EXPECT_NEAR(1 - grid.cdf(q, 0), effects[q].chance_above_zero, tolerance);
  }
  std::vector<GroupSpread> groups = pooled->factors;
  if (pooled->interaction) groups.push_back(*pooled->interaction);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    SCOPED_TRACE(g);
    EXPECT_NEAR(grid.mean_of_sd(g) / groups[g].mean, 1, 0.01);
    // The grid's own cdf has steps: half of one either side.
    const double step = std::log(1e6) / points;
    for (const auto& [x, p] :
         {std::pair{groups[g].spread.value, 0.5}, std::pair{groups[g].spread.interval.lower, 0.025},
          std::pair{groups[g].spread.interval.upper, 0.975}}) {
      EXPECT_LE(grid.cdf_of_sd(g, x * std::exp(-0.55 * step)), p);
      EXPECT_GE(grid.cdf_of_sd(g, x * std::exp(0.55 * step)), p);
    }
  }
}

const Cells kTwoByTwo{{{0, 0}, 3.0, 1.0}, {{0, 1}, 1.0, 0.8}, {{1, 0}, 0.5, 1.5}, {{1, 1}, -2.0, 1.1}};
const Cells kThreeByTwo{{{0, 0}, 4.0, 1.0},  {{0, 1}, 1.0, 0.7}, {{1, 0}, 2.5, 1.3},
                        {{1, 1}, -1.0, 1.0}, {{2, 0}, 0.3, 0.5}, {{2, 1}, -3.0, 2.0}};

Cells generated(RandomStream& random, const std::vector<std::size_t>& counts, const std::vector<double>& sds,
                double error_factor = 1) {
  Matrix effects;
  std::size_t size = 1;
  for (std::size_t f = 0; f < counts.size(); ++f) {
    effects.emplace_back();
    for (std::size_t l = 0; l < counts[f]; ++l) effects[f].push_back(sds[f] * random.normal());
    size *= counts[f];
  }
  Cells cells;
  for (std::size_t i = 0; i < size; ++i) {
    CrossedCell cell;
    std::size_t rest = i;
    cell.standard_error = error_factor * (0.5 + random.uniform());
    cell.value = sds.back() * random.normal() + cell.standard_error * random.normal();
    for (std::size_t f = 0; f < counts.size(); ++f) {
      cell.levels.push_back(rest % counts[f]);
      cell.value += effects[f][rest % counts[f]];
      rest /= counts[f];
    }
    cells.push_back(cell);
  }
  return cells;
}

void expect_same(const PooledEffect& a, const PooledEffect& b, double tolerance) {
  EXPECT_NEAR(a.mean, b.mean, tolerance * b.sd);
  EXPECT_NEAR(a.sd, b.sd, tolerance * b.sd);
  EXPECT_NEAR(a.interval.lower, b.interval.lower, tolerance * b.sd);
  EXPECT_NEAR(a.interval.upper, b.interval.upper, tolerance * b.sd);
  EXPECT_NEAR(a.chance_above_zero, b.chance_above_zero, tolerance);
}

TEST(Crossed, TwoByTwoAgreesWithPlainGrid) {
  expect_like_grid(kTwoByTwo, 34, 5e-4);
}

TEST(Crossed, ThreeByTwoAgreesWithPlainGrid) {
  expect_like_grid(kThreeByTwo, 27, 5e-4);
}

TEST(Crossed, MissingCellsAgreeWithPlainGrid) {
  Cells cells = kThreeByTwo;
  cells.erase(cells.begin() + 3);
  cells.erase(cells.begin());
  expect_like_grid(cells, 30, 5e-4);
}

TEST(Crossed, ThreeFactorsAgreeWithPlainGrid) {
  const Cells cells{{{0, 0, 0}, 3, 1}, {{1, 1, 0}, 0.5, 0.8}, {{1, 0, 1}, -1, 1.2}, {{0, 1, 1}, 0.2, 0.6}};
  expect_like_grid(cells, 13, 3e-3);
}

TEST(Crossed, OneFactorIsPooledSegments) {
  const std::vector<SegmentEffect> schools{{28, 15}, {8, 10}, {-3, 16}, {7, 11},
                                           {-1, 9},  {1, 11}, {18, 10}, {12, 18}};
  Cells cells;
  for (std::size_t j = 0; j < schools.size(); ++j) {
    cells.push_back({{j}, schools[j].value, schools[j].standard_error});
  }
  const auto crossed = pool_crossed_segments(cells);
  const auto plain = pool_segments(schools);
  ASSERT_TRUE(crossed);
  ASSERT_TRUE(plain);
  for (std::size_t j = 0; j < schools.size(); ++j) {
    expect_same(crossed->cells[j], plain->segments[j], 1e-4);
    expect_same(crossed->levels[0][j].effect, plain->segments[j], 1e-4);
  }
  expect_same(crossed->overall, plain->overall, 1e-4);
  EXPECT_NEAR(crossed->factors[0].mean / plain->spread_mean, 1, 1e-3);
  EXPECT_NEAR(crossed->factors[0].spread.value / plain->spread.value, 1, 1e-3);
  EXPECT_NEAR(crossed->factors[0].spread.interval.lower / plain->spread.interval.lower, 1, 1e-3);
  EXPECT_NEAR(crossed->factors[0].spread.interval.upper / plain->spread.interval.upper, 1, 1e-3);
  EXPECT_FALSE(crossed->interaction);
}

TEST(Crossed, OrderAndLabelsDoNotMatter) {
  RandomStream random(11);
  const Cells cells = generated(random, {4, 3}, {1, 2, 0.5});
  const auto plain = pool_crossed_segments(cells);
  ASSERT_TRUE(plain);
  Cells changed(cells.rbegin(), cells.rend());
  const std::vector<std::size_t> names{900, 7, std::numeric_limits<std::size_t>::max(), 0};
  for (CrossedCell& cell : changed) {
    cell.levels[0] = names[cell.levels[0]];
    std::swap(cell.levels[0], cell.levels[1]);
  }
  const auto other = pool_crossed_segments(changed);
  ASSERT_TRUE(other);
  for (std::size_t c = 0; c < cells.size(); ++c) {
    expect_same(other->cells[cells.size() - 1 - c], plain->cells[c], 1e-4);
  }
  expect_same(other->levels[0][2].effect, plain->levels[1][2].effect, 1e-4);
  EXPECT_EQ(other->levels[1][3].level, std::numeric_limits<std::size_t>::max());
  expect_same(other->levels[1][3].effect, plain->levels[0][2].effect, 1e-4);
  EXPECT_NEAR(other->factors[1].mean / plain->factors[0].mean, 1, 1e-3);
}

TEST(Crossed, AnyUnitWillDo) {
  const auto plain = pool_crossed_segments(kThreeByTwo);
  ASSERT_TRUE(plain);
  for (const double unit : {1e-300, 1e-9, 3.0, 1e300}) {
    Cells cells = kThreeByTwo;
    for (CrossedCell& cell : cells) cell.value *= unit, cell.standard_error *= unit;
    const auto scaled = pool_crossed_segments(cells);
    ASSERT_TRUE(scaled) << unit;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      EXPECT_NEAR(scaled->cells[c].mean / unit, plain->cells[c].mean, 1e-7);
      EXPECT_NEAR(scaled->cells[c].interval.upper / unit, plain->cells[c].interval.upper, 1e-7);
    }
    EXPECT_NEAR(scaled->interaction->mean / unit, plain->interaction->mean, 1e-7);
  }
  Cells negative = kThreeByTwo;
  for (CrossedCell& cell : negative) cell.value = -cell.value;
  const auto mirrored = pool_crossed_segments(negative);
  ASSERT_TRUE(mirrored);
  EXPECT_NEAR(mirrored->cells[1].interval.lower, -plain->cells[1].interval.upper, 1e-7);
}

/// The noisier a cell, the nearer its answer to what the others say of it.
TEST(Crossed, NoisierCellsAreDrawnFurther) {
  double last = 1e300;
  for (const double error : {0.01, 0.3, 1.0, 2.0, 4.0, 20.0}) {
    Cells cells = kThreeByTwo;
    for (CrossedCell& cell : cells) cell.value *= 0.3;
    cells[0].value = 12;
    cells[0].standard_error = error;
    const auto pooled = pool_crossed_segments(cells, {.prior = {.typical_errors = 5 / typical_error(cells)}});
    ASSERT_TRUE(pooled);
    EXPECT_LT(pooled->cells[0].mean, last) << error;
    EXPECT_GT(pooled->cells[0].mean, 0);
    last = pooled->cells[0].mean;
  }
  EXPECT_LT(last, 6);
}

TEST(Crossed, SpreadIsFoundWhereItIs) {
  RandomStream random(5);
  const auto pooled = pool_crossed_segments(generated(random, {8, 6}, {6, 0, 0}, 0.5));
  ASSERT_TRUE(pooled);
  EXPECT_GT(pooled->factors[0].spread.interval.lower, 1);
  EXPECT_LT(pooled->factors[1].spread.value, 0.5);
  EXPECT_LT(pooled->interaction->spread.value, 0.5);
}

/// Without real differences pooling takes most of the noise away, with large ones it leaves the cells alone.
TEST(Crossed, SquaredErrorBelowRaw) {
  RandomStream random(3);
  double raw = 0, pooled = 0;
  for (int i = 0; i < 4; ++i) {
    const Cells cells = generated(random, {5, 4}, {0, 0, 0});
    const auto result = pool_crossed_segments(cells);
    ASSERT_TRUE(result);
    for (std::size_t c = 0; c < cells.size(); ++c) {
      raw += cells[c].value * cells[c].value;
      pooled += result->cells[c].mean * result->cells[c].mean;
    }
  }
  EXPECT_LT(pooled, 0.35 * raw);
}

TEST(Crossed, FarApartIsLeftAlone) {
  for (const double factor : {1e3, 1e6}) {
    Cells cells = kThreeByTwo;
    for (CrossedCell& cell : cells) cell.value *= factor;
    const auto pooled = pool_crossed_segments(cells);
    ASSERT_TRUE(pooled) << factor << pooled.error().why;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      EXPECT_NEAR(pooled->cells[c].mean, cells[c].value, 0.01 * cells[c].standard_error);
      EXPECT_NEAR(pooled->cells[c].sd, cells[c].standard_error, 0.01 * cells[c].standard_error);
    }
  }
}

std::string reason(const Cells& cells, const CrossedOptions& options = {}) {
  const auto pooled = pool_crossed_segments(cells, options);
  return pooled ? "" : pooled.error().why;
}

TEST(Crossed, RefusesWithAReason) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  EXPECT_NE(reason({}), "");
  EXPECT_NE(reason({kTwoByTwo[0]}), "");
  EXPECT_EQ(reason({{{}, 1, 1}, {{}, 2, 1}}), "cells need one, two or three factors");
  EXPECT_EQ(reason({{{0, 1, 2, 3}, 1, 1}, {{1, 2, 3, 4}, 2, 1}}), "cells need one, two or three factors");
  EXPECT_EQ(reason({{{0, 1}, 1, 1}, {{1}, 2, 1}}), "the cells have different numbers of factors");
  EXPECT_EQ(reason({{{0, 1}, 1, 1}, {{1, 1}, 2, 1}}), "a factor has only one level");
  Cells twice = kTwoByTwo;
  twice.push_back(twice.front());
  EXPECT_EQ(reason(twice), "a cell is given twice");
  for (const double bad : {kNan, kInfinite, -kInfinite, 0.0, -1.0}) {
    Cells cells = kTwoByTwo;
    cells[2].standard_error = bad;
    EXPECT_EQ(reason(cells), "a cell's effect has no standard error");
    EXPECT_NE(reason(kTwoByTwo, {.prior = {.typical_errors = bad}}), "");
    EXPECT_NE(reason(kTwoByTwo, {.confidence = bad}), "");
  }
  for (const double bad : {kNan, kInfinite, -kInfinite}) {
    Cells cells = kTwoByTwo;
    cells[2].value = bad;
    EXPECT_EQ(reason(cells), "a cell's effect is not a finite number");
  }
  for (const double far : {1e308, -1e308, 1e12}) {
    Cells cells = kTwoByTwo;
    cells[1].value = far;
    EXPECT_EQ(reason(cells), "the cells' effects or errors lie too far apart");
    cells = kTwoByTwo;
    cells[1].standard_error = std::abs(far);
    EXPECT_EQ(reason(cells), "the cells' effects or errors lie too far apart");
  }
}

TEST(Crossed, HostileInputStaysFinite) {
  const std::vector<Cells> inputs{{{{0, 0}, 1, 1}, {{1, 1}, 1, 1}},
                                  {{{0, 0}, 0, 5e-324}, {{1, 1}, 0, 5e-324}, {{0, 1}, 0, 5e-324}},
                                  {{{0, 0}, 1e7, 1}, {{1, 1}, -1e7, 1}, {{0, 1}, 3, 1e7}},
                                  {{{0, 0, 0}, 1, 1}, {{1, 1, 1}, 2, 1}},
                                  {{{0}, 5, 1}, {{1}, 5, 1}}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto pooled = pool_crossed_segments(inputs[i]);
    ASSERT_TRUE(pooled) << i << pooled.error().why;
    for (const PooledEffect& effect : in_order(*pooled)) {
      EXPECT_TRUE(std::isfinite(effect.mean) && std::isfinite(effect.sd)) << i;
      EXPECT_LE(effect.interval.lower, effect.mean) << i;
      EXPECT_GE(effect.interval.upper, effect.mean) << i;
      EXPECT_TRUE(effect.chance_above_zero >= 0 && effect.chance_above_zero <= 1) << i;
    }
  }
}

}  // namespace
}  // namespace splitplot::stats
