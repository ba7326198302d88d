#include "bayes/posterior_shape.hpp"

#include <splitplot/stats/bayes/best_arm.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace splitplot::stats {
namespace {

const Assumptions kAssumptions{Assumption::IndependentUnits, Assumption::OneLook, Assumption::StatedPrior};

double sign_of(Direction direction) {
  return direction == Direction::HigherIsBetter ? 1 : -1;
}

/// Shapes of arms with higher as better, and how their values become the metric's again.
template <typename Shape>
struct Shapes {
  std::vector<Shape> shapes;
  std::vector<const PosteriorShape*> arms;
  double scale = 1;
  double origin = 0;  // in units of scale

  void finish() {
    for (const Shape& shape : shapes) arms.push_back(&shape);
  }
};

/// On a scale on which nothing overflows, seen from the best mean.
Shapes<StudentShape> shapes_of(std::span<const StudentPosterior> posteriors, Direction direction) {
  Shapes<StudentShape> result;
  result.scale = 0;
  double widest = 0;
  for (const StudentPosterior& arm : posteriors) {
    result.scale = std::max({result.scale, std::abs(arm.location), arm.scale});
    widest = std::max(widest, arm.scale);
  }
  const double sign = sign_of(direction);
  double best = -2;
  for (const StudentPosterior& arm : posteriors) best = std::max(best, sign * (arm.location / result.scale));
  result.origin = best;
  // An arm that is known 10^12 times better than another is a fixed number beside it; its true width could
  // not be seen between two neighbouring doubles.
  const double narrowest = std::max(1e-12 * (widest / result.scale), std::numeric_limits<double>::min());
  for (const StudentPosterior& arm : posteriors) {
    result.shapes.emplace_back(sign * (arm.location / result.scale) - best,
                               std::max(arm.scale / result.scale, narrowest), arm.degrees);
  }
  result.finish();
  return result;
}

Shapes<LogitBetaShape> shapes_of(std::span<const BetaPosterior> posteriors, Direction direction) {
  Shapes<LogitBetaShape> result;
  for (const BetaPosterior& arm : posteriors) {
    if (direction == Direction::HigherIsBetter) {
      result.shapes.emplace_back(arm.a, arm.b);
    } else {
      result.shapes.emplace_back(arm.b, arm.a);
    }
  }
  result.finish();
  return result;
}

std::vector<StudentPosterior> students_of(std::span<const NormalPosterior> arms) {
  std::vector<StudentPosterior> result;
  result.reserve(arms.size());
  for (const NormalPosterior& arm : arms) {
    result.push_back({arm.mean, arm.sd, std::numeric_limits<double>::infinity()});
  }
  return result;
}

template <typename Posterior>
Estimated<std::size_t> check(std::span<const Posterior> arms) {
  if (arms.size() < 2) return not_estimable("there are fewer than two arms");
  for (const Posterior& arm : arms) {
    if constexpr (std::is_same_v<Posterior, BetaPosterior>) {
      if (!arm.usable())
        return not_estimable("the parameters of a beta posterior must lie between 1e-6 and 1e15");
    } else {
      if (!(arm.scale > 0) || !std::isfinite(arm.scale) || !std::isfinite(arm.location)) {
        return not_estimable("an arm's mean has no standard error");
      }
      if (!(arm.degrees > 1))
        return not_estimable("an arm's mean has one degree of freedom or fewer, so no expectation");
    }
  }
  return arms.size();
}

double mean_of(const StudentPosterior& arm) {
  return arm.location;
}
double mean_of(const BetaPosterior& arm) {
  return arm.mean();
}

template <typename Posterior>
Estimated<BestArm> answer(std::span<const Posterior> posteriors, Direction direction, Coordinate coordinate) {
  if (const auto checked = check(posteriors); !checked) return tl::unexpected(checked.error());
  const auto shapes = shapes_of(posteriors, direction);
  BestOfArms best = best_of_arms(shapes.arms, coordinate);
  BestArm result;
  result.chances = std::move(best.chances);
  result.value_remaining = best.value_remaining * shapes.scale;
  const double sign = sign_of(direction);
  double best_mean = -std::numeric_limits<double>::infinity();
  for (const Posterior& arm : posteriors) best_mean = std::max(best_mean, sign * mean_of(arm));
  for (const Posterior& arm : posteriors) {
    result.expected_losses.push_back(result.value_remaining + (best_mean - sign * mean_of(arm)));
  }
  result.expected_best = sign * (best_mean + result.value_remaining);
  result.assumptions = kAssumptions;
  const bool finite =
      std::isfinite(result.value_remaining) &&
      std::ranges::all_of(result.chances, [](double chance) { return std::isfinite(chance); });
  if (!finite) return not_estimable("the arms' posteriors are too far apart to be worked with");
  return result;
}

template <typename Posterior>
Estimated<std::vector<double>> two_shares(std::span<const Posterior> posteriors, Direction direction,
                                          Coordinate coordinate) {
  if (const auto checked = check(posteriors); !checked) return tl::unexpected(checked.error());
  const BestOfArms best = best_of_arms(shapes_of(posteriors, direction).arms, coordinate, Places::BestTwo);
  std::vector<double> shares;
  for (std::size_t i = 0; i < posteriors.size(); ++i) {
    shares.push_back(0.5 * (best.chances[i] + best.second_chances[i]));
  }
  return shares;
}

}  // namespace

Estimated<BestArm> best_arm(std::span<const StudentPosterior> arms, Direction direction) {
  return answer(arms, direction, Coordinate::Value);
}

Estimated<BestArm> best_arm(std::span<const NormalPosterior> arms, Direction direction) {
  const std::vector<StudentPosterior> students = students_of(arms);
  return answer(std::span<const StudentPosterior>(students), direction, Coordinate::Value)
      .map([](BestArm result) {
        result.assumptions.insert(Assumption::LargeSample);
        return result;
      });
}

Estimated<BestArm> best_arm(std::span<const BetaPosterior> arms, Direction direction) {
  return answer(arms, direction, Coordinate::Logit);
}

Estimated<std::vector<double>> chance_to_be_best(std::span<const NormalPosterior> arms, Direction direction) {
  return best_arm(arms, direction).map([](BestArm best) { return std::move(best.chances); });
}

Estimated<std::vector<double>> top_two_shares(std::span<const NormalPosterior> arms, Direction direction) {
  const std::vector<StudentPosterior> students = students_of(arms);
  return two_shares(std::span<const StudentPosterior>(students), direction, Coordinate::Value);
}

Estimated<std::vector<double>> top_two_shares(std::span<const BetaPosterior> arms, Direction direction) {
  return two_shares(arms, direction, Coordinate::Logit);
}

Estimated<std::vector<double>> with_floor(std::span<const double> shares, double floor) {
  const auto size = static_cast<double>(shares.size());
  if (shares.empty()) return not_estimable("there are no shares");
  if (!(floor >= 0) || !(size * floor <= 1))
    return not_estimable("the floor does not lie between 0 and 1 / arms");
  double total = 0;
  for (const double share : shares) {
    if (!(share >= 0)) return not_estimable("a share is not a probability");
    total += share;
  }
  if (!(std::abs(total - 1) < 1e-6)) return not_estimable("the shares do not add up to 1");
  std::vector<double> result;
  for (const double share : shares) result.push_back(floor + (1 - size * floor) * share);
  return result;
}

NormalPosterior posterior_of_rate(const SuccessCount& arm, BetaPrior prior) {
  const BetaPosterior posterior = beta_posterior(arm, prior);
  return {posterior.mean(), posterior.sd()};
}

}  // namespace splitplot::stats
