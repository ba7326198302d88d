/// Public holidays: those of some countries by rule (docs/formats/context.md lists them), and days of the user's own.
/// Immutable; any number of threads may ask.
#pragma once

#include <splitplot/base/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::context {

struct Holiday {
  std::chrono::sys_days date;
  std::string_view name;  ///< lives as long as the calendar

  friend bool operator==(const Holiday&, const Holiday&) = default;
};

class HolidayCalendar {
 public:
  /// The built-in holidays alone.
  HolidayCalendar() = default;

  /// With days of a CSV text besides: columns `date` (2026-12-24), `name` and `country` (two letters, or empty for every
  /// country), in any order, with the names in the first line. Where both have a day, the own name is taken. Errors:
  /// BadData, with the line.
  [[nodiscard]] static Result<HolidayCalendar> with_own_days(std::string_view csv);

  /// The first holiday on that day or after it; nothing where the country has no calendar, or none within two years.
  /// An empty country has the own days that are for every country.
  [[nodiscard]] std::optional<Holiday> next(std::chrono::sys_days from, std::string_view country) const;

 private:
  struct OwnDay {
    std::chrono::sys_days date;
    std::string country;
    std::string name;
  };
  std::vector<OwnDay> own_days_;  ///< by date
};

/// Countries with built-in holidays, by their code.
[[nodiscard]] std::vector<std::string_view> countries_with_holidays();

}  // namespace splitplot::context
