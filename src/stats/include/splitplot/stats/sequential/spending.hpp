/// Error spending functions: how much of alpha a group-sequential test may have used up by a share of its planned
/// information (Lan & DeMets 1983, Biometrika 70). Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

namespace splitplot::stats {

enum class SpendingFamily {
  OBrienFleming,    ///< 2 (1 - Phi(z_{1 - alpha/2} / sqrt(t))): hardly anything early
  Pocock,           ///< alpha log(1 + (e - 1) t): about as much at each look
  HwangShihDeCani,  ///< alpha (1 - exp(-gamma t)) / (1 - exp(-gamma)), alpha t for gamma = 0
  KimDeMetsPower,   ///< alpha t^phi
};

/// A member of a family. `parameter` is gamma (negative is cautious early; -4 is near O'Brien-Fleming) or phi > 0;
/// the other families have none.
struct SpendingFunction {
  SpendingFamily family = SpendingFamily::OBrienFleming;
  double parameter = 0;
};

/// The part of `alpha` (one side's, in (0, 1)) that may be spent by `fraction` of the planned information; all of it from
/// 1 on, nothing at 0. Not estimable: a fraction below 0, phi not positive, a parameter beyond +-500.
[[nodiscard]] Estimated<double> spent_alpha(const SpendingFunction& spending, double alpha, double fraction);

}  // namespace splitplot::stats
