#include <splitplot/model/condition_findings.hpp>
#include <splitplot/model/json.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

class Segments final : public SegmentMembership {
 public:
  [[nodiscard]] bool contains(std::string_view key, const Attributes&) const override { return key == "in"; }
};

std::vector<Finding> findings(std::string_view condition, std::string_view attributes) {
  const Value written = *parse_json(condition);
  const Value known = *parse_json(attributes);
  auto found = findings_of(written, Attributes(&known), Segments());
  EXPECT_TRUE(found) << condition;
  return found ? *std::move(found) : std::vector<Finding>();
}

TEST(FindingsOf, JudgesEachOperatorByItself) {
  const auto found = findings(R"({"age":{"$gt":18,"$lt":30}})", R"({"age":40})");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].test, "$gt");
  EXPECT_EQ(found[0].expected, Value(18));
  EXPECT_EQ(found[0].found, Value(40));
  EXPECT_TRUE(found[0].held);
  EXPECT_EQ(found[1].test, "$lt");
  EXPECT_FALSE(found[1].held);
}

TEST(FindingsOf, JudgesWhatStandsBehindAClauseThatDidNotHold) {
  const auto found = findings(R"({"a":1,"b":2})", R"({"b":2})");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_FALSE(found[0].held);
  EXPECT_TRUE(found[0].found.is_null());
  EXPECT_TRUE(found[1].held);
}

TEST(FindingsOf, FollowsPathsIntoObjectsAndLists) {
  const auto found = findings(R"({"address.cities.1":"Bonn"})", R"({"address":{"cities":["Köln","Bonn"]}})");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "address.cities.1");
  EXPECT_EQ(found[0].found, Value("Bonn"));
  EXPECT_TRUE(found[0].test.empty());
}

TEST(FindingsOf, KeepsAlternativesTogether) {
  const auto found = findings(R"({"$or":[{"a":1},{"b":2,"c":3}],"$not":{"a":1}})", R"({"b":2,"c":3})");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].what, Finding::What::Any);
  EXPECT_TRUE(found[0].held);
  ASSERT_EQ(found[0].parts.size(), 2U);
  EXPECT_FALSE(found[0].parts[0].held);
  EXPECT_EQ(found[0].parts[1].what, Finding::What::All);
  EXPECT_EQ(found[0].parts[1].parts.size(), 2U);
  EXPECT_EQ(found[1].what, Finding::What::Not);
  EXPECT_TRUE(found[1].held);
}

TEST(FindingsOf, NamesSegments) {
  const auto found = findings(R"({"$inSegment":["out","in"],"$notInSegment":"in"})", "{}");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].segments, (std::vector<std::string>{"out", "in"}));
  EXPECT_TRUE(found[0].held);
  EXPECT_EQ(found[1].what, Finding::What::NotInSegment);
  EXPECT_FALSE(found[1].held);
}

TEST(FindingsOf, LongListsAreCutShort) {
  Value::Array ids;
  for (int i = 0; i < 1000; ++i) ids.emplace_back("user-" + std::to_string(i));
  const Value written = Value::Object{{"id", Value::Object{{"$in", ids}}}};
  const Value known = Value::Object{{"id", "user-999"}};
  const auto found = findings_of(written, Attributes(&known), Segments());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->front().held);
  EXPECT_EQ(found->front().expected.if_array()->size() + found->front().more_expected, 1000U);
  EXPECT_LT(found->front().expected.if_array()->size(), 100U);
}

TEST(FindingsOf, EverybodyMeetsNoCondition) {
  EXPECT_TRUE(findings("{}", "{}").empty());
  EXPECT_TRUE(findings("null", "{}").empty());
}

TEST(FindingsOf, RefusesWhatIsNoCondition) {
  EXPECT_FALSE(findings_of(*parse_json(R"({"a":{"$no":1}})"), Attributes(), Segments()));
}

}  // namespace
}  // namespace splitplot::model
