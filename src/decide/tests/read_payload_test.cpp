// Payloads of GrowthBook beyond what its published cases hold; test/differential asks its SDK about everything.
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace splitplot::decide {
namespace {

Value json(std::string_view text) {
  return model::parse_json(text).value();
}

std::shared_ptr<const Snapshot> payload(const std::string& text) {
  return Snapshot::read_payload(json(text)).value();
}

/// Whether a flag that is forced to true under the condition is true, with saved groups.
bool meets(const std::string& condition, const std::string& groups, std::string_view attributes) {
  const auto snapshot = payload(R"({"features": {"f": {"rules": [{"force": true, "condition": )" + condition +
                                R"(}]}}, "savedGroups": )" + groups + "}");
  const Value unit = json(attributes);
  return *snapshot->decide("f", model::Attributes(&unit)).value == Value(true);
}

constexpr const char* kGroups = R"({
  "old": ["u1", "u2"],
  "new": {"type": "list", "attributeKey": "company.id", "values": ["c1"]},
  "who": {"type": "condition", "condition": {"country": "DE", "$savedGroup": {"id": "new"}}},
  "circle": {"type": "condition", "condition": {"$or": [{"$savedGroup": {"id": "circle"}}, {"country": "AT"}]}},
  "broken": {"type": "list"}, "future": {"type": "other", "values": ["u1"]}})";

TEST(ReadPayloadTest, SavedGroupsOfBothVersionsAreAsked) {
  EXPECT_TRUE(meets(R"({"id": {"$inGroup": "old"}})", kGroups, R"({"id": "u1"})"));
  EXPECT_FALSE(meets(R"({"id": {"$notInGroup": "old"}})", kGroups, R"({"id": "u1"})"));
  EXPECT_TRUE(meets(R"({"x": {"$inGroup": "new"}})", kGroups, R"({"x": "c1"})"));
  EXPECT_TRUE(meets(R"({"$savedGroup": {"id": "new"}})", kGroups, R"({"company": {"id": "c1"}})"));
  EXPECT_TRUE(meets(R"({"$savedGroup": {"id": "new", "attributeKey": "x"}})", kGroups, R"({"x": "c1"})"));
  EXPECT_FALSE(meets(R"({"$savedGroup": {"id": "old", "attributeKey": "id"}})", kGroups, R"({"id": "u1"})"));
}

TEST(ReadPayloadTest, GroupsThatAreConditionsHoldBesideWhatStandsThere) {
  constexpr const char* kAsk = R"({"$savedGroup": {"id": "who"}, "$and": [{"plan": "pro"}]})";
  EXPECT_TRUE(meets(kAsk, kGroups, R"({"country": "DE", "company": {"id": "c1"}, "plan": "pro"})"));
  EXPECT_FALSE(meets(kAsk, kGroups, R"({"country": "DE", "company": {"id": "c1"}, "plan": "free"})"));
  EXPECT_FALSE(meets(kAsk, kGroups, R"({"country": "DE", "company": {"id": "c2"}, "plan": "pro"})"));
  EXPECT_TRUE(meets(R"({"$not": {"$savedGroup": {"id": "who"}}})", kGroups, R"({"country": "FR"})"));
}

TEST(ReadPayloadTest, AGroupInsideItselfHoldsNobodyThere) {
  EXPECT_TRUE(meets(R"({"$savedGroup": {"id": "circle"}})", kGroups, R"({"country": "AT"})"));
  EXPECT_FALSE(meets(R"({"$savedGroup": {"id": "circle"}})", kGroups, R"({"country": "DE"})"));
}

TEST(ReadPayloadTest, ListsThatAreMissingAreEmptyAndBrokenOnesHoldNobodyEitherWay) {
  EXPECT_TRUE(meets(R"({"id": {"$notInGroup": "nowhere"}})", kGroups, R"({"id": "u1"})"));
  for (const std::string name : {"broken", "future", "who"}) {
    EXPECT_FALSE(meets(R"({"id": {"$inGroup": ")" + name + "\"}}", kGroups, R"({"id": "u1"})")) << name;
    EXPECT_FALSE(meets(R"({"id": {"$notInGroup": ")" + name + "\"}}", kGroups, R"({"id": "u1"})")) << name;
  }
}

TEST(ReadPayloadTest, GroupsThatGrowBeyondAllBoundsHoldNobody) {
  // Each names the next one twice: written out it would have 2^40 parts.
  std::string groups = "{";
  for (int i = 0; i < 40; ++i) {
    const std::string next = R"({"$savedGroup": {"id": "g)" + std::to_string(i + 1) + "\"}}";
    groups += (i == 0 ? "\"g" : ", \"g") + std::to_string(i) +
              R"(": {"type": "condition", "condition": {"$or": [)" + next + ", " + next + "]}}";
  }
  EXPECT_FALSE(meets(R"({"$not": {"$savedGroup": {"id": "g0"}}})", groups + "}", R"({"id": "u1"})"));
}

TEST(ReadPayloadTest, ForcedValuesStandInForFlagsThatAreNotThere) {
  const auto snapshot = payload(
      R"({"features": {"f": {"defaultValue": 1, "rules": [{"force": 2, "parentConditions": [{"id": "gone", "condition": {"value": true}}]}]}}})");
  const Value unit = json(R"({"id": "u"})");
  const Value forced = json(R"({"gone": true})");
  Evaluation evaluation{model::Attributes(&unit)};
  EXPECT_EQ(*snapshot->decide("f", evaluation).value, Value(1));
  evaluation.forced_values = &forced;
  EXPECT_EQ(*snapshot->decide("f", evaluation).value, Value(2));
  EXPECT_EQ(snapshot->decide("gone", evaluation).source, Source::Override);
}

TEST(ReadPayloadTest, TheAddressIsReadAsParseIntDoes) {
  const auto snapshot = payload(R"({"experiments": [{"key": "e", "variations": [0, 1, 2], "coverage": 0}]})");
  const Value unit = json(R"({"id": "u"})");
  const auto variant = [&](std::string_view url) {
    Evaluation evaluation{model::Attributes(&unit)};
    evaluation.url = url;
    return snapshot->assign("e", evaluation)->variant;
  };
  EXPECT_EQ(variant("/?e=0x2"), 2U);
  EXPECT_EQ(variant("/?e=-0"), 0U);
  EXPECT_EQ(variant("/?e= +1px"), 1U);
  EXPECT_EQ(variant("/?e=-1"), std::nullopt);
  EXPECT_EQ(variant("/?e=0x"), std::nullopt);
}

struct EarlierVariant final : StickyBuckets {
  [[nodiscard]] std::optional<std::string_view> find(std::string_view, std::string_view,
                                                     std::string_view) const override {
    return "1";
  }
};

TEST(ReadPayloadTest, EarlierAssignmentsEndWithAnUnknownHashAndKnowTheirWeights) {
  const auto decide = [](const std::string& members) {
    const auto snapshot =
        payload(R"({"features": {"f": {"defaultValue": "none", "rules": [{"variations": ["a", "b"],
          "meta": [{"key": "0"}, {"key": "1"}], )" +
                members + R"(}]}}, "contextualBandits": {"b": {"contexts": [{"weights": [1, 0]}]}}})");
    const Value unit = json(R"({"id": "u"})");
    const EarlierVariant sticky;
    Evaluation evaluation{model::Attributes(&unit)};
    evaluation.sticky = &sticky;
    const Decision decision = snapshot->decide("f", evaluation);
    return std::pair(*decision.value, decision.assignment.arms);
  };
  EXPECT_EQ(decide(R"("hashVersion": 3)").first, Value("none"));
  EXPECT_EQ(decide(R"("hashVersion": 2, "contextualBanditRef": "b")"),
            std::pair(Value("b"), std::optional<std::size_t>(0)));
}

}  // namespace
}  // namespace splitplot::decide
