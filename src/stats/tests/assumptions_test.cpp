#include <splitplot/stats/assumptions.hpp>

#include <set>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

template <typename Enumeration>
std::set<std::string_view> texts() {
  std::set<std::string_view> result;
  for (int i = 0; i < static_cast<int>(Enumeration::Count); ++i)
    result.insert(text_of(static_cast<Enumeration>(i)));
  return result;
}

TEST(Assumptions, EachIsSaidInItsOwnWords) {
  EXPECT_EQ(texts<Assumption>().size(), static_cast<std::size_t>(Assumption::Count));
  EXPECT_EQ(texts<Concern>().size(), static_cast<std::size_t>(Concern::Count));
  EXPECT_EQ(texts<Assumption>().count("unknown") + texts<Concern>().count("unknown"), 0);
}

TEST(Assumptions, AreASetInTheirOwnOrder) {
  Assumptions set{Assumption::LargeSample, Assumption::OneLook, Assumption::LargeSample};
  set.insert(Assumptions{Assumption::StableRate});
  EXPECT_THAT(set.members(),
              ::testing::ElementsAre(Assumption::OneLook, Assumption::LargeSample, Assumption::StableRate));
  EXPECT_TRUE(set.contains(Assumption::StableRate));
  EXPECT_FALSE(set.contains(Assumption::KnownVariance));
  EXPECT_TRUE(Assumptions{}.empty());
}

}  // namespace
}  // namespace splitplot::stats
