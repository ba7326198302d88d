#include "calendar/holiday_rules.hpp"

#include <algorithm>
#include <array>

namespace splitplot::context {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr unsigned kMonday = 1;
constexpr unsigned kThursday = 4;

constexpr HolidayRule fixed(std::string_view country, std::string_view name, unsigned month, int day,
                            WeekendRule weekend = WeekendRule::None) {
  return {country, name, DayRule::Fixed, month, day, 0, weekend};
}

constexpr HolidayRule after_easter(std::string_view country, std::string_view name, int offset_days) {
  return {country, name, DayRule::AfterEaster, 0, offset_days};
}

/// `nth` 0 is the last one.
constexpr HolidayRule nth_weekday(std::string_view country, std::string_view name, unsigned month, int nth,
                                  unsigned weekday) {
  return {country, name, DayRule::NthWeekday, month, nth, weekday};
}

constexpr HolidayRule since(int year, HolidayRule rule) {
  rule.first_year = year;
  return rule;
}

constexpr HolidayRule until(int year, HolidayRule rule) {
  rule.last_year = year;
  return rule;
}

constexpr HolidayRule only(int year, const HolidayRule& rule) {
  return since(year, until(year, rule));
}

/// A country's rules stand together, the countries by their code. On a day that has two names the first is taken.
constexpr auto kRules = std::to_array<HolidayRule>({
    fixed("AT", "New Year's Day", 1, 1),
    fixed("AT", "Epiphany", 1, 6),
    after_easter("AT", "Easter Monday", 1),
    fixed("AT", "Labour Day", 5, 1),
    after_easter("AT", "Ascension Day", 39),
    after_easter("AT", "Whit Monday", 50),
    after_easter("AT", "Corpus Christi", 60),
    fixed("AT", "Assumption Day", 8, 15),
    fixed("AT", "National Day", 10, 26),
    fixed("AT", "All Saints' Day", 11, 1),
    fixed("AT", "Immaculate Conception", 12, 8),
    fixed("AT", "Christmas Day", 12, 25),
    fixed("AT", "St Stephen's Day", 12, 26),
    fixed("CH", "New Year's Day", 1, 1),
    after_easter("CH", "Ascension Day", 39),
    fixed("CH", "National Day", 8, 1),
    fixed("CH", "Christmas Day", 12, 25),
    fixed("DE", "New Year's Day", 1, 1),
    after_easter("DE", "Good Friday", -2),
    after_easter("DE", "Easter Monday", 1),
    fixed("DE", "Labour Day", 5, 1),
    after_easter("DE", "Ascension Day", 39),
    after_easter("DE", "Whit Monday", 50),
    fixed("DE", "Day of German Unity", 10, 3),
    only(2017, fixed("DE", "Reformation Day", 10, 31)),
    fixed("DE", "Christmas Day", 12, 25),
    fixed("DE", "Second Day of Christmas", 12, 26),
    fixed("ES", "New Year's Day", 1, 1),
    fixed("ES", "Epiphany", 1, 6),
    after_easter("ES", "Good Friday", -2),
    fixed("ES", "Labour Day", 5, 1),
    fixed("ES", "Assumption Day", 8, 15),
    fixed("ES", "National Day", 10, 12),
    fixed("ES", "All Saints' Day", 11, 1),
    fixed("ES", "Constitution Day", 12, 6),
    fixed("ES", "Immaculate Conception", 12, 8),
    fixed("ES", "Christmas Day", 12, 25),
    fixed("FR", "New Year's Day", 1, 1),
    after_easter("FR", "Easter Monday", 1),
    fixed("FR", "Labour Day", 5, 1),
    fixed("FR", "Victory Day", 5, 8),
    after_easter("FR", "Ascension Day", 39),
    after_easter("FR", "Whit Monday", 50),
    fixed("FR", "Bastille Day", 7, 14),
    fixed("FR", "Assumption Day", 8, 15),
    fixed("FR", "All Saints' Day", 11, 1),
    fixed("FR", "Armistice Day", 11, 11),
    fixed("FR", "Christmas Day", 12, 25),
    fixed("GB", "New Year's Day", 1, 1),
    fixed("GB", "New Year's Day (substitute)", 1, 1, WeekendRule::SubstituteMonday),
    after_easter("GB", "Good Friday", -2),
    after_easter("GB", "Easter Monday", 1),
    until(2019, nth_weekday("GB", "Early May Bank Holiday", 5, 1, kMonday)),
    only(2020, fixed("GB", "Early May Bank Holiday", 5, 8)),
    since(2021, nth_weekday("GB", "Early May Bank Holiday", 5, 1, kMonday)),
    until(2001, nth_weekday("GB", "Spring Bank Holiday", 5, 0, kMonday)),
    only(2002, fixed("GB", "Spring Bank Holiday", 6, 4)),
    until(2011, since(2003, nth_weekday("GB", "Spring Bank Holiday", 5, 0, kMonday))),
    only(2012, fixed("GB", "Spring Bank Holiday", 6, 4)),
    until(2021, since(2013, nth_weekday("GB", "Spring Bank Holiday", 5, 0, kMonday))),
    only(2022, fixed("GB", "Spring Bank Holiday", 6, 2)),
    since(2023, nth_weekday("GB", "Spring Bank Holiday", 5, 0, kMonday)),
    nth_weekday("GB", "Summer Bank Holiday", 8, 0, kMonday),
    only(2002, fixed("GB", "Golden Jubilee", 6, 3)),
    only(2011, fixed("GB", "Royal Wedding", 4, 29)),
    only(2012, fixed("GB", "Diamond Jubilee", 6, 5)),
    only(2022, fixed("GB", "Platinum Jubilee", 6, 3)),
    only(2022, fixed("GB", "State Funeral of Queen Elizabeth II", 9, 19)),
    only(2023, fixed("GB", "Coronation of King Charles III", 5, 8)),
    fixed("GB", "Christmas Day", 12, 25),
    fixed("GB", "Boxing Day", 12, 26),
    fixed("GB", "Christmas Day (substitute)", 12, 25, WeekendRule::SubstituteLater),
    fixed("GB", "Boxing Day (substitute)", 12, 26, WeekendRule::SubstituteLater),
    fixed("IT", "New Year's Day", 1, 1),
    fixed("IT", "Epiphany", 1, 6),
    after_easter("IT", "Easter Sunday", 0),
    after_easter("IT", "Easter Monday", 1),
    only(2011, fixed("IT", "150 Years of Unity", 3, 17)),
    fixed("IT", "Liberation Day", 4, 25),
    fixed("IT", "Labour Day", 5, 1),
    since(2001, fixed("IT", "Republic Day", 6, 2)),
    fixed("IT", "Assumption Day", 8, 15),
    since(2026, fixed("IT", "St Francis of Assisi", 10, 4)),
    fixed("IT", "All Saints' Day", 11, 1),
    fixed("IT", "Immaculate Conception", 12, 8),
    fixed("IT", "Christmas Day", 12, 25),
    fixed("IT", "St Stephen's Day", 12, 26),
    fixed("NL", "New Year's Day", 1, 1),
    after_easter("NL", "Easter Sunday", 0),
    after_easter("NL", "Easter Monday", 1),
    until(2013, fixed("NL", "Queen's Day", 4, 30, WeekendRule::SundayToSaturday)),
    since(2014, fixed("NL", "King's Day", 4, 27, WeekendRule::SundayToSaturday)),
    fixed("NL", "Liberation Day", 5, 5),
    after_easter("NL", "Ascension Day", 39),
    after_easter("NL", "Whit Sunday", 49),
    after_easter("NL", "Whit Monday", 50),
    fixed("NL", "Christmas Day", 12, 25),
    fixed("NL", "Second Day of Christmas", 12, 26),
    fixed("PL", "New Year's Day", 1, 1),
    since(2011, fixed("PL", "Epiphany", 1, 6)),
    after_easter("PL", "Easter Sunday", 0),
    after_easter("PL", "Easter Monday", 1),
    fixed("PL", "Labour Day", 5, 1),
    fixed("PL", "Constitution Day", 5, 3),
    after_easter("PL", "Whit Sunday", 49),
    after_easter("PL", "Corpus Christi", 60),
    fixed("PL", "Assumption Day", 8, 15),
    fixed("PL", "All Saints' Day", 11, 1),
    fixed("PL", "Independence Day", 11, 11),
    only(2018, fixed("PL", "Centenary of Independence", 11, 12)),
    since(2025, fixed("PL", "Christmas Eve", 12, 24)),
    fixed("PL", "Christmas Day", 12, 25),
    fixed("PL", "Second Day of Christmas", 12, 26),
    fixed("US", "New Year's Day", 1, 1),
    fixed("US", "New Year's Day (observed)", 1, 1, WeekendRule::ObservedNearest),
    nth_weekday("US", "Martin Luther King Jr. Day", 1, 3, kMonday),
    nth_weekday("US", "Washington's Birthday", 2, 3, kMonday),
    nth_weekday("US", "Memorial Day", 5, 0, kMonday),
    since(2021, fixed("US", "Juneteenth", 6, 19)),
    since(2021, fixed("US", "Juneteenth (observed)", 6, 19, WeekendRule::ObservedNearest)),
    fixed("US", "Independence Day", 7, 4),
    fixed("US", "Independence Day (observed)", 7, 4, WeekendRule::ObservedNearest),
    nth_weekday("US", "Labor Day", 9, 1, kMonday),
    nth_weekday("US", "Columbus Day", 10, 2, kMonday),
    fixed("US", "Veterans Day", 11, 11),
    fixed("US", "Veterans Day (observed)", 11, 11, WeekendRule::ObservedNearest),
    nth_weekday("US", "Thanksgiving", 11, 4, kThursday),
    fixed("US", "Christmas Day", 12, 25),
    fixed("US", "Christmas Day (observed)", 12, 25, WeekendRule::ObservedNearest),
});

bool falls_on_weekend(std::chrono::weekday weekday) {
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

std::optional<sys_days> with_weekend_rule(sys_days day, WeekendRule rule) {
  const std::chrono::weekday weekday(day);
  const bool is_saturday = weekday == std::chrono::Saturday;
  switch (rule) {
    case WeekendRule::None:
      return day;
    case WeekendRule::SundayToSaturday:
      return weekday == std::chrono::Sunday ? day - days(1) : day;
    case WeekendRule::ObservedNearest:
      if (!falls_on_weekend(weekday)) return {};
      return is_saturday ? day - days(1) : day + days(1);
    case WeekendRule::SubstituteMonday:
      if (!falls_on_weekend(weekday)) return {};
      return is_saturday ? day + days(2) : day + days(1);
    case WeekendRule::SubstituteLater:
      if (!falls_on_weekend(weekday)) return {};
      return day + days(2);
  }
  return {};
}

sys_days nth_weekday_of(const HolidayRule& rule, std::chrono::year year) {
  const auto month = year / std::chrono::month(rule.month);
  const std::chrono::weekday weekday(rule.weekday);
  if (rule.day == 0) return sys_days(month / weekday[std::chrono::last]);
  return sys_days(month / weekday[static_cast<unsigned>(rule.day)]);
}

}  // namespace

// The anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8).
sys_days easter_sunday(std::chrono::year in_year) {
  const int year = static_cast<int>(in_year);
  const int golden = year % 19;
  const int century = year / 100;
  const int of_century = year % 100;
  const int moon_correction = (century - (century + 8) / 25 + 1) / 3;
  const int epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
  const int weekday_shift = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
  const int late = (golden + 11 * epact + 22 * weekday_shift) / 451;
  const int days_after_march = epact + weekday_shift - 7 * late + 114;
  return sys_days(in_year / (days_after_march / 31) / (days_after_march % 31 + 1));
}

std::span<const HolidayRule> holiday_rules(std::string_view country) {
  const auto range = std::ranges::equal_range(kRules, country, {}, &HolidayRule::country);
  return {range.begin(), range.end()};
}

std::optional<sys_days> day_of(const HolidayRule& rule, std::chrono::year year) {
  if (static_cast<int>(year) < rule.first_year || static_cast<int>(year) > rule.last_year) return {};
  sys_days day;
  switch (rule.kind) {
    case DayRule::Fixed:
      day =
          sys_days(year / std::chrono::month(rule.month) / std::chrono::day(static_cast<unsigned>(rule.day)));
      break;
    case DayRule::AfterEaster:
      day = easter_sunday(year) + days(rule.day);
      break;
    case DayRule::NthWeekday:
      day = nth_weekday_of(rule, year);
      break;
  }
  return with_weekend_rule(day, rule.weekend);
}

std::span<const HolidayRule> all_holiday_rules() {
  return kRules;
}

}  // namespace splitplot::context
