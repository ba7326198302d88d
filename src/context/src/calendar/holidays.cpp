#include "calendar/holiday_rules.hpp"

#include <splitplot/context/holidays.hpp>

#include <algorithm>

namespace splitplot::context {
namespace {

using std::chrono::sys_days;

/// How far ahead a holiday is looked for. Each country has some every year.
constexpr int kYearsAhead = 2;
constexpr std::chrono::days kHorizon(kYearsAhead * 365);

bool is_earlier(sys_days day, const std::optional<Holiday>& than) {
  return !than || day < than->date;
}

std::optional<Holiday> next_by_rule(sys_days from, std::string_view country) {
  std::optional<Holiday> earliest;
  const std::span<const HolidayRule> rules = holiday_rules(country);
  const std::chrono::year first = std::chrono::year_month_day(from).year();
  // An observed New Year's Day may lie in the year before its own.
  for (int ahead = 0; ahead < kYearsAhead; ++ahead) {
    for (const HolidayRule& rule : rules) {
      const std::optional<sys_days> day = day_of(rule, first + std::chrono::years(ahead));
      if (day && *day >= from && is_earlier(*day, earliest)) earliest = Holiday{*day, rule.name};
    }
  }
  return earliest;
}

}  // namespace

std::optional<Holiday> HolidayCalendar::next(sys_days from, std::string_view country) const {
  std::optional<Holiday> own;
  for (auto day = std::ranges::lower_bound(own_days_, from, {}, &OwnDay::date);
       day != own_days_.end() && day->date <= from + kHorizon; ++day) {
    if (!day->country.empty() && day->country != country) continue;
    own = Holiday{day->date, day->name};
    break;
  }
  const std::optional<Holiday> by_rule = next_by_rule(from, country);
  return by_rule && is_earlier(by_rule->date, own) ? by_rule : own;
}

std::vector<std::string_view> countries_with_holidays() {
  std::vector<std::string_view> countries;
  for (const HolidayRule& rule : all_holiday_rules()) {
    if (countries.empty() || countries.back() != rule.country) countries.push_back(rule.country);
  }
  return countries;
}

}  // namespace splitplot::context
