#include "outbox.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::client {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

WaitingEvent named(std::string name) {
  WaitingEvent event;
  event.name = std::move(name);
  return event;
}

std::vector<std::string> names(const std::vector<WaitingEvent>& events) {
  std::vector<std::string> all;
  for (const WaitingEvent& event : events) all.push_back(event.name);
  return all;
}

TEST(Outbox, DropsTheOldestBeyondItsBoundAndCounts) {
  Outbox outbox(3);
  for (const char* name : {"a", "b", "c", "d", "e"}) outbox.put(named(name));
  EXPECT_EQ(outbox.counts().dropped, 2U);
  EXPECT_EQ(outbox.counts().waiting, 3U);
  EXPECT_THAT(names(outbox.take(10, milliseconds(0))), ElementsAre("c", "d", "e"));
}

TEST(Outbox, HandsOutInOrderAndNoMoreThanAsked) {
  Outbox outbox(100);
  for (const char* name : {"a", "b", "c"}) outbox.put(named(name));
  EXPECT_THAT(names(outbox.take(2, milliseconds(0))), ElementsAre("a", "b"));
  EXPECT_EQ(outbox.counts().waiting, 3U) << "what is under way still waits";
  outbox.sent(2);
  EXPECT_THAT(names(outbox.take(2, milliseconds(0))), ElementsAre("c"));
  outbox.refused(1);
  EXPECT_EQ(outbox.counts().sent, 2U);
  EXPECT_EQ(outbox.counts().refused, 1U);
  EXPECT_EQ(outbox.counts().waiting, 0U);
}

TEST(Outbox, DrainingWaitsForWhatIsUnderWay) {
  Outbox outbox(100);
  EXPECT_TRUE(outbox.drain(milliseconds(0)));
  outbox.put(named("a"));
  EXPECT_FALSE(outbox.drain(milliseconds(1)));
  EXPECT_EQ(outbox.take(10, std::chrono::hours(1)).size(), 1U)
      << "whoever drains does not wait for the interval";
  EXPECT_FALSE(outbox.drain(milliseconds(1)));
  outbox.sent(1);
  EXPECT_TRUE(outbox.drain(milliseconds(0)));
}

TEST(Outbox, TakesNothingOnceItIsClosedAndKeepsCount) {
  Outbox outbox(100);
  outbox.put(named("a"));
  outbox.close();
  outbox.put(named("b"));
  EXPECT_EQ(outbox.counts().dropped, 1U);
  outbox.drop_all();
  EXPECT_EQ(outbox.counts().dropped, 2U);
  EXPECT_TRUE(outbox.take(10, std::chrono::hours(1)).empty());
}

TEST(Outbox, LosesNothingBetweenThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2'000;
  Outbox outbox(kThreads * kEach);
  std::atomic<std::size_t> taken = 0;
  std::jthread taker([&] {
    while (taken < kThreads * kEach) {
      const std::size_t count = outbox.take(100, milliseconds(1)).size();
      outbox.sent(count);
      taken += count;
    }
  });
  std::vector<std::jthread> givers;
  for (int t = 0; t < kThreads; ++t) {
    givers.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) outbox.put(named("x"));
    });
  }
  givers.clear();
  taker.join();
  EXPECT_EQ(outbox.counts().sent, static_cast<std::uint64_t>(kThreads * kEach));
  EXPECT_EQ(outbox.counts().dropped, 0U);
}

}  // namespace
}  // namespace splitplot::client
