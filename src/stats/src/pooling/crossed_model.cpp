#include "pooling/crossed_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace splitplot::stats {
namespace {

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

}  // namespace

CrossedModel::CrossedModel(const CrossedProblem& problem)
    : problem_(problem), sds_(problem.groups()), weights_(problem.cells()) {
  const auto& counts = problem.level_counts;
  longest_ = static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  std::size_t next = 0;
  for (std::size_t f = 0; f < counts.size(); ++f) {
    offsets_.push_back(next);
    if (f != longest_) next += counts[f];
  }
  size_ = index(next + 1);
  by_longest_.resize(counts[longest_]);
  for (std::size_t c = 0; c < problem.cells(); ++c) by_longest_[problem.levels[longest_][c]].push_back(c);
  sums_.resize(counts[longest_]);
  pivots_.resize(counts[longest_]);
  centres_.resize(counts[longest_]);
  means_.resize(size_, index(counts[longest_]));
  precision_.resize(size_, size_);
  right_.resize(size_);
  solution_.resize(size_);
  form_.resize(size_);
  half_.resize(size_);
}

double CrossedModel::condition_on(std::span<const double> sds) {
  std::copy(sds.begin(), sds.end(), sds_.begin());
  const double interaction = problem_.has_interaction ? sds_.back() : 0;
  double log_density = 0;
  for (std::size_t c = 0; c < problem_.cells(); ++c) {
    weights_[c] = 1 / (problem_.variances[c] + interaction * interaction);
    log_density += 0.5 * std::log(weights_[c]);
  }
  sum_by_longest();
  assemble();
  factor_.compute(precision_);
  solution_ = factor_.solve(right_);
  for (const double pivot : pivots_) log_density -= 0.5 * std::log(pivot);
  for (Eigen::Index i = 0; i < size_; ++i) log_density -= std::log(factor_.matrixLLT()(i, i));
  return log_density - 0.5 * squares();
}

void CrossedModel::sum_by_longest() {
  const double square = sds_[longest_] * sds_[longest_];
  means_.setZero();
  for (std::size_t l = 0; l < by_longest_.size(); ++l) {
    double sum = 0;
    double weighted = 0;
    for (const std::size_t c : by_longest_[l]) {
      sum += weights_[c];
      weighted += weights_[c] * problem_.effects[c];
    }
    for (const std::size_t c : by_longest_[l]) {
      for (std::size_t f = 0; f < offsets_.size(); ++f) {
        if (f == longest_) continue;
        means_(index(offsets_[f] + problem_.levels[f][c]), index(l)) += sds_[f] * weights_[c] / sum;
      }
    }
    means_(size_ - 1, index(l)) = 1;
    sums_[l] = sum;
    centres_[l] = weighted / sum;
    pivots_[l] = 1 + square * sum;
  }
}

/// The precision with the longest factor eliminated (its lower triangle). Within a level of that factor it is the scatter of the cells'
/// rows about their mean, in full, plus that of the mean, divided by the pivot. The scatter comes from differences between two cells, so
/// that nothing large is taken from something large.
void CrossedModel::assemble() {
  precision_.setIdentity();
  precision_(size_ - 1, size_ - 1) = 0;  // mu is flat
  right_.setZero();
  for (std::size_t l = 0; l < by_longest_.size(); ++l) {
    const auto mean = means_.col(index(l));
    const double shared = sums_[l] / pivots_[l];
    precision_.noalias() += shared * mean * mean.transpose();
    right_ += shared * centres_[l] * mean;
    const std::vector<std::size_t>& cells = by_longest_[l];
    for (std::size_t i = 0; i < cells.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        add_difference(cells[i], cells[j], weights_[cells[i]] * weights_[cells[j]] / sums_[l]);
      }
    }
  }
}

void CrossedModel::add_difference(std::size_t one, std::size_t other, double weight) {
  std::array<Eigen::Index, 4> at{};
  std::array<double, 4> row{};
  std::size_t entries = 0;
  for (std::size_t f = 0; f < offsets_.size(); ++f) {
    const std::size_t first = problem_.levels[f][one];
    const std::size_t second = problem_.levels[f][other];
    if (f == longest_ || first == second) continue;
    at[entries] = index(offsets_[f] + first);
    row[entries++] = sds_[f];
    at[entries] = index(offsets_[f] + second);
    row[entries++] = -sds_[f];
  }
  const double difference = weight * (problem_.effects[one] - problem_.effects[other]);
  for (std::size_t i = 0; i < entries; ++i) {
    right_(at[i]) += difference * row[i];
    for (std::size_t j = 0; j < entries; ++j) {
      if (at[i] >= at[j]) precision_(at[i], at[j]) += weight * row[i] * row[j];
    }
  }
}

/// The cell's effect without its interaction and without the longest factor.
double CrossedModel::predicted(std::size_t cell) const {
  double sum = solution_(size_ - 1);
  for (std::size_t f = 0; f < offsets_.size(); ++f) {
    if (f != longest_) sum += sds_[f] * solution_(index(offsets_[f] + problem_.levels[f][cell]));
  }
  return sum;
}

/// Squared residuals at the mode, weighted, plus the squared level effects in their units: from residuals, not as a difference of sums.
double CrossedModel::squares() const {
  double sum = solution_.head(size_ - 1).squaredNorm();
  for (std::size_t l = 0; l < by_longest_.size(); ++l) {
    const double rest = centres_[l] - means_.col(index(l)).dot(solution_);
    const double unit = sds_[longest_] * sums_[l] * rest / pivots_[l];
    sum += unit * unit;
    for (const std::size_t c : by_longest_[l]) {
      const double residual = problem_.effects[c] - predicted(c) - sds_[longest_] * unit;
      sum += weights_[c] * residual * residual;
    }
  }
  return sum;
}

CrossedModel::Normal CrossedModel::fixed_part() {
  half_ = form_;
  factor_.matrixL().solveInPlace(half_);
  return {form_.dot(solution_), half_.squaredNorm()};
}

/// Adds the effect of a level of the longest factor to the form: given the rest its mean is `share` of what the rest leaves there.
void CrossedModel::eliminate(std::size_t longest_level) {
  const double share = 1 - 1 / pivots_[longest_level];
  form_ -= share * means_.col(index(longest_level));
}

CrossedModel::Normal CrossedModel::overall() {
  form_.setZero();
  form_(size_ - 1) = 1;
  return fixed_part();
}

CrossedModel::Normal CrossedModel::level(std::size_t factor, std::size_t level) {
  form_.setZero();
  form_(size_ - 1) = 1;
  if (factor != longest_) {
    form_(index(offsets_[factor] + level)) = sds_[factor];
    return fixed_part();
  }
  const double square = sds_[longest_] * sds_[longest_];
  eliminate(level);
  form_(size_ - 1) = 1 / pivots_[level];
  Normal result = fixed_part();
  result.mean += square * sums_[level] / pivots_[level] * centres_[level];
  result.variance += square / pivots_[level];
  return result;
}

CrossedModel::Normal CrossedModel::cell(std::size_t cell) {
  const std::size_t at = problem_.levels[longest_][cell];
  form_.setZero();
  for (std::size_t f = 0; f < offsets_.size(); ++f) {
    if (f != longest_) form_(index(offsets_[f] + problem_.levels[f][cell])) += sds_[f];
  }
  eliminate(at);
  form_(size_ - 1) = 1 / pivots_[at];
  const double square = sds_[longest_] * sds_[longest_];
  Normal result = fixed_part();
  result.mean += square * sums_[at] / pivots_[at] * centres_[at];
  result.variance += square / pivots_[at];
  // The interaction: the estimate is drawn towards what the factors predict by the share of noise in what is left.
  const double noise = problem_.variances[cell];
  const double towards = noise * weights_[cell];
  const double own = 1 - towards;
  result.mean = towards * result.mean + own * problem_.effects[cell];
  result.variance = own * noise + towards * towards * result.variance;
  return result;
}

}  // namespace splitplot::stats
