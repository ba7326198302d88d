#include "text.hpp"

#include "scale.hpp"

#include <splitplot/base/utf8.hpp>

namespace splitplot::report {
namespace {

TEST(Text, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a\uFFFDb");
  EXPECT_EQ(valid_utf8("\xc3"), "\uFFFD");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80").find('\xed'), std::string::npos) << "a surrogate is not a character";
  EXPECT_EQ(valid_utf8("\xc0\xaf").find('\xc0'), std::string::npos) << "an overlong form is not a character";
  EXPECT_EQ(valid_utf8("été 😀"), "été 😀");
}

TEST(Text, ControlCharactersAndDirectionMarksDoNotReachALine) {
  EXPECT_EQ(single_line("a\x1b[31mb\nc\td"), "a [31mb c d");
  EXPECT_EQ(single_line("x\u202ey\u2066z"), "xyz");
}

TEST(Text, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("é"), 1);
  EXPECT_EQ(display_width("e\u0301"), 1) << "combining accent";
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("😀"), 2);
  EXPECT_EQ(display_width("━●│"), 3);
}

TEST(Text, LongNamesLoseTheirMiddle) {
  EXPECT_EQ(shorten("abcdefghij", 10, "…"), "abcdefghij");
  EXPECT_EQ(shorten("abcdefghij", 7, "…"), "abc…hij");
  EXPECT_EQ(shorten("abcdefghij", 6, "..."), "ab...j");
  EXPECT_EQ(shorten("abcdefghij", 0, "…"), "");
  for (int columns = 0; columns < 12; ++columns) {
    EXPECT_LE(display_width(shorten("日本語の長い名前です", columns, "…")), columns);
  }
}

TEST(Text, WrappingBreaksAtSpacesAndCutsOnlyWordsThatAreTooLong) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("abcdefgh ij", 5), (std::vector<std::string>{"abcde", "fgh", "ij"}));
  EXPECT_EQ(wrap("10\u00a0% of", 5), (std::vector<std::string>{"10\u00a0%", "of"}));
  EXPECT_TRUE(wrap("   ", 5).empty());
}

TEST(Text, AsciiSpellsCommonSigns) {
  EXPECT_EQ(to_ascii("≥ 5 × … “a” é"), ">= 5 x ... \"a\" ?");
}

TEST(Scale, DifferencesAlwaysShowZeroAndEveryValue) {
  const Scale scale = scale_of({{7.7, {7.0, 8.3}}, {4.5, {3.9, 5.2}}}, Origin::Zero, 5);
  EXPECT_LT(scale.lower, 0);
  EXPECT_GT(scale.upper, 8.3);
  EXPECT_THAT(scale.ticks, testing::ElementsAre(0, 2, 4, 6, 8));
  EXPECT_DOUBLE_EQ(scale.position(scale.lower), 0);
  EXPECT_DOUBLE_EQ(scale.position(scale.upper), 1);
}

TEST(Scale, OneWideIntervalDoesNotPressTheOthersIntoADot) {
  std::vector<Span> spans(9, Span{1, {0.5, 1.5}});
  spans.push_back({1, {-1000, 1000}});
  const Scale scale = scale_of(spans, Origin::Zero, 5);
  EXPECT_LT(scale.upper, 5);
  EXPECT_TRUE(scale.beyond_upper(1000));
  EXPECT_TRUE(scale.beyond_lower(-1000));
}

TEST(Scale, TicksAreToldApartByTheirLabels) {
  const Scale scale = scale_of({{0.0003, {0.0001, 0.0005}}}, Origin::Zero, 5);
  std::vector<std::string> labels;
  for (const double tick : scale.ticks) labels.push_back(tick_text(scale, tick));
  EXPECT_THAT(labels, testing::ElementsAre("0.0000", "0.0001", "0.0002", "0.0003", "0.0004", "0.0005"));
}

TEST(Scale, NothingToShowStillGivesAScale) {
  const Scale scale = scale_of({}, Origin::Zero, 5);
  EXPECT_LT(scale.lower, 0);
  EXPECT_GT(scale.upper, 0);
}

}  // namespace
}  // namespace splitplot::report
