#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

class NoSegments final : public SegmentMembership {
 public:
  [[nodiscard]] bool contains(std::string_view, const Attributes&) const override { return false; }
};

Value written(const std::string& pattern, const char* op = "$regex") {
  return Value::Object{{"a", Value::Object{{op, pattern}}}};
}

bool matches(const std::string& pattern, const Value& value, const char* op = "$regex") {
  const Result<Condition> condition = Condition::compile(written(pattern, op));
  EXPECT_TRUE(condition) << pattern << ": " << condition.error().message;
  const Value context = Value::Object{{"a", value}};
  return condition && condition->matches(Attributes(&context), NoSegments());
}

std::string repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

std::string refusal(const std::string& pattern) {
  const Result<Condition> condition = Condition::compile(written(pattern));
  EXPECT_FALSE(condition) << pattern;
  return condition ? "" : condition.error().message;
}

TEST(ConditionPatternTest, FindsAnywhere) {
  EXPECT_TRUE(matches("@shop\\.example$", "anna@shop.example"));
  EXPECT_FALSE(matches("^shop", "anna@shop.example"));
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("a/b", "xa/bx"));
}

TEST(ConditionPatternTest, CaseIsIgnoredOnRequest) {
  EXPECT_FALSE(matches("MOBILE", "mobile"));
  EXPECT_TRUE(matches("MOBILE", "mobile", "$regexi"));
  EXPECT_TRUE(matches("É", "café", "$regexi"));
}

TEST(ConditionPatternTest, ClassesKnowWhatLiesBeyondAscii) {
  for (const char* pattern : {"^\\S+$", "^\\D+$", "^\\W+$", "^[^\\s]+$", "^[\\W]+$"}) {
    EXPECT_TRUE(matches(pattern, "ß")) << pattern;
    EXPECT_TRUE(matches(pattern, "\u4e2d\u6587")) << pattern;
  }
  for (const char* space : {"\u00a0", "\u2003", "\u2028", "\u3000", "\ufeff", "\t"}) {
    EXPECT_TRUE(matches("^\\s$", space));
    EXPECT_TRUE(matches("^[x\\s]$", space));
    EXPECT_FALSE(matches("\\S", space));
    EXPECT_FALSE(matches("[^x\\s]", space));
  }
  EXPECT_FALSE(matches("^\\s$", "\u200b"));
}

TEST(ConditionPatternTest, ValuesThatAreNoTextAreWrittenAsJavaScriptDoes) {
  EXPECT_TRUE(matches("^null$", nullptr));
  EXPECT_TRUE(matches("^12\\.5$", 12.5));
  EXPECT_TRUE(matches("^true$", true));
  EXPECT_TRUE(matches("^a,b$", Value::Array{"a", "b"}));
  EXPECT_TRUE(matches("^\\[object Object\\]$", Value::Object{}));
}

TEST(ConditionPatternTest, MeansWhatEcmascriptMeans) {
  EXPECT_FALSE(matches("a$", "a\n")) << "the end is the end";
  EXPECT_FALSE(matches("a.b", "a\nb"));
  EXPECT_FALSE(matches("a.b", "a\rb"));
  EXPECT_TRUE(matches("^\\u0041\\x42$", "AB"));
  EXPECT_TRUE(matches("^(a)?\\1b$", "b")) << "a group that took no part matches nothing";
  EXPECT_TRUE(matches("[^]", "\n"));
  EXPECT_FALSE(matches("[]", "a"));
  EXPECT_TRUE(matches("(?<=\\$)\\d+(?!\\d)", "$42"));
  EXPECT_TRUE(matches("(?<year>\\d{4})-\\k<year>", "2024-2024"));
  EXPECT_TRUE(matches("^.{2,3}?$", "é名"));
  EXPECT_TRUE(matches("{}", "{}"));
  EXPECT_FALSE(matches("^\\w+$", "é")) << "classes are ASCII's";
}

TEST(ConditionPatternTest, RefusesPatternsWithThePlace) {
  EXPECT_NE(refusal("ab(c").find("at character 5"), std::string::npos);
  EXPECT_NE(refusal("/???***[)").find("at character"), std::string::npos);
  EXPECT_FALSE(refusal(repeated("a", 5'000)).empty());
  EXPECT_FALSE(refusal("((((a{1,1000}){1,1000}){1,1000}){1,1000})").empty());
  EXPECT_FALSE(refusal("(").empty());
  EXPECT_FALSE(refusal("\\").empty());
  EXPECT_FALSE(refusal("a\xFF").empty());
}

TEST(ConditionPatternTest, RefusesWhatIsNotEcmascript) {
  for (const char* pattern :
       {"\\A", "a\\z", "\\Qa\\E", "[\\h]", "(?>a)", "(?i)a", "(?|a)", "(?P<n>a)", "(?#c)", "(?1)",
        "(*ACCEPT)", "a++", "a*+", "a?+", "a{2}+", "a{2,}?+", "[[:alpha:]]", "\\C"}) {
    EXPECT_NE(refusal(pattern).find("not part of ECMAScript"), std::string::npos) << pattern;
  }
  for (const char* pattern : {"a\\++", "[+]+", "a{x}+", "\\(*", "[(*]", "\\[[:]"}) {
    EXPECT_TRUE(Condition::compile(written(pattern))) << pattern;
  }
}

TEST(ConditionPatternTest, PatternsThatExplodeEnd) {
  EXPECT_FALSE(matches("^(a+)+$", repeated("a", 5'000) + "b"));
  EXPECT_FALSE(matches("(x+x+)+y", repeated("x", 5'000)));
  EXPECT_FALSE(matches("^((a|aa)+)+c", repeated("a", 100'000)));
  EXPECT_FALSE(matches("^(?:(.)(.)(.)\\3\\2\\1|.)*!$", repeated("a", 100'000)));
}

TEST(ConditionPatternTest, LongTextsMatch) {
  EXPECT_TRUE(matches("^(ab)+$", repeated("ab", 1'000)));
  EXPECT_TRUE(matches("z$", repeated("a", 1'000'000) + "z"));
}

TEST(ConditionPatternTest, BytesThatAreNoTextMatchNothingAndHurtNobody) {
  EXPECT_FALSE(matches("b$", "a\xFF\xFE b"));
  EXPECT_FALSE(matches("^a.b$",
                       "a\xFF"
                       "b"));
  EXPECT_TRUE(matches("^a", std::string("a\0b", 3)));
}

TEST(ConditionPatternTest, ThreadsShareAPattern) {
  const Result<Condition> condition = Condition::compile(written("^user-[0-9]+$"));
  ASSERT_TRUE(condition);
  const Value context = Value::Object{{"a", "user-17"}};
  int met[4] = {};
  {
    std::jthread threads[4];
    for (int i = 0; i < 4; ++i) {
      threads[i] = std::jthread([&, i] {
        for (int n = 0; n < 1'000; ++n)
          met[i] += condition->matches(Attributes(&context), NoSegments()) ? 1 : 0;
      });
    }
  }
  for (const int count : met) EXPECT_EQ(count, 1'000);
}

}  // namespace
}  // namespace splitplot::model
