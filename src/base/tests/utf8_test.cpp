#include <splitplot/base/utf8.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

/// Unicode 15, table 3-7: the well-formed byte sequences, written out.
bool well_formed(const std::vector<unsigned char>& b) {
  const auto in = [](unsigned char x, int low, int high) { return x >= low && x <= high; };
  if (b.size() == 1) return b[0] <= 0x7F;
  if (b.size() == 2) return in(b[0], 0xC2, 0xDF) && in(b[1], 0x80, 0xBF);
  if (b.size() != 3) return false;
  const bool tail = in(b[2], 0x80, 0xBF);
  return tail && ((b[0] == 0xE0 && in(b[1], 0xA0, 0xBF)) || (in(b[0], 0xE1, 0xEC) && in(b[1], 0x80, 0xBF)) ||
                  (b[0] == 0xED && in(b[1], 0x80, 0x9F)) || (in(b[0], 0xEE, 0xEF) && in(b[1], 0x80, 0xBF)));
}

TEST(Utf8, AgreesWithTheTableOfWellFormedSequencesOnEveryPairOfBytesAndOnManyTriples) {
  for (int first = 0x80; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string two{static_cast<char>(first), static_cast<char>(second)};
      ASSERT_EQ(is_valid_utf8(two),
                well_formed({static_cast<unsigned char>(first), static_cast<unsigned char>(second)}))
          << first << ' ' << second;
      for (const int third : {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF}) {
        if (second < 0x80) continue;
        const std::string three = two + static_cast<char>(third);
        const bool split =
            well_formed({static_cast<unsigned char>(first), static_cast<unsigned char>(second)}) &&
            third < 0x80;
        ASSERT_EQ(is_valid_utf8(three),
                  split || well_formed({static_cast<unsigned char>(first), static_cast<unsigned char>(second),
                                        static_cast<unsigned char>(third)}))
            << first << ' ' << second << ' ' << third;
      }
    }
  }
}

TEST(Utf8, ABadByteBecomesAReplacementCharacterWhereverItStands) {
  const std::string bad = "\xFF";
  for (std::size_t before = 0; before < 20; ++before) {
    const std::string text = std::string(before, 'a') + bad + "\u00E4\U0001F600" + bad;
    EXPECT_FALSE(is_valid_utf8(text));
    EXPECT_EQ(valid_utf8(text), std::string(before, 'a') + "\uFFFD\u00E4\U0001F600\uFFFD");
    EXPECT_TRUE(is_valid_utf8(valid_utf8(text)));
  }
}

TEST(Utf8, ACharacterThatIsCutOffAtTheEndIsBad) {
  const std::string whole = "\U0001F600";
  for (std::size_t bytes = 1; bytes < whole.size(); ++bytes)
    EXPECT_FALSE(is_valid_utf8(whole.substr(0, bytes)));
  EXPECT_TRUE(is_valid_utf8(whole));
  EXPECT_EQ(character_at(whole, 0).code, U'\U0001F600');
}

}  // namespace
}  // namespace splitplot
