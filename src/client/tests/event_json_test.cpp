#include "event_json.hpp"

#include <splitplot/model/json.hpp>

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::client {
namespace {

Value json(std::string_view text) {
  return model::parse_json(text).value();
}

WaitingEvent exposure(Value attributes) {
  WaitingEvent event;
  event.time = *parse_rfc3339("2026-11-22T10:00:00Z");
  event.attributes = std::move(attributes);
  event.exposure = {"checkout-test", "treatment", "id", "u1", "2026-11-22T09:00:00.001Z"};
  return event;
}

TEST(EventJson, AnExposureSaysWhoMetWhat) {
  const Value written = json(event_json(exposure(json(R"({"id": "u1", "country": "DE"})")), {}));
  EXPECT_EQ(*written.find("type"), Value("track"));
  EXPECT_EQ(*written.find("event"), Value("Experiment Viewed"));
  EXPECT_EQ(*written.find("userId"), Value("u1"));
  EXPECT_EQ(written.find("anonymousId"), nullptr);
  EXPECT_EQ(
      *written.find("properties"),
      json(
          R"({"experiment_id": "checkout-test", "variation_id": "treatment", "hashAttribute": "id", "hashValue": "u1"})"));
  EXPECT_EQ(*written.find("context")->find("traits"), json(R"({"id": "u1", "country": "DE"})"));
  EXPECT_EQ(*written.find("timestamp"), Value("2026-11-22T10:00:00.000Z"));
  EXPECT_LE(written.find("messageId")->if_text()->size(), 100U) << "more is no id of an event";
}

TEST(EventJson, OnlyChosenAttributesGoAlong) {
  Options options;
  options.reported_attributes = {"country", "missing"};
  const Value written =
      json(event_json(exposure(json(R"({"id": "u1", "country": "DE", "email": "a@b.c"})")), options));
  EXPECT_EQ(*written.find("context")->find("traits"), json(R"({"country": "DE"})"));
  EXPECT_EQ(*written.find("userId"), Value("u1"));
}

TEST(EventJson, ExposuresOfOtherUnitsAreOfTheUserWhoIsKnown) {
  WaitingEvent event = exposure(json(R"({"targetingKey": 42, "company": "acme"})"));
  event.exposure.attribute = "company";
  event.exposure.unit = "acme";
  Value written = json(event_json(event, {}));
  EXPECT_EQ(*written.find("userId"), Value("42"));
  event.attributes = json(R"({"company": "acme"})");
  written = json(event_json(event, {}));
  EXPECT_EQ(written.find("userId"), nullptr);
  EXPECT_EQ(*written.find("anonymousId"), Value("acme"));
}

TEST(EventJson, TheIdOfAnExposureIsOfAllThatMakesIt) {
  const WaitingExposure one = exposure({}).exposure;
  std::set<std::string> ids{exposure_id(one)};
  for (std::string WaitingExposure::*part :
       {&WaitingExposure::experiment, &WaitingExposure::variant, &WaitingExposure::attribute,
        &WaitingExposure::unit, &WaitingExposure::rules_version}) {
    WaitingExposure other = one;
    other.*part += "2";
    ids.insert(exposure_id(other));
  }
  WaitingExposure shifted = one;
  shifted.experiment += shifted.variant;
  shifted.variant.clear();
  ids.insert(exposure_id(shifted));
  EXPECT_EQ(ids.size(), 7U);
  EXPECT_EQ(exposure_id(one), exposure_id(exposure({}).exposure));
}

TEST(EventJson, EventsOfTheApplicationKeepTheirNameAndProperties) {
  WaitingEvent event = exposure(json(R"({"id": "u1", "anonymousId": "d1"})"));
  event.exposure = {};
  event.name = "Order \"Completed\"";
  event.properties = json(R"({"revenue": 10.0})");
  event.message_id = "m1";
  const Value written = json(event_json(event, {}));
  EXPECT_EQ(*written.find("event"), Value("Order \"Completed\""));
  EXPECT_EQ(*written.find("messageId"), Value("m1"));
  EXPECT_EQ(*written.find("properties"), json(R"({"revenue": 10.0})"));
  EXPECT_EQ(*written.find("userId"), Value("u1"));
  EXPECT_EQ(*written.find("anonymousId"), Value("d1"));
}

TEST(EventJson, ABatchIsAList) {
  const std::vector<std::string> events = {R"({"a":1})", R"({"b":2})"};
  const Value batch = json(batch_json(events, *parse_rfc3339("2026-11-22T10:00:00Z")));
  EXPECT_EQ(*batch.find("batch"), json(R"([{"a":1},{"b":2}])"));
  EXPECT_EQ(*batch.find("sentAt"), Value("2026-11-22T10:00:00.000Z"));
}

}  // namespace
}  // namespace splitplot::client
