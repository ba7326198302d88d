// The online store on RocksDB: what it keeps, what it forgets, and which directories it refuses.
#include "rocksdb/online_store.hpp"
#include "rocksdb/seen_events.hpp"
#include "temporary_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <rocksdb/db.h>

namespace splitplot::store {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr Timestamp kStart{std::chrono::microseconds(1'764'000'000'000'000)};

class RocksOnlineStoreTest : public test::TemporaryFiles {
 protected:
  OnlineStoreOptions options() const { return {.directory = path("online"), .cache_bytes = 1 << 20}; }

  std::unique_ptr<rocks::RocksOnlineStore> open() const {
    auto opened = rocks::RocksOnlineStore::open(options(), clock_);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

  Error error_of_opening() const {
    const auto opened = open_online_store(options(), clock_);
    if (opened) return {};
    return opened.error();
  }

  mutable ManualClock clock_{kStart};
};

const Unit kAnna{UnitKind::User, "anna"};

TEST_F(RocksOnlineStoreTest, StartsEmptyAtOffsetZero) {
  const auto store = open();
  EXPECT_EQ(store->reflects(), 0U);
  EXPECT_EQ(store->profile("default/production", kAnna), std::nullopt);
  EXPECT_EQ(store->seen({1, 2}), std::nullopt);
}

TEST_F(RocksOnlineStoreTest, KeepsACheckpointOverReopening) {
  const std::string bytes("trait\0s\xff", 8);
  ASSERT_TRUE(open()->checkpoint(
      {.profiles = {{"default/production", kAnna, bytes}}, .seen = {{{1, 2}, kStart}}, .reflects = 4711}));
  const auto store = open();
  EXPECT_EQ(store->reflects(), 4711U);
  EXPECT_EQ(store->profile("default/production", kAnna), bytes);
  EXPECT_EQ(store->seen({1, 2}), kStart);
  EXPECT_EQ(store->seen({2, 1}), std::nullopt);
}

TEST_F(RocksOnlineStoreTest, TellsEnvironmentsKindsAndIdsApart) {
  const auto store = open();
  ASSERT_TRUE(store->checkpoint({.profiles = {{"p/a", {UnitKind::User, "x"}, "1"},
                                              {"p/b", {UnitKind::User, "x"}, "2"},
                                              {"p/a", {UnitKind::Anonymous, "x"}, "3"},
                                              {"p/a", {UnitKind::User, std::string("x\0", 2)}, "4"},
                                              {"p/a", {UnitKind::User, ""}, "5"}},
                                 .seen = {},
                                 .reflects = 1}));
  EXPECT_EQ(store->profile("p/a", {UnitKind::User, "x"}), "1");
  EXPECT_EQ(store->profile("p/b", {UnitKind::User, "x"}), "2");
  EXPECT_EQ(store->profile("p/a", {UnitKind::Anonymous, "x"}), "3");
  EXPECT_EQ(store->profile("p/a", {UnitKind::User, std::string("x\0", 2)}), "4");
  EXPECT_EQ(store->profile("p/a", {UnitKind::User, ""}), "5");
  EXPECT_EQ(store->profile("p/a", {UnitKind::Account, "x"}), std::nullopt);
}

TEST_F(RocksOnlineStoreTest, OverwritesWhatChanged) {
  const auto store = open();
  ASSERT_TRUE(store->checkpoint({.profiles = {{"e", kAnna, "old"}}, .seen = {}, .reflects = 10}));
  ASSERT_TRUE(store->checkpoint({.profiles = {{"e", kAnna, "new"}}, .seen = {}, .reflects = 20}));
  EXPECT_EQ(store->profile("e", kAnna), "new");
  EXPECT_EQ(store->reflects(), 20U);
}

TEST_F(RocksOnlineStoreTest, ForgetsEventsWhenTheWindowHasPassed) {
  const auto store = open();
  ASSERT_TRUE(store->checkpoint({.profiles = {}, .seen = {{{1, 1}, kStart}}, .reflects = 1}));
  clock_.advance(24h);
  EXPECT_EQ(store->seen({1, 1}), kStart);
  clock_.advance(1us);
  EXPECT_EQ(store->seen({1, 1}), std::nullopt);
}

TEST_F(RocksOnlineStoreTest, RemembersEventsWhenTheClockIsSetBack) {
  const auto store = open();
  ASSERT_TRUE(store->checkpoint({.profiles = {}, .seen = {{{1, 1}, kStart}}, .reflects = 1}));
  clock_.set(kStart - 2h);
  EXPECT_EQ(store->seen({1, 1}), kStart);
}

TEST_F(RocksOnlineStoreTest, CompactionDropsWhatIsLongOutsideTheWindowAndNothingElse) {
  const auto store = open();
  OnlineCheckpoint checkpoint{.profiles = {{"e", kAnna, "x"}}, .seen = {}, .reflects = 1};
  for (std::uint64_t hour = 0; hour < 50; ++hour) {
    checkpoint.seen.push_back({{hour, 7}, kStart + std::chrono::hours(hour)});
  }
  ASSERT_TRUE(store->checkpoint(checkpoint));
  clock_.set(kStart + 50h);
  ASSERT_TRUE(store->compact_seen());
  // Kept: received at hour 20 (50 - 24 - 6) and later.
  EXPECT_EQ(store->stored_fingerprints(), 30U);
  EXPECT_EQ(store->seen({25, 7}), std::nullopt);
  EXPECT_EQ(store->seen({26, 7}), kStart + 26h);
  EXPECT_EQ(store->profile("e", kAnna), "x");
}

TEST_F(RocksOnlineStoreTest, RefusesADirectoryThatIsInUse) {
  const auto store = open();
  const Error error = error_of_opening();
  EXPECT_EQ(error.code, ErrorCode::Conflict) << error.message;
  EXPECT_THAT(error.message, HasSubstr(path("online")));
}

TEST_F(RocksOnlineStoreTest, RefusesANewerFormat) {
  open();
  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), path("online"),
                                {{"default", {}}, {"profiles", {}}, {"seen", {}}}, &handles, &raw)
                  .ok());
  ASSERT_TRUE(raw->Put({}, handles[0], "format", std::string("\0\0\0\0\0\0\0\2", 8)).ok());
  for (auto* handle : handles) ASSERT_TRUE(raw->DestroyColumnFamilyHandle(handle).ok());
  delete raw;
  const Error error = error_of_opening();
  EXPECT_EQ(error.code, ErrorCode::BadData) << error.message;
  EXPECT_THAT(error.message, HasSubstr("version 2"));
}

TEST_F(RocksOnlineStoreTest, SaysWhatToDoWithADamagedDirectory) {
  ASSERT_TRUE(open()->checkpoint({.profiles = {{"e", kAnna, "x"}}, .seen = {}, .reflects = 1}));
  for (const auto& entry : std::filesystem::directory_iterator(path("online"))) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("MANIFEST")) std::ofstream(entry.path(), std::ios::binary) << "no manifest at all";
  }
  const Error error = error_of_opening();
  EXPECT_EQ(error.code, ErrorCode::BadData) << error.message;
  EXPECT_THAT(error.hint, HasSubstr("delete this folder"));
}

TEST_F(RocksOnlineStoreTest, ATornLogFallsBackToAnEarlierCheckpointAsAWhole) {
  {
    const auto store = open();
    ASSERT_TRUE(
        store->checkpoint({.profiles = {{"e", kAnna, "first"}}, .seen = {{{1, 1}, kStart}}, .reflects = 10}));
    ASSERT_TRUE(store->checkpoint(
        {.profiles = {{"e", kAnna, "second"}}, .seen = {{{2, 2}, kStart}}, .reflects = 20}));
    std::filesystem::copy(path("online"), path("copy"), std::filesystem::copy_options::recursive);
  }
  for (const auto& entry : std::filesystem::directory_iterator(path("copy"))) {
    if (entry.path().extension() == ".log") {
      std::filesystem::resize_file(entry.path(), std::filesystem::file_size(entry.path()) - 5);
    }
  }
  std::filesystem::remove_all(path("online"));
  std::filesystem::rename(path("copy"), path("online"));
  const auto store = open();
  EXPECT_EQ(store->reflects(), 10U);
  EXPECT_EQ(store->profile("e", kAnna), "first");
  EXPECT_EQ(store->seen({1, 1}), kStart);
  EXPECT_EQ(store->seen({2, 2}), std::nullopt);
}

TEST_F(RocksOnlineStoreTest, CannotBeMadeWhereNothingCanBeWritten) {
  write("online", "a file, no folder");
  const Error error = error_of_opening();
  EXPECT_EQ(error.code, ErrorCode::Unreadable) << error.message;
}

TEST(SeenEventsTest, IntegersAreStoredMostSignificantByteFirst) {
  const auto bytes = rocks::encode_integer(0x0102030405060708ULL);
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(bytes[i], static_cast<char>(i + 1));
  EXPECT_THAT(rocks::decode_integer({bytes.data(), bytes.size()}), Optional(0x0102030405060708ULL));
  EXPECT_EQ(rocks::decode_integer({bytes.data(), 7}), std::nullopt);
}

TEST(SeenEventsTest, TimesBefore1970SurviveStoring) {
  const Timestamp early{std::chrono::microseconds(-5)};
  const auto value = rocks::seen_value(early);
  EXPECT_THAT(rocks::seen_time({value.data(), value.size()}), Optional(early));
}

}  // namespace
}  // namespace splitplot::store
