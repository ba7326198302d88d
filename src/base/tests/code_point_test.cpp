#include <splitplot/base/code_point.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

std::u32string decoded(std::string_view text) {
  std::u32string code_points;
  for (std::size_t at = 0; at < text.size();) code_points += next_code_point(text, at);
  return code_points;
}

TEST(CodePointTest, ReadsOneToFourBytes) {
  EXPECT_EQ(decoded("a\x7F\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF"),
            U"a\x7F\u0080\u07FF\u0800\uFFFF\U00010000\U0010FFFF");
}

// The table "U+FFFD for non-shortest forms", "ill-formed sequences for surrogates" and "truncated sequences" of the
// Unicode standard, chapter 3.9.
TEST(CodePointTest, ReplacesEachLongestPieceThatIsNoText) {
  EXPECT_EQ(decoded("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            U"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41");
  EXPECT_EQ(decoded("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            U"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41");
  EXPECT_EQ(decoded("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            U"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41\uFFFD\uFFFD\x42");
  EXPECT_EQ(decoded("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), U"\uFFFD\uFFFD\uFFFD\uFFFD\x41");
}

TEST(CodePointTest, StopsAtTheEndOfATruncatedText) {
  EXPECT_EQ(decoded("\xF0\x9F\x98"), U"\uFFFD");
  EXPECT_EQ(decoded("\xC3"), U"\uFFFD");
}

}  // namespace
}  // namespace splitplot
