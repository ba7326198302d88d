// The contract of the event formats (contract/events/v1): bodies and what they become, written by hand.
#include <splitplot/collect/segment_api.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace splitplot::collect {
namespace {

const std::filesystem::path kFolder = SPLITPLOT_CONTRACT_FOLDER "/events/v1";

std::string text_of(const Value* value) {
  const std::string* text = value == nullptr ? nullptr : value->if_text();
  return text == nullptr ? std::string() : *text;
}

SegmentPath path_of(const std::string& name) {
  for (const EventType type : {EventType::Track, EventType::Identify, EventType::Page, EventType::Screen,
                               EventType::Group, EventType::Alias}) {
    if (name == name_of(type)) return type;
  }
  EXPECT_EQ(name, "batch");
  return {};
}

/// An event in the words of the vectors: what is empty is left out.
Value described(const Event& event) {
  Value object = Value::Object{};
  const auto add = [&object](std::string_view name, const std::string& text) {
    if (!text.empty()) object.set(name, text);
  };
  object.set("type", name_of(event.type));
  add("message_id", event.message_id.starts_with("content-") ? "content-*" : event.message_id);
  add("user_id", event.user_id);
  add("anonymous_id", event.anonymous_id);
  add("group_id", event.group_id);
  add("previous_id", event.previous_id);
  add("name", event.name);
  if (event.times.client) object.set("client_time", rfc3339(*event.times.client));
  if (event.times.sent) object.set("sent_time", rfc3339(*event.times.sent));
  if (!event.properties_json.empty()) object.set("properties", object_of(event.properties_json));
  if (!event.context_json.empty()) object.set("context", object_of(event.context_json));
  if (event.exposure) {
    Value exposure;
    exposure.set("experiment", event.exposure->experiment);
    exposure.set("variant", event.exposure->variant);
    object.set("exposure", std::move(exposure));
  }
  return object;
}

void check(const Value& vector) {
  std::string body;
  for (const Value& part : *vector.find("body")->if_array()) body += *part.if_text();
  const auto parsed = parse_segment_body(body, path_of(text_of(vector.find("path"))));
  if (const std::string error = text_of(vector.find("error")); !error.empty()) {
    ASSERT_FALSE(parsed);
    EXPECT_EQ(name_of(parsed.error().code), error);
    EXPECT_FALSE(parsed.error().message.empty());
    return;
  }
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->write_key, text_of(vector.find("write_key")));

  const Value::Array& events = *vector.find("events")->if_array();
  ASSERT_EQ(parsed->events.size(), events.size());
  for (std::size_t index = 0; index < events.size(); ++index) {
    EXPECT_EQ(described(parsed->events[index]), events[index])
        << "event " << index << ": " << parsed->events[index].properties_json << " "
        << parsed->events[index].context_json;
  }
  const Value::Array& rejected = *vector.find("rejected")->if_array();
  ASSERT_EQ(parsed->rejected.size(), rejected.size());
  for (std::size_t index = 0; index < rejected.size(); ++index) {
    EXPECT_EQ(parsed->rejected[index].reason, *rejected[index].if_text()) << parsed->rejected[index].message;
    EXPECT_FALSE(parsed->rejected[index].message.empty());
    EXPECT_FALSE(parsed->rejected[index].body.empty());
  }
}

TEST(EventVectors, EveryBodyBecomesWhatTheContractSays) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".json") files.insert(entry.path());
  }
  std::size_t cases = 0;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const Value document = object_of(text);
    ASSERT_NE(document.find("cases"), nullptr) << file;
    for (const Value& vector : *document.find("cases")->if_array()) {
      const testing::ScopedTrace trace(file.filename().c_str(), 0, text_of(vector.find("name")));
      check(vector);
      ++cases;
    }
  }
  EXPECT_GE(cases, 45U);
}

}  // namespace
}  // namespace splitplot::collect
