/// A planned group-sequential experiment while it runs: the plan and the looks so far give the boundary now, whether it was
/// crossed, and what may be said. Pure functions, thread-safe.
///
/// Looks need not come when planned: each is judged at the information it really had. What a look may spend is read from the
/// spending function at its share of the planned maximum, so that
///   - an experiment that ends with less than planned (under-running) declares its last look `LastLook::Yes`, and all alpha
///     left is spent there;
///   - one that ends with more (over-running) spends what is left at the first look at or beyond the maximum, at the
///     correlations that the looks really had. Looks after that are refused;
///   - data that arrive after a boundary was crossed do not undo the crossing: inference stays at the look that crossed.
#pragma once

#include <splitplot/stats/estimate.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>
#include <splitplot/stats/sequential/stopped.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace splitplot::stats {

struct GroupSequentialPlan {
  SpendingFunction spending;
  GroupSequentialOptions options;
  /// Information at the planned looks, increasing; the last is the planned maximum.
  std::vector<double> information;
};

/// What a look saw. Information in the unit of the plan; z is estimate / standard_error.
struct ObservedLook {
  double information = 0;
  double estimate = 0;
  double standard_error = 0;
};

/// Whether the experiment ends with the last look given, crossed or not.
enum class LastLook { No, Yes };

enum class Crossing { None, Upper, Lower };

struct GroupSequentialStatus {
  GroupSequentialDesign design;  ///< boundaries at the looks so far, then at the planned looks still ahead
  std::size_t looks = 0;         ///< looks so far
  double z = 0;                  ///< at the last look, like all of the next four
  double critical = 0;
  double spent = 0;
  Interval repeated_interval;          ///< estimate -+ critical standard errors; holds at all looks together
  Crossing crossing = Crossing::None;  ///< the first crossing, at any look so far
  std::optional<std::size_t> crossed_look;  ///< counted from 0
  bool ended = false;                       ///< crossed, or nothing is left to spend
  /// Once ended, at the look that ended it, in units of the data; `observed` is the usual estimate.
  std::optional<StoppedInference> inference;
};

/// Not estimable: no looks, information that does not increase, looks after all alpha was spent, a standard error that is
/// not positive, a plan that is none.
[[nodiscard]] Estimated<GroupSequentialStatus> monitor_group_sequential(const GroupSequentialPlan& plan,
                                                                        std::span<const ObservedLook> looks,
                                                                        LastLook last_look = LastLook::No);

/// The smallest alpha with which the plan would have crossed at one of these looks (a repeated p-value, Jennison & Turnbull
/// 2000, chapter 9): it may be read at every look and never rises. At most 1, at least 1e-280. About 20 recursions.
[[nodiscard]] Estimated<double> repeated_p_value(const GroupSequentialPlan& plan,
                                                 std::span<const ObservedLook> looks,
                                                 LastLook last_look = LastLook::No);

}  // namespace splitplot::stats
