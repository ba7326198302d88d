#include <splitplot/base/spelling.hpp>

#include <gmock/gmock.h>

namespace splitplot {
namespace {

TEST(EqualIgnoringCase, SetsAsideTheCaseOfAsciiLettersOnly) {
  EXPECT_TRUE(equal_ignoring_case("Spend", "sPEND"));
  EXPECT_FALSE(equal_ignoring_case("spend", "spends"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
}

TEST(EditDistance, CountsInsertionsDeletionsSubstitutionsAndSwapsAsOneEach) {
  EXPECT_EQ(edit_distance("spend", "spend"), 0);
  EXPECT_EQ(edit_distance("spend", "spends"), 1);
  EXPECT_EQ(edit_distance("spend", "spnd"), 1);
  EXPECT_EQ(edit_distance("spend", "spent"), 1);
  EXPECT_EQ(edit_distance("spend", "psend"), 1);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(NearestName, FindsATypoWhateverTheCase) {
  const std::vector<std::string> names{"visit", "conversion", "spend"};
  EXPECT_EQ(nearest_name("Vist", names), "visit");
  EXPECT_EQ(nearest_name("convresion", names), "conversion");
}

TEST(NearestName, SaysNothingWhenNothingIsNear) {
  const std::vector<std::string> names{"visit", "conversion"};
  EXPECT_EQ(nearest_name("revenue", names), std::nullopt);
  EXPECT_EQ(nearest_name("x", std::vector<std::string>{}), std::nullopt);
}

}  // namespace
}  // namespace splitplot
