#include "generated_values.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using test::generated_text;
using test::generated_value;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Value parsed(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value.has_value()) << text << ": " << value.error().message;
  return value.value_or(Value("not parsed"));
}

std::string refusal(std::string_view text, const JsonLimits& limits = {},
                    DuplicateNames duplicates = DuplicateNames::KeepLast) {
  const auto value = parse_json(text, limits, duplicates);
  EXPECT_FALSE(value.has_value()) << "accepted: " << text;
  if (value) return "";
  EXPECT_EQ(value.error().code, ErrorCode::BadData) << text;
  return value.error().message;
}

/// Equal also in the sign of zero, which == sets aside.
bool identical(const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return false;
  if (const double* number = left.if_float())
    return std::bit_cast<std::uint64_t>(*number) == std::bit_cast<std::uint64_t>(*right.if_float());
  if (const Value::Array* elements = left.if_array())
    return std::ranges::equal(*elements, *right.if_array(), identical);
  if (const Value::Object* members = left.if_object())
    return std::ranges::equal(*members, *right.if_object(), [](const Member& a, const Member& b) {
      return a.name == b.name && identical(a.value, b.value);
    });
  return left == right;
}

/// Boost's own tree says the same; its numbers are a unit in the last place off at times.
bool agrees(const Value& ours, const boost::json::value& theirs) {
  switch (ours.kind()) {
    case Value::Kind::Null:
      return theirs.is_null();
    case Value::Kind::Boolean:
      return theirs.is_bool() && theirs.get_bool() == *ours.if_boolean();
    case Value::Kind::Integer:
      return theirs.is_int64() && theirs.get_int64() == *ours.if_integer();
    case Value::Kind::Float:
      return theirs.is_double() &&
             std::abs(theirs.get_double() - *ours.if_float()) <= 4e-16 * std::abs(*ours.if_float()) + 1e-323;
    case Value::Kind::Text:
      return theirs.is_string() && theirs.get_string() == *ours.if_text();
    case Value::Kind::Array:
      return theirs.is_array() && std::ranges::equal(*ours.if_array(), theirs.get_array(), agrees);
    case Value::Kind::Object:
      return theirs.is_object() && theirs.get_object().size() == ours.if_object()->size() &&
             std::ranges::all_of(*ours.if_object(), [&theirs](const Member& member) {
               const auto* other = theirs.get_object().if_contains(member.name);
               return other != nullptr && agrees(member.value, *other);
             });
  }
  return false;
}

TEST(Json, KeepsIntegersAndFloatsApart) {
  EXPECT_TRUE(identical(parsed("5"), Value(5)));
  EXPECT_TRUE(identical(parsed("5.0"), Value(5.0)));
  EXPECT_TRUE(identical(parsed("5e0"), Value(5.0)));
  EXPECT_TRUE(identical(parsed("-0"), Value(0)));
  EXPECT_TRUE(identical(parsed("-0.0"), Value(-0.0)));
  EXPECT_EQ(to_json(Value(5)), "5");
  EXPECT_EQ(to_json(Value(5.0)), "5.0");
  EXPECT_EQ(to_json(Value(-0.0)), "-0.0");
  EXPECT_EQ(to_json(Value(1e21)), "1e+21");
  EXPECT_EQ(to_json(Value(0.1)), "0.1");
}

TEST(Json, IntegersBeyond64SignedBitsAreFloats) {
  EXPECT_TRUE(identical(parsed("9223372036854775807"), Value(std::numeric_limits<std::int64_t>::max())));
  EXPECT_TRUE(identical(parsed("-9223372036854775808"), Value(std::numeric_limits<std::int64_t>::min())));
  EXPECT_TRUE(identical(parsed("9223372036854775808"), Value(9223372036854775808.0)));
  EXPECT_TRUE(identical(parsed("18446744073709551616"), Value(18446744073709551616.0)));
  EXPECT_TRUE(identical(parsed("-9223372036854775809"), Value(-9223372036854775808.0)));
}

TEST(Json, NumbersAreReadExactly) {
  // Halfway cases and edges of the double; strtod of the C library is the other opinion.
  std::vector<std::string> numbers{"9007199254740993.0",
                                   "2.2250738585072011e-308",
                                   "4.9e-324",
                                   "1.7976931348623157e308",
                                   "8.442911973260991817e-01",
                                   "123456789012345678901234567890",
                                   "0.1000000000000000055511151231257827",
                                   "6.631236846766476e-316",
                                   "1e-400",
                                   "-1e-400"};
  RandomStream random(41);
  for (int i = 0; i < 2000; ++i) {
    numbers.push_back(std::to_string(random.next()) + "." + std::to_string(random.next()) + "e" +
                      std::to_string(static_cast<int>(random.below(600)) - 300));
    if (std::isinf(std::strtod(numbers.back().c_str(), nullptr))) numbers.pop_back();
  }
  for (const std::string& number : numbers)
    EXPECT_TRUE(identical(parsed(number), Value(std::strtod(number.c_str(), nullptr)))) << number;
}

TEST(Json, WhatIsWrittenReadsBackTheSame) {
  RandomStream random(42);
  for (int i = 0; i < 2000; ++i) {
    const Value value = generated_value(random, 4);
    EXPECT_TRUE(identical(parsed(to_json(value)), value)) << to_json(value);
    EXPECT_TRUE(identical(parsed(pretty_json(value)), value)) << pretty_json(value);
    EXPECT_EQ(parsed(canonical_json(value)), value) << canonical_json(value);
  }
}

TEST(Json, AnotherReaderUnderstandsWhatIsWritten) {
  RandomStream random(43);
  for (int i = 0; i < 1000; ++i) {
    const Value value = generated_value(random, 4);
    EXPECT_TRUE(agrees(value, boost::json::parse(to_json(value)))) << to_json(value);
    EXPECT_TRUE(agrees(value, boost::json::parse(pretty_json(value)))) << pretty_json(value);
  }
}

TEST(Json, TextsKeepEveryCharacter) {
  EXPECT_EQ(parsed(R"("\ud83d\ude00\u0000\/\u20ac")"),
            Value(std::string("\xF0\x9F\x98\x80\0/\xE2\x82\xAC", 9)));
  EXPECT_EQ(to_json(Value(std::string("a\0\x1f\x7f\"\\/\n\xE2\x80\xA8", 11))),
            "\"a\\u0000\\u001f\x7f\\\"\\\\/\\n\xE2\x80\xA8\"");
}

TEST(Json, CanonicalTextIsSharedByEqualValues) {
  EXPECT_EQ(canonical_json(parsed(R"({"b": 1, "a": {"z": -0.0, "y": [2, 1]}, "B": null})")),
            R"({"B":null,"a":{"y":[2,1],"z":0.0},"b":1})");
  EXPECT_NE(canonical_json(Value(5)), canonical_json(Value(5.0)));
  RandomStream random(44);
  for (int i = 0; i < 500; ++i) {
    Value value = generated_value(random, 3);
    const std::string expected = canonical_json(value);
    if (Value::Object* members = value.if_object()) std::ranges::reverse(*members);
    EXPECT_EQ(canonical_json(value), expected);
  }
}

TEST(Json, PrettyTextIsForPeople) {
  EXPECT_EQ(pretty_json(parsed(R"({"a":[1,{}],"b":[],"c":{"d":"x"}})")),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": [],\n  \"c\": {\n    \"d\": \"x\"\n  }\n}");
}

TEST(Json, NotANumberAndInfinityAreWrittenAsNull) {
  EXPECT_EQ(to_json(Value(std::nan(""))), "null");
  EXPECT_EQ(to_json(Value(HUGE_VAL)), "null");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\" 1}",
                           "{\"a\":}",
                           "[1 2]",
                           "01",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "-",
                           "0x10",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "nan",
                           "True",
                           "nul",
                           "tru",
                           "\"",
                           "\"\\x41\"",
                           "\"\\u12g4\"",
                           "\"a\nb\"",
                           "// c\n1",
                           "/* c */ 1",
                           "1 2",
                           "[]]",
                           "{} {}",
                           "\"\\ud83d\"",
                           "\"\\ude00\"",
                           "\"\\ud83dx\"",
                           "\"\\ud83d\\u0041\"",
                           "\"\xff\"",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf5\x80\x80\x80\"",
                           "\"\xe2\x82\"",
                           "\xEF\xBB\xBF{}",
                           "1e309",
                           "-1e309",
                           "1e99999999999",
                           "[1e400]"}) {
    EXPECT_THAT(refusal(text), StartsWith("line ")) << text;
  }
  EXPECT_THAT(refusal(std::string_view("\0", 1)), HasSubstr("control character (0x00)"));
  EXPECT_THAT(refusal(std::string_view("1\0", 2)), HasSubstr("line 1, column 2"));
}

TEST(Json, SaysWhereAndWhat) {
  EXPECT_EQ(refusal("{\n  \"a\": 1,\n  \"b\": x\n}"), "line 3, column 8: 'x' is not JSON here");
  EXPECT_EQ(refusal("{\"\xC3\xA9\": ?"), "line 1, column 7: '?' is not JSON here");
  EXPECT_EQ(refusal("[1,\n2"), "line 2, column 2: the text ends before its value does");
  EXPECT_EQ(refusal("1\n2"), "line 2, column 1: something follows the end of the value");
  EXPECT_THAT(refusal("\"a\xff\""), HasSubstr("not UTF-8"));
  for (const char* text :
       {"\"\\ud800\"", "\"\\uDBFFx\"", "\"\\ud83d\\n\"", "\"\\ude00\"", "\"\\ud83d\\u0041\""})
    EXPECT_THAT(refusal(text), HasSubstr("half of a surrogate pair"));
  EXPECT_THAT(refusal("[1e309]"), AllOf(HasSubstr("line 1"), HasSubstr("too large")));
}

TEST(Json, NamesAreUnique) {
  const Value last = parsed(R"({"a": 1, "b": 2, "a": 3})");
  EXPECT_TRUE(identical(last, parsed(R"({"a": 3, "b": 2})")));
  EXPECT_THAT(refusal("{\"a\": 1,\n \"a\": 2}", {}, DuplicateNames::Refuse),
              AllOf(StartsWith("line 2"), HasSubstr("the name 'a' is there twice")));
  EXPECT_THAT(refusal(R"({"a": 1, "\u0061": 2})", {}, DuplicateNames::Refuse), HasSubstr("'a'"));
  EXPECT_TRUE(parse_json(R"([{"a": 1}, {"a": 1, "b": {"a": 1}}])", {}, DuplicateNames::Refuse));

  // Also where an object has more members than are searched one by one.
  std::string many = "{";
  for (int i = 0; i < 50; ++i) many += "\"m" + std::to_string(i) + "\": " + std::to_string(i) + ", ";
  many += "\"m7\": -1}";
  const Value object = parsed(many);
  EXPECT_EQ(object.if_object()->size(), 50U);
  EXPECT_EQ(*object.find("m7"), Value(-1));
  EXPECT_THAT(refusal(many, {}, DuplicateNames::Refuse), HasSubstr("'m7'"));
}

TEST(Json, LimitsHoldToTheUnit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_THAT(refusal(nested(33)), HasSubstr("nested more than 32 deep"));
  EXPECT_THAT(refusal(std::string(1'000'000, '[')), HasSubstr("nested more than 32 deep"));
  EXPECT_THAT(refusal("[[1]]", {.depth = 1}), HasSubstr("nested more than 1 deep"));

  const JsonLimits four{.depth = 32, .members = 4};
  EXPECT_TRUE(parse_json(R"({"a": [1, 2], "b": 3})", four));
  EXPECT_THAT(refusal(R"({"a": [1, 2], "b": [3]})", four), HasSubstr("more than 4 members"));
}

TEST(Json, AnyDamageIsRefusedOrReadsAsSomething) {
  RandomStream random(45);
  for (int i = 0; i < 3000; ++i) {
    std::string text = to_json(generated_value(random, 3));
    for (std::uint64_t edits = 1 + random.below(3); edits > 0; --edits)
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    const auto value = parse_json(text);
    if (value) {
      EXPECT_EQ(parsed(to_json(*value)), *value) << text;
    } else {
      EXPECT_EQ(value.error().code, ErrorCode::BadData) << text;
    }
  }
}

}  // namespace
}  // namespace splitplot::model
