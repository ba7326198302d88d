#include <splitplot/model/condition.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

class Segments final : public SegmentMembership {
 public:
  explicit Segments(std::vector<std::string> keys = {}) : keys_(std::move(keys)) {}
  [[nodiscard]] bool contains(std::string_view key, const Attributes&) const override {
    return std::ranges::find(keys_, key) != keys_.end();
  }

 private:
  std::vector<std::string> keys_;
};

Value json(std::string_view text) {
  Result<Value> value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : Value();
}

bool meets(std::string_view attributes, std::string_view written, const Segments& segments = Segments()) {
  const Result<Condition> condition = Condition::compile(json(written));
  EXPECT_TRUE(condition) << written << ": " << condition.error().message;
  const Value context = json(attributes);
  return condition && condition->matches(Attributes(&context), segments);
}

struct Refusal {
  std::string pointer;
  Error error;
};

Refusal refusal_of(const Value& written) {
  Refusal refusal;
  const Result<Condition> condition = Condition::compile(written, &refusal.pointer);
  EXPECT_FALSE(condition) << to_json(written);
  if (!condition) refusal.error = condition.error();
  return refusal;
}

Refusal refusal(std::string_view written) {
  return refusal_of(json(written));
}

TEST(ConditionTest, NothingWrittenIsMetByEverybody) {
  EXPECT_TRUE(Condition().matches(Attributes(), Segments()));
  EXPECT_TRUE(meets("{}", "{}"));
  EXPECT_TRUE(meets("{}", "null"));
}

TEST(ConditionTest, AllTopLevelNamesMustHold) {
  EXPECT_TRUE(meets(R"({"a": 1, "b": 2})", R"({"a": 1, "b": 2})"));
  EXPECT_FALSE(meets(R"({"a": 1, "b": 3})", R"({"a": 1, "b": 2})"));
}

TEST(ConditionTest, MissingAttributesAreNull) {
  EXPECT_TRUE(meets("{}", R"({"a": null})"));
  EXPECT_TRUE(meets("{}", R"({"a": {"$exists": false}})"));
  EXPECT_TRUE(meets("{}", R"({"a": {"$lt": 1}})")) << "null counts as 0 among numbers";
  EXPECT_TRUE(meets("{}", R"({"a": 0})")) << "null counts as 0 among numbers";
  EXPECT_FALSE(meets("{}", R"({"a": false})"));
  EXPECT_TRUE(meets("{}", R"({"a.b.c": {"$in": [null]}})"));
}

TEST(ConditionTest, PathsLeadIntoObjectsAndLists) {
  EXPECT_TRUE(meets(R"({"a": {"b": [10, {"c": 5}]}})", R"({"a.b.1.c": 5})"));
  EXPECT_FALSE(meets(R"({"a": {"b": [10]}})", R"({"a.b.01": 10})"));
  EXPECT_FALSE(meets(R"({"a": "text"})", R"({"a.0": "t"})"));
}

TEST(ConditionTest, NumbersAndTextsAreComparedLikeInJavaScript) {
  EXPECT_TRUE(meets(R"({"a": "8"})", R"({"a": {"$gt": 5}})"));
  EXPECT_TRUE(meets(R"({"a": 8})", R"({"a": {"$lt": "10"}})"));
  EXPECT_FALSE(meets(R"({"a": "8"})", R"({"a": {"$lt": "10"}})")) << "two texts are compared as texts";
  EXPECT_FALSE(meets(R"({"a": "x"})", R"({"a": {"$gte": 5}})"));
  EXPECT_FALSE(meets(R"({"a": "x"})", R"({"a": {"$lt": 5}})"));
  EXPECT_TRUE(meets(R"({"a": 5.0})", R"({"a": "5"})"));
  EXPECT_TRUE(meets(R"({"a": 1e21})", R"({"a": "1e+21"})"));
  EXPECT_TRUE(meets(R"({"a": 1e-7})", R"({"a": "1e-7"})"));
  EXPECT_TRUE(meets(R"({"a": 123456789012345680000.0})", R"({"a": "123456789012345680000"})"));
  EXPECT_TRUE(meets(R"({"a": -0.000001})", R"({"a": "-0.000001"})"));
  EXPECT_TRUE(meets(R"({"a": "0x10"})", R"({"a": 16})"));
  EXPECT_TRUE(meets(R"({"a": "  12.50\n"})", R"({"a": 12.5})"));
  EXPECT_TRUE(meets(R"({"a": "1e999"})", R"({"a": {"$gt": 1e300}})"));
  EXPECT_TRUE(meets(R"({"a": "0.1e-999"})", R"({"a": 0})"));
  EXPECT_FALSE(meets(R"({"a": "1e"})", R"({"a": {"$lte": 1e300}})"));
  EXPECT_FALSE(meets(R"({"a": 5})", R"({"a": {"$eq": "5"}})"));
  EXPECT_TRUE(meets(R"({"a": true})", R"({"a": 1})"));
  EXPECT_TRUE(meets(R"({"a": ["x", null, 2]})", R"({"a": "x,,2"})"));
}

TEST(ConditionTest, LargeIntegersKeepAllTheirDigits) {
  EXPECT_FALSE(meets(R"({"a": 9007199254740993})", R"({"a": 9007199254740992})"));
  EXPECT_TRUE(meets(R"({"a": "9007199254740993"})", R"({"a": 9007199254740993})"));
  EXPECT_TRUE(meets(R"({"a": 9007199254740993})", R"({"a": {"$gt": 9007199254740992}})"));
  EXPECT_FALSE(meets(R"({"a": 9007199254740993})", R"({"a": {"$in": [9007199254740992]}})"));
}

TEST(ConditionTest, TextsAreOrderedByUtf16CodeUnits) {
  // U+1F600 is written with surrogates, from D83D: before U+FF5E.
  EXPECT_TRUE(meets(R"({"a": "😀"})", R"({"a": {"$lt": "～"}})"));
  EXPECT_TRUE(meets(R"({"a": "é"})", R"({"a": {"$gt": "z"}})"));
}

TEST(ConditionTest, ListsOfValuesKeepKindsApart) {
  EXPECT_TRUE(meets(R"({"a": 2.0})", R"({"a": {"$in": [1, 2]}})"));
  EXPECT_TRUE(meets(R"({"a": 2})", R"({"a": {"$in": [2.0, 0.5]}})"));
  EXPECT_TRUE(meets(R"({"a": 0.5})", R"({"a": {"$in": [2.0, 0.5]}})"));
  EXPECT_FALSE(meets(R"({"a": "2"})", R"({"a": {"$in": [2]}})"));
  EXPECT_FALSE(meets(R"({"a": 1})", R"({"a": {"$in": [true]}})"));
  EXPECT_TRUE(meets(R"({"a": false})", R"({"a": {"$in": [false]}})"));
  EXPECT_FALSE(meets("{}", R"({"a": {"$in": []}})"));
}

TEST(ConditionTest, CaseIsIgnoredInAllScripts) {
  EXPECT_TRUE(meets(R"({"a": "MÜNCHEN"})", R"({"a": {"$ini": ["münchen"]}})"));
  EXPECT_TRUE(meets(R"({"a": "ΟΔΟΣ"})", R"({"a": {"$ini": ["οδος"]}})"));
  EXPECT_TRUE(meets(R"({"a": "привет"})", R"({"a": {"$ini": ["zebra", "ПРИВЕТ", "Apfel"]}})"));
  EXPECT_TRUE(meets(R"({"a": ["Ä", 7]})", R"({"a": {"$alli": ["ä", "7"]}})"));
  EXPECT_TRUE(meets(R"({"a": "STRASSE"})", R"({"a": {"$nini": ["straße"]}})"))
      << "small letters, not folding";
  EXPECT_FALSE(meets(R"({"a": "a"})", R"({"a": {"$ini": ["aa", ""]}})"));
}

TEST(ConditionTest, LiteralListsAndObjectsAreComparedAsTheyAreWritten) {
  EXPECT_TRUE(meets(R"({"a": {"x": [1, {"y": 2.0}]}})", R"({"a": {"x": [1.0, {"y": 2}]}})"));
  EXPECT_FALSE(meets(R"({"a": {"x": 1, "y": 2}})", R"({"a": {"y": 2, "x": 1}})"));
  EXPECT_TRUE(meets(R"({"a": {"b": 0, "2": 1, "1": 2}})", R"({"a": {"1": 2, "2": 1, "b": 0}})"));
  EXPECT_FALSE(meets(R"({"a": {"b": 0, "2": 1, "1": 2}})", R"({"a": {"1": 1, "2": 2, "b": 0}})"));
  EXPECT_FALSE(meets(R"({"a": [1, "2"]})", R"({"a": [1, 2]})"));
}

TEST(ConditionTest, ElementsAreTestedByThemselvesOrByTheirMembers) {
  EXPECT_TRUE(meets(R"({"a": [0]})", R"({"a": {"$elemMatch": {"$lt": 1}}})"));
  EXPECT_FALSE(meets(R"({"a": [null]})", R"({"a": {"$elemMatch": {"$lt": 1}}})")) << "nulls are left out";
  EXPECT_TRUE(meets(R"({"a": [{"n": "x", "k": 1}, {"n": "y", "k": 2}]})",
                    R"({"a": {"$elemMatch": {"n": "y", "$or": [{"k": 2}, {"k": 3}]}}})"));
  EXPECT_FALSE(meets(R"({"a": [{"n": "x", "k": 2}, {"n": "y", "k": 1}]})",
                     R"({"a": {"$elemMatch": {"n": "y", "k": 2}}})"));
  EXPECT_TRUE(meets(R"({"id": "u", "a": [{"k": 1}]})", R"({"a": {"$elemMatch": {"id": null, "k": 1}}})"))
      << "inside, names are the element's";
}

TEST(ConditionTest, AsksForSegments) {
  const Segments segments({"pro"});
  EXPECT_TRUE(meets("{}", R"({"$inSegment": "pro"})", segments));
  EXPECT_TRUE(meets("{}", R"({"$inSegment": ["new", "pro"]})", segments));
  EXPECT_FALSE(meets("{}", R"({"$inSegment": ["new"]})", segments));
  EXPECT_FALSE(meets("{}", R"({"$notInSegment": ["new", "pro"]})", segments));
  EXPECT_TRUE(meets("{}", R"({"$or": [{"$notInSegment": "new"}, {"x": 1}]})", segments));
  const Result<Condition> condition =
      Condition::compile(json(R"({"$inSegment": ["b", "a"], "$not": {"$notInSegment": "a"}})"));
  ASSERT_TRUE(condition);
  EXPECT_EQ(condition->segments(), (std::vector<std::string>{"b", "a"}));
}

TEST(AttributesTest, ContextStandsOverTraits) {
  const Value context = json(R"({"plan": null, "country": "DE"})");
  const Value traits = json(R"({"plan": "pro", "country": "US", "age": 7})");
  const Attributes attributes(&context, &traits);
  EXPECT_EQ(*attributes.find("country"), Value("DE"));
  EXPECT_EQ(*attributes.find("age"), Value(7));
  EXPECT_TRUE(attributes.find("plan")->is_null()) << "the caller said that there is none";
  EXPECT_EQ(attributes.find("other"), nullptr);
}

TEST(AttributesTest, IdAndTargetingKeyStandForOneAnother) {
  const Value key = json(R"({"targetingKey": "u1"})");
  const Value both = json(R"({"targetingKey": "u1", "id": "u2"})");
  const Value traits = json(R"({"id": "u3"})");
  EXPECT_EQ(*Attributes(&key).find("id"), Value("u1"));
  EXPECT_EQ(*Attributes(&key, &traits).find("id"), Value("u1"));
  EXPECT_EQ(*Attributes(nullptr, &traits).find("targetingKey"), Value("u3"));
  EXPECT_EQ(*Attributes(&both).find("id"), Value("u2"));
  EXPECT_EQ(*Attributes(&both).find("targetingKey"), Value("u1"));
}

TEST(ConditionRefusalTest, NamesTheNearestOperatorAndThePlace) {
  const Refusal typo = refusal(R"({"$and": [{"a/b": {"$gtt": 5}}]})");
  EXPECT_EQ(typo.pointer, "/$and/0/a~1b/$gtt");
  EXPECT_EQ(typo.error.message, "there is no operator '$gtt'");
  EXPECT_EQ(typo.error.hint, "did you mean '$gt'?");
  EXPECT_EQ(refusal(R"({"$insegment": "x"})").error.hint, "did you mean '$inSegment'?");
  EXPECT_NE(refusal(R"({"id": {"$inGroup": "g"}})").error.hint.find("$inSegment"), std::string::npos);
}

TEST(ConditionRefusalTest, OperatorsInTheWrongPlace) {
  EXPECT_EQ(refusal(R"({"$gt": 5})").pointer, "/$gt");
  EXPECT_EQ(refusal(R"({"a": {"$or": []}})").pointer, "/a/$or");
  EXPECT_EQ(refusal(R"({"a": {"b": {"$gt": 5}}})").pointer, "/a/b/$gt");
  EXPECT_EQ(refusal(R"({"a": {"$gt": 5, "b": 1}})").pointer, "/a");
  EXPECT_EQ(refusal(R"({"a": {"$elemMatch": {"x": 1, "$inSegment": "s"}}})").pointer,
            "/a/$elemMatch/$inSegment");
}

TEST(ConditionRefusalTest, OperandsOfTheWrongKind) {
  for (const char* written : {R"("text")",
                              R"([])",
                              R"({"$and": {}})",
                              R"({"$not": []})",
                              R"({"$or": [1]})",
                              R"({"a": {"$in": 1}})",
                              R"({"a": {"$in": [[1]]}})",
                              R"({"a": {"$eq": []}})",
                              R"({"a": {"$gt": null}})",
                              R"({"a": {"$all": "x"}})",
                              R"({"a": {"$elemMatch": 1}})",
                              R"({"a": {"$size": "3"}})",
                              R"({"a": {"$exists": "yes"}})",
                              R"({"a": {"$type": "text"}})",
                              R"({"a": {"$regex": 5}})",
                              R"({"a": {"$vgt": 1.10}})",
                              R"({"$inSegment": []})",
                              R"({"$inSegment": "a b"})",
                              R"({"": 1})",
                              R"({"a..b": 1})"}) {
    const Refusal refused = refusal(written);
    EXPECT_EQ(refused.error.code, ErrorCode::InvalidArgument);
    EXPECT_FALSE(refused.error.message.empty());
    EXPECT_FALSE(refused.error.hint.empty()) << written;
  }
}

Value nested(std::string_view name, int depth) {
  Value value = Value::Object{};
  for (int i = 0; i < depth; ++i) {
    Value outer;
    outer.set(name, std::move(value));
    value = std::move(outer);
  }
  return value;
}

TEST(ConditionRefusalTest, ConditionsThatAreTooDeepOrTooLarge) {
  EXPECT_TRUE(Condition::compile(nested("$not", 30)));
  EXPECT_NE(refusal_of(nested("$not", 40)).error.message.find("deep"), std::string::npos);
  EXPECT_NE(refusal_of(nested("a", 5'000)).error.message.find("deep"), std::string::npos);
  EXPECT_NE(refusal_of(Value::Object{{"a", nested("$not", 5'000)}}).error.message.find("deep"),
            std::string::npos);
  EXPECT_NE(refusal_of(Value::Object{{"$and", Value::Array(20'000, Value(Value::Object{}))}})
                .error.message.find("parts"),
            std::string::npos);
  Value::Array ids;
  for (int i = 0; i < 50'000; ++i) ids.emplace_back("user-" + std::to_string(i));
  const Result<Condition> many = Condition::compile(Value::Object{{"id", Value::Object{{"$in", ids}}}});
  ASSERT_TRUE(many);
  const Value context = json(R"({"id": "user-49999"})");
  EXPECT_TRUE(many->matches(Attributes(&context), Segments()));
}

TEST(ConditionTest, DeepAttributesEndNowhere) {
  Value list = Value::Array{};
  for (int i = 0; i < 1'000; ++i) {
    Value::Array outer;
    outer.push_back(std::move(list));
    list = std::move(outer);
  }
  const Value context = Value::Object{{"a", std::move(list)}};
  for (const char* written :
       {R"({"a": ""})", R"({"a": 0})", R"({"a": {"$regex": ""}})", R"({"a": {"$lt": 1}})"}) {
    const Result<Condition> condition = Condition::compile(json(written));
    ASSERT_TRUE(condition);
    EXPECT_FALSE(condition->matches(Attributes(&context), Segments())) << written;
  }
}

}  // namespace
}  // namespace splitplot::model
