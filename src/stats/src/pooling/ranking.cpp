#include "numeric/gauss_legendre.hpp"
#include "numeric/normal_table.hpp"
#include "numeric/quadrature_rule.hpp"
#include "pooling/spread_posterior.hpp"
#include "pooling/working_units.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/ranking.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace splitplot::stats {
namespace {

constexpr std::size_t kFewSegments = 5;
constexpr double kLightest =
    1e-8;  // nodes of the spread, or of spread and mean, below this share are left out
constexpr std::size_t kMeanNodes = 5;

/// P(each of independent normal variables is the largest), added up with weights.
class ChanceOfLargest {
 public:
  explicit ChanceOfLargest(std::size_t size) : chances_(size), contributions_(size * GaussLegendre::kNodes) {}

  void add(double weight, std::span<const double> means, std::span<const double> sds) {
    weight_ = weight;
    // Below `lower` one of them is surely larger than x, above `upper` none is.
    double lower = means[0] - kReach * sds[0];
    double upper = means[0] + kReach * sds[0];
    for (std::size_t j = 1; j < means.size(); ++j) {
      lower = std::max(lower, means[j] - kReach * sds[j]);
      upper = std::max(upper, means[j] + kReach * sds[j]);
    }
    constexpr int kFirstPanels = 2;
    contenders_.clear();
    for (std::size_t j = 0; j < means.size(); ++j) {
      if (means[j] + kReach * sds[j] > lower) contenders_.push_back({j, means[j], 1 / sds[j]});
    }
    const double width = (upper - lower) / kFirstPanels;
    for (int i = 0; i < kFirstPanels; ++i) add_panel(lower + i * width, lower + (i + 1) * width, 0);
  }

  /// Adds up to 1.
  [[nodiscard]] std::vector<double> chances() const {
    double total = 0;
    for (const double chance : chances_) total += chance;
    std::vector<double> result = chances_;
    for (double& chance : result) chance /= total;
    return result;
  }

 private:
  static constexpr double kReach = 7;
  // Of the last three of 16 coefficients; the rule's own error is of the order of its square.
  static constexpr double kResolution = 1e-4;
  static constexpr int kDeepest = 20;

  void add_panel(double begin, double end, int depth) {
    const GaussLegendre& rule = GaussLegendre::rule();
    const double half = 0.5 * (end - begin);
    GaussLegendre::Values total{};
    for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
      total[i] = fill(begin + half * (1 + rule.nodes()[i]), i);
    }
    const auto tail = rule.coefficients(total);
    if (half * (std::abs(tail[15]) + std::abs(tail[14]) + std::abs(tail[13])) > kResolution &&
        depth < kDeepest) {
      add_panel(begin, begin + half, depth + 1);
      add_panel(begin + half, end, depth + 1);
      return;
    }
    for (std::size_t i = 0; i < GaussLegendre::kNodes; ++i) {
      const double* heights = contributions_.data() + i * contenders_.size();
      const double share = weight_ * half * rule.weights()[i];
      for (std::size_t c = 0; c < contenders_.size(); ++c)
        chances_[contenders_[c].segment] += share * heights[c];
    }
  }

  /// The density of "this contender is the largest, and is x" at node i, for each of them; answers their sum.
  double fill(double x, std::size_t i) {
    double all_below = 1;
    double hazards = 0;
    double* heights = contributions_.data() + i * contenders_.size();
    for (std::size_t c = 0; c < contenders_.size(); ++c) {
      const Contender& contender = contenders_[c];
      const double z = (x - contender.mean) * contender.precision;
      double hazard = 0;
      if (z < kReach) {
        const NormalTable::Values normal = table_.at(z);
        all_below *= normal.cdf;
        hazard = normal.pdf / normal.cdf * contender.precision;
      }
      heights[c] = hazard;
      hazards += hazard;
    }
    for (std::size_t c = 0; c < contenders_.size(); ++c) heights[c] *= all_below;
    return all_below * hazards;
  }

  /// A segment that may be the largest at the nodes at hand.
  struct Contender {
    std::size_t segment = 0;
    double mean = 0;
    double precision = 0;  // 1 / sd
  };

  const NormalTable& table_ = NormalTable::table();
  std::vector<double> chances_;
  std::vector<Contender> contenders_;
  std::vector<double> contributions_;  // [node][contender]
  double weight_ = 0;
};

/// Few nodes of the spread for what is smooth in it: the Gauss rule of tau / sqrt(tau^2 + s0^2), on which chances depend like a
/// polynomial from tau = 0, where they are linear in tau, to infinity.
std::vector<SpreadNode> thinned(const WorkingSegments& segments, const SpreadPosterior& posterior,
                                double typical_error) {
  constexpr std::size_t kSpreadNodes = 10;
  QuadratureRule measure;
  for (const SpreadNode& node : posterior.nodes()) {
    if (node.weight < kLightest * kLightest) continue;
    measure.nodes.push_back(node.tau / std::hypot(node.tau, typical_error));
    measure.weights.push_back(node.weight);
  }
  const QuadratureRule rule = thinned_rule(measure, kSpreadNodes);
  std::vector<SpreadNode> nodes;
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const double share = std::clamp(rule.nodes[i], measure.nodes.front(), measure.nodes.back());
    const double tau = typical_error * share / std::sqrt((1 - share) * (1 + share));
    double precision = 0;
    double sum = 0;
    for (std::size_t j = 0; j < segments.effects.size(); ++j) {
      const double weight = 1 / (segments.variances[j] + tau * tau);
      precision += weight;
      sum += weight * segments.effects[j];
    }
    nodes.push_back({tau, rule.weights[i], sum / precision, 1 / precision});
  }
  return nodes;
}

std::vector<double> chances_to_be_best(const WorkingSegments& segments, std::span<const SpreadNode> nodes,
                                       double sign) {
  const std::size_t size = segments.effects.size();
  const QuadratureRule rule = gauss_hermite_rule(kMeanNodes);
  ChanceOfLargest largest(size);
  std::vector<double> means(size);
  std::vector<double> sds(size);
  for (const SpreadNode& node : nodes) {
    const double square = node.tau * node.tau;
    for (std::size_t k = 0; k < kMeanNodes; ++k) {
      if (node.weight * rule.weights[k] < kLightest) continue;
      const double mu = node.mu_mean + std::sqrt(node.mu_variance) * rule.nodes[k];
      for (std::size_t j = 0; j < size; ++j) {
        const double own = square / (segments.variances[j] + square);
        means[j] = sign * own * (segments.effects[j] - mu);  // as an offset from mu, which all have in common
        sds[j] = std::sqrt(own * segments.variances[j]);
      }
      largest.add(node.weight * rule.weights[k], means, sds);
    }
  }
  return largest.chances();
}

/// P(theta_i > theta_j): given tau the difference is normal, with mu's uncertainty as far as the two are not drawn to it alike.
double chance_above(const WorkingSegments& segments, const SpreadPosterior& posterior, std::size_t i,
                    std::size_t j) {
  const NormalTable& table = NormalTable::table();
  double sum = 0;
  for (const SpreadNode& node : posterior.nodes()) {
    if (node.weight < 1e-6 * kLightest) continue;
    const double square = node.tau * node.tau;
    const double own_i = square / (segments.variances[i] + square);
    const double own_j = square / (segments.variances[j] + square);
    const double mean =
        own_i * (segments.effects[i] - node.mu_mean) - own_j * (segments.effects[j] - node.mu_mean);
    const double variance = own_i * segments.variances[i] + own_j * segments.variances[j] +
                            (own_i - own_j) * (own_i - own_j) * node.mu_variance;
    sum += node.weight * table.at(mean / std::sqrt(variance)).cdf;
  }
  return std::clamp(sum, 0.0, 1.0);
}

}  // namespace

Estimated<SegmentRanking> rank_segments(std::span<const SegmentEffect> segments, Direction direction,
                                        const PoolingOptions& options) {
  const auto problem = pooling_problem(segments, options);
  if (!problem) return tl::unexpected(problem.error());
  const SpreadPosterior posterior(problem->segments, problem->prior, problem->panels);
  const std::size_t size = segments.size();
  const bool higher = direction == Direction::HigherIsBetter;
  SegmentRanking ranking;
  if (size < kFewSegments) ranking.concerns.insert(Concern::FewSegments);
  ranking.best_probability = chances_to_be_best(
      problem->segments, thinned(problem->segments, posterior, problem->units.typical_error),
      higher ? 1 : -1);
  ranking.expected_rank.assign(size, 1);
  ranking.above_probability.assign(size, std::vector<double>(size, 0.5));
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i + 1; j < size; ++j) {
      const double above = chance_above(problem->segments, posterior, i, j);
      ranking.above_probability[i][j] = above;
      ranking.above_probability[j][i] = 1 - above;
      ranking.expected_rank[i] += higher ? 1 - above : above;
      ranking.expected_rank[j] += higher ? above : 1 - above;
    }
  }
  return ranking;
}

}  // namespace splitplot::stats
