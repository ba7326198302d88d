#include "many/common_effect.hpp"
#include "pooling/crossed_lattice.hpp"
#include "pooling/crossed_model.hpp"
#include "pooling/normal_mixture.hpp"

#include <splitplot/stats/pooling/crossed.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr std::size_t kMostFactors = 3;
constexpr std::size_t kFewLevels = 5;
constexpr double kLargestRatio = 1e8;  // rounding still leaves half the digits of a precision

struct Units {
  double centre = 0;
  double unit = 1;           // the smallest standard error
  double typical_error = 1;  // in working units
};

/// What is asked about: mu, a level or a cell.
using Question = std::function<CrossedModel::Normal(CrossedModel&)>;

std::optional<std::string> problem_with(std::span<const CrossedCell> cells, const CrossedOptions& options) {
  if (cells.size() < 2) return "pooling needs two cells or more";
  const std::size_t factors = cells.front().levels.size();
  if (factors < 1 || factors > kMostFactors) return "cells need one, two or three factors";
  for (const CrossedCell& cell : cells) {
    if (cell.levels.size() != factors) return "the cells have different numbers of factors";
    if (!std::isfinite(cell.value)) return "a cell's effect is not a finite number";
    if (!(cell.standard_error > 0) || !std::isfinite(cell.standard_error)) {
      return "a cell's effect has no standard error";
    }
  }
  std::vector<std::vector<std::size_t>> places;
  for (const CrossedCell& cell : cells) places.push_back(cell.levels);
  std::sort(places.begin(), places.end());
  if (std::adjacent_find(places.begin(), places.end()) != places.end()) return "a cell is given twice";
  const double errors = options.prior.typical_errors;
  if (!(errors >= 1 / kLargestRatio && errors <= kLargestRatio)) {
    return "the scale of the prior must lie between 1e-8 and 1e8 typical errors";
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return "the confidence must lie between 0 and 1";
  }
  return std::nullopt;
}

/// The levels that have a cell, ascending, by factor.
std::vector<std::vector<std::size_t>> levels_seen(std::span<const CrossedCell> cells) {
  std::vector<std::vector<std::size_t>> seen(cells.front().levels.size());
  for (std::size_t f = 0; f < seen.size(); ++f) {
    for (const CrossedCell& cell : cells) seen[f].push_back(cell.levels[f]);
    std::sort(seen[f].begin(), seen[f].end());
    seen[f].erase(std::unique(seen[f].begin(), seen[f].end()), seen[f].end());
  }
  return seen;
}

/// Fills `problem`; nothing where effects or errors are too far apart.
std::optional<Units> to_working_units(std::span<const CrossedCell> cells, CrossedProblem& problem) {
  std::vector<SegmentEffect> effects;
  for (const CrossedCell& cell : cells) effects.push_back({cell.value, cell.standard_error});
  Units units;
  units.unit = smallest_error(effects);
  units.centre = weighted_centre(effects, units.unit);
  double precision = 0;
  for (const SegmentEffect& cell : effects) {
    const double effect = (cell.value - units.centre) / units.unit;
    const double error = cell.standard_error / units.unit;
    if (!(std::abs(effect) < kLargestRatio) || !(error < kLargestRatio)) return std::nullopt;
    problem.effects.push_back(effect);
    problem.variances.push_back(error * error);
    precision += 1 / (error * error);
  }
  units.typical_error = std::sqrt(static_cast<double>(cells.size()) / precision);
  return units;
}

CrossedProblem number_levels(std::span<const CrossedCell> cells,
                             const std::vector<std::vector<std::size_t>>& seen) {
  CrossedProblem problem;
  problem.has_interaction = seen.size() > 1;
  for (std::size_t f = 0; f < seen.size(); ++f) {
    problem.level_counts.push_back(seen[f].size());
    std::vector<std::size_t>& numbers = problem.levels.emplace_back();
    for (const CrossedCell& cell : cells) {
      const auto found = std::lower_bound(seen[f].begin(), seen[f].end(), cell.levels[f]);
      numbers.push_back(static_cast<std::size_t>(found - seen[f].begin()));
    }
  }
  return problem;
}

/// Where the variance does not exist, half the width of the central 68.27 % stands in.
PooledEffect describe(const NormalMixture& mixture, const Units& units, double confidence,
                      bool has_variance) {
  constexpr double kOneSigmaTail = 0.15865525393145705;
  const double tail = (1 - confidence) / 2;
  const auto limit = [&](double p) { return units.centre + units.unit * mixture.quantile(p); };
  PooledEffect effect;
  effect.mean = units.centre + units.unit * mixture.mean();
  effect.sd = units.unit *
              (has_variance ? std::sqrt(mixture.variance())
                            : 0.5 * (mixture.quantile(1 - kOneSigmaTail) - mixture.quantile(kOneSigmaTail)));
  effect.interval = {limit(tail), limit(1 - tail)};
  effect.chance_above_zero = mixture.chance_above(-units.centre / units.unit);
  return effect;
}

/// The mixtures over the lattice, some questions at a time so that the room they take stays bounded.
std::vector<NormalMixture> answer(const CrossedLattice& lattice, CrossedModel& model,
                                  std::span<const Question> questions) {
  std::vector<NormalMixture> mixtures(questions.size());
  for (NormalMixture& mixture : mixtures) mixture.reserve(lattice.nodes().size());
  for (const CrossedLattice::Node& node : lattice.nodes()) {
    model.condition_on(node.sds);
    for (std::size_t q = 0; q < questions.size(); ++q) {
      const CrossedModel::Normal normal = questions[q](model);
      mixtures[q].add(node.weight, normal.mean, std::sqrt(normal.variance));
    }
  }
  return mixtures;
}

GroupSpread describe_group(const CrossedLattice& lattice, std::size_t group, const Units& units,
                           double confidence) {
  const double tail = (1 - confidence) / 2;
  const auto at = [&](double p) { return units.unit * lattice.sd_quantile(group, p); };
  return {{at(0.5), {at(tail), at(1 - tail)}}, units.unit * lattice.sd_mean(group)};
}

bool finite(const PooledEffect& effect) {
  return std::isfinite(effect.mean) && std::isfinite(effect.sd) && std::isfinite(effect.interval.lower) &&
         std::isfinite(effect.interval.upper);
}

/// Mu, then the levels by factor, then the cells.
std::vector<Question> all_questions(const CrossedProblem& problem) {
  std::vector<Question> questions{[](CrossedModel& model) { return model.overall(); }};
  for (std::size_t f = 0; f < problem.level_counts.size(); ++f) {
    for (std::size_t l = 0; l < problem.level_counts[f]; ++l) {
      questions.emplace_back([f, l](CrossedModel& model) { return model.level(f, l); });
    }
  }
  for (std::size_t c = 0; c < problem.cells(); ++c) {
    questions.emplace_back([c](CrossedModel& model) { return model.cell(c); });
  }
  return questions;
}

/// The answers to all questions, in their order.
std::vector<PooledEffect> describe_all(const CrossedProblem& problem, const CrossedLattice& lattice,
                                       const Units& units, double confidence) {
  constexpr std::size_t kAtATime = 64;
  CrossedModel model(problem);
  const std::vector<Question> questions = all_questions(problem);
  const std::size_t first_cell = questions.size() - problem.cells();
  const bool levels_have_variance =
      *std::min_element(problem.level_counts.begin(), problem.level_counts.end()) > 2;
  std::vector<PooledEffect> effects;
  for (std::size_t start = 0; start < questions.size(); start += kAtATime) {
    const std::size_t count = std::min(kAtATime, questions.size() - start);
    for (const NormalMixture& mixture : answer(lattice, model, std::span(questions).subspan(start, count))) {
      const bool has_variance = effects.size() >= first_cell || levels_have_variance;
      effects.push_back(describe(mixture, units, confidence, has_variance));
    }
  }
  return effects;
}

}  // namespace

Estimated<CrossedSegments> pool_crossed_segments(std::span<const CrossedCell> cells,
                                                 const CrossedOptions& options) {
  if (const auto why = problem_with(cells, options)) return not_estimable(*why);
  const std::vector<std::vector<std::size_t>> seen = levels_seen(cells);
  for (const std::vector<std::size_t>& levels : seen) {
    if (levels.size() < 2) return not_estimable("a factor has only one level");
  }
  CrossedProblem problem = number_levels(cells, seen);
  const std::optional<Units> units = to_working_units(cells, problem);
  if (!units) return not_estimable("the cells' effects or errors lie too far apart");
  const CrossedLattice lattice(problem, options.prior.typical_errors * units->typical_error);
  if (!lattice.usable()) return not_estimable("the cells' effects or errors lie too far apart");

  CrossedSegments result;
  const std::vector<PooledEffect> effects = describe_all(problem, lattice, *units, options.confidence);
  if (!std::all_of(effects.begin(), effects.end(), finite)) {
    return not_estimable("the cells' effects are too large to be worked with");
  }
  auto next = effects.begin();
  result.overall = *next++;
  for (std::size_t f = 0; f < seen.size(); ++f) {
    std::vector<LevelEffect>& levels = result.levels.emplace_back();
    for (const std::size_t level : seen[f]) levels.push_back({level, *next++});
    result.factors.push_back(describe_group(lattice, f, *units, options.confidence));
    if (seen[f].size() < kFewLevels) result.concerns.insert(Concern::FewSegments);
  }
  result.cells.assign(next, effects.end());
  if (problem.has_interaction) {
    result.interaction = describe_group(lattice, seen.size(), *units, options.confidence);
  }
  return result;
}

}  // namespace splitplot::stats
