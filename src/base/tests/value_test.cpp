#include <splitplot/base/key.hpp>
#include <splitplot/base/value.hpp>

#include <string>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

TEST(ValueTest, KeepsIntegersAndFloatsApart) {
  EXPECT_EQ(Value(5).kind(), Value::Kind::Integer);
  EXPECT_EQ(Value(5.0).kind(), Value::Kind::Float);
  EXPECT_FALSE(Value(5) == Value(5.0));
  EXPECT_EQ(Value(5).number(), 5.0);
  EXPECT_EQ(Value(true).kind(), Value::Kind::Boolean);
  EXPECT_EQ(Value("true").kind(), Value::Kind::Text);
}

TEST(ValueTest, ComparesObjectsRegardlessOfOrder) {
  const Value left(Value::Object{{"a", 1}, {"b", Value::Array{1, "x"}}});
  const Value right(Value::Object{{"b", Value::Array{1, "x"}}, {"a", 1}});
  EXPECT_TRUE(left == right);
  EXPECT_FALSE(left == Value(Value::Object{{"a", 1}}));
  EXPECT_FALSE(left == Value(Value::Object{{"a", 1}, {"b", Value::Array{"x", 1}}}));
}

TEST(ValueTest, SetsFindsAndErasesMembers) {
  Value value;
  value.set("plan", "free");
  value.set("plan", "pro");
  value.set("age", 41);
  ASSERT_NE(value.find("plan"), nullptr);
  EXPECT_EQ(*value.find("plan")->if_text(), "pro");
  EXPECT_TRUE(value.erase("plan"));
  EXPECT_FALSE(value.erase("plan"));
  EXPECT_EQ(value.if_object()->size(), 1U);
  EXPECT_EQ(Value("text").find("plan"), nullptr);
}

TEST(KeyTest, TakesWhatStandsInUrlsAndNothingElse) {
  for (const char* key : {"a", "9", "new-checkout", "A.b_c:d-1"}) EXPECT_TRUE(is_key(key)) << key;
  for (const char* text : {"", "-a", ".a", "a b", "a/b", "ä", "a\n"}) EXPECT_FALSE(is_key(text)) << text;
  EXPECT_TRUE(is_key(std::string(100, 'a')));
  EXPECT_FALSE(is_key(std::string(101, 'a')));
}

}  // namespace
}  // namespace splitplot
