#include "backoff.hpp"

#include <chrono>
#include <set>

#include <gtest/gtest.h>

namespace splitplot::client {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLongestWithinItsBounds) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff(milliseconds(500), milliseconds(10'000), seed);
    for (const int step : {500, 1'000, 2'000, 4'000, 8'000, 10'000, 10'000, 10'000}) {
      const milliseconds wait = backoff.next();
      EXPECT_GE(wait.count(), step / 2) << "seed " << seed;
      EXPECT_LE(wait.count(), step) << "seed " << seed;
    }
  }
}

TEST(Backoff, DiffersFromClientToClient) {
  std::set<milliseconds> waits;
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    waits.insert(Backoff(milliseconds(60'000), milliseconds(60'000), seed).next());
  EXPECT_GT(waits.size(), 190U);
}

TEST(Backoff, BeginsAnewAfterASuccess) {
  Backoff backoff(milliseconds(100), milliseconds(60'000), 1);
  for (int i = 0; i < 8; ++i) static_cast<void>(backoff.next());
  backoff.succeeded();
  EXPECT_LE(backoff.next(), milliseconds(100));
}

TEST(Backoff, StaysAwayAsLongAsTheServerAskedUnlessThatIsTooLong) {
  Backoff backoff(milliseconds(100), milliseconds(60'000), 1);
  EXPECT_EQ(backoff.next(milliseconds(21'480)), milliseconds(21'480));
  EXPECT_EQ(backoff.next(milliseconds(4'000'000)), milliseconds(60'000));
}

TEST(Backoff, ManagesTheShortestOfTimes) {
  Backoff backoff(milliseconds(1), milliseconds(1), 1);
  for (int i = 0; i < 100; ++i) {
    const milliseconds wait = backoff.next();
    EXPECT_TRUE(wait == milliseconds(0) || wait == milliseconds(1));
  }
}

}  // namespace
}  // namespace splitplot::client
