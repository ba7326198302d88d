#include <splitplot/base/time.hpp>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

using std::chrono::microseconds;

TEST(TimeTest, WritesMillisecondsAndKeepsMicroseconds) {
  EXPECT_EQ(rfc3339(Timestamp{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(Timestamp(microseconds(1'771'622'898'123'000))), "2026-02-20T21:28:18.123Z");
  EXPECT_EQ(rfc3339(Timestamp(microseconds(-1))), "1969-12-31T23:59:59.999999Z");
}

TEST(TimeTest, ReadsWhatItWrites) {
  for (const std::int64_t micros :
       {0LL, -1LL, 1LL, 1'771'622'898'123'456LL, -62'135'596'800'000'000LL, 253'402'300'799'999'999LL}) {
    const Timestamp time{microseconds(micros)};
    EXPECT_EQ(parse_rfc3339(rfc3339(time)), time) << rfc3339(time);
  }
}

TEST(TimeTest, ReadsTheFormsOfClients) {
  const auto noon = parse_rfc3339("2024-02-29T12:00:00Z");
  ASSERT_TRUE(noon);
  for (const char* text :
       {"2024-02-29T12:00:00.000Z", "2024-02-29 12:00:00", "2024-02-29T12:00Z", "2024-02-29t12:00:00z",
        "2024-02-29T14:00:00+02:00", "2024-02-29T14:00:00+0200", "2024-02-29T06:30:00-05:30",
        "2024-02-29T14:00:00+02", "2024-02-29T12:00:00.0000000001Z"}) {
    EXPECT_EQ(parse_rfc3339(text), noon) << text;
  }
  EXPECT_EQ(parse_rfc3339("2024-02-29"), *noon - std::chrono::hours(12));
}

TEST(TimeTest, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "now", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-01T25:00:00Z", "2024-01-01T12:60:00Z",
        "2024-01-01T12:00:61Z", "2024-01-01T12:00:00.Z", "2024-01-01T12:00:00X", "2024-01-01T12:00:00Zjunk",
        "0000-01-01", "2024-1-1", "2024-01-01T", "+024-01-01", "1771622898"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace splitplot
