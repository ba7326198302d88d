#include <splitplot/collect/event.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace splitplot::collect {
namespace {

Timestamp at(std::int64_t microseconds) {
  return Timestamp(std::chrono::microseconds(microseconds));
}

class RandomRecords {
 public:
  explicit RandomRecords(std::uint64_t seed) : random_(seed) {}

  std::string text() {
    constexpr std::size_t kSizes[] = {0, 1, 7, 30, 127, 128, 300, 20'000};
    std::string bytes(kSizes[random_() % std::size(kSizes)], '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  Timestamp time() {
    switch (random_() % 4) {
      case 0:
        return at(std::numeric_limits<std::int64_t>::min());
      case 1:
        return at(std::numeric_limits<std::int64_t>::max());
      case 2:
        return at(0);
      default:
        return at(static_cast<std::int64_t>(random_()));
    }
  }

  Event event() {
    Event event;
    for (std::string* text :
         {&event.environment, &event.source, &event.message_id, &event.user_id, &event.anonymous_id,
          &event.group_id, &event.previous_id, &event.name, &event.properties_json, &event.context_json}) {
      *text = this->text();
    }
    event.type = static_cast<EventType>(random_() % 6);
    event.times.received = time();
    event.times.corrected = time();
    if (random_() % 2 == 0) event.times.client = time();
    if (random_() % 2 == 0) event.times.sent = time();
    if (random_() % 4 == 0) event.assignment = LastingAssignment{text(), text(), text()};
    if (random_() % 2 == 0) return event;
    Exposure& exposure = event.exposure.emplace();
    exposure.experiment = text();
    exposure.variant = text();
    exposure.unit = {static_cast<UnitKind>(1 + random_() % 3), text()};
    exposure.segments.resize(random_() % 4);
    for (decide::SegmentLabel& segment : exposure.segments) {
      segment = {text(), static_cast<std::uint32_t>(random_())};
    }
    exposure.attributes_json = text();
    exposure.revision = random_() % 2 == 0 ? random_() : random_() % 200;
    return event;
  }

  RejectedEvent rejected() { return {text(), text(), time(), text(), text(), text()}; }

 private:
  std::mt19937_64 random_;
};

Event small_event() {
  Event event;
  event.environment = "default/production";
  event.source = "web";
  event.message_id = "m-1";
  event.times.received = at(1'700'000'000'000'000);
  event.times.corrected = at(1'699'999'999'000'000);
  event.times.client = at(1'699'999'990'000'000);
  event.times.sent = at(1'699'999'991'000'000);
  event.user_id = "u1";
  event.name = "Experiment Viewed";
  event.properties_json = R"({"experiment_id":"e"})";
  Exposure& exposure = event.exposure.emplace();
  exposure.experiment = "e";
  exposure.variant = "v";
  exposure.unit = {UnitKind::User, "u1"};
  exposure.segments = {{"pro", 3}, {"new", 300}};
  exposure.attributes_json = R"({"country":"DE"})";
  exposure.revision = 9;
  return event;
}

TEST(EventCodec, ReadsBackWhatItWrote) {
  RandomRecords records(20261122);
  for (int round = 0; round < 300; ++round) {
    const Record event = records.event();
    const Record rejected = records.rejected();
    EXPECT_EQ(decode(encode(event)), event);
    EXPECT_EQ(decode(encode(rejected)), rejected);
    EXPECT_EQ(encode(std::get<Event>(event)), encode(event));
    EXPECT_EQ(encode(std::get<RejectedEvent>(rejected)), encode(rejected));
  }
}

// Written by hand from docs/formats/events.md: what is stored today must be read for ever.
TEST(EventCodec, WritesTheDocumentedBytes) {
  using std::string_literals::operator""s;
  Event event;
  event.environment = "d/p";
  event.source = "s";
  event.message_id = "m";
  event.type = EventType::Page;
  event.times.received = at(0x0102);
  event.times.corrected = at(-1);
  event.times.sent = at(3);
  event.user_id = "u";
  event.properties_json = "{}";
  const std::string no_exposure =
      "\x01\x01"
      "\x02\x02"
      "\x02\x01\0\0\0\0\0\0"
      "\xff\xff\xff\xff\xff\xff\xff\xff"
      "\x03\0\0\0\0\0\0\0"
      "\x03"
      "d/p"
      "\x01s\x01m\x01u\0\0\0\0\x02{}\0"s;
  EXPECT_EQ(encode(event), no_exposure);

  Exposure& exposure = event.exposure.emplace();
  exposure.experiment = "e";
  exposure.variant = "v";
  exposure.unit = {UnitKind::Account, "a"};
  exposure.segments = {{"g", 300}};
  exposure.revision = 128;
  std::string with_exposure = no_exposure +
                              "\x01"
                              "e\x01v\x03\x01"
                              "a\x01\x01g\xac\x02\0\x80\x01"s;
  with_exposure[2] = '\x06';
  EXPECT_EQ(encode(event), with_exposure);

  exposure.unit.kind = UnitKind::Session;
  EXPECT_EQ(std::get<Event>(decode(encode(event)).value()).exposure->unit, (Unit{UnitKind::Session, "a"}));

  event.exposure.reset();
  event.assignment = LastingAssignment{"id", "e__2", "v"};
  std::string with_assignment = no_exposure +
                                "\x02"
                                "id\x04"
                                "e__2\x01v"s;
  with_assignment[0] = '\x02';
  with_assignment[2] = '\x0a';
  EXPECT_EQ(encode(event), with_assignment);

  EXPECT_EQ(encode(RejectedEvent{"d/p", "s", at(1), "r", "w", "b"}),
            "\x01\x02\x01\0\0\0\0\0\0\0\x03"
            "d/p\x01s\x01r\x01w\x01"
            "b"s);
}

TEST(EventCodec, AnAssignmentIsInTheFormatOfAssignmentsAndNowhereElse) {
  Event event;
  event.assignment = LastingAssignment{"id", "e__2", "v"};
  std::string bytes = encode(event);
  ASSERT_TRUE(decode(bytes));
  bytes[0] = 1;
  EXPECT_FALSE(decode(bytes));
  std::string plain = encode(Event{});
  ASSERT_TRUE(decode(plain));
  plain[0] = 2;
  EXPECT_FALSE(decode(plain));
  std::string rejected = encode(RejectedEvent{"d/p", "s", at(1), "r", "w", "b"});
  rejected[0] = 2;
  EXPECT_FALSE(decode(rejected));
}

TEST(EventCodec, EveryShorterOrLongerRecordIsRefused) {
  Event assigned;
  assigned.assignment = LastingAssignment{"id", "e__2", "v"};
  for (const std::string& whole :
       {encode(small_event()), encode(assigned), encode(RejectedEvent{"d/p", "s", at(1), "r", "w", "b"})}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto decoded = decode(std::string_view(whole).substr(0, size));
      ASSERT_FALSE(decoded) << size;
      EXPECT_EQ(decoded.error().code, ErrorCode::BadData);
    }
    EXPECT_FALSE(decode(whole + '\0'));
  }
}

TEST(EventCodec, AnyChangedByteIsRefusedOrReadAsAnotherRecord) {
  const Event event = small_event();
  const std::string whole = encode(event);
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = whole;
      changed[place] = static_cast<char>(value);
      if (changed == whole) continue;
      const auto decoded = decode(changed);
      if (decoded) {
        EXPECT_NE(*decoded, Record(event)) << place << " " << value;
      }
    }
  }
}

TEST(EventCodec, RandomBytesNeverCrash) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (bytes.size() > 2 && round % 4 != 0) {
      bytes[0] = 1;
      bytes[1] = static_cast<char>(1 + random() % 2);
    }
    const auto decoded = decode(bytes);
    if (!decoded) {
      EXPECT_EQ(decoded.error().code, ErrorCode::BadData);
    }
  }
}

TEST(EventCodec, ANewerFormatIsNamed) {
  std::string bytes = encode(small_event());
  bytes[0] = 3;
  const auto decoded = decode(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::BadData);
  EXPECT_EQ(decoded.error().message, "the event record is of format 3, newer than this program");
}

TEST(ObjectOf, ReadsObjectsAndNothingElse) {
  EXPECT_TRUE(object_of("").is_null());
  EXPECT_TRUE(object_of("[1]").is_null());
  EXPECT_TRUE(object_of("7").is_null());
  EXPECT_TRUE(object_of("{\"a\":").is_null());
  Value expected;
  expected.set("whole", 5);
  expected.set("broken", 5.0);
  expected.set("text", "x\ny");
  expected.set("list", Value::Array{true, nullptr, Value(Value::Object{})});
  const Value read = object_of(R"({"text":"x\ny","whole":5,"broken":5.0,"list":[true,null,{}]})");
  EXPECT_EQ(read, expected);
  ASSERT_NE(read.find("broken"), nullptr);
  EXPECT_EQ(read.find("broken")->kind(), Value::Kind::Float);
}

}  // namespace
}  // namespace splitplot::collect
