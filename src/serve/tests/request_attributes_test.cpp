// What a request tells of its visitor, in the decisions that are made for it.
#include "ofrep/question.hpp"
#include "service_fixture.hpp"

#include <splitplot/context/request_context.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Networks of the built-in data that have been where they are for decades: 8.8.8.8 (US), 193.0.6.139 (NL).
constexpr std::string_view kInUnitedStates = "8.8.8.8";
constexpr std::string_view kInNetherlands = "193.0.6.139";
constexpr std::string_view kIphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1";

constexpr std::string_view kDocuments = R"(
kind: flag
key: banner
variants: {none: none, dutch: dutch, mobile: mobile, german: german, evening: evening, red: red, search: search,
           consent: consent}
default: none
rules:
  - {id: country, if: {country: NL}, serve: dutch}
  - {id: device, if: {device: mobile, os: iOS}, serve: mobile}
  - {id: language, if: {language: de}, serve: german}
  - {id: time, if: {hour: {$gte: 18}, weekday: sunday}, serve: evening}
  - {id: query, if: {query.color: red, utm_source: mail}, serve: red}
  - {id: referrer, if: {referrer_class: search}, serve: search}
  - {id: cookie, if: {cookie.consent: "yes"}, serve: consent}
---
kind: flag
key: sale
variants: {"off": 0, "on": 1, more: 2}
default: "off"
rules:
  - experiment: sale
    variants: {control: "on", treatment: more}
---
kind: experiment
key: sale
status: running
pages: ["/sale/*"]
variants: {control: 1, treatment: 1}
metrics: {primary: [orders]}
dimensions: [country]
---
kind: metric
key: orders
type: proportion
event: Order Completed
)";

class RequestAttributesTest : public test::ServiceTest {
 protected:
  RequestAttributesTest() {
    static const context::RequestContext kContext(sources());  // compiling the rules takes its time
    request_context = &kContext;
    configure(kDocuments);
  }

  static context::RequestContext::Sources sources() {
    auto countries = context::CountryDatabase::built_in();
    EXPECT_TRUE(countries);
    return {std::make_shared<const context::CountryDatabase>(*std::move(countries)),
            std::make_shared<const context::UserAgentReader>(),
            *context::TimeZone::named("Europe/Berlin"),
            {},
            ""};
  }

  using Headers = std::vector<std::pair<std::string, std::string>>;

  // The value of the flag "banner"; both ways of OFREP must agree.
  std::string banner(const std::string& context_json, Headers headers = {},
                     std::string_view peer = "192.0.2.1", const std::string& key = "") {
    const std::string body = R"({"context":)" + context_json + "}";
    const std::string& whose = key.empty() ? client_key : key;
    const Response one = ask({.method = Method::Post,
                              .path = "/ofrep/v1/evaluate/flags/banner",
                              .key = whose,
                              .body = body,
                              .headers = headers,
                              .peer = std::string(peer)});
    const std::string value = member(one, "value");
    const Response all = ask({.method = Method::Post,
                              .path = "/ofrep/v1/evaluate/flags",
                              .key = whose,
                              .body = body,
                              .headers = headers,
                              .peer = std::string(peer)});
    EXPECT_THAT(all.body, HasSubstr(R"("key":"banner","value":)" + value));
    return value;
  }

  std::string features(const std::string& body, Headers headers = {}, std::string_view peer = "192.0.2.1") {
    return ask({.method = Method::Post,
                .path = "/api/eval/" + client_key,
                .body = body,
                .headers = std::move(headers),
                .peer = std::string(peer)})
        .body;
  }
};

TEST_F(RequestAttributesTest, CountryIsThatOfTheAddress) {
  EXPECT_EQ(banner("{}", {}, kInNetherlands), R"("dutch")");
  EXPECT_EQ(banner("{}", {}, kInUnitedStates), R"("none")");
  EXPECT_THAT(features("{}", {}, kInNetherlands), HasSubstr(R"("banner":{"defaultValue":"dutch"})"));
}

TEST_F(RequestAttributesTest, AddressIsForwardedByTrustedProxiesOnly) {
  const Headers forwarded = {{"X-Forwarded-For", std::string(kInNetherlands)}};
  EXPECT_EQ(banner("{}", forwarded, "10.0.0.1"), R"("none")");
  options.trusted_proxies = *TrustedProxies::parse("10.0.0.0/8");
  service.reset();
  EXPECT_EQ(banner("{}", forwarded, "10.0.0.1"), R"("dutch")");
  EXPECT_EQ(banner("{}", forwarded, kInUnitedStates), R"("none")");
}

TEST_F(RequestAttributesTest, BrowserAndLanguageAreThoseOfTheHeaders) {
  EXPECT_EQ(banner("{}", {{"User-Agent", std::string(kIphone)}}), R"("mobile")");
  EXPECT_EQ(banner("{}", {{"Accept-Language", "fr;q=0.5, de-AT"}}), R"("german")");
  EXPECT_EQ(banner("{}", {{"Cookie", "a=b; consent=yes"}}), R"("consent")");
  EXPECT_EQ(banner("{}"), R"("none")");
}

TEST_F(RequestAttributesTest, WhatTheCallerSaysWins) {
  EXPECT_EQ(banner(R"({"country":"DE"})", {}, kInNetherlands), R"("none")");
  EXPECT_EQ(banner(R"({"country":null})", {}, kInNetherlands), R"("none")");
  EXPECT_EQ(banner(R"({"country":"NL"})", {}, kInUnitedStates), R"("dutch")");
  EXPECT_THAT(features(R"({"attributes":{"country":"DE"}})", {}, kInNetherlands),
              HasSubstr(R"("banner":{"defaultValue":"none"})"));
}

TEST_F(RequestAttributesTest, StoredTraitsWinOverWhatIsDerived) {
  auto stored = std::make_shared<profile::Profile>();
  stored->traits = Value::Object{{"country", "DE"}};
  pipeline.known.publish("default/production", {UnitKind::User, "u1"}, stored);
  EXPECT_EQ(banner(R"({"targetingKey":"u1"})", {}, kInNetherlands), R"("none")");
  EXPECT_EQ(banner(R"({"targetingKey":"u2"})", {}, kInNetherlands), R"("dutch")");
}

TEST_F(RequestAttributesTest, TimeIsThatOfTheProjectsClocks) {
  EXPECT_EQ(banner("{}"), R"("none")") << "13:00 in Berlin";
  clock.set(*parse_rfc3339("2026-11-22T17:00:00Z"));
  EXPECT_EQ(banner("{}"), R"("evening")") << "18:00 in Berlin, a Sunday";
  EXPECT_EQ(banner("{}", {}, "192.0.2.1", server_key), R"("evening")") << "whoever asks";
}

TEST_F(RequestAttributesTest, RequestOfAServerTellsNothingOfTheVisitorUnlessThatIsSet) {
  EXPECT_EQ(banner("{}", {}, kInNetherlands, server_key), R"("none")");
  EXPECT_EQ(banner("{}", {{"Accept-Language", "de"}}, "192.0.2.1", server_key), R"("none")");
  options.visitor_requests = VisitorRequests::All;
  service.reset();
  EXPECT_EQ(banner("{}", {}, kInNetherlands, server_key), R"("dutch")");
}

TEST_F(RequestAttributesTest, CampaignAndReferrerComeFromThePage) {
  EXPECT_EQ(banner(R"({"url":"https://shop.example/?color=red&utm_source=mail"})"), R"("red")");
  EXPECT_EQ(banner(R"({"url":"/?color=red&utm_source=mail"})", {}, "192.0.2.1", server_key), R"("red")");
  EXPECT_EQ(banner(R"({"referrer":"https://www.google.de/search?q=x"})"), R"("search")");
  EXPECT_EQ(banner(R"({"referrer":"duckduckgo.com"})"), R"("search")");
  EXPECT_EQ(banner(R"({"referrer":7})"), R"("none")");
  EXPECT_THAT(features(R"({"url":"https://shop.example/?color=red&utm_source=mail"})"),
              HasSubstr(R"("banner":{"defaultValue":"red"})"));
  EXPECT_THAT(features(R"({"attributes":{"url":"https://shop.example/?color=red&utm_source=mail"}})"),
              HasSubstr(R"("banner":{"defaultValue":"red"})"));
}

TEST_F(RequestAttributesTest, ExperimentsOnPagesAreServedWhereTheCallerSaysThePage) {
  const auto sale = [&](std::string_view context_json) {
    const Response one = ask({.method = Method::Post,
                              .path = "/ofrep/v1/evaluate/flags/sale",
                              .key = server_key,
                              .body = R"({"context":)" + std::string(context_json) + "}"});
    const Response all = ask({.method = Method::Post,
                              .path = "/ofrep/v1/evaluate/flags",
                              .key = client_key,
                              .body = R"({"context":)" + std::string(context_json) + "}"});
    EXPECT_THAT(all.body, HasSubstr(R"("key":"sale","value":)" + member(one, "value")));
    return member(one, "reason");
  };
  EXPECT_EQ(sale(R"({"targetingKey":"u1","url":"https://shop.example/sale/shoes"})"), R"("SPLIT")");
  EXPECT_EQ(sale(R"({"targetingKey":"u1","url":"https://shop.example/home"})"), R"("DEFAULT")");
  EXPECT_EQ(sale(R"({"targetingKey":"u1"})"), R"("DEFAULT")");
}

TEST_F(RequestAttributesTest, ExposureKeepsWhatWasAskedForAndNoOtherCookie) {
  options.visitor_requests = VisitorRequests::All;
  const Response one = ask(
      {.method = Method::Post,
       .path = "/ofrep/v1/evaluate/flags/sale",
       .key = server_key,
       .body =
           R"({"context":{"targetingKey":"u1","url":"https://shop.example/sale/shoes?color=red&token=t1"}})",
       .headers = {{"Cookie", "session=secret; consent=no"}},
       .peer = std::string(kInNetherlands)});
  EXPECT_EQ(member(one, "reason"), R"("SPLIT")");
  ASSERT_EQ(pipeline.events().size(), 1U);
  const Value context = *model::parse_json(pipeline.events().front().context_json);
  const Value* traits = context.find("traits");
  ASSERT_NE(traits, nullptr);
  EXPECT_EQ(*traits->find("country"), Value("NL"));
  EXPECT_EQ(*traits->find("cookie"), Value(Value::Object{{"consent", "no"}}));
  EXPECT_EQ(*traits->find("query"), Value(Value::Object{{"color", "red"}}));
}

TEST_F(RequestAttributesTest, NothingIsAddedThatNobodyAsksFor) {
  replace_installation();
  configure(R"(
kind: flag
key: sale
variants: {"off": 0, "on": 1}
default: "off"
rules: [{experiment: sale, variants: {control: "off", treatment: "on"}}]
---
kind: experiment
key: sale
status: running
variants: {control: 1, treatment: 1}
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order Completed
)");
  options.visitor_requests = VisitorRequests::All;
  const Response one = ask({.method = Method::Post,
                            .path = "/ofrep/v1/evaluate/flags/sale",
                            .key = server_key,
                            .body = R"({"context":{"targetingKey":"u1"}})",
                            .headers = {{"User-Agent", std::string(kIphone)}},
                            .peer = std::string(kInNetherlands)});
  EXPECT_EQ(one.status, 200);
  ASSERT_EQ(pipeline.events().size(), 1U);
  EXPECT_EQ(pipeline.events().front().context_json, R"({"traits":{"targetingKey":"u1"}})");
}

TEST_F(RequestAttributesTest, ExplanationKnowsPageAndTimeAndTakesNobodyForTheVisitor) {
  options.visitor_requests = VisitorRequests::All;
  const auto explained = [&](const std::string& context_json) {
    return member(ask({.method = Method::Post,
                       .path = "/api/v1/decide/explain",
                       .key = admin_key,
                       .body = R"({"flag":"banner","context":)" + context_json + "}",
                       .peer = std::string(kInNetherlands)}),
                  "variant");
  };
  EXPECT_EQ(explained("{}"), R"("none")");
  EXPECT_EQ(explained(R"({"url":"/?color=red&utm_source=mail"})"), R"("red")");
  clock.set(*parse_rfc3339("2026-11-22T17:00:00Z"));
  EXPECT_EQ(explained("{}"), R"("evening")");
}

TEST_F(RequestAttributesTest, HostileHeadersChangeNothing) {
  const std::string long_text(20'000, 'x');
  EXPECT_EQ(
      banner("{}",
             {{"User-Agent", long_text}, {"Accept-Language", long_text}, {"Cookie", "\xff=\xfe;;=;%%%"}}),
      R"("none")");
  EXPECT_EQ(banner(R"({"url":"http://[::"})"), R"("none")");
  EXPECT_EQ(banner(R"({"url":7})"), R"("none")");
}

}  // namespace
}  // namespace splitplot::serve
