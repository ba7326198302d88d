#include <splitplot/collect/event.hpp>

#include <gtest/gtest.h>

namespace splitplot::collect {
namespace {

Timestamp at(const char* text) {
  return parse_rfc3339(text).value();
}

const Timestamp kReceived = at("2026-11-22T12:00:00Z");

TEST(CorrectedTime, CancelsAWrongClockOfTheClient) {
  // The client's clock is one hour and some behind; the event waited two minutes before it was sent.
  EXPECT_EQ(corrected_time(at("2026-11-22T10:41:00Z"), at("2026-11-22T10:43:00Z"), kReceived),
            at("2026-11-22T11:58:00Z"));
  // A day ahead, waited 1.5 s.
  EXPECT_EQ(corrected_time(at("2026-11-23T12:00:00Z"), at("2026-11-23T12:00:01.5Z"), kReceived),
            at("2026-11-22T11:59:58.5Z"));
}

TEST(CorrectedTime, LeavesHistoricalEventsOld) {
  EXPECT_EQ(corrected_time(at("2024-01-01T00:00:00Z"), at("2026-11-22T12:00:00Z"), kReceived),
            at("2024-01-01T00:00:00Z"));
}

TEST(CorrectedTime, WithoutSentTimeIsWhatTheClientSaid) {
  EXPECT_EQ(corrected_time(at("2026-11-01T00:00:00Z"), {}, kReceived), at("2026-11-01T00:00:00Z"));
}

TEST(CorrectedTime, WithoutClientTimeIsWhenItWasReceived) {
  EXPECT_EQ(corrected_time({}, {}, kReceived), kReceived);
  EXPECT_EQ(corrected_time({}, at("2026-11-22T11:00:00Z"), kReceived), kReceived);
}

TEST(CorrectedTime, IsNeverLaterThanReceived) {
  EXPECT_EQ(corrected_time(at("2026-11-22T12:00:01Z"), {}, kReceived), kReceived);
  EXPECT_EQ(corrected_time(at("9999-12-31T23:59:59Z"), {}, kReceived), kReceived);
  EXPECT_EQ(corrected_time(at("2026-11-22T10:00:01Z"), at("2026-11-22T10:00:00Z"), kReceived), kReceived);
  EXPECT_EQ(corrected_time(at("9999-12-31T23:59:59Z"), at("0001-01-01T00:00:00Z"), kReceived), kReceived);
}

TEST(CorrectedTime, DoesNotLeaveTheYearsThatCanBeWritten) {
  EXPECT_EQ(corrected_time(at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z"), kReceived), kReceived);
  EXPECT_EQ(corrected_time(at("0001-01-01T00:00:00Z"), kReceived, kReceived), at("0001-01-01T00:00:00Z"));
}

TEST(EventUnit, IsTheUserIfKnownElseTheDevice) {
  Event event;
  event.anonymous_id = "device";
  EXPECT_EQ(event.unit(), (Unit{UnitKind::Anonymous, "device"}));
  event.user_id = "user";
  EXPECT_EQ(event.unit(), (Unit{UnitKind::User, "user"}));
}

TEST(EventType, NumbersAreTheStoredOnes) {
  EXPECT_EQ(static_cast<int>(EventType::Track), 0);
  EXPECT_EQ(static_cast<int>(EventType::Identify), 1);
  EXPECT_EQ(static_cast<int>(EventType::Page), 2);
  EXPECT_EQ(static_cast<int>(EventType::Screen), 3);
  EXPECT_EQ(static_cast<int>(EventType::Group), 4);
  EXPECT_EQ(static_cast<int>(EventType::Alias), 5);
  EXPECT_EQ(name_of(EventType::Screen), "screen");
}

}  // namespace
}  // namespace splitplot::collect
