/// Hours and days of a time zone, from the system's time zone data (/usr/share/zoneinfo). Plain values; a zone may be
/// asked by any number of threads.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace splitplot::context {

/// What clocks and calendars on the wall show.
struct LocalTime {
  std::chrono::year_month_day date;
  int hour = 0;    ///< 0 to 23
  int minute = 0;  ///< 0 to 59

  [[nodiscard]] std::chrono::weekday weekday() const { return std::chrono::sys_days(date); }
};

class TimeZone {
 public:
  /// By its name in the IANA database: "Europe/Berlin", "UTC". Errors: InvalidArgument for a name that is not there,
  /// Unavailable where the system has no time zone data.
  [[nodiscard]] static Result<TimeZone> named(std::string_view name);

  [[nodiscard]] LocalTime at(Timestamp time) const;

  /// When the clocks show a time, which is handed in as if they showed UTC. Where they show it twice, the first time; where
  /// they skip it, when they skip.
  [[nodiscard]] Timestamp when(Timestamp shown) const;

 private:
  struct Zone;
  explicit TimeZone(std::shared_ptr<const Zone> zone);

  std::shared_ptr<const Zone> zone_;
};

}  // namespace splitplot::context
