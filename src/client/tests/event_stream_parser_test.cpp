#include "event_stream_parser.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kMost = 1'000;

struct Heard {
  std::vector<std::string> events;  ///< "name|data|id"
  EventStreamParser parser;
  explicit Heard(std::size_t most = kMost)
      : parser([this](const StreamEvent& e) { events.push_back(e.name + "|" + e.data + "|" + e.id); }, most) {
  }
  bool read(std::string_view bytes) { return parser.read(bytes).has_value(); }
};

std::vector<std::string> events_of(std::string_view bytes) {
  Heard heard;
  EXPECT_TRUE(heard.read(bytes));
  return heard.events;
}

TEST(EventStreamParser, ReadsNameDataAndId) {
  EXPECT_THAT(events_of("id: 7\nevent: features\ndata: {}\n\n"), ElementsAre("features|{}|7"));
  EXPECT_THAT(events_of("data:x\n\n"), ElementsAre("message|x|"));
  EXPECT_THAT(events_of("data:  x\n\n"), ElementsAre("message| x|")) << "one blank belongs to the colon";
}

TEST(EventStreamParser, KnowsAllLineEndsAndAByteOrderMark) {
  EXPECT_THAT(events_of("data: a\r\ndata: b\r\n\r\n"), ElementsAre("message|a\nb|"));
  EXPECT_THAT(events_of("data: a\rdata: b\r\r"), ElementsAre("message|a\nb|"));
  EXPECT_THAT(events_of("\xEF\xBB\xBF"
                        "data: a\n\n"),
              ElementsAre("message|a|"));
}

TEST(EventStreamParser, IsTheSameHoweverTheBytesAreCut) {
  const std::string stream =
      "\xEF\xBB\xBF:hello\r\nretry: 1500\r\nid: 1\r\nevent: features\r\ndata: one\r\ndata: two\r\n\r\n: "
      "ping\n\ndata: x\n\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Heard heard;
    EXPECT_TRUE(heard.read(std::string_view(stream).substr(0, cut)));
    EXPECT_TRUE(heard.read(std::string_view(stream).substr(cut)));
    EXPECT_THAT(heard.events, ElementsAre("features|one\ntwo|1", "message|x|1")) << "cut at " << cut;
    EXPECT_EQ(heard.parser.retry(), std::chrono::milliseconds(1500));
  }
  Heard bytewise;
  for (const char byte : stream) EXPECT_TRUE(bytewise.read(std::string_view(&byte, 1)));
  EXPECT_THAT(bytewise.events, ElementsAre("features|one\ntwo|1", "message|x|1"));
}

TEST(EventStreamParser, SaysNothingForCommentsUnknownFieldsAndWhatHasNoData) {
  EXPECT_THAT(events_of(": ping\n\n"), IsEmpty());
  EXPECT_THAT(events_of("event: features\nid: 4\n\n"), IsEmpty());
  EXPECT_THAT(events_of("event: a\n\ndata: b\n\n"), ElementsAre("message|b|"))
      << "a name holds for its event only";
  EXPECT_THAT(events_of("colour: blue\ndata\n\n"), ElementsAre("message||"));
  EXPECT_THAT(events_of("data: not ended"), IsEmpty());
}

TEST(EventStreamParser, TakesNoTimeThatIsNone) {
  for (const char* text :
       {"retry: soon\n", "retry: -5\n", "retry: 99999999999\n", "retry: 5s\n", "retry:\n"}) {
    Heard heard;
    EXPECT_TRUE(heard.read(text));
    EXPECT_EQ(heard.parser.retry(), std::nullopt) << text;
  }
}

TEST(EventStreamParser, KeepsTheIdBeforeOneThatIsNone) {
  EXPECT_THAT(events_of(std::string_view("id: 1\nid: a\0b\ndata: x\n\n", 23)), ElementsAre("message|x|1"));
}

TEST(EventStreamParser, RefusesWhatNeverEnds) {
  Heard lines;
  bool is_taken = true;
  for (int i = 0; i < 100 && is_taken; ++i) is_taken = lines.read("data: 0123456789\n");
  EXPECT_FALSE(is_taken) << "an event of lines without end";
  Heard line;
  is_taken = true;
  for (int i = 0; i < 200 && is_taken; ++i) is_taken = line.read("0123456789");
  EXPECT_FALSE(is_taken) << "a line without end";
  EXPECT_FALSE(Heard().read(std::string(kMost + 1, 'x')));
  EXPECT_TRUE(Heard().read("data: " + std::string(kMost - 6, 'x') + "\n\n"));
}

}  // namespace
}  // namespace splitplot::client
