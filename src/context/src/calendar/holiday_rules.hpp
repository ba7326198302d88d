/// The built-in holidays: those that hold in all of a country, by law, from 2000 on. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

namespace splitplot::context {

/// Easter Sunday of the Gregorian calendar.
[[nodiscard]] std::chrono::sys_days easter_sunday(std::chrono::year year);

/// How the day of a year is found.
enum class DayRule {
  Fixed,        ///< `month` and `day`
  AfterEaster,  ///< `day` days after Easter Sunday, before it if negative
  NthWeekday,   ///< the `day`th `weekday` of `month`; 0: the last one
};

/// What a weekend does to it.
enum class WeekendRule {
  None,
  ObservedNearest,  ///< only where the day falls on one: the Friday before a Saturday, the Monday after a Sunday
  SubstituteMonday,  ///< only where it does: the Monday after
  SubstituteLater,  ///< only where it does: two days later, since the next day or the one before is a holiday too
  SundayToSaturday,  ///< a Sunday moves it to the day before
};

struct HolidayRule {
  std::string_view country;
  std::string_view name;
  DayRule kind = DayRule::Fixed;
  unsigned month = 0;
  int day = 0;
  unsigned weekday = 0;  ///< 0: Sunday
  WeekendRule weekend = WeekendRule::None;
  int first_year = 0;
  int last_year = 9999;
};

/// The day by that rule in that year (an observed New Year's Day may fall on the day before it).
[[nodiscard]] std::optional<std::chrono::sys_days> day_of(const HolidayRule& rule, std::chrono::year year);

/// Of a country, by its code in upper case; empty for one without built-in holidays.
[[nodiscard]] std::span<const HolidayRule> holiday_rules(std::string_view country);

/// Of all countries, sorted by their code.
[[nodiscard]] std::span<const HolidayRule> all_holiday_rules();

}  // namespace splitplot::context
