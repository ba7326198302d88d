#include "server/request_sources.hpp"

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace splitplot::app {
namespace {

Result<context::HolidayCalendar> holidays_of(const std::string& path) {
  if (path.empty()) return context::HolidayCalendar();
  std::ifstream file(path, std::ios::binary);
  std::ostringstream csv;
  if (!file || !(csv << file.rdbuf()))
    return fail(ErrorCode::Unreadable, "cannot read the holidays in " + path);
  auto read = context::HolidayCalendar::with_own_days(csv.str());
  if (!read) return fail(read.error().code, path + ": " + read.error().message, read.error().hint);
  return read;
}

}  // namespace

Result<context::RequestContext> open_request_context(const ServerSettings& settings) {
  auto zone = context::TimeZone::named(settings.time_zone);
  if (!zone) return tl::unexpected(zone.error());
  auto countries = settings.country_data.empty() ? context::CountryDatabase::built_in()
                                                 : context::CountryDatabase::open(settings.country_data);
  if (!countries) return tl::unexpected(countries.error());
  auto holidays = holidays_of(settings.holidays);
  if (!holidays) return tl::unexpected(holidays.error());
  return context::RequestContext({std::make_shared<const context::CountryDatabase>(*std::move(countries)),
                                  std::make_shared<const context::UserAgentReader>(), *std::move(zone),
                                  *std::move(holidays), settings.holiday_country});
}

}  // namespace splitplot::app
