#include "numeric/normal_table.hpp"

#include <splitplot/base/random.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

// As its header promises: 1e-14 of a probability, and 1e-9 of itself down to z = -9.
TEST(NormalTable, IsAsGoodAsItSays) {
  const NormalTable& table = NormalTable::table();
  RandomStream random(3);
  const auto expect_right = [&](double z) {
    const NormalTable::Values found = table.at(z);
    EXPECT_NEAR(found.cdf, normal_cdf(z), 1e-14) << z;
    EXPECT_NEAR(found.cdf, normal_cdf(z), 1e-9 * normal_cdf(z)) << z;
    EXPECT_NEAR(found.pdf, normal_pdf(z), 1e-14) << z;
    if (std::abs(z) < 9) {
      EXPECT_NEAR(found.pdf, normal_pdf(z), 1e-9 * normal_pdf(z)) << z;
    }
  };
  for (int i = 0; i < 20000; ++i) expect_right(-12 + 24 * random.uniform());
  // On the points, where the series is worst between them, and at the ends.
  for (double z = -9; z <= 9; z += 1.0 / 128) {
    expect_right(z);
    expect_right(std::nextafter(z, 10.0));
    expect_right(std::nextafter(z, -10.0));
  }
}

TEST(NormalTable, RoughLeavesOutOnlyWhatIsNothing) {
  const NormalTable& table = NormalTable::table();
  for (const double z : {-9.0, -9.5, -40.0, -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(table.rough(z).cdf, 0) << z;
    EXPECT_EQ(table.rough(z).pdf, 0) << z;
    EXPECT_LT(normal_pdf(z), 1.1e-18) << z;
  }
  for (const double z : {9.0, 40.0, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(table.rough(z).cdf, 1) << z;
    EXPECT_EQ(table.rough(z).pdf, 0) << z;
  }
  for (const double z : {-8.99, -1.0, 0.0, 3.3}) {
    EXPECT_EQ(table.rough(z).cdf, table.at(z).cdf);
    EXPECT_EQ(table.rough(z).pdf, table.at(z).pdf);
  }
}

}  // namespace
}  // namespace splitplot::stats
