// Whatever comes in, nothing crashes, and what is answered keeps the promises of the header.
#include <splitplot/collect/segment_api.hpp>
#include <splitplot/model/json.hpp>

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::collect {
namespace {

const std::string kBody =
    R"({"batch":[{"type":"identify","userId":"u1","traits":{"email":"a@b.c","n":[1,2.5,{"x":null}]},)"
    R"("context":{"library":{"name":"x"}},"messageId":"m1","timestamp":"2026-11-22T04:38:16.996Z"},)"
    R"({"type":"track","event":"Experiment Viewed","anonymousId":"a","properties":{"experiment_id":"e",)"
    R"("variation_id":1,"t":"\u00fc\ud83d\ude00"}}],"context":{"ip":"1.2.3.4"},"sentAt":"2026-11-22T04:38:17Z"})";

/// What must hold of every answer.
void check(const std::string& body, const SegmentPath& path) {
  const auto parsed = parse_segment_body(body, path);
  if (!parsed) {
    EXPECT_TRUE(parsed.error().code == ErrorCode::BadData || parsed.error().code == ErrorCode::ResourceLimit);
    EXPECT_FALSE(parsed.error().message.empty());
    return;
  }
  for (const Event& event : parsed->events) {
    EXPECT_FALSE(event.unit().id.empty());
    EXPECT_FALSE(event.message_id.empty());
    for (const std::string& json : {event.properties_json, event.context_json}) {
      if (json.empty()) continue;
      // Another parser reads the same text, without names that stand twice, and writes the same.
      const auto read = model::parse_json(json, {}, model::DuplicateNames::Refuse);
      ASSERT_TRUE(read) << json << ": " << read.error().message;
      EXPECT_EQ(object_of(json), *read);
      EXPECT_EQ(model::to_json(*read), json);
    }
    EXPECT_EQ(decode(encode(event)), Record(event));
  }
  for (const RejectedEvent& rejected : parsed->rejected) {
    EXPECT_FALSE(rejected.reason.empty());
    EXPECT_FALSE(rejected.message.empty());
  }
}

TEST(HostileBodies, EveryCutIsAnswered) {
  for (std::size_t size = 0; size <= kBody.size(); ++size) {
    check(kBody.substr(0, size), {});
    check(kBody.substr(size), EventType::Track);
  }
}

TEST(HostileBodies, EveryChangedByteIsAnswered) {
  constexpr std::string_view kBytes("\0\x01\"\\{}[]:,0-e.n \x7f\x80\xc3\xff", 20);
  for (std::size_t place = 0; place < kBody.size(); ++place) {
    for (const char byte : kBytes) {
      std::string body = kBody;
      body[place] = byte;
      check(body, {});
    }
  }
}

TEST(HostileBodies, ShuffledPiecesAreAnswered) {
  std::mt19937_64 random(20261122);
  const std::vector<std::string> pieces{"{",
                                        "}",
                                        "[",
                                        "]",
                                        ",",
                                        ":",
                                        "\"",
                                        "\\",
                                        "null",
                                        "true",
                                        "1e309",
                                        "-0",
                                        "1e-400",
                                        "123",
                                        "\"batch\"",
                                        "\"type\"",
                                        "\"track\"",
                                        "\"userId\"",
                                        "\"u\"",
                                        "\"properties\"",
                                        "\"\\ud800\"",
                                        "\"\\u0000\"",
                                        "\"context\"",
                                        " ",
                                        "99999999999999999999",
                                        "\"event\"",
                                        "\xc3",
                                        "\"batch\":[",
                                        "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}"};
  for (int round = 0; round < 20'000; ++round) {
    std::string body = round % 2 == 0 ? "{\"batch\":[" : "";
    for (std::size_t count = random() % 12; count > 0; --count) body += pieces[random() % pieces.size()];
    if (round % 4 == 0) body += "]}";
    check(body, round % 3 == 0 ? SegmentPath(EventType::Track) : SegmentPath());
  }
}

TEST(HostileBodies, DeepNestingIsAnswered) {
  for (const char* const open : {"[", "{\"a\":"}) {
    std::string nested;
    for (int level = 0; level < 50'000; ++level) nested += open;
    check(nested, {});
    check(nested, EventType::Track);
    check("{\"batch\":[" + nested, {});
    check("{\"batch\":[{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\",\"properties\":" + nested + "}]}",
          {});
  }
  const std::string balanced = std::string(10'000, '[') + std::string(10'000, ']');
  check("{\"batch\":" + balanced + "}", {});
  check("{\"x\":" + balanced + ",\"batch\":[]}", {});
}

TEST(HostileBodies, ManyMembersAreAnswered) {
  std::string members;
  for (int index = 0; index < 3'000; ++index) {
    members += (index > 0 ? ",\"" : "\"") + std::to_string(index) + "\":0";
  }
  const std::string event = R"({"type":"track","event":"E","userId":"u","properties":{)";
  const auto once = parse_segment_body("{\"batch\":[" + event + members + "}}]}", {});
  ASSERT_TRUE(once);
  EXPECT_EQ(once->events.size(), 1U);
  const auto twice = parse_segment_body("{\"batch\":[" + event + members + ",\"1234\":1}}]}", {});
  ASSERT_TRUE(twice);
  ASSERT_EQ(twice->rejected.size(), 1U);
  EXPECT_EQ(twice->rejected[0].message, "/batch/0/properties holds the name '1234' twice in one object");
}

TEST(HostileBodies, NumbersAreReadAsAnotherParserReadsThem) {
  for (const char* const number : {"0",
                                   "-0",
                                   "-0.0",
                                   "0.1",
                                   "1e22",
                                   "1e23",
                                   "5e-324",
                                   "2.2250738585072011e-308",
                                   "1.7976931348623157e308",
                                   "9007199254740993",
                                   "9223372036854775807",
                                   "9223372036854775808",
                                   "-9223372036854775808",
                                   "-9223372036854775809",
                                   "18446744073709551615",
                                   "18446744073709551616",
                                   "123456789012345678901234567890",
                                   "0.30000000000000004",
                                   "1E400",
                                   "-1e400",
                                   "1e-400",
                                   "01",
                                   "1.",
                                   ".5",
                                   "+1",
                                   "-",
                                   "1e",
                                   "0x10",
                                   "NaN",
                                   "Infinity",
                                   "1e99999999999999999999"}) {
    const std::string properties = std::string("{\"x\":") + number + "}";
    const auto parsed = parse_segment_body(
        R"({"batch":[{"type":"track","event":"E","userId":"u","properties":)" + properties + "}]}", {});
    ASSERT_TRUE(parsed) << number;
    const auto expected = model::parse_json(properties);
    ASSERT_EQ(parsed->events.size(), expected ? 1U : 0U) << number;
    if (expected) {
      EXPECT_EQ(parsed->events[0].properties_json, model::to_json(*expected)) << number;
      EXPECT_EQ(object_of(parsed->events[0].properties_json), *expected) << number;
    }
  }
}

}  // namespace
}  // namespace splitplot::collect
