#include <splitplot/base/percent_encoding.hpp>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

TEST(PercentDecoded, ReadsHexDigitsOfEitherCase) {
  EXPECT_EQ(percent_decoded("sommer%20schuhe"), "sommer schuhe");
  EXPECT_EQ(percent_decoded("%C3%a4%2F"), "\xC3\xA4/");
  EXPECT_EQ(percent_decoded(""), "");
}

TEST(PercentDecoded, LeavesThePlusAlone) {
  EXPECT_EQ(percent_decoded("a+b"), "a+b");
}

TEST(PercentDecoded, RefusesWhatIsBrokenAndTheNul) {
  for (const char* text : {"%", "%2", "100%", "%zz", "%2z", "a%00b"})
    EXPECT_FALSE(percent_decoded(text)) << text;
}

}  // namespace
}  // namespace splitplot
