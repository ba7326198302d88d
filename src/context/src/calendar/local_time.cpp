#include <splitplot/context/local_time.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <date/tz.h>

namespace splitplot::context {

struct TimeZone::Zone {
  const date::time_zone* zone;
};

TimeZone::TimeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}

Result<TimeZone> TimeZone::named(std::string_view name) {
  try {
    static_cast<void>(date::get_tzdb());
  } catch (const std::exception& failure) {
    return fail(ErrorCode::Unavailable,
                std::string("the system's time zone data cannot be read: ") + failure.what(),
                "install tzdata");
  }
  try {
    // The data of a zone are read when they are first asked for: here, so that `at` does not fail.
    const date::time_zone* zone = date::locate_zone(name);
    static_cast<void>(zone->get_info(date::sys_seconds{}));
    return TimeZone(std::make_shared<const Zone>(Zone{zone}));
  } catch (const std::exception&) {
    return fail(ErrorCode::InvalidArgument, "there is no time zone '" + std::string(name) + "'",
                "give a name of the IANA database, such as Europe/Berlin or UTC");
  }
}

LocalTime TimeZone::at(Timestamp time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::chrono::sys_seconds local = seconds + zone_->zone->get_info(seconds).offset;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::hh_mm_ss clock(local - day);
  return {std::chrono::year_month_day(day), static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count())};
}

Timestamp TimeZone::when(Timestamp shown) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(shown);
  const date::local_info info = zone_->zone->get_info(date::local_seconds(seconds.time_since_epoch()));
  if (info.result == date::local_info::nonexistent) return info.first.end;
  return shown - info.first.offset;
}

}  // namespace splitplot::context
