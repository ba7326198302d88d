#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

TEST(ValueListTest, KnowsExactlyTheTextsThatItWasGiven) {
  std::set<std::string> known;
  Value::Array elements;
  for (int i = 0; i < 20'000; ++i) {
    // Of all lengths, many alike, some twice.
    const std::string text =
        std::string(static_cast<std::size_t>(i % 30), 'x') + std::to_string(i % 15'000 * 3);
    known.insert(text);
    elements.emplace_back(text);
  }
  const ValueList list(elements);
  EXPECT_EQ(list.size(), known.size());
  for (int i = 0; i < 60'000; ++i) {
    const std::string text = std::string(static_cast<std::size_t>(i % 30), 'x') + std::to_string(i);
    EXPECT_EQ(list.contains(Value(text)), known.contains(text)) << text;
  }
}

TEST(ValueListTest, HoldsEmptyTextsAndZeroBytes) {
  const ValueList list(Value::Array{"", std::string("a\0b", 3)});
  EXPECT_TRUE(list.contains(Value("")));
  EXPECT_TRUE(list.contains(Value(std::string("a\0b", 3))));
  EXPECT_FALSE(list.contains(Value("a")));
  EXPECT_FALSE(ValueList(Value::Array{}).contains(Value("")));
  EXPECT_FALSE(ValueList(Value::Array{5}).contains(Value("5")));
}

TEST(ValueListTest, NothingIsIdenticalToAListOrAnObject) {
  const ValueList list(Value::Array{Value::Array{"a"}, Value::Object{}, nullptr, 5.0, true});
  EXPECT_EQ(list.size(), 3U);
  EXPECT_FALSE(list.contains(Value(Value::Array{"a"})));
  EXPECT_FALSE(list.contains(Value(Value::Object{})));
  EXPECT_TRUE(list.contains(Value(5)));
  EXPECT_TRUE(list.contains(Value()));
  EXPECT_FALSE(list.contains(Value(false)));
}

}  // namespace
}  // namespace splitplot::model
