#include "growthbook/events.hpp"
#include "growthbook/question.hpp"
#include "http/gzip.hpp"
#include "service_fixture.hpp"

#include <splitplot/decide/snapshot.hpp>
#include <splitplot/digest/payload_cipher.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using test::Ask;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kDocuments = R"(
kind: segment
key: pro
condition: {plan: pro}
---
kind: experiment
key: colours
status: running
variants: {control: 50, treatment: 50}
control: control
metrics: {primary: [orders]}
---
kind: metric
key: orders
type: proportion
event: Order
---
kind: flag
key: button
type: string
variants: {red: "#f00", green: "#0f0"}
default: red
rules:
  - id: staff
    if: {email: {$regex: "@shop$"}}
    serve: green
  - id: test
    experiment: colours
    variants: {control: red, treatment: green}
---
kind: flag
key: shipping
type: boolean
variants: {free: true, paid: false}
default: paid
rules:
  - {id: pro, if: {$inSegment: pro}, serve: free}
---
kind: flag
key: "off"
type: boolean
enabled: false
variants: {free: true, paid: false}
default: paid
)";

class GrowthBookTest : public test::ServiceTest {
 protected:
  void SetUp() override { configure(kDocuments); }

  void open_client(const std::string& more = "") {
    configure("---\n{kind: connection, key: client, type: client, local_evaluation: true" + more + "}");
  }

  Response features(const std::string& key, std::vector<std::pair<std::string, std::string>> headers = {}) {
    return ask({.path = "/api/features/" + key, .headers = std::move(headers)});
  }
  Response evaluate(const std::string& body) {
    return ask({.method = Method::Post, .path = "/api/eval/" + client_key, .body = body});
  }
  Response track(const std::string& body) {
    return ask({.method = Method::Post,
                .path = "/track",
                .body = body,
                .query = "client_key=" + client_key,
                .headers = {{"Content-Type", "text/plain"}}});
  }
};

TEST_F(GrowthBookTest, GivesRulesToWhomMaySeeThem) {
  const Response closed = features(client_key);
  EXPECT_EQ(closed.status, 400);
  EXPECT_EQ(member(closed, "status"), "400");
  EXPECT_THAT(member(closed, "error"), HasSubstr("remote evaluation only"));
  EXPECT_EQ(features(server_key).status, 200);
  EXPECT_THAT(std::string(*features(server_key).headers.find("Cache-Control")), HasSubstr("private"));

  open_client();
  const Response open = features(client_key);
  ASSERT_EQ(open.status, 200) << open.body;
  EXPECT_EQ(open.headers.find("Cache-Control"),
            "public, max-age=30, stale-while-revalidate=3600, stale-if-error=36000");
  EXPECT_EQ(open.headers.find("X-SSE-Support"), "enabled");
  EXPECT_EQ(open.headers.find("Access-Control-Allow-Origin"), "*");
  EXPECT_THAT(std::string(*open.headers.find("Access-Control-Expose-Headers")), HasSubstr("X-SSE-Support"));
  EXPECT_EQ(member(open, "status"), "200");
  EXPECT_THAT(member(open, "features"), HasSubstr(R"("condition":{"plan":"pro"})"));
  EXPECT_EQ(json(open).find("features")->find("off"), nullptr);
  EXPECT_EQ(member(open, "experiments"), "[]");
}

TEST_F(GrowthBookTest, RulesDecideLikeTheServer) {
  open_client();
  const auto read = *decide::Snapshot::read_payload(json(features(client_key)));
  const auto own = catalogue->snapshot({});
  int treated = 0;
  for (int i = 0; i < 300; ++i) {
    Value unit = Value::Object{{"id", "user-" + std::to_string(i)}, {"plan", i % 3 == 0 ? "pro" : "free"}};
    if (i % 10 == 0) unit.set("email", "a@shop");
    for (const char* flag : {"button", "shipping"}) {
      const decide::Decision theirs = read->decide(flag, model::Attributes(&unit));
      const decide::Decision ours = own->decide(flag, model::Attributes(&unit));
      ASSERT_EQ(*theirs.value, *ours.value) << flag << " of " << i;
      ASSERT_EQ(theirs.experiment() != nullptr, ours.experiment() != nullptr);
      if (*ours.value == Value("#0f0")) ++treated;
    }
  }
  EXPECT_GT(treated, 100);
}

TEST_F(GrowthBookTest, TellsWhetherRulesAreWhatTheyWere) {
  open_client();
  const Response first = features(client_key);
  const std::string tag(*first.headers.find("ETag"));
  EXPECT_EQ(features(client_key).body, first.body);
  const Response same = features(client_key, {{"If-None-Match", tag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(features(client_key, {{"If-None-Match", "\"other\""}}).status, 200);

  configure("---\n{kind: metric, key: returns, type: count, event: Return}");
  const Response dated = features(client_key);
  EXPECT_EQ(dated.headers.find("ETag"), tag) << "nothing that an SDK would do is different";
  EXPECT_NE(member(dated, "dateUpdated"), member(first, "dateUpdated"));
  EXPECT_TRUE(parse_rfc3339(*json(dated).find("dateUpdated")->if_text()));

  configure("---\n{kind: flag, key: new, type: boolean, variants: {a: true, b: false}, default: a}");
  const Response changed = features(client_key, {{"If-None-Match", tag}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_THAT(member(changed, "features"), HasSubstr("new"));
}

TEST_F(GrowthBookTest, CompressesForWhomItMay) {
  open_client();
  const Response packed = features(client_key, {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(packed.headers.find("Content-Encoding"), "gzip");
  EXPECT_EQ(*gunzip(packed.body, {}), features(client_key).body);
  EXPECT_FALSE(features(client_key, {{"Accept-Encoding", "identity"}}).headers.find("Content-Encoding"));
}

TEST_F(GrowthBookTest, EncryptsWithAKeyThatAdminsAreShown) {
  open_client(", encryption: true");
  const Response shown = ask({.path = "/api/v1/connections/client/encryption", .key = admin_key});
  ASSERT_EQ(shown.status, 200) << shown.body;
  const std::string key = *json(shown).find("key")->if_text();
  const Response answer = features(client_key);
  EXPECT_EQ(member(answer, "features"), "{}");
  EXPECT_THAT(answer.body, Not(HasSubstr("shipping")));
  const auto text = digest::decrypt_payload(*json(answer).find("encryptedFeatures")->if_text(), key);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("shipping"));
  EXPECT_EQ(digest::decrypt_payload(*json(answer).find("encryptedExperiments")->if_text(), key), "[]");
  EXPECT_EQ(digest::decrypt_payload(*json(answer).find("encryptedSavedGroups")->if_text(), key), "{}");
  EXPECT_EQ(ask({.path = "/api/v1/connections/server/encryption", .key = admin_key}).status, 404);
  EXPECT_EQ(ask({.path = "/api/v1/connections/nobody/encryption", .key = admin_key}).status, 404);
}

TEST_F(GrowthBookTest, DecidesForClientsThatSeeNoRules) {
  int tracked = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string id = "user-" + std::to_string(i);
    const Response answer =
        evaluate(R"({"attributes":{"id":")" + id +
                 R"(","plan":"pro"},"forcedVariations":{},"forcedFeatures":[],"url":""})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.headers.find("Cache-Control"), "no-store");
    const Value body = json(answer);
    EXPECT_EQ(model::to_json(*body.find("features")->find("shipping")), R"({"defaultValue":true})");
    EXPECT_EQ(body.find("features")->find("off"), nullptr);
    const Value& button = *body.find("features")->find("button");
    const Value unit = Value::Object{{"id", id}};
    const decide::Decision own = catalogue->snapshot({})->decide("button", model::Attributes(&unit));
    EXPECT_EQ(*button.find("defaultValue"), *own.value);
    const Value& rule = button.find("rules")->if_array()->front();
    EXPECT_EQ(*rule.find("force"), *own.value);
    const Value& track = rule.find("tracks")->if_array()->front();
    EXPECT_EQ(*track.find("experiment")->find("key"), Value("colours"));
    const std::size_t variant = *own.assignment.variant;
    EXPECT_EQ(*track.find("result")->find("key"), Value(variant == 0 ? "control" : "treatment"));
    EXPECT_EQ(*track.find("result")->find("variationId"), Value(static_cast<std::int64_t>(variant)));
    EXPECT_EQ(*track.find("result")->find("hashValue"), Value(id));
    const Value::Array& variations = *track.find("experiment")->find("variations")->if_array();
    EXPECT_EQ(variations[1 - variant], Value(Value::Object{})) << "what others get is nobody's business";
    ++tracked;
  }
  EXPECT_EQ(tracked, 20);
  EXPECT_THAT(evaluate(R"({"attributes":{"id":"u"}})").body, Not(HasSubstr("staff")));
}

TEST_F(GrowthBookTest, FollowsWhatIsForced) {
  const Response by_value = evaluate(R"({"attributes":{"id":"u"},"forcedFeatures":[["button","blue"]]})");
  EXPECT_EQ(model::to_json(*json(by_value).find("features")->find("button")), R"({"defaultValue":"blue"})");
  for (const char* variant : {"0", "1"}) {
    const Response by_variant =
        evaluate(std::string(R"({"attributes":{"id":"u"},"forcedVariations":{"colours":)") + variant + "}}");
    EXPECT_EQ(model::to_json(*json(by_variant).find("features")->find("button")),
              std::string(R"({"defaultValue":")") + (*variant == '0' ? "#f00" : "#0f0") + "\"}")
        << "and it is no exposure";
  }
  const Response nobody = evaluate("{}");
  EXPECT_EQ(model::to_json(*json(nobody).find("features")->find("button")), R"({"defaultValue":"#f00"})");
  EXPECT_EQ(evaluate("").status, 200);
}

TEST_F(GrowthBookTest, RefusesWhatIsNoQuestion) {
  std::string many = R"({"attributes":{)";
  for (int i = 0; i < 10'000; ++i) many.append("\"a" + std::to_string(i) + "\":1,");
  many.append(R"("id":"u"}})");
  const std::string hostile[] = {"[]",
                                 "null",
                                 "{",
                                 R"({"attributes":[]})",
                                 R"({"attributes":"u"})",
                                 R"({"attributes":{"id":"a\u0000b"}})",
                                 R"({"attributes":{},"forcedVariations":[]})",
                                 R"({"attributes":{},"forcedFeatures":{}})",
                                 R"({"attributes":{},"forcedFeatures":["a"]})",
                                 R"({"attributes":{},"forcedFeatures":[["a"]]})",
                                 R"({"attributes":{},"forcedFeatures":[[1,2]]})",
                                 R"({"attributes":{},"url":5})",
                                 many,
                                 std::string(100'000, '['),
                                 R"({"attributes":{"id":")" + std::string(600, 'x') + "\"}}"};
  for (const std::string& body : hostile) {
    const Response answer = evaluate(body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 80);
    EXPECT_EQ(member(answer, "status"), "400") << body.substr(0, 80);
    EXPECT_THAT(member(answer, "error"), HasSubstr("invalid input")) << body.substr(0, 80);
  }
}

TEST_F(GrowthBookTest, TakesTheEventsOfTheJavaScriptPlugin) {
  const Response answer = track(R"([
    {"event_name":"Feature Evaluated","properties_json":{"feature":"button"},"user_id":null,"device_id":"u1","url":"","context_json":{}},
    {"event_name":"Experiment Viewed","properties_json":{"experimentId":"colours","variationId":"treatment","hashAttribute":"id","hashValue":"u1"},
     "user_id":null,"device_id":"d1","sdk_language":"js","sdk_version":"1.8.0","url":"https://shop.example/","context_json":{"country":"US"}},
    {"event_name":"Order","properties_json":{"amount":9.5},"user_id":null,"device_id":"u1","context_json":{}}])");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{}");
  const std::vector<collect::Event> events = pipeline.events();
  ASSERT_EQ(events.size(), 2U) << "evaluations are counted, not kept";
  ASSERT_TRUE(events[0].exposure);
  EXPECT_EQ(events[0].exposure->experiment, "colours");
  EXPECT_EQ(events[0].exposure->variant, "treatment");
  EXPECT_EQ(events[0].user_id, "u1") << "whom the experiment hashed";
  EXPECT_EQ(events[0].anonymous_id, "d1");
  EXPECT_THAT(events[0].context_json, HasSubstr(R"("traits":{"country":"US"})"));
  EXPECT_THAT(events[0].context_json, HasSubstr(R"("url":"https://shop.example/")"));
  EXPECT_EQ(events[1].name, "Order");
  EXPECT_EQ(events[1].user_id, "u1");
  EXPECT_EQ(events[1].properties_json, R"({"amount":9.5})");
}

TEST_F(GrowthBookTest, TakesTheEventsOfOtherPlugins) {
  EXPECT_EQ(track(R"({"events":[
    {"event_name":"$$experiment_viewed","properties":{"experiment_id":"colours","variation_id":1,"variation_key":"1"},"attributes":{"id":"u2","plan":"pro"}},
    {"event_name":"$$feature_evaluated","properties":{"feature_key":"button","feature_value":1},"attributes":{"id":"u2"}},
    {"event_name":"Order","properties":{},"attributes":{"id":"u2"},"timestamp":"2026-11-22T11:00:00Z"}],
    "sentAt":"2026-11-22T11:30:00Z"})")
                .status,
            200);
  const std::vector<collect::Event> events = pipeline.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].exposure->variant, "treatment") << "the index names the variant";
  EXPECT_EQ(events[0].user_id, "u2");
  EXPECT_EQ(events[1].times.client, parse_rfc3339("2026-11-22T11:00:00Z"));
  EXPECT_EQ(events[1].times.sent, parse_rfc3339("2026-11-22T11:30:00Z"));
}

TEST_F(GrowthBookTest, KeepsWhatIsWrongWithSingleEvents) {
  EXPECT_EQ(track(R"([5, {"event_name":7,"device_id":"u"}, {"device_id":"u"}, {"event_name":"Order"},
                      {"event_name":"Order","device_id":"u","properties_json":[1]},
                      {"event_name":"Order","device_id":"u"}])")
                .status,
            200);
  ASSERT_EQ(pipeline.batches.size(), 1U);
  EXPECT_EQ(pipeline.batches[0].events.size(), 1U);
  std::vector<std::string> reasons;
  for (const collect::RejectedEvent& rejected : pipeline.batches[0].rejected)
    reasons.push_back(rejected.reason);
  EXPECT_EQ(reasons.size(), 5U);
  EXPECT_THAT(reasons, testing::Contains("bad_event_name"));
  EXPECT_THAT(reasons, testing::Contains("no_event_name"));
  EXPECT_THAT(reasons, testing::Contains("no_user"));
  EXPECT_THAT(reasons, testing::Contains("bad_properties"));
}

TEST_F(GrowthBookTest, TakesTheSameBodyOnceAndTheSameEventAgainLater) {
  const std::string body = R"([{"event_name":"Order","device_id":"u1","properties_json":{}}])";
  EXPECT_EQ(track(body).status, 200);
  EXPECT_EQ(track(body).status, 200);
  EXPECT_EQ(pipeline.events().size(), 1U) << "sent again";
  clock.advance(std::chrono::minutes(5));
  EXPECT_EQ(track(body).status, 200);
  const std::vector<collect::Event> events = pipeline.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_NE(events[0].message_id, events[1].message_id);

  pipeline.refuse_with = Error{ErrorCode::Unavailable, "the disk is full", ""};
  EXPECT_EQ(track(R"([{"event_name":"Order","device_id":"u2"}])").status, 503);
  pipeline.refuse_with.reset();
  const std::size_t before = pipeline.batches.size();
  EXPECT_EQ(track(R"([{"event_name":"Order","device_id":"u2"}])").status, 200);
  EXPECT_EQ(pipeline.batches.size(), before + 1) << "what was refused may come again";
}

TEST_F(GrowthBookTest, RefusesBodiesThatAreNoEvents) {
  std::string many = "[";
  for (int i = 0; i < 3000; ++i)
    many.append(i == 0 ? "" : ",").append(R"({"event_name":"a","device_id":"u"})");
  many.append("]");
  for (const std::string& body : {std::string("5"), std::string("nonsense"), std::string(R"({"events":{}})"),
                                  std::string(50'000, '['), many}) {
    const Response answer = track(body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 40);
    EXPECT_EQ(member(answer, "status"), "400");
  }
  EXPECT_TRUE(pipeline.batches.empty());
  EXPECT_EQ(track("[]").body, "{}");
  EXPECT_EQ(
      ask({.method = Method::Post, .path = "/track", .body = "[]", .query = "client_key=sdk-no"}).status,
      401);
}

TEST_F(GrowthBookTest, CollectsForGoFeatureFlagsProviders) {
  const auto collect = [&](const std::string& body) {
    return ask({.method = Method::Post, .path = "/v1/data/collector", .key = server_key, .body = body});
  };
  EXPECT_EQ(collect(R"({"meta":{"a":1},"events":[
    {"kind":"feature","contextKind":"user","userKey":"u1","creationDate":1790000000,"key":"colours","variation":"treatment","value":"b","default":false},
    {"kind":"feature","contextKind":"user","userKey":"u1","creationDate":1790000000,"key":"button","variation":"green","value":"b","default":false},
    {"kind":"tracking","contextKind":"anonymousUser","userKey":"u2","creationDate":1790000001,"key":"checkout",
     "trackingEventDetails":{"value":9.9,"currency":"USD"},"evaluationContext":{"targetingKey":"u2","plan":"pro"}}]})")
                .status,
            200);
  const std::vector<collect::Event> events = pipeline.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].exposure->experiment, "colours");
  EXPECT_EQ(events[0].exposure->variant, "treatment");
  EXPECT_EQ(events[0].user_id, "u1");
  EXPECT_EQ(events[0].times.client, parse_rfc3339("2026-09-21T14:13:20Z")) << "the times are seconds";
  EXPECT_EQ(events[1].name, "checkout");
  EXPECT_EQ(events[1].anonymous_id, "u2");
  EXPECT_EQ(events[1].properties_json, R"({"value":9.9,"currency":"USD"})");
  EXPECT_THAT(events[1].context_json, HasSubstr("\"plan\":\"pro\""));
  EXPECT_EQ(collect("{}").status, 400);
  EXPECT_EQ(
      collect(R"({"events":[{"kind":"tracking","key":"a","userKey":"u","creationDate":1e300}]})").status,
      200);
}

}  // namespace
}  // namespace splitplot::serve
