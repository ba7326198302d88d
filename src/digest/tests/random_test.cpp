#include <splitplot/digest/random.hpp>

#include <set>

#include <gtest/gtest.h>

namespace splitplot::digest {
namespace {

TEST(RandomBytes, HaveTheLengthAskedForAndNeverRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto bytes = random_bytes(32);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), 32U);
    seen.insert(*bytes);
  }
  EXPECT_EQ(seen.size(), 100U);
  EXPECT_TRUE(random_bytes(0)->empty());
}

}  // namespace
}  // namespace splitplot::digest
