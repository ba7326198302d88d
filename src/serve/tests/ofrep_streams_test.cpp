// OFREP's event streams: who gets one, what it says, and what bulk answers promise.
#include "http/stream_answer.hpp"
#include "service_fixture.hpp"
#include "stream/broadcaster.hpp"

#include <chrono>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OfrepStreamsTest : public test::ServiceTest {
 protected:
  Response all(const std::string& etag = "", const std::string& query = "") {
    std::vector<std::pair<std::string, std::string>> headers;
    if (!etag.empty()) headers.emplace_back("If-None-Match", etag);
    return ask({.method = Method::Post,
                .path = "/ofrep/v1/evaluate/flags",
                .key = client_key,
                .body = R"({"context":{"targetingKey":"u1"}})",
                .query = query,
                .headers = std::move(headers)});
  }

  // The URL that a bulk answer names; "" if none.
  static std::string uri_of(const Response& response) {
    const Value answer = json(response);
    const Value* streams = answer.find("eventStreams");
    if (streams == nullptr) return "";
    return *streams->if_array()->front().find("endpoint")->find("requestUri")->if_text();
  }

  Response open(const std::string& uri, const std::string& key = "") {
    const std::size_t mark = uri.find('?');
    return ask({.path = uri.substr(0, mark), .key = key, .query = uri.substr(mark + 1)});
  }

  static std::string newest(const Response& response) {
    while (true) {
      if (const auto message = response.stream->channel->newest()) return message->frame;
      std::this_thread::yield();
    }
  }
};

TEST_F(OfrepStreamsTest, ABulkAnswerNamesAStreamThatItsTokenOpens) {
  const Response answer = all();
  EXPECT_THAT(
      member(answer, "eventStreams"),
      ::testing::MatchesRegex(R"(\[\{"type":"sse","endpoint":\{"requestUri":"/ofrep/v1/stream\?token=)"
                              R"([-A-Za-z0-9._]+"\},"inactivityDelaySec":120\}\])"));
  const Response stream = open(uri_of(answer));
  EXPECT_EQ(stream.status, 200);
  EXPECT_EQ(stream.content_type, "text/event-stream");
  EXPECT_EQ(stream.headers.find("Cache-Control"), "no-cache");
  EXPECT_EQ(stream.headers.find("X-Accel-Buffering"), "no");
  EXPECT_EQ(stream.headers.find("Access-Control-Allow-Origin"), "*");
  ASSERT_NE(stream.stream, nullptr);
  EXPECT_EQ(newest(stream),
            "id: 1\nevent: message\ndata: {\"type\":\"refetchEvaluation\",\"etag\":\"1\","
            "\"lastModified\":1795348800}\n\n");
}

TEST_F(OfrepStreamsTest, AKeyInAHeaderOpensItToo) {
  EXPECT_NE(open("/ofrep/v1/stream?", client_key).stream, nullptr);
  EXPECT_NE(ask({.path = "/ofrep/v1/stream", .headers = {{"X-API-Key", server_key}}}).stream, nullptr);
}

TEST_F(OfrepStreamsTest, NothingElseOpensIt) {
  const std::string uri = uri_of(all());
  const std::string session = log_in(admin_key);
  const std::string others[] = {"/ofrep/v1/stream?",
                                "/ofrep/v1/stream?token=",
                                "/ofrep/v1/stream?token=" + client_key,
                                "/ofrep/v1/stream?token=" + session.substr(session.find('=') + 1),
                                "/ofrep/v1/stream?token=" + std::string(5000, '.'),
                                "/ofrep/v1/stream?token=%zz",
                                "/ofrep/v1/stream?token=...",
                                uri + "A",
                                uri.substr(0, uri.size() - 1)};
  for (const std::string& other : others) {
    const Response refused = open(other);
    EXPECT_EQ(refused.status, 401) << other;
    EXPECT_EQ(refused.stream, nullptr);
    EXPECT_EQ(member(refused, "errorCode"), "\"GENERAL\"") << refused.body;
  }
  EXPECT_EQ(open(uri, "sp_wrong").status, 401) << "a wrong key is not made good by a token";
}

TEST_F(OfrepStreamsTest, ATokenOpensStreamsAndNothingElse) {
  const std::string uri = uri_of(all());
  const std::string token = uri.substr(uri.find('=') + 1);
  EXPECT_EQ(
      ask({.method = Method::Post, .path = "/ofrep/v1/evaluate/flags", .key = token, .body = "{}"}).status,
      401);
  EXPECT_EQ(ask({.method = Method::Post,
                 .path = "/ofrep/v1/evaluate/flags",
                 .body = "{}",
                 .query = "token=" + token})
                .status,
            401);
  EXPECT_EQ(ask({.path = "/api/v1/session", .headers = {{"Cookie", "splitplot_session=" + token}}}).status,
            401);
}

TEST_F(OfrepStreamsTest, ATokenIsGoodForHalfADayAtLeastAndADayAtMost) {
  const std::string uri = uri_of(all());
  clock.advance(std::chrono::hours(12) - std::chrono::seconds(1));
  EXPECT_EQ(open(uri).status, 200);
  clock.advance(std::chrono::hours(12) + std::chrono::seconds(1));
  EXPECT_EQ(open(uri).status, 401);
}

TEST_F(OfrepStreamsTest, ATokenEndsWithItsKey) {
  const std::string uri = uri_of(all());
  ASSERT_TRUE(catalogue->add_key({}, "client"));
  EXPECT_EQ(open(uri).status, 200);
  ASSERT_TRUE(catalogue->revoke_old_keys({}, "client"));
  EXPECT_EQ(open(uri).status, 401);
}

TEST_F(OfrepStreamsTest, TheUrlStaysWhileItsPeriodLastsSinceProvidersReconnectWhenItChanges) {
  const std::string uri = uri_of(all());
  clock.advance(std::chrono::hours(6));
  configure("kind: flag\nkey: f\nvariants: {a: 1}\ndefault: a\n");
  EXPECT_EQ(uri_of(all()), uri);
}

// A provider keeps the URL through every 304, also one whose token is over.
TEST_F(OfrepStreamsTest, AProviderIsNeverToldToKeepATokenThatIsOver) {
  const Response first = all();
  const std::string etag(*first.headers.find("ETag"));
  EXPECT_EQ(all(etag).status, 304);
  clock.advance(std::chrono::hours(12));
  const Response later = all(etag);
  EXPECT_EQ(later.status, 200);
  EXPECT_NE(uri_of(later), uri_of(first));
  EXPECT_EQ(open(uri_of(later)).status, 200);
}

TEST_F(OfrepStreamsTest, TheEtagIsThatOfTheFlagsWhateverTheKey) {
  const Response answer = all();
  ASSERT_TRUE(catalogue->add_key({}, "client"));
  const Response other = ask({.method = Method::Post,
                              .path = "/ofrep/v1/evaluate/flags",
                              .key = server_key,
                              .body = R"({"context":{"targetingKey":"u1"}})"});
  EXPECT_NE(uri_of(other), uri_of(answer));
  EXPECT_EQ(other.headers.find("ETag"), answer.headers.find("ETag"));
}

TEST_F(OfrepStreamsTest, WhereThereIsNoPlaceNoneIsOfferedAndWhoAsksIsToldWhenToComeBack) {
  options.streams.streams_of_connection = 1;
  options.streams.streams = 2;
  const Response before = all();
  const Response first = open(uri_of(before));
  ASSERT_NE(first.stream, nullptr);
  const Response refused = open(uri_of(before));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(member(refused, "errorCode"), "\"GENERAL\"");
  EXPECT_GE(std::stoi(std::string(*refused.headers.find("Retry-After"))), 10);
  const Response offered_none = all(std::string(*before.headers.find("ETag")));
  EXPECT_EQ(offered_none.status, 200) << "a provider would keep the URL that it has";
  EXPECT_EQ(uri_of(offered_none), "");

  const Response second = open("/ofrep/v1/stream?", server_key);
  ASSERT_NE(second.stream, nullptr);
  EXPECT_EQ(open("/ofrep/v1/stream?", admin_key).status, 503);
}

TEST_F(OfrepStreamsTest, TheyCanBeSwitchedOff) {
  options.streams.streams = 0;
  EXPECT_EQ(uri_of(all()), "");
  const Response refused = open("/ofrep/v1/stream?", client_key);
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("no streams"));
}

TEST_F(OfrepStreamsTest, TheUrlHasThePathThatAProxyPutsBeforeIt) {
  options.public_url = "https://example.org/ab/";
  EXPECT_THAT(uri_of(all()), ::testing::StartsWith("/ab/ofrep/v1/stream?token="));
}

TEST_F(OfrepStreamsTest, WhatAClientKnowsIsNotSentAgain) {
  const Response stream =
      ask({.path = "/ofrep/v1/stream", .key = client_key, .headers = {{"Last-Event-ID", "1"}}});
  ASSERT_NE(stream.stream, nullptr);
  EXPECT_EQ(stream.stream->known_id, "1");
}

TEST_F(OfrepStreamsTest, HintsOfHowNewAnAnswerMustBeAreAccepted) {
  const Response plain = all();
  const Response hinted = all("", "flagConfigEtag=1&flagConfigLastModified=1771622898");
  EXPECT_EQ(hinted.status, 200);
  EXPECT_EQ(hinted.body, plain.body);
  EXPECT_EQ(all(std::string(*plain.headers.find("ETag")), "flagConfigEtag=no%zz").status, 304);
}

TEST_F(OfrepStreamsTest, OnlyGetOpensAStream) {
  for (const Method method : {Method::Post, Method::Put, Method::Delete}) {
    const Response refused = ask({.method = method, .path = "/ofrep/v1/stream", .key = client_key});
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.stream, nullptr);
  }
  const Response preflight = ask({.method = Method::Options, .path = "/ofrep/v1/stream"});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_THAT(std::string(*preflight.headers.find("Access-Control-Allow-Headers")),
              HasSubstr("last-event-id"));
}

TEST_F(OfrepStreamsTest, TheTokenIsNotLogged) {
  options.access_log = AccessLog::On;
  const std::string uri = uri_of(all());
  open(uri);
  open(uri + "x");
  EXPECT_THAT(log.text(), HasSubstr("/ofrep/v1/stream"));
  EXPECT_THAT(log.text(), Not(HasSubstr(uri.substr(uri.find('=') + 1, 20))));
}

TEST_F(OfrepStreamsTest, TheMetricsCountThem) {
  const Response metrics = ask({.path = "/metrics", .key = admin_key});
  EXPECT_THAT(metrics.body, HasSubstr("\nsplitplot_streams_open 0\n"));
  EXPECT_THAT(metrics.body, HasSubstr("\nsplitplot_streams_most 20000\n"));
  EXPECT_THAT(metrics.body, HasSubstr("\nsplitplot_stream_messages_total 0\n"));
}

}  // namespace
}  // namespace splitplot::serve
