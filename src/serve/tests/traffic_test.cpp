#include "service_fixture.hpp"

#include <splitplot/collect/live_traffic.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class TrafficTest : public test::ServiceTest {
 protected:
  TrafficTest() { traffic = &live; }

  void arrive(std::string_view environment, std::string_view name) {
    const Unit unit{UnitKind::Anonymous, "device-1"};
    live.published({.environment = environment,
                    .source = "server",
                    .received = clock.now(),
                    .events = {{collect::EventType::Page, collect::PublishedKind::Plain, name, &unit,
                                clock.now() - std::chrono::seconds(2)}},
                    .rejected = {{"no_user", "the event has neither"}},
                    .duplicates = 3});
  }
  Response look() { return ask({.path = "/api/v1/traffic", .key = admin_key}); }

  collect::LiveTraffic live{clock};
};

TEST_F(TrafficTest, IsToldOfTheKeysEnvironmentOnly) {
  arrive("default/production", "Home");
  arrive("default/staging", "Elsewhere");
  clock.advance(std::chrono::seconds(4));
  const Response response = look();
  ASSERT_EQ(response.status, 200);
  EXPECT_THAT(response.body, Not(HasSubstr("Elsewhere")));
  EXPECT_EQ(member(response, "now"), "\"2026-11-22T12:00:04.000Z\"");
  EXPECT_EQ(member(response, "since"), "\"2026-11-22T12:00:00.000Z\"");
  EXPECT_EQ(member(response, "events_per_second"), "0.25");
  EXPECT_EQ(member(response, "names"), R"([{"type":"page","name":"Home","last_minute":1,"last_hour":1}])");
  EXPECT_EQ(member(response, "other_names"), R"({"last_minute":0,"last_hour":0})");
  EXPECT_EQ(member(response, "sources"), R"([{"connection":"server","last_hour":1}])");
  EXPECT_EQ(member(response, "other_sources"), R"({"last_hour":0})");
  EXPECT_EQ(member(response, "recent"), R"([{"time":"2026-11-22T11:59:58.000Z","type":"page","name":"Home",)"
                                        R"("unit":{"kind":"anonymous","id":"device-1"},"source":"server"}])");
  EXPECT_EQ(member(response, "rejected"),
            R"([{"received":"2026-11-22T12:00:00.000Z","source":"server","reason":"no_user",)"
            R"("message":"the event has neither"}])");
  const Value value = json(response);
  const Value::Array& minutes = *value.find("minutes")->if_array();
  ASSERT_THAT(minutes, SizeIs(60));
  EXPECT_EQ(model::to_json(minutes.back()),
            R"({"start":"2026-11-22T12:00:00.000Z","events":1,"exposures":0,"rejected":1,"duplicates":3,)"
            R"("decisions":0})");
  EXPECT_EQ(model::to_json(*minutes.front().find("start")), "\"2026-11-22T11:01:00.000Z\"");
}

TEST_F(TrafficTest, CountsFlagsThatWereDecided) {
  configure(
      "kind: flag\nkey: a\nvariants: {x: 1}\ndefault: x\n---\nkind: flag\nkey: b\nvariants: {x: 1}\ndefault: "
      "x\n");
  const std::string one = "/ofrep/v1/evaluate/flags/a";
  EXPECT_EQ(ask({.method = Method::Post, .path = one, .key = client_key, .body = "{}"}).status, 200);
  EXPECT_EQ(ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags", .key = client_key}).status, 200);
  EXPECT_EQ(ask({.method = Method::Post, .path = one + "c", .key = client_key, .body = "{}"}).status, 404);
  EXPECT_EQ(live.of("default/production").minutes.back().decisions, 3U);
}

TEST_F(TrafficTest, IsUnavailableWhereNobodyLooks) {
  traffic = nullptr;
  configure("kind: flag\nkey: a\nvariants: {x: 1}\ndefault: x\n");
  EXPECT_EQ(look().status, 503);
  EXPECT_EQ(ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags/a", .key = client_key}).status,
            200);
}

}  // namespace
}  // namespace splitplot::serve
