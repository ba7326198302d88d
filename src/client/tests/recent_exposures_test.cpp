#include "recent_exposures.hpp"

#include <splitplot/base/random.hpp>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::client {
namespace {

constexpr std::uint16_t kPeriods = RecentExposures::kPeriods;

TEST(RecentExposures, KnowsWhatCameWithinTheWindow) {
  RecentExposures recent(1024);
  EXPECT_TRUE(recent.add(0xABCDEF0123456789U, 5));
  EXPECT_FALSE(recent.add(0xABCDEF0123456789U, 5));
  EXPECT_FALSE(recent.add(0xABCDEF0123456789U, 5 + kPeriods - 1));
  EXPECT_TRUE(recent.add(0xABCDEF0123456789U, 5 + kPeriods));
  EXPECT_FALSE(recent.add(0xABCDEF0123456789U, 5 + kPeriods));
}

TEST(RecentExposures, CountsOnBeyondTheLastPeriod) {
  RecentExposures recent(1024);
  EXPECT_TRUE(recent.add(0xABCDEF0123456789U, 65'534));
  EXPECT_FALSE(recent.add(0xABCDEF0123456789U, 3));
}

TEST(RecentExposures, ForgetsTheOldestWhereTheTableIsFull) {
  RecentExposures recent(4);  // a single set
  for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_TRUE(recent.add(i << 20, static_cast<std::uint16_t>(i)));
  EXPECT_TRUE(recent.add(5U << 20, 5));
  EXPECT_FALSE(recent.add(2U << 20, 5));
  EXPECT_FALSE(recent.add(4U << 20, 5));
  EXPECT_TRUE(recent.add(1U << 20, 5));
}

TEST(RecentExposures, KnowsFingerprintsWithoutHighBits) {
  RecentExposures recent(4);
  EXPECT_TRUE(recent.add(0, 0));
  EXPECT_FALSE(recent.add(0, 0));
}

TEST(RecentExposures, RemembersMostOfWhatItHasRoomFor) {
  constexpr int kCount = 50'000;
  RecentExposures recent(131'072);
  RandomStream first(7);
  for (int i = 0; i < kCount; ++i) recent.add(first.next(), 0);
  RandomStream again(7);
  int known = 0;
  for (int i = 0; i < kCount; ++i) known += recent.add(again.next(), 0) ? 0 : 1;
  EXPECT_GT(known, kCount * 95 / 100);
}

TEST(RecentExposures, LetsEachThroughOnceWhileThreadsAskInTurn) {
  RecentExposures recent(131'072);
  std::atomic<int> let_through = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      RandomStream random(3);
      for (int i = 0; i < 1'000; ++i) let_through += recent.add(random.next(), 1) ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_GE(let_through.load(), 1'000);
  EXPECT_LE(let_through.load(), 4'000);
  RandomStream random(3);
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(recent.add(random.next(), 1));
}

}  // namespace
}  // namespace splitplot::client
