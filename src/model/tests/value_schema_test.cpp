#include "check_fixture.hpp"

#include <splitplot/model/json.hpp>
#include <splitplot/model/value_schema.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// "pointer: message" of each fault, or of the schema's own.
std::vector<std::string> faults(std::string_view schema, std::string_view value) {
  std::string pointer;
  const auto compiled = ValueSchema::compile(parse_json(schema).value(), &pointer);
  if (!compiled) return {"schema " + pointer + ": " + compiled.error().message};
  std::vector<std::string> texts;
  for (const ValueSchema::Fault& fault : compiled->faults_of(parse_json(value).value()))
    texts.push_back(fault.pointer + ": " + fault.message);
  return texts;
}

TEST(ValueSchema, TypesHoldIntegersAndFloatsApart) {
  EXPECT_THAT(faults(R"({"type": "integer"})", "5"), IsEmpty());
  EXPECT_THAT(faults(R"({"type": "integer"})", "5.0"),
              ElementsAre(": must be of the type integer, not number"));
  EXPECT_THAT(faults(R"({"type": "number"})", "5"), IsEmpty());
  EXPECT_THAT(faults(R"({"type": "number"})", "5.5"), IsEmpty());
  EXPECT_THAT(faults(R"({"type": ["string", "null"]})", "null"), IsEmpty());
  EXPECT_THAT(faults(R"({"type": ["string", "null"]})", "[]"),
              ElementsAre(": must be of the type string or null, not list"));
  for (const auto& [type, value] : {std::pair("boolean", "true"), {"array", "[]"}, {"object", "{}"}})
    EXPECT_THAT(faults(std::string(R"({"type": ")") + type + "\"}", value), IsEmpty());
  EXPECT_THAT(faults("{}", R"({"a": [1, null]})"), IsEmpty());
}

TEST(ValueSchema, LimitsHold) {
  EXPECT_THAT(faults(R"({"minimum": 1, "maximum": 2})", "1"), IsEmpty());
  EXPECT_THAT(faults(R"({"minimum": 1, "maximum": 2})", "2.5"), ElementsAre(": must be 2 or less"));
  EXPECT_THAT(faults(R"({"minimum": 1.5})", "1"), ElementsAre(": must be 1.5 or more"));
  EXPECT_THAT(faults(R"({"exclusiveMinimum": 1, "exclusiveMaximum": 2})", "1"),
              ElementsAre(": must be more than 1"));
  EXPECT_THAT(faults(R"({"exclusiveMaximum": 2})", "2.0"), ElementsAre(": must be less than 2"));
  EXPECT_THAT(faults(R"({"minLength": 2, "maxLength": 3})", R"("äöü")"), IsEmpty());
  EXPECT_THAT(faults(R"({"minLength": 2, "maxLength": 3})", R"("ä")"),
              ElementsAre(": must have 2 characters or more"));
  EXPECT_THAT(faults(R"({"maxLength": 3})", R"("abcd")"), ElementsAre(": must have 3 characters or less"));
  EXPECT_THAT(faults(R"({"pattern": "^#[0-9a-f]{3}$"})", R"("#f00")"), IsEmpty());
  EXPECT_THAT(faults(R"({"pattern": "^#[0-9a-f]{3}$"})", R"("red")"),
              ElementsAre(": does not match the pattern ^#[0-9a-f]{3}$"));
  EXPECT_THAT(faults(R"({"minItems": 1, "maxItems": 2})", "[]"),
              ElementsAre(": must have 1 elements or more"));
  EXPECT_THAT(faults(R"({"maxItems": 2})", "[1,2,3]"), ElementsAre(": must have 2 elements or less"));
  EXPECT_THAT(faults(R"({"enum": ["a", 5]})", "5"), IsEmpty());
  EXPECT_THAT(faults(R"({"enum": ["a", 5]})", "5.0"), ElementsAre(R"(: must be one of ["a",5])"));
  EXPECT_THAT(faults(R"({"const": {"a": 1}})", R"({"a": 1})"), IsEmpty());
}

TEST(ValueSchema, ObjectsAndListsAreFollowedInside) {
  constexpr std::string_view kSchema = R"({
    "type": "object", "required": ["title"], "additionalProperties": false,
    "properties": {"title": {"type": "string"}, "sizes": {"type": "array", "items": {"type": "integer"}},
                   "more": {"additionalProperties": {"type": "boolean"}}}})";
  EXPECT_THAT(faults(kSchema, R"({"title": "x", "sizes": [1, 2], "more": {"a": true}})"), IsEmpty());
  EXPECT_THAT(
      faults(kSchema, R"({"titel": "x", "sizes": [1, "2"], "more": {"a/b": 1}})"),
      ElementsAre(": 'title' is missing", "/titel: there is no property 'titel' (did you mean 'title'?)",
                  "/sizes/1: must be of the type integer, not text",
                  "/more/a~1b: must be of the type boolean, not integer"));
  std::string many = "[0";
  for (int i = 0; i < 50; ++i) many += ",0";
  EXPECT_EQ(faults(R"({"items": {"type": "string"}})", many + "]").size(), 10U);
}

TEST(ValueSchema, RefusesWhatItDoesNotKnowAndWhatNothingCanMeet) {
  EXPECT_THAT(faults(R"({"properties": {"a": {"minimun": 1}}})", "1"),
              ElementsAre("schema /properties/a/minimun: the keyword 'minimun' is not known"));
  for (const char* keyword : {"$ref", "oneOf", "format", "patternProperties", "if"})
    EXPECT_THAT(faults(std::string("{\"") + keyword + "\": {}}", "1"),
                ElementsAre(HasSubstr("is not known")));
  EXPECT_THAT(faults(R"({"type": "text"})", "1"), ElementsAre("schema /type: there is no type 'text'"));
  EXPECT_THAT(faults(R"({"type": []})", "1"), ElementsAre("schema /type: the list of types is empty"));
  EXPECT_THAT(faults(R"({"enum": []})", "1"), ElementsAre(HasSubstr("no value is in an empty list")));
  EXPECT_THAT(faults(R"({"minimum": 2, "maximum": 1})", "1"),
              ElementsAre("schema : 'minimum' is more than 'maximum'"));
  EXPECT_THAT(faults(R"({"minLength": 2, "maxLength": 1})", "1"),
              ElementsAre(HasSubstr("'minLength' is more")));
  EXPECT_THAT(faults(R"({"minItems": 2, "maxItems": 1})", "1"), ElementsAre(HasSubstr("'minItems' is more")));
  EXPECT_THAT(faults(R"({"exclusiveMinimum": 2, "maximum": 2})", "1"),
              ElementsAre(HasSubstr("no number lies")));
  EXPECT_THAT(faults(R"({"enum": [1], "const": 2})", "1"), ElementsAre(HasSubstr("no value in common")));
  EXPECT_THAT(faults(R"({"type": "string", "enum": [1]})", "1"),
              ElementsAre("schema : 1 is allowed, and is of another type"));
  EXPECT_THAT(faults(R"({"required": ["a"], "additionalProperties": false})", "{}"),
              ElementsAre(HasSubstr("'a' is required, and additionalProperties: false forbids it")));
  EXPECT_THAT(faults(R"({"minLength": -1})", "1"),
              ElementsAre(HasSubstr("must be a whole number, 0 or more")));
  EXPECT_THAT(faults(R"j({"pattern": "(?=a)"})j", "1"),
              ElementsAre(HasSubstr("no regular expression of RE2")));
  EXPECT_THAT(faults(R"({"pattern": "((a{900}){900}){900}"})", "1"), ElementsAre(HasSubstr("RE2")));
  EXPECT_THAT(faults(R"({"items": 5})", "1"),
              ElementsAre("schema /items: a schema must be an object, not integer"));
}

TEST(FlagSchema, IsHeldAgainstEveryVariant) {
  constexpr std::string_view kFlag =
      "- {kind: flag, key: f, variants: {a: {title: x}, b: {titel: y}}, default: a, ";
  const std::string flag(kFlag);
  EXPECT_THAT(test::problems_of(flag + "schema: {required: [title]}}"),
              ElementsAre("flag 'f', /variants/b: 'title' is missing (the flag's schema says so)"));
  EXPECT_THAT(test::problems_of(flag + "schema: {properties: {title: {type: integer}}}}"),
              ElementsAre(HasSubstr("/variants/a/title: must be of the type integer, not text")));
  EXPECT_THAT(test::problems_of(flag + "schema: {properties: {title: {typ: integer}}}}"),
              ElementsAre("flag 'f', /schema/properties/title/typ: the keyword 'typ' is not known (did you "
                          "mean 'type'?)"));
  EXPECT_THAT(test::problems_of(flag + "schema: {type: object}}"), IsEmpty());
  EXPECT_THAT(
      test::problems_of("- {kind: flag, key: f, content: {target: text}, variants: {a: A}, default: a, "
                        "schema: {type: string}}"),
      ElementsAre(HasSubstr("/schema: values that are templates are no values yet")));
  EXPECT_THAT(
      test::problems_of("- {kind: flag, key: f, type: float, variants: {a: 5}, default: a, schema: {type: "
                        "number}}"),
      IsEmpty());
}

}  // namespace
}  // namespace splitplot::model
