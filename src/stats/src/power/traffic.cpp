#include <splitplot/stats/power/traffic.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

namespace splitplot::stats {
namespace {

constexpr std::size_t kDaysPerWeek = 7;

bool all_sizes(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double x) { return x >= 0 && std::isfinite(x); });
}

std::optional<std::string> refusal_of(const Traffic& traffic) {
  if (traffic.new_units_per_day.empty()) return "no day's traffic is given";
  if (!all_sizes(traffic.new_units_per_day)) return "a day's traffic must be a number of at least 0";
  if (!(traffic.share > 0 && traffic.share <= 1))
    return "the share of the traffic must lie above 0 and at most at 1";
  const auto& season = traffic.weekly_season;
  if (season.empty()) return std::nullopt;
  if (season.size() != kDaysPerWeek || !all_sizes(season))
    return "a weekly season has seven weights of at least 0";
  if (!(std::accumulate(season.begin(), season.end(), 0.0) > 0))
    return "a weekly season must have a day with traffic";
  return std::nullopt;
}

/// Walks through the days; the traffic is checked.
class Days {
 public:
  explicit Days(const Traffic& traffic) : traffic_(traffic) {
    const auto& season = traffic.weekly_season;
    if (!season.empty()) scale_ = kDaysPerWeek / std::accumulate(season.begin(), season.end(), 0.0);
  }

  /// Units that enter on this day, counted from 0.
  [[nodiscard]] double entering(std::size_t day) const {
    const auto& daily = traffic_.new_units_per_day;
    const double units = daily[std::min(day, daily.size() - 1)] * traffic_.share;
    return traffic_.weekly_season.empty() ? units
                                          : units * traffic_.weekly_season[day % kDaysPerWeek] * scale_;
  }

 private:
  const Traffic& traffic_;
  double scale_ = 1;
};

}  // namespace

Estimated<double> units_after(const Traffic& traffic, int days) {
  if (auto refused = refusal_of(traffic)) return not_estimable(*refused);
  if (days < 0 || days > kMostDays) return not_estimable("days must lie between 0 and 3,650");
  const Days walk(traffic);
  double units = 0;
  for (std::size_t day = 0; day < static_cast<std::size_t>(days); ++day) units += walk.entering(day);
  return units;
}

Estimated<int> days_until(const Traffic& traffic, double units) {
  if (auto refused = refusal_of(traffic)) return not_estimable(*refused);
  if (!std::isfinite(units)) return not_estimable("the number of units is not finite");
  const Days walk(traffic);
  // Sums of fractions may miss a whole number by their last digits.
  const double enough = units * (1 - 1e-12);
  double entered = 0;
  for (int day = 0; day <= kMostDays; ++day) {
    if (entered >= enough) return day;
    entered += walk.entering(static_cast<std::size_t>(day));
  }
  return not_estimable("so many units do not come within ten years");
}

}  // namespace splitplot::stats
