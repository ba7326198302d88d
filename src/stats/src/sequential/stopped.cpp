#include "numeric/root.hpp"
#include "sequential/crossing.hpp"
#include "sequential/design_recursion.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/sequential/stopped.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargestZ = 1e6;

/// A design's recursion under any drift: by tilting one that was made for a drift nearby.
class DesignUnderDrift {
 public:
  /// Times are shares of the information at `unit_look`, so that drifts are in standard errors there.
  DesignUnderDrift(const GroupSequentialDesign& design, std::size_t unit_look) : design_(design) {
    for (const double information : design.information)
      times_.push_back(information / design.information[unit_look]);
  }

  const CrossingRecursion& near(double drift) {
    if (!recursion_ || std::abs(drift - recursion_->drift()) * std::sqrt(times_.back()) > kFarthestTilt) {
      recursion_.emplace(times_, drift, CrossingRecursion::kUsualReach + kFarthestTilt);
      for (std::size_t look = 0; look + 1 < times_.size(); ++look)
        advance_by_critical(*recursion_, design_.critical[look], design_.sides);
    }
    return *recursion_;
  }

  [[nodiscard]] double upper_bound(std::size_t look) const {
    return design_.critical[look] * std::sqrt(times_[look]);
  }
  [[nodiscard]] double lower_bound(std::size_t look) const {
    return design_.sides == StoppingSides::Symmetric ? -upper_bound(look) : -kInfinity;
  }
  [[nodiscard]] std::size_t looks() const { return times_.size(); }

 private:
  static constexpr double kFarthestTilt = 8;

  const GroupSequentialDesign& design_;
  std::vector<double> times_;
  std::optional<CrossingRecursion> recursion_;
};

/// The chance of an outcome at least as far up (Up), or down, as `z` at the last look.
enum class Tail { Up, Down };
double tail(DesignUnderDrift& under, double z, double drift, Tail side) {
  const CrossingRecursion& recursion = under.near(drift);
  const std::size_t last = under.looks() - 1;
  const double end = z * std::sqrt(recursion.time(last));
  double sum =
      side == Tail::Up ? recursion.upper_exit(last, end, drift) : recursion.lower_exit(last, end, drift);
  for (std::size_t look = 0; look < last; ++look) {
    sum += side == Tail::Up ? recursion.upper_exit(look, under.upper_bound(look), drift)
                            : recursion.lower_exit(look, under.lower_bound(look), drift);
  }
  return std::min(sum, 1.0);
}

/// Where an increasing function is zero, looked for around `start`.
std::optional<double> root_around(const std::function<double(double)>& function, double start) {
  double reach = 1;
  double lower = start - reach, upper = start + reach;
  for (; function(lower) > 0; lower = start - (reach *= 2)) {
    if (reach > 100 * kLargestZ) return std::nullopt;
  }
  reach = 1;
  for (; function(upper) < 0; upper = start + (reach *= 2)) {
    if (reach > 100 * kLargestZ) return std::nullopt;
  }
  return root_between(function, lower, upper);
}

/// Mean of the usual estimate B / t when the test ends.
double mean_estimate(DesignUnderDrift& under, double drift) {
  const CrossingRecursion& recursion = under.near(drift);
  const std::size_t last = under.looks() - 1;
  double mean = recursion.upper_exit_mean(last, -kInfinity, drift) / recursion.time(last);
  for (std::size_t look = 0; look < last; ++look) {
    mean += (recursion.upper_exit_mean(look, under.upper_bound(look), drift) +
             recursion.lower_exit_mean(look, under.lower_bound(look), drift)) /
            recursion.time(look);
  }
  return mean;
}

void cut_after(GroupSequentialDesign& design, std::size_t look) {
  design.information.resize(look + 1);
  design.critical.resize(look + 1);
  design.spent.resize(std::min(design.spent.size(), look + 1));
}

}  // namespace

Estimated<StoppedInference> inference_after_stopping(const GroupSequentialDesign& design, std::size_t look,
                                                     double z, double confidence) {
  if (const auto refusal = refusal_of(design)) return not_estimable(*refusal);
  if (look >= design.critical.size()) return not_estimable("the design has no such look");
  if (!(std::abs(z) <= kLargestZ)) return not_estimable("z is not a finite number, or too large");
  if (!(confidence > 0 && confidence < 1)) return not_estimable("the confidence must lie between 0 and 1");
  GroupSequentialDesign reached = design;
  cut_after(reached, look);
  const bool crossed =
      z >= design.critical[look] || (design.sides == StoppingSides::Symmetric && z <= -design.critical[look]);

  StoppedInference result;
  result.observed = z;
  result.assumptions = design.assumptions;
  DesignUnderDrift under(reached, look);
  const double up = tail(under, z, 0, Tail::Up);
  const double down = tail(under, z, 0, Tail::Down);
  // An outcome above the middle has all lower crossings below it, and the other way round: the tail that is summed up is
  // exact, the other is its complement.
  result.upper_p_value = z >= 0 ? up : 1 - down;
  result.p_value =
      design.sides == StoppingSides::Upper ? result.upper_p_value : std::min(1.0, 2 * (z >= 0 ? up : down));

  const double tail_probability = (1 - confidence) / 2;
  const auto drift_with = [&](double probability) {
    return root_around(
        [&](double drift) {
          return z >= 0 ? tail(under, z, drift, Tail::Up) - probability
                        : (1 - probability) - tail(under, z, drift, Tail::Down);
        },
        z);
  };
  const auto median = drift_with(0.5);
  const auto lower = drift_with(tail_probability);
  const auto upper = drift_with(1 - tail_probability);
  DesignUnderDrift whole(crossed ? design : reached, look);
  const auto mean = root_around([&](double drift) { return mean_estimate(whole, drift) - z; }, z);
  if (!median || !lower || !upper || !mean) return not_estimable("z is too far out to be worked with");
  result.median_unbiased = *median;
  result.interval = {*lower, *upper};
  result.bias_adjusted = *mean;
  return result;
}

}  // namespace splitplot::stats
