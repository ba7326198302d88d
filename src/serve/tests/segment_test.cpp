#include "metrics.hpp"
#include "service_fixture.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using test::Ask;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SegmentTest : public test::ServiceTest {
 protected:
  Response send(const std::string& path, std::string body) {
    return ask({.method = Method::Post, .path = path, .key = client_key, .body = std::move(body)});
  }
};

TEST_F(SegmentTest, EveryPathTakesItsEvent) {
  const std::pair<std::string_view, collect::EventType> paths[] = {
      {"track", collect::EventType::Track},       {"t", collect::EventType::Track},
      {"identify", collect::EventType::Identify}, {"i", collect::EventType::Identify},
      {"page", collect::EventType::Page},         {"p", collect::EventType::Page},
      {"screen", collect::EventType::Screen},     {"s", collect::EventType::Screen},
      {"group", collect::EventType::Group},       {"g", collect::EventType::Group},
      {"alias", collect::EventType::Alias},       {"a", collect::EventType::Alias}};
  for (const auto& [path, type] : paths) {
    pipeline.batches.clear();
    const Response response =
        send("/v1/" + std::string(path), R"({"userId":"u1","event":"E","groupId":"g1","previousId":"p1"})");
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, R"({"success":true})") << path;
    ASSERT_EQ(pipeline.events().size(), 1U) << path;
    EXPECT_EQ(pipeline.events().front().type, type) << path;
  }
  for (const std::string_view path : {"batch", "b", "import"}) {
    pipeline.batches.clear();
    send("/v1/" + std::string(path), R"({"batch":[{"type":"track","event":"E","userId":"u1"},
                                                   {"type":"identify","userId":"u1"}]})");
    ASSERT_EQ(pipeline.batches.size(), 1U) << path;
    EXPECT_EQ(pipeline.events().size(), 2U) << path;
    EXPECT_EQ(pipeline.batches.front().environment, "default/production");
    EXPECT_EQ(pipeline.batches.front().source, "client");
  }
}

TEST_F(SegmentTest, BadEventsDoNotFailTheirBatch) {
  const Response response = send("/v1/batch", R"({"batch":[{"type":"track","event":"E","userId":"u1"},
                                                           {"type":"track","event":"E"}, 7]})");
  EXPECT_EQ(response.status, 200);
  ASSERT_EQ(pipeline.batches.size(), 1U);
  EXPECT_EQ(pipeline.batches.front().events.size(), 1U);
  EXPECT_EQ(pipeline.batches.front().rejected.size(), 2U);
  EXPECT_THAT(ask({.path = "/metrics", .key = admin_key}).body,
              HasSubstr("splitplot_events_rejected_total{reason=\"no_user\"} 1\n"));
}

TEST_F(SegmentTest, TheContentTypeSaysNothing) {
  for (const std::string_view type : {"text/plain", "application/x-www-form-urlencoded", "", "nonsense"}) {
    const Response response = ask({.method = Method::Post,
                                   .path = "/v1/t",
                                   .key = client_key,
                                   .body = R"({"userId":"u1","event":"E"})",
                                   .headers = {{"Content-Type", std::string(type)}}});
    EXPECT_EQ(response.status, 200) << type;
  }
  EXPECT_EQ(pipeline.events().size(), 4U);
}

TEST_F(SegmentTest, TheKeyMayStandInTheBodyOrTheQuery) {
  const std::string event = R"({"userId":"u1","event":"E"})";
  const std::string keyed = R"({"userId":"u1","event":"E","writeKey":")" + server_key + "\"}";
  EXPECT_EQ(ask({.method = Method::Post, .path = "/v1/t", .body = keyed}).status, 200);
  EXPECT_EQ(pipeline.batches.back().source, "server");
  EXPECT_EQ(
      ask({.method = Method::Post, .path = "/v1/t", .body = event, .query = "a=b&writeKey=" + server_key})
          .status,
      200);
  EXPECT_EQ(ask({.method = Method::Post, .path = "/v1/t", .key = "some-oauth-token", .body = keyed}).status,
            200)
      << "a token of another system does not shadow the body's key";
  pipeline.batches.clear();
  const Response refused = ask({.method = Method::Post, .path = "/v1/t", .body = event});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(member(refused, "success"), "false");
  EXPECT_EQ(member(refused, "code"), "\"invalid_write_key\"");
  EXPECT_EQ(
      ask({.method = Method::Post, .path = "/v1/t", .body = R"({"userId":"u1","event":"E","writeKey":"x"})"})
          .status,
      401);
  EXPECT_THAT(pipeline.batches, IsEmpty());
}

TEST_F(SegmentTest, OnlyAnUnusableBodyIs400) {
  for (const std::string_view body : {"", "{", "[]", "7", "{\"batch\":7}", "\x1f\x8b"}) {
    const Response response = send("/v1/batch", std::string(body));
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(member(response, "success"), "false") << body;
    EXPECT_GT(member(response, "code").size(), 2U) << body;
    EXPECT_GT(member(response, "message").size(), 2U) << body;
  }
  const Response large = send("/v1/batch", R"({"batch":[],"a":")" + std::string(600'000, 'x') + "\"}");
  EXPECT_EQ(large.status, 400) << "the specification's limit, which clients know how to take";
  EXPECT_EQ(member(large, "code"), "\"too_large\"");
  EXPECT_THAT(pipeline.batches, IsEmpty());
}

TEST_F(SegmentTest, ClientsAreToldToComeAgainWhileEventsCannotBeTaken) {
  pipeline.refuse_with = Error{ErrorCode::Unavailable, "the disk is full", "free some space"};
  const Response full = send("/v1/t", R"({"userId":"u1","event":"E"})");
  EXPECT_EQ(full.status, 503);
  EXPECT_TRUE(full.headers.find("Retry-After"));
  EXPECT_EQ(member(full, "success"), "false");
  EXPECT_EQ(member(full, "message"), "\"the disk is full (free some space)\"");
  pipeline.refuse_with = Error{ErrorCode::ResourceLimit, "too much is waiting", ""};
  const Response busy = send("/v1/t", R"({"userId":"u1","event":"E"})");
  EXPECT_EQ(busy.status, 429);
  EXPECT_TRUE(busy.headers.find("Retry-After"));
}

TEST_F(SegmentTest, SettingsPointBackToTheServer) {
  const Response response =
      ask({.path = "/v1/projects/" + client_key + "/settings", .headers = {{"Host", "127.0.0.1:8080"}}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.body,
      R"({"integrations":{"Segment.io":{"apiKey":")" + client_key +
          R"(","apiHost":"127.0.0.1:8080/v1","protocol":"http","versionSettings":{"componentTypes":["browser"]}}},)"
          R"("plan":{},"metrics":{"sampleRate":0},"remotePlugins":[]})");
  EXPECT_EQ(response.headers.find("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(ask({.path = "/v1/projects/unknown/settings"}).status, 401);
}

TEST_F(SegmentTest, SettingsKnowTheAddressBeforeAProxy) {
  options.public_url = "https://ab.example.org/";
  const Value settings = json(ask({.path = "/v1/projects/" + client_key + "/settings"}));
  const Value& segment = *settings.find("integrations")->find("Segment.io");
  EXPECT_EQ(*segment.find("apiHost")->if_text(), "ab.example.org/v1");
  EXPECT_EQ(*segment.find("protocol")->if_text(), "https");
}

TEST_F(SegmentTest, TelemetryOfTheSdksIsSwallowed) {
  const Response response = ask({.method = Method::Post, .path = "/v1/m", .body = "whatever"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"success":true})");
  EXPECT_THAT(pipeline.batches, IsEmpty());
}

}  // namespace
}  // namespace splitplot::serve
