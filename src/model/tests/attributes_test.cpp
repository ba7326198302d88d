#include <splitplot/model/attributes.hpp>
#include <splitplot/model/json.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

Value json(std::string_view text) {
  return *parse_json(text);
}

/// By all three ways to ask.
void expect(const Attributes& attributes, std::string_view name, const Value* value) {
  const AttributeIndex index(attributes);
  EXPECT_EQ(attributes.find(name), value) << name;
  EXPECT_EQ(attributes.find(AttributeName(std::string(name))), value) << name;
  EXPECT_EQ(Attributes(index).find(name), value) << name;
  EXPECT_EQ(Attributes(index).find(AttributeName(std::string(name))), value) << name;
}

TEST(Attributes, ContextAnswersBeforeTraitsAndItsNullsHideThem) {
  const Value context = json(R"({"plan": "pro", "country": null})");
  const Value traits = json(R"({"plan": "free", "country": "DE", "age": 40})");
  const Attributes attributes(&context, &traits);
  expect(attributes, "plan", context.find("plan"));
  expect(attributes, "country", context.find("country"));
  expect(attributes, "age", traits.find("age"));
  expect(attributes, "city", nullptr);
}

TEST(Attributes, TwoNamesOfTheIdStandForOneAnother) {
  const Value targeting = json(R"({"targetingKey": "u1"})");
  expect(Attributes(&targeting), "id", targeting.find("targetingKey"));
  const Value both = json(R"({"id": "u1", "targetingKey": "u2"})");
  expect(Attributes(&both), "id", both.find("id"));
  expect(Attributes(&both), "targetingKey", both.find("targetingKey"));
  const Value traits = json(R"({"id": "u3"})");
  expect(Attributes(&targeting, &traits), "id", targeting.find("targetingKey"));
  const Value nothing = json("{}");
  expect(Attributes(&nothing, &traits), "targetingKey", traits.find("id"));
}

TEST(Attributes, OneAloneIsFoundByItsNameOnly) {
  const AttributeName name("value");
  const Value value = 5;
  const Attributes attributes(name, value);
  EXPECT_EQ(attributes.find("value"), &value);
  EXPECT_EQ(attributes.find(name), &value);
  EXPECT_EQ(attributes.find("id"), nullptr);
}

TEST(AttributeIndex, FindsEachOfManyAndIsMadeAnewForAnother) {
  Value many = Value::Object{};
  for (int i = 0; i < 3000; ++i) many.set("a" + std::to_string(i), i);
  AttributeIndex index{Attributes(&many)};
  for (int i = 0; i < 3000; ++i) {
    const std::string name = "a" + std::to_string(i);
    EXPECT_EQ(Attributes(index).find(name), many.find(name));
  }
  const Value one = json(R"({"a7": true})");
  index.assign(Attributes(&one));
  EXPECT_EQ(Attributes(index).find("a7"), one.find("a7"));
  EXPECT_EQ(Attributes(index).find("a8"), nullptr);
}

TEST(AttributeIndex, OfNothingKnowsNothing) {
  EXPECT_EQ(Attributes(AttributeIndex()).find("id"), nullptr);
  const AttributeIndex index{Attributes()};
  EXPECT_EQ(Attributes(index).find("id"), nullptr);
}

}  // namespace
}  // namespace splitplot::model
