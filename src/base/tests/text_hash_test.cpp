#include <splitplot/base/text_hash.hpp>

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

TEST(TextHashTest, TextsOfAllLengthsAreComparedToTheLastByte) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'x');
    EXPECT_TRUE(same_text(text, std::string(size, 'x')));
    EXPECT_FALSE(same_text(text, std::string(size + 1, 'x')));
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = text;
      other[i] = 'y';
      EXPECT_FALSE(same_text(text, other)) << size << " " << i;
    }
  }
}

TEST(TextHeadTest, TellsShortTextsApartAndLongOnesByTheirHash) {
  const std::string letters("ab\0", 3);
  std::vector<std::string> texts{""};
  for (std::size_t i = 0; texts[i].size() < 7; ++i) {
    for (const char letter : letters) texts.push_back(texts[i] + letter);
  }
  std::vector<TextHead> heads;
  for (const std::string& text : texts) {
    const TextHead head(text);
    EXPECT_TRUE(head.is_whole());
    for (std::size_t i = 0; i < heads.size(); ++i) ASSERT_FALSE(heads[i] == head) << texts[i] << " " << text;
    heads.push_back(head);
  }
  EXPECT_FALSE(TextHead("abcdefgh").is_whole());
  EXPECT_TRUE(TextHead("abcdefgh") == TextHead(std::string("abcdefgh")));
  EXPECT_FALSE(TextHead("abcdefgh") == TextHead("abcdefgi"));
}

TEST(TextHashTest, EveryByteCounts) {
  std::set<std::uint64_t> hashes;
  std::size_t texts = 0;
  for (std::size_t size = 0; size < 40; ++size) {
    hashes.insert(text_hash(std::string(size, 'x')));
    ++texts;
    for (std::size_t i = 0; i < size; ++i) {
      std::string other(size, 'x');
      other[i] = 'y';
      hashes.insert(text_hash(other));
      ++texts;
    }
  }
  EXPECT_EQ(hashes.size(), texts);
}

}  // namespace
}  // namespace splitplot
