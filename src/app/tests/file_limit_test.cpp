#include "server/file_limit.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace splitplot::app {
namespace {

TEST(FileLimit, IsRaisedToWhatTheOperatorAllows) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  raise_file_limit();
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
}

TEST(FileLimit, LeavesStreamsWhatRequestsAndFilesDoNotNeed) {
  EXPECT_EQ(streams_within(100'000, 20'000, 4096), 20'000U);
  EXPECT_EQ(streams_within(20'000, 20'000, 4096), 20'000U - 4096 - 256);
  EXPECT_EQ(streams_within(1024, 20'000, 4096), 256U) << "a quarter at least";
  EXPECT_EQ(streams_within(100'000, 0, 4096), 0U) << "switched off";
}

}  // namespace
}  // namespace splitplot::app
