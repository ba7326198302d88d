// The real file layer keeps the promises of its port.
#include "temporary_files.hpp"

#include <splitplot/store/file_system.hpp>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::store::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PosixFiles : public TemporaryFiles {
 protected:
  FileSystem& files = posix_file_system();
};

TEST_F(PosixFiles, AppendReadAndTruncate) {
  auto file = files.open(path("a"), OpenMode::Create);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->append("hello"));
  ASSERT_TRUE((*file)->append(", world"));
  ASSERT_TRUE((*file)->sync());
  EXPECT_EQ((*file)->read(3, 5), "lo, w");
  EXPECT_EQ((*file)->read(10, 100), "ld");
  EXPECT_EQ((*file)->read(100, 1), "");
  ASSERT_TRUE((*file)->truncate(5));
  ASSERT_TRUE((*file)->append("!"));
  EXPECT_EQ((*file)->size(), 6U);

  auto again = files.open(path("a"), OpenMode::Append);
  ASSERT_TRUE(again);
  ASSERT_TRUE((*again)->append("?"));
  EXPECT_EQ((*files.open(path("a"), OpenMode::Read))->read(0, 100), "hello!?");
}

TEST_F(PosixFiles, AreCreatedOnceListedRenamedAndRemoved) {
  ASSERT_TRUE(files.open(path("b"), OpenMode::Create));
  ASSERT_TRUE(files.open(path("a"), OpenMode::Create));
  const auto twice = files.open(path("a"), OpenMode::Create);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::Unreadable);
  EXPECT_THAT(twice.error().message, HasSubstr(path("a")));
  EXPECT_THAT(*files.list(folder_.string()), ElementsAre("a", "b"));
  ASSERT_TRUE(files.rename(path("b"), path("c")));
  ASSERT_TRUE(files.remove(path("a")));
  ASSERT_TRUE(files.sync_directory(folder_.string()));
  EXPECT_THAT(*files.list(folder_.string()), ElementsAre("c"));
  EXPECT_FALSE(files.remove(path("a")));
  EXPECT_FALSE(files.rename(path("a"), path("d")));
  EXPECT_FALSE(files.open(path("a"), OpenMode::Append));
  EXPECT_FALSE(files.open(path("a"), OpenMode::Read));
  EXPECT_FALSE(files.list(path("nowhere")));
  EXPECT_FALSE(files.sync_directory(path("nowhere")));
}

TEST_F(PosixFiles, DirectoriesAreMadeWithThoseAboveThem) {
  ASSERT_TRUE(files.make_directory(path("x/y/z")));
  ASSERT_TRUE(files.make_directory(path("x/y/z/")));
  EXPECT_THAT(*files.list(path("x/y")), ElementsAre("z"));
  EXPECT_GT(*files.free_bytes(path("x")), 0U);
  write("file", "");
  EXPECT_FALSE(files.make_directory(path("file/below")));
}

TEST_F(PosixFiles, ALockIsHeldOnceAndCanBeAskedFor) {
  EXPECT_EQ(files.is_locked(path("lock")), false);
  auto lock = files.lock(path("lock"));
  ASSERT_TRUE(lock);
  EXPECT_EQ(files.is_locked(path("lock")), true);
  EXPECT_EQ(files.lock(path("lock")).error().code, ErrorCode::Conflict);
  EXPECT_EQ(files.is_locked(path("lock")), true);
  lock->reset();
  EXPECT_EQ(files.is_locked(path("lock")), false);
  EXPECT_TRUE(files.lock(path("lock")));
}

TEST_F(PosixFiles, AFullDiskIsAResourceLimit) {
  auto full = files.open("/dev/full", OpenMode::Append);
  ASSERT_TRUE(full);
  EXPECT_EQ((*full)->append("x").error().code, ErrorCode::ResourceLimit);
}

}  // namespace
}  // namespace splitplot::store::test
