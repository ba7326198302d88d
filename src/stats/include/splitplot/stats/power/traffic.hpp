/// How units arrive: what turns a sample size into days. Pure functions, thread-safe.
#pragma once

#include <splitplot/stats/estimate.hpp>

#include <vector>

namespace splitplot::stats {

/// New units a day. Units are counted once, on the day when they first come: visitors who return bring nothing new, so that a list usually
/// falls in the first weeks. The last entry goes on for ever.
struct Traffic {
  std::vector<double> new_units_per_day;  ///< of day 1, 2, ...; not empty, none negative
  std::vector<double>
      weekly_season;  ///< empty, or seven weights for days 1, 8, ...; 2, 9, ...; used relative to their mean
  double share = 1;   ///< of all these units that enter the test, in (0, 1]
};

inline constexpr int kMostDays = 3650;  ///< ten years: no test lasts longer

/// Units that have entered after so many days. Not estimable: traffic that makes no sense, days negative or beyond kMostDays.
[[nodiscard]] Estimated<double> units_after(const Traffic& traffic, int days);

/// The first day by whose end so many units have entered; 0 for none. O(days). Not estimable: units not finite, or not reached within
/// kMostDays.
[[nodiscard]] Estimated<int> days_until(const Traffic& traffic, double units);

}  // namespace splitplot::stats
