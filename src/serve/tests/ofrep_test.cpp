#include "json_text.hpp"
#include "metrics.hpp"
#include "ofrep/answer.hpp"
#include "ofrep/exposures.hpp"
#include "ofrep/question.hpp"
#include "service_fixture.hpp"

#include <splitplot/model/json.hpp>

#include <charconv>
#include <set>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using test::Ask;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kDocuments = R"(
kind: flag
key: banner
variants: {enabled: true, disabled: false}
default: disabled
rules:
  - if: {plan: pro}
    serve: enabled
---
kind: flag
key: rate
type: float
variants: {five: 5, half: 0.5}
default: five
---
kind: flag
key: retries
variants: {few: 5}
default: few
---
kind: flag
key: layout
variants: {list: [1, 2], object: {a: null, b: "é\"\\"}}
default: object
rules:
  - if: {plan: pro}
    serve: list
---
kind: flag
key: dark
enabled: false
variants: {"on": true}
default: "on"
---
kind: flag
key: checkout
variants: {red: "#f00", green: "#0f0"}
default: red
rules:
  - experiment: checkout-test
    variants: {control: red, treatment: green}
---
kind: experiment
key: checkout-test
status: running
variants: [{key: control, weight: 50}, {key: treatment, weight: 50}]
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
---
kind: connection
key: quiet
type: server
record_exposures: false
)";

class OfrepTest : public test::ServiceTest {
 protected:
  void SetUp() override { configure(kDocuments); }

  Response one(std::string_view flag, std::string body, const std::string& key) {
    return ask({.method = Method::Post,
                .path = "/ofrep/v1/evaluate/flags/" + std::string(flag),
                .key = key,
                .body = std::move(body)});
  }
  Response one(std::string_view flag, std::string body) { return one(flag, std::move(body), server_key); }
  Response all(std::string body, const std::string& if_none_match = {}) {
    Ask question{.method = Method::Post,
                 .path = "/ofrep/v1/evaluate/flags",
                 .key = client_key,
                 .body = std::move(body)};
    if (!if_none_match.empty()) question.headers.push_back({"If-None-Match", if_none_match});
    return ask(question);
  }

  // The configuration's number stands in every answer; tests do not depend on how many commits there were.
  [[nodiscard]] std::string set() const {
    return R"("flagSetId":"default/production","version":")" +
           std::to_string(catalogue->snapshot({})->revision()) + '"';
  }
};

TEST_F(OfrepTest, AnswersAreWhatEveryProviderCanRead) {
  const auto expect = [&](std::string_view flag, std::string body, int status, const std::string& text) {
    const Response response = one(flag, std::move(body));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, text);
  };
  expect("banner", R"({"context":{"targetingKey":"u1","plan":"pro"}})", 200,
         R"({"key":"banner","value":true,"reason":"TARGETING_MATCH","variant":"enabled","metadata":{)" +
             set() + "}}");
  expect(
      "banner", R"({"context":{"targetingKey":"u1"}})", 200,
      R"({"key":"banner","value":false,"reason":"DEFAULT","variant":"disabled","metadata":{)" + set() + "}}");
  expect("rate", "{}", 200,
         R"({"key":"rate","value":5.0,"reason":"STATIC","variant":"five","metadata":{)" + set() + "}}");
  expect("retries", "{}", 200,
         R"({"key":"retries","value":5,"reason":"STATIC","variant":"few","metadata":{)" + set() + "}}");
  expect(
      "layout", "{}", 200,
      R"({"key":"layout","value":{"a":null,"b":"é\"\\"},"reason":"DEFAULT","variant":"object","metadata":{)" +
          set() + "}}");
  expect("layout", R"({"context":{"plan":"pro"}})", 200,
         R"({"key":"layout","value":[1,2],"reason":"TARGETING_MATCH","variant":"list","metadata":{)" + set() +
             "}}");
  expect("dark", "{}", 200, R"({"key":"dark","reason":"DISABLED","variant":"","metadata":{)" + set() + "}}");
  expect(
      "nope", "{}", 404,
      R"({"key":"nope","errorCode":"FLAG_NOT_FOUND","errorDetails":"there is no flag 'nope'","metadata":{)" +
          set() + "}}");
}

TEST_F(OfrepTest, WhatAFlagTellsApplicationsStandsBesideEveryAnswer) {
  configure(
      "kind: flag\nkey: told\nvariants: {on: true, off: false}\ndefault: on\n"
      "metadata: {team: \"q\\\"a\", ticket: 42, share: 0.5, hot: true}\n");
  const std::string told = set() + R"(,"team":"q\"a","ticket":42,"share":0.5,"hot":true}})";
  EXPECT_EQ(one("told", "{}").body,
            R"({"key":"told","value":true,"reason":"STATIC","variant":"on","metadata":{)" + told);
  EXPECT_NE(all("{}").body.find(told), std::string::npos);
}

TEST_F(OfrepTest, KeysInPathsAreDecodedAndEchoedAsJson) {
  EXPECT_EQ(member(one("a%2Fb%22%0A", "{}"), "key"), R"("a/b\"\n")");
  EXPECT_EQ(member(one("%ff", "{}"), "key"), "\"\xef\xbf\xbd\"")
      << "bytes that are no UTF-8 leave the answer JSON";
}

TEST_F(OfrepTest, AMissingContextIsAnEmptyOne) {
  for (const std::string_view body :
       {"", " \n", "{}", R"({"context":{}})", R"({"context":null})", R"({"context":{"targetingKey":null}})",
        R"({"context":{"targetingKey":""}})", R"({"other":1,"context":{}})"}) {
    EXPECT_EQ(one("banner", std::string(body)).status, 200) << body;
    EXPECT_EQ(all(std::string(body)).status, 200) << body;
  }
}

TEST_F(OfrepTest, SaysWhatIsWrongWithAQuestion) {
  const std::string too_long = R"({"context":{"targetingKey":")" + std::string(513, 'u') + R"("}})";
  const std::pair<std::string_view, std::string_view> bad[] = {
      {"{", "PARSE_ERROR"},
      {"[]", "PARSE_ERROR"},
      {"\"context\"", "PARSE_ERROR"},
      {R"({"context":{}} x)", "PARSE_ERROR"},
      {"{\"context\":{\"a\":\"\xff\"}}", "PARSE_ERROR"},
      {R"({"context":[]})", "INVALID_CONTEXT"},
      {R"({"context":"u1"})", "INVALID_CONTEXT"},
      {R"({"context":{"targetingKey":1}})", "INVALID_CONTEXT"},
      {R"({"context":{"targetingKey":true}})", "INVALID_CONTEXT"},
      {R"({"context":{"targetingKey":"a\u0000b"}})", "INVALID_CONTEXT"},
      {R"({"context":{"id":"a\u0000b"}})", "INVALID_CONTEXT"},
      {too_long, "INVALID_CONTEXT"},
      {R"({"context":{"targetingKey":{}}})", "INVALID_CONTEXT"},
      {R"({"context":{"targetingKey":["u1"]}})", "INVALID_CONTEXT"}};
  for (const auto& [body, code] : bad) {
    for (const Response& response : {one("banner", std::string(body)), all(std::string(body))}) {
      EXPECT_EQ(response.status, 400) << body;
      EXPECT_EQ(member(response, "errorCode"), '"' + std::string(code) + '"') << body;
      EXPECT_GT(member(response, "errorDetails").size(), 2U) << body;
      EXPECT_EQ(member(response, "metadata"), "{}") << body;
    }
  }
  const std::string deep = R"({"context":{"a":)" + std::string(5000, '[') + std::string(5000, ']') + "}}";
  EXPECT_EQ(member(one("banner", deep), "errorCode"), "\"PARSE_ERROR\"");
}

TEST_F(OfrepTest, OnlyAFlagThatNeedsATargetingKeyAsksForOne) {
  EXPECT_EQ(one("retries", "{}").status, 200);
  const Response response = one("checkout", "{}");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(member(response, "errorCode"), "\"TARGETING_KEY_MISSING\"");
  EXPECT_THAT(all("{}").body,
              HasSubstr(R"({"key":"checkout","errorCode":"TARGETING_KEY_MISSING","errorDetails":)"));
}

TEST_F(OfrepTest, StoredTraitsDecideWhereTheContextIsSilent) {
  auto profile = std::make_shared<profile::Profile>();
  profile->traits.set("plan", "pro");
  pipeline.known.publish("default/production", {UnitKind::User, "u1"}, profile);
  const auto variant = [&](std::string body) { return member(one("banner", std::move(body)), "variant"); };
  EXPECT_EQ(variant(R"({"context":{"targetingKey":"u1"}})"), "\"enabled\"");
  EXPECT_EQ(variant(R"({"context":{"id":"u1"}})"), "\"enabled\"");
  EXPECT_EQ(variant(R"({"context":{"targetingKey":"u2"}})"), "\"disabled\"");
  EXPECT_EQ(variant(R"({"context":{"targetingKey":"u1","plan":"free"}})"), "\"disabled\"")
      << "the context goes first";
  EXPECT_EQ(variant(R"({"context":{"targetingKey":"u1","plan":null}})"), "\"disabled\"");
}

TEST_F(OfrepTest, ASingleEvaluationOverAServerConnectionIsAnExposure) {
  const Response response = one("checkout", R"({"context":{"targetingKey":"u1","country":"NZ"}})");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(member(response, "reason"), "\"SPLIT\"");
  const Value answer = json(response);
  const Value& metadata = *answer.find("metadata");
  EXPECT_EQ(*metadata.find("experimentKey")->if_text(), "checkout-test");
  EXPECT_TRUE(*metadata.find("inExperiment")->if_boolean());
  EXPECT_EQ(*metadata.find("experimentVariant")->if_text(),
            *answer.find("variant")->if_text() == "red" ? "control" : "treatment");
  EXPECT_TRUE(metadata.find("bucket")->is_number());

  const std::vector<collect::Event> events = pipeline.events();
  ASSERT_EQ(events.size(), 1U);
  const collect::Event& event = events.front();
  const std::string arm = *answer.find("variant")->if_text() == "red" ? "control" : "treatment";
  EXPECT_EQ(event.name, "$exposure");
  EXPECT_EQ(event.type, collect::EventType::Track);
  EXPECT_EQ(event.user_id, "u1");
  EXPECT_EQ(event.message_id, "exposure:checkout-test:" + arm + ":" +
                                  std::to_string(catalogue->snapshot({})->revision()) + ":u1");
  EXPECT_EQ(event.context_json, R"({"traits":{"targetingKey":"u1","country":"NZ"}})");
  ASSERT_TRUE(event.exposure);
  EXPECT_EQ(event.exposure->experiment, "checkout-test");
  EXPECT_EQ(event.exposure->variant, arm);
  EXPECT_EQ(pipeline.batches.front().environment, "default/production");
  EXPECT_EQ(pipeline.batches.front().source, "server");
}

TEST_F(OfrepTest, BulkAndBrowserAndQuietConnectionsRecordNoExposure) {
  const auto key = catalogue->add_key({}, "quiet");
  ASSERT_TRUE(key) << key.error().message;
  const std::string body = R"({"context":{"targetingKey":"u1"}})";
  all(body);
  one("checkout", body, client_key);
  one("checkout", body, key->secret);
  one("banner", body);
  one("checkout", "{}");
  EXPECT_THAT(pipeline.events(), IsEmpty());
}

TEST_F(OfrepTest, AUnitThatNoEventCouldNameIsDecidedWithoutAnExposure) {
  configure(R"(kind: experiment
key: devices
status: running
unit: anonymous
attribute: device
variants: {a: 1, b: 1}
metrics: {primary: [orders]}
---
kind: flag
key: by-device
variants: {a: 1, b: 2, none: 0}
default: none
rules: [{experiment: devices}]
)");
  EXPECT_EQ(
      member(one("by-device", R"({"context":{"device":")" + std::string(513, 'd') + R"("}})"), "reason"),
      "\"SPLIT\"");
  EXPECT_EQ(member(one("by-device", R"({"context":{"device":"a\u0000b"}})"), "reason"), "\"SPLIT\"");
  EXPECT_THAT(pipeline.events(), IsEmpty());
  one("by-device", R"({"context":{"device":")" + std::string(512, 'd') + R"("}})");
  EXPECT_EQ(pipeline.events().size(), 1U);
}

TEST_F(OfrepTest, TheSameExposureIsNotSubmittedAgainWithinTheHour) {
  const std::string body = R"({"context":{"targetingKey":"u1"}})";
  for (int time = 0; time < 5; ++time) one("checkout", body);
  EXPECT_EQ(pipeline.events().size(), 1U);
  one("checkout", R"({"context":{"targetingKey":"u2"}})");
  EXPECT_EQ(pipeline.events().size(), 2U);
  clock.advance(std::chrono::hours(2));
  one("checkout", body);
  EXPECT_EQ(pipeline.events().size(), 3U);
}

TEST_F(OfrepTest, ADecisionIsAnsweredThoughItsExposureIsRefused) {
  const std::string body = R"({"context":{"targetingKey":"u1"}})";
  pipeline.refuse_with = Error{ErrorCode::Unavailable, "the disk is full", ""};
  EXPECT_EQ(one("checkout", body).status, 200);
  pipeline.refuse_with.reset();
  EXPECT_EQ(one("checkout", body).status, 200);
  EXPECT_EQ(pipeline.events().size(), 2U) << "it comes again with the next evaluation";
  const std::string metrics = ask({.path = "/metrics", .key = admin_key}).body;
  EXPECT_THAT(metrics, HasSubstr("splitplot_evaluation_exposures_total{outcome=\"refused\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("splitplot_evaluation_exposures_total{outcome=\"submitted\"} 1\n"));
}

TEST_F(OfrepTest, ABulkAnswerHoldsAllFlagsInTheOrderOfTheirKeys) {
  const Response response = all(R"({"context":{"targetingKey":"u1"}})");
  const Value answer = json(response);
  std::string keys;
  for (const Value& flag : *answer.find("flags")->if_array()) {
    keys += *flag.find("key")->if_text() + " ";
    EXPECT_NE(flag.find("metadata")->find("version"), nullptr);
    EXPECT_NE(flag.find("variant"), nullptr);
  }
  EXPECT_EQ(keys, "banner checkout dark layout rate retries ");
  EXPECT_EQ(member(response, "metadata"), "{" + set() + "}");
}

// Answers about all flags are copied together from prepared texts, those about one are written: they must say the same.
TEST_F(OfrepTest, AllFlagsAreAnsweredAsEachOfThemAlone) {
  configure(R"(
kind: flag
key: greeting
metadata: {team: "gr\"owth"}
variants: {plain: "hello", named: "hello {{user.name}}"}
content: {target: text}
default: plain
rules:
  - if: {plan: pro}
    serve: named
---
kind: flag
key: reach
variants: {"on": true, "off": false}
default: "off"
overrides: {tester: "on"}
rules:
  - serve: "on"
    rollout: 50%
)");
  std::set<std::string> answers;
  for (int i = 0; i < 30; ++i) {
    const std::string id = i % 10 == 9 ? "tester" : "u" + std::to_string(i);
    const std::string plan = i % 3 == 0 ? "pro" : "free";
    const std::string body =
        i == 0 ? R"({"context":{"plan":"pro"}})"
               : R"({"context":{"targetingKey":")" + id + R"(","plan":")" + plan + R"(","name":"Zo\u00eb"}})";
    const Value answered = model::parse_json(all(body).body).value();
    for (const Value& flag : *answered.find("flags")->if_array()) {
      const std::string& key = *flag.find("key")->if_text();
      EXPECT_EQ(model::to_json(flag), one(key, body).body) << body;
      answers.insert(model::to_json(flag));
    }
  }
  EXPECT_GT(answers.size(), 50U);
}

TEST_F(OfrepTest, TheETagIsOfTheAnswerAndNotOfTheConfiguration) {
  const std::string free = R"({"context":{"targetingKey":"u1","plan":"free"}})";
  const std::string pro = R"({"context":{"targetingKey":"u1","plan":"pro"}})";
  const std::string etag(*all(free).headers.find("ETag"));
  EXPECT_THAT(etag, ::testing::MatchesRegex("\"[0-9a-f]+\""));
  const Response same = all(free, etag);
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.headers.find("ETag"), etag);
  EXPECT_EQ(all(free, "W/" + etag).status, 304) << "a proxy that compresses made it weak";
  EXPECT_EQ(all(free, "\"x\", " + etag).status, 304);
  EXPECT_EQ(all(free, "*").status, 304);
  EXPECT_EQ(all(free, "\"x\"").status, 200);
  const Response other = all(pro, etag);
  EXPECT_EQ(other.status, 200) << "providers send the old ETag with a new context";
  EXPECT_NE(other.headers.find("ETag"), etag);
  configure("kind: flag\nkey: retries\nvariants: {few: 6}\ndefault: few\n");
  EXPECT_EQ(all(free, etag).status, 200);
}

TEST_F(OfrepTest, CountsWhatItDecides) {
  one("banner", R"({"context":{"plan":"pro"}})");
  one("nope", "{}");
  one("banner", "{");
  all("{}");
  const std::string metrics = ask({.path = "/metrics", .key = admin_key}).body;
  const auto expect = [&](std::string_view error, std::string_view mode, std::string_view reason, int count) {
    const std::string line = "splitplot_flag_evaluations_total{error_type=\"" + std::string(error) +
                             "\",mode=\"" + std::string(mode) + "\",protocol=\"ofrep\",reason=\"" +
                             std::string(reason) + "\"} " + std::to_string(count) + "\n";
    EXPECT_THAT(metrics, HasSubstr(line));
  };
  expect("", "single", "targeting_match", 1);
  expect("flag_not_found", "single", "error", 1);
  expect("parse_error", "single", "error", 1);
  expect("targeting_key_missing", "bulk", "error", 1);
  expect("", "bulk", "static", 2);
  expect("", "bulk", "disabled", 1);
}

TEST(RecentExposures, RemembersForHalfToTheWholeOfItsLifetime) {
  RecentExposures recent(1000, std::chrono::minutes(60));
  const Timestamp begin = test::start_of_test();
  EXPECT_TRUE(recent.add(1, begin));
  EXPECT_FALSE(recent.add(1, begin + std::chrono::minutes(29)));
  EXPECT_FALSE(recent.add(1, begin + std::chrono::minutes(31)));
  EXPECT_TRUE(recent.add(1, begin + std::chrono::minutes(95)));
  EXPECT_TRUE(recent.add(2, begin + std::chrono::minutes(96)));
  recent.forget(2);
  EXPECT_TRUE(recent.add(2, begin + std::chrono::minutes(96)));
  EXPECT_TRUE(recent.add(2, begin)) << "a clock that went back";
}

TEST(RecentExposures, IsBounded) {
  RecentExposures recent(10, std::chrono::minutes(60));
  const Timestamp now = test::start_of_test();
  for (std::uint64_t fingerprint = 0; fingerprint < 100; ++fingerprint)
    EXPECT_TRUE(recent.add(fingerprint, now));
  EXPECT_FALSE(recent.add(99, now));
  EXPECT_TRUE(recent.add(0, now)) << "the oldest were forgotten";
}

TEST(JsonText, BucketsAreTheirShortestDigits) {
  const auto written = [](double bucket) {
    std::string out;
    append_json_bucket(out, bucket);
    return out;
  };
  const auto shortest = [](double bucket) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, bucket).ptr);
  };
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(written(i / 10'000.0), shortest(i / 10'000.0));
  for (int i = 0; i < 1'000; ++i) ASSERT_EQ(written(i / 1'000.0), shortest(i / 1'000.0));
  for (const double other : {0.12345, 1.0 / 3, 0.99999, 1.0, 2.5}) EXPECT_EQ(written(other), shortest(other));
}

TEST(JsonText, ReadsBackAsTheSameText) {
  const auto written = [](std::string_view text) {
    std::string out;
    append_json_text(out, text);
    return out;
  };
  std::string every;
  for (int character = 1; character < 128; ++character) every.push_back(static_cast<char>(character));
  for (const std::string& text : {std::string(), every, std::string("a\0b", 3), std::string("é€😀")}) {
    EXPECT_EQ(*model::parse_json(written(text))->if_text(), text);
  }
  EXPECT_EQ(written("a\xff\xc3"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace splitplot::serve
