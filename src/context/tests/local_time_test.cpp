#include <splitplot/context/local_time.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::context {
namespace {

std::string local_text(std::string_view zone, std::string_view utc) {
  const auto named = TimeZone::named(zone);
  if (!named) return named.error().message;
  const LocalTime local = named->at(parse_rfc3339(utc).value());
  const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(local.date.year())) + "-" +
         two(static_cast<unsigned>(local.date.month())) + "-" + two(static_cast<unsigned>(local.date.day())) +
         " " + two(static_cast<unsigned>(local.hour)) + ":" + two(static_cast<unsigned>(local.minute)) + " " +
         std::to_string(local.weekday().c_encoding());
}

TEST(TimeZone, ShowsTheClockOnTheWall) {
  EXPECT_EQ(local_text("UTC", "2026-11-22T14:42:34.123Z"), "2026-11-22 14:42 0");
  EXPECT_EQ(local_text("Europe/Berlin", "2026-11-22T23:30:00Z"), "2026-11-23 00:30 1");
  EXPECT_EQ(local_text("America/New_York", "2026-01-01T04:59:59.999999Z"), "2025-12-31 23:59 3");
  EXPECT_EQ(local_text("Asia/Kathmandu", "2026-03-01T00:00:00Z"), "2026-03-01 05:45 0");
  EXPECT_EQ(local_text("Pacific/Kiritimati", "2026-03-01T12:00:00Z"), "2026-03-02 02:00 1");
}

// Directive 2000/84/EC: at 01:00 UTC on the last Sundays of March and October.
TEST(TimeZone, ChangesTheClockWhenTheLawSays) {
  EXPECT_EQ(local_text("Europe/Berlin", "2026-03-29T00:59:59Z"), "2026-03-29 01:59 0");
  EXPECT_EQ(local_text("Europe/Berlin", "2026-03-29T01:00:00Z"), "2026-03-29 03:00 0");
  EXPECT_EQ(local_text("Europe/Berlin", "2026-10-25T00:59:59Z"), "2026-10-25 02:59 0");
  EXPECT_EQ(local_text("Europe/Berlin", "2026-10-25T01:00:00Z"), "2026-10-25 02:00 0");
}

TEST(TimeZone, KnowsWhenItsClocksShowATime) {
  const TimeZone berlin = *TimeZone::named("Europe/Berlin");
  const auto when = [&berlin](const char* shown) { return rfc3339(berlin.when(*parse_rfc3339(shown))); };
  EXPECT_EQ(when("2026-12-01T08:00:00.5Z"), "2026-12-01T07:00:00.500Z");
  EXPECT_EQ(when("2026-07-01T08:00:00Z"), "2026-07-01T06:00:00.000Z");
  EXPECT_EQ(when("2026-03-29T02:30:00Z"), "2026-03-29T01:00:00.000Z") << "skipped";
  EXPECT_EQ(when("2026-10-25T02:30:00Z"), "2026-10-25T00:30:00.000Z") << "shown twice: the first";
}

TEST(TimeZone, KnowsSummersToCome) {
  EXPECT_EQ(local_text("Europe/Berlin", "2036-07-01T10:00:00Z"), "2036-07-01 12:00 2");
  EXPECT_EQ(local_text("America/New_York", "2036-07-01T10:00:00Z"), "2036-07-01 06:00 2");
}

TEST(TimeZone, ReadsTimesBefore1970) {
  EXPECT_EQ(local_text("UTC", "1969-12-31T23:59:59.5Z"), "1969-12-31 23:59 3");
}

TEST(TimeZone, RefusesNamesThatAreNotThere) {
  for (const std::string_view name : std::vector<std::string_view>{
           "", "Berlin", "Europe/Atlantis", "../etc/passwd", "/etc/localtime", "europe/berlin ", "CET+1"}) {
    const auto zone = TimeZone::named(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(zone.error().hint, ::testing::HasSubstr("Europe/Berlin"));
  }
}

}  // namespace
}  // namespace splitplot::context
