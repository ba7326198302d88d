#include <splitplot/context/request_context.hpp>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::context {
namespace {

using Object = Value::Object;
using ::testing::ElementsAre;

std::shared_ptr<const CountryDatabase> countries() {
  static const auto database = std::make_shared<const CountryDatabase>(CountryDatabase::built_in().value());
  return database;
}

RequestContext context_in(std::string_view zone, std::string holiday_country = {}) {
  static const auto user_agents = std::make_shared<const UserAgentReader>();
  return RequestContext({countries(), user_agents, TimeZone::named(zone).value(), HolidayCalendar(),
                         std::move(holiday_country)});
}

WantedAttributes wanted(const std::vector<std::string_view>& names) {
  WantedAttributes result;
  for (const std::string_view name : names) result.add(name);
  return result;
}

RequestFacts facts() {
  RequestFacts facts;
  facts.ip = "141.30.1.1";
  facts.user_agent =
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
      "Version/17.5 "
      "Mobile/15E148 Safari/604.1";
  facts.url =
      "https://shop.example/sale?utm_source=news&utm_medium=mail&utm_campaign=may&utm_term=red%20shoes"
      "&utm_content=top&gclid=abc&color=red";
  facts.referrer = "https://www.google.de/search?q=shoes";
  facts.accept_language = "de-AT,de;q=0.9,en;q=0.8";
  facts.cookies = "consent=yes";
  facts.now = parse_rfc3339("2026-12-24T23:30:00Z").value();
  return facts;
}

// One row a row of docs/formats/context.md.
TEST(RequestContext, DerivesEveryAttribute) {
  Value context;
  context_in("Europe/Berlin").add_missing(context, facts(), WantedAttributes::all());
  const Value expected(Object{
      {"country", "DE"},
      {"browser", "Mobile Safari"},
      {"browser_version", 17},
      {"os", "iOS"},
      {"os_version", "17.5.1"},
      {"device", "mobile"},
      {"device_brand", "Apple"},
      {"device_model", "iPhone"},
      {"is_bot", false},
      {"url", facts().url},
      {"host", "shop.example"},
      {"path", "/sale"},
      {"query", Object{{"utm_source", "news"},
                       {"utm_medium", "mail"},
                       {"utm_campaign", "may"},
                       {"utm_term", "red shoes"},
                       {"utm_content", "top"},
                       {"gclid", "abc"},
                       {"color", "red"}}},
      {"utm_source", "news"},
      {"utm_medium", "mail"},
      {"utm_campaign", "may"},
      {"utm_term", "red shoes"},
      {"utm_content", "top"},
      {"gclid", true},
      {"fbclid", false},
      {"msclkid", false},
      {"referrer", "www.google.de"},
      {"referrer_class", "search"},
      {"cookie", Object{{"consent", "yes"}}},
      {"language", "de"},
      {"locale", "de-AT"},
      {"date", "2026-12-25"},
      {"hour", 0},
      {"weekday", "friday"},
      {"weekend", false},
      {"holiday", "Christmas Day"},
      {"days_to_holiday", 0},
  });
  for (const Member& member : *expected.if_object()) {
    ASSERT_NE(context.find(member.name), nullptr) << member.name;
    EXPECT_EQ(*context.find(member.name), member.value) << member.name;
  }
  EXPECT_EQ(context, expected);
}

TEST(RequestContext, LeavesWhatTheCallerSaid) {
  Value context(Object{{"country", "FR"}, {"browser", nullptr}, {"query", "mine"}, {"plan", "pro"}});
  context_in("UTC").add_missing(context, facts(), wanted({"country", "browser", "query", "plan", "path"}));
  EXPECT_EQ(
      context,
      Value(Object{
          {"country", "FR"}, {"browser", nullptr}, {"query", "mine"}, {"plan", "pro"}, {"path", "/sale"}}));
}

TEST(RequestContext, AddsOnlyWhatIsWanted) {
  const RequestContext derived = context_in("UTC");
  for (const std::string_view name : attribute_names()) {
    Value context;
    derived.add_missing(context, facts(), wanted({name}));
    if (context.is_null()) {
      EXPECT_THAT(name, ::testing::AnyOf("continent", "holiday"));  // not known of this request
      continue;
    }
    ASSERT_EQ(context.if_object()->size(), 1U) << name;
    EXPECT_EQ(context.if_object()->front().name, name);
  }
  Value nothing;
  derived.add_missing(nothing, facts(), WantedAttributes());
  EXPECT_TRUE(nothing.is_null());
}

TEST(RequestContext, KnowsWhereAPathLeads) {
  Value context;
  context_in("UTC").add_missing(context, facts(), wanted({"cookie.consent", "plan", "hours", ""}));
  EXPECT_EQ(context, Value(Object{{"cookie", Object{{"consent", "yes"}}}}));
}

TEST(RequestContext, AddsLittleWhereNothingIsKnown) {
  Value context;
  RequestFacts nothing;
  nothing.now = facts().now;
  context_in("UTC").add_missing(context, nothing, WantedAttributes::all());
  EXPECT_EQ(context, Value(Object{{"referrer_class", "direct"},
                                  {"date", "2026-12-24"},
                                  {"hour", 23},
                                  {"weekday", "thursday"},
                                  {"weekend", false}}));
}

TEST(RequestContext, LeavesAloneWhatIsNoObject) {
  Value context(Value::Array{1});
  context_in("UTC").add_missing(context, facts(), WantedAttributes::all());
  EXPECT_EQ(context, Value(Value::Array{1}));
}

TEST(RequestContext, CountsDaysToTheNextHolidayOfTheVisitorsCountry) {
  RequestFacts request = facts();
  request.now = parse_rfc3339("2026-07-11T12:00:00Z").value();  // a Saturday
  const WantedAttributes names = wanted({"holiday", "days_to_holiday", "weekend"});
  Value german;
  context_in("UTC").add_missing(german, request, names);
  EXPECT_EQ(german, Value(Object{{"weekend", true}, {"days_to_holiday", 84}}));  // 3 October
  Value said(Object{{"country", "FR"}});
  context_in("UTC").add_missing(said, request, names);
  EXPECT_EQ(*said.find("days_to_holiday"), Value(3));  // 14 July
  Value fixed(Object{{"country", "FR"}});
  context_in("UTC", "CH").add_missing(fixed, request, names);
  EXPECT_EQ(*fixed.find("days_to_holiday"), Value(21));  // 1 August
  Value elsewhere(Object{{"country", 49}});
  context_in("UTC").add_missing(elsewhere, request, names);
  EXPECT_EQ(elsewhere.find("days_to_holiday"), nullptr);
}

TEST(RequestContext, WorksWithoutItsSources) {
  const RequestContext bare({nullptr, nullptr, TimeZone::named("UTC").value(), HolidayCalendar(), ""});
  bare.prepare(WantedAttributes::all());
  Value context;
  bare.add_missing(context, facts(), wanted({"country", "browser", "days_to_holiday", "path"}));
  EXPECT_EQ(context, Value(Object{{"path", "/sale"}}));
}

TEST(RequestContext, CallsABrokenReferrerOther) {
  RequestFacts request;
  request.referrer = "somewhere";
  Value context;
  context_in("UTC").add_missing(context, request, wanted({"referrer", "referrer_class"}));
  EXPECT_EQ(context, Value(Object{{"referrer_class", "other"}}));
}

TEST(WantedAttributes, KnowsWhetherHeadersAreRead) {
  EXPECT_TRUE(wanted({"device"}).needs_user_agent());
  EXPECT_FALSE(wanted({"country", "plan"}).needs_user_agent());
  EXPECT_TRUE(wanted({"plan"}).empty());
  EXPECT_FALSE(wanted({"path"}).empty());
}

TEST(AttributeNames, AreEachThereOnce) {
  const auto names = attribute_names();
  EXPECT_EQ(std::set<std::string_view>(names.begin(), names.end()).size(), names.size());
}

}  // namespace
}  // namespace splitplot::context
