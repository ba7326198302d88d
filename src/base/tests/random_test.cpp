#include <splitplot/base/random.hpp>

#include <cmath>

#include <gmock/gmock.h>

namespace splitplot {
namespace {

TEST(RandomStream, RepeatsItselfForASeedAndDiffersBetweenSeeds) {
  RandomStream a(7), b(7), c(8);
  bool all_equal = true;
  for (int i = 0; i < 100; ++i) {
    const auto x = a.next();
    EXPECT_EQ(x, b.next());
    all_equal = all_equal && x == c.next();
  }
  EXPECT_FALSE(all_equal);
}

TEST(RandomStream, NormalHasMeanZeroAndVarianceOneWithinThreeStandardErrors) {
  RandomStream random(1);
  constexpr int n = 100'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 3 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 3 * std::sqrt(2.0 / n));
}

TEST(RandomStream, BelowIsUniformWithinThreeStandardErrorsPerCell) {
  RandomStream random(2);
  constexpr int n = 70'000;
  int counts[7] = {};
  for (int i = 0; i < n; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, n / 7, 3 * std::sqrt(n / 7.0));
}

}  // namespace
}  // namespace splitplot
