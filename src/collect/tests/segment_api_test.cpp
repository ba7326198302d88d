// What the contract's vectors cannot say: sizes, generated ids, and what refused events keep.
#include <splitplot/collect/segment_api.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace splitplot::collect {
namespace {

ParsedBatch parsed(const std::string& body, const SegmentPath& path = {}, const EventLimits& limits = {}) {
  auto answer = parse_segment_body(body, path, limits);
  EXPECT_TRUE(answer) << answer.error().message;
  return answer ? std::move(*answer) : ParsedBatch();
}

std::string batch_of(const std::string& events, const std::string& rest = "") {
  return "{\"batch\":[" + events + "]" + rest + "}";
}

/// A track event of this many bytes.
std::string event_of(std::size_t bytes) {
  const std::string begin = R"({"type":"track","event":"E","userId":"u","properties":{"x":")";
  const std::string end = "\"}}";
  return begin + std::string(bytes - begin.size() - end.size(), 'x') + end;
}

std::string only_reason(const ParsedBatch& batch) {
  return batch.rejected.size() == 1 && batch.events.empty() ? batch.rejected[0].reason : "?";
}

TEST(SegmentLimits, AnEventMayHave32KilobytesAndNoMore) {
  EXPECT_EQ(parsed(batch_of(event_of(32 * 1024))).events.size(), 1U);
  EXPECT_EQ(parsed(event_of(32 * 1024), EventType::Track).events.size(), 1U);
  EXPECT_EQ(only_reason(parsed(batch_of(event_of(32 * 1024 + 1)))), "oversize");
  EXPECT_EQ(only_reason(parsed(event_of(32 * 1024 + 1), EventType::Track)), "oversize");
}

TEST(SegmentLimits, BlanksAroundAnEventDoNotCount) {
  EXPECT_EQ(parsed(batch_of("  " + event_of(32 * 1024) + "\n\t ")).events.size(), 1U);
}

TEST(SegmentLimits, AnOversizedEventDoesNotSpoilItsBatch) {
  const ParsedBatch batch = parsed(batch_of(event_of(100) + "," + event_of(40'000) + "," + event_of(100)));
  EXPECT_EQ(batch.events.size(), 2U);
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_NE(batch.rejected[0].message.find("/batch/1"), std::string::npos);
  EXPECT_EQ(batch.rejected[0].body, event_of(40'000).substr(0, 32 * 1024));
}

TEST(SegmentLimits, ABodyMayHave500KilobytesAndNoMore) {
  std::string body = batch_of(event_of(100));
  body += std::string(500 * 1024 - body.size(), ' ');
  EXPECT_EQ(parsed(body).events.size(), 1U);
  const auto larger = parse_segment_body(body + " ", {});
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().code, ErrorCode::ResourceLimit);
}

TEST(SegmentLimits, ABatchMayHave2500EventsAndNoMore) {
  std::string events = event_of(100);
  for (int index = 1; index < 2500; ++index) events += "," + event_of(100);
  EXPECT_EQ(parsed(batch_of(events)).events.size(), 2500U);
  const auto larger = parse_segment_body(batch_of(events + "," + event_of(100)), {});
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().code, ErrorCode::ResourceLimit);
}

TEST(SegmentLimits, PropertiesMayBeNestedToTheStatedDepth) {
  // The event is one level, the properties another.
  const auto nested = [](std::size_t lists) {
    return R"({"type":"track","event":"E","userId":"u","properties":{"x":)" + std::string(lists, '[') +
           std::string(lists, ']') + "}}";
  };
  EXPECT_EQ(parsed(batch_of(nested(14))).events.size(), 1U);
  EXPECT_EQ(only_reason(parsed(batch_of(nested(15)))), "too_deep");
  EXPECT_EQ(only_reason(parsed(batch_of(nested(3000)))), "too_deep");
  EventLimits limits;
  limits.depth = 3;
  EXPECT_EQ(parsed(batch_of(nested(1)), {}, limits).events.size(), 1U);
  EXPECT_EQ(only_reason(parsed(batch_of(nested(2)), {}, limits)), "too_deep");
}

TEST(SegmentLimits, NamesAndIdsAreBounded) {
  const auto track = [](const std::string& name, const std::string& user, const std::string& message) {
    return parsed(batch_of(R"({"type":"track","event":")" + name + R"(","userId":")" + user +
                           R"(","messageId":")" + message + "\"}"));
  };
  std::string umlauts;
  for (int index = 0; index < 100; ++index) umlauts += "ü";
  EXPECT_EQ(track(umlauts + umlauts, std::string(512, 'u'), umlauts).events.size(), 1U);
  EXPECT_EQ(only_reason(track(umlauts + umlauts + "x", "u", "m")), "bad_event_name");
  EXPECT_EQ(only_reason(track("E", std::string(513, 'u'), "m")), "bad_id");
  EXPECT_EQ(only_reason(track("E", "u", umlauts + "x")), "bad_message_id");
}

TEST(SegmentLimits, TheContextOfABatchIsBounded) {
  const auto context = [](std::size_t bytes) {
    return ",\"context\":{\"x\":\"" + std::string(bytes - 8, 'x') + "\"}";
  };
  EXPECT_EQ(parsed(batch_of(event_of(100), context(4096))).events.size(), 1U);
  EXPECT_EQ(only_reason(parsed(batch_of(event_of(100), context(4097)))), "oversize");
}

TEST(GeneratedMessageIds, AreTheSameForTheSameBodySentAgain) {
  const std::string body =
      batch_of(event_of(100) + "," + event_of(101), R"(,"sentAt":"2026-01-01T00:00:00Z")");
  const ParsedBatch first = parsed(body);
  const ParsedBatch again = parsed(body);
  ASSERT_EQ(first.events.size(), 2U);
  EXPECT_EQ(first.events[0].message_id, again.events[0].message_id);
  EXPECT_EQ(first.events[1].message_id, again.events[1].message_id);
  EXPECT_TRUE(first.events[0].message_id.starts_with("content-"));
}

TEST(GeneratedMessageIds, DifferForOtherEventsOtherPlacesAndOtherTimesOfSending) {
  std::set<std::string> ids;
  for (const std::string& body : {batch_of(event_of(100) + "," + event_of(100)), batch_of(event_of(101)),
                                  batch_of(event_of(100), R"(,"sentAt":"2026-01-01T00:00:00Z")"),
                                  batch_of(event_of(100), R"(,"sentAt":"2026-01-01T00:00:01Z")")}) {
    for (const Event& event : parsed(body).events) ids.insert(event.message_id);
  }
  EXPECT_EQ(ids.size(), 5U);
}

// A version-5 UUID (RFC 9562) of the name space that segment_event.cpp states, computed with Python's uuid.uuid5. If it
// changed, events resent across an update would count twice.
TEST(GeneratedMessageIds, AreTheDocumentedOnes) {
  const std::string item = R"({"event":"E","userId":"u"})";
  EXPECT_EQ(parsed(item, EventType::Track).events.at(0).message_id,
            "content-8c203fb3-8eed-554a-a147-4caa80abe6b3");
  EXPECT_EQ(
      parsed(batch_of(R"({"type":"track","event":"E","userId":"u"})", R"(,"sentAt":"2026-01-01T00:00:00Z")"))
          .events.at(0)
          .message_id,
      "content-4a7921b7-aad9-5ea7-9b3e-db495b7b7811");
}

TEST(RefusedEvents, KeepTheirBodyWithoutTheWriteKey) {
  const ParsedBatch single = parsed(R"({"writeKey":"wk_secret","event":"E"})", EventType::Track);
  ASSERT_EQ(single.rejected.size(), 1U);
  EXPECT_EQ(single.rejected[0].body, R"({"writeKey":"***","event":"E"})");
  EXPECT_EQ(single.rejected[0].message, "the event has neither 'userId' nor 'anonymousId'");
  EXPECT_EQ(single.write_key, "wk_secret");

  const ParsedBatch batch =
      parsed(batch_of(R"({"type":"x","writeKey":"wk"},{"type":"x"})", R"(,"writeKey":"wk")"));
  ASSERT_EQ(batch.rejected.size(), 2U);
  EXPECT_EQ(batch.rejected[0].body, R"({"type":"x","writeKey":"***"})");
  EXPECT_EQ(batch.rejected[1].body, R"({"type":"x"})");
  EXPECT_EQ(batch.rejected[1].message,
            "/batch/1/type is none of track, identify, page, screen, group and alias");
}

TEST(RefusedEvents, AreCutBetweenCharacters) {
  std::string body = R"({"type":"x","a":")";
  while (body.size() < 32 * 1024 - 1) body += 'x';
  body += "ü and more\"}";
  const ParsedBatch batch = parsed(batch_of(body));
  ASSERT_EQ(batch.rejected.size(), 1U);
  EXPECT_EQ(batch.rejected[0].body, body.substr(0, 32 * 1024 - 1));
}

TEST(CompactText, IsWrittenWithoutBlanksInTheOrderSent) {
  const ParsedBatch batch = parsed(batch_of(
      R"({ "type" : "track", "event":"E", "userId":"u", "properties": { "b" : [ 1 , -2.50, 1E+2, {} , [] ], "a" : null, "c":true } })"));
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.events[0].properties_json, R"({"b":[1,-2.5,100.0,{},[]],"a":null,"c":true})");
}

}  // namespace
}  // namespace splitplot::collect
