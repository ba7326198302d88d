// Looking profiles up while they change, are saved and are forgotten: always the last published one.
#include <splitplot/base/random.hpp>
#include <splitplot/profile/profiles.hpp>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::profile {
namespace {

std::shared_ptr<const Profile> profile_with(std::uint64_t events) {
  auto profile = std::make_shared<Profile>();
  profile->events = events;
  profile->traits.set("events", events);
  return profile;
}

Unit user(std::string id) {
  return {UnitKind::User, std::move(id)};
}

/// A store in a map, which can be told to fail: what RocksDB does not do on demand.
class MapStore final : public store::OnlineStore {
 public:
  Result<std::optional<std::string>> profile(std::string_view scope, const Unit& unit) const override {
    const std::lock_guard lock(mutex_);
    ++reads_;
    if (fails_) return fail(ErrorCode::Unavailable, "the disk failed");
    const auto found = profiles_.find({std::string(scope), unit});
    if (found == profiles_.end()) return std::nullopt;
    return found->second;
  }
  Result<std::optional<Timestamp>> seen(const store::EventFingerprint&) const override {
    return std::nullopt;
  }
  Result<void> checkpoint(const store::OnlineCheckpoint& checkpoint) override {
    const std::lock_guard lock(mutex_);
    for (const auto& write : checkpoint.profiles) profiles_[{write.scope, write.unit}] = write.bytes;
    return {};
  }
  [[nodiscard]] store::JournalOffset reflects() const override { return 0; }

  void fail_from_now_on() { fails_ = true; }
  [[nodiscard]] int reads() const { return reads_; }
  void put(const std::string& scope, const Unit& unit, std::string bytes) {
    profiles_[{scope, unit}] = std::move(bytes);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, Unit>, std::string> profiles_;
  bool fails_ = false;
  mutable int reads_ = 0;
};

void save(Profiles& profiles, MapStore& store) {
  const ChangeSet changes = profiles.take_changes();
  ASSERT_TRUE(store.checkpoint({.profiles = changes.writes(), .seen = {}, .reflects = 0}));
  profiles.changes_saved();
}

TEST(ProfilesTest, AUnitNeverSeenHasNone) {
  const MapStore store;
  const Profiles profiles(store, 10);
  EXPECT_EQ(profiles.find("p/e", user("a")), nullptr);
  EXPECT_EQ(profiles.failed_reads(), 0U);
}

TEST(ProfilesTest, TellsEnvironmentsAndKindsApart) {
  const MapStore store;
  Profiles profiles(store, 10);
  profiles.publish("p/e", user("a"), profile_with(1));
  profiles.publish("p/f", user("a"), profile_with(2));
  profiles.publish("p/e", {UnitKind::Anonymous, "a"}, profile_with(3));
  EXPECT_EQ(profiles.find("p/e", user("a"))->events, 1U);
  EXPECT_EQ(profiles.find("p/f", user("a"))->events, 2U);
  EXPECT_EQ(profiles.find("p/e", {UnitKind::Anonymous, "a"})->events, 3U);
  EXPECT_EQ(profiles.find("p/e", {UnitKind::Account, "a"}), nullptr);
}

TEST(ProfilesTest, ChangesSayWhoTheyAreAbout) {
  const MapStore store;
  Profiles profiles(store, 10);
  const Unit odd{UnitKind::Account, std::string("\0b", 2)};
  profiles.publish("p/e", odd, profile_with(1));
  const auto writes = profiles.take_changes().writes();
  ASSERT_EQ(writes.size(), 1U);
  EXPECT_EQ(writes[0].scope, "p/e");
  EXPECT_EQ(writes[0].unit, odd);
  EXPECT_EQ(writes[0].bytes, encode(*profile_with(1)));
}

TEST(ProfilesTest, AChangeIsReadableBeforeWhileAndAfterItIsSaved) {
  MapStore store;
  Profiles profiles(store, 0);  // nothing stays in memory once it is saved
  profiles.publish("p/e", user("a"), profile_with(1));
  EXPECT_EQ(profiles.find("p/e", user("a"))->events, 1U);
  const ChangeSet changes = profiles.take_changes();
  EXPECT_EQ(profiles.find("p/e", user("a"))->events, 1U);
  EXPECT_EQ(store.reads(), 0);
  ASSERT_TRUE(store.checkpoint({.profiles = changes.writes(), .seen = {}, .reflects = 0}));
  profiles.changes_saved();
  EXPECT_EQ(profiles.find("p/e", user("a"))->events, 1U);
  EXPECT_EQ(store.reads(), 1);
}

TEST(ProfilesTest, WhatIsTakenIsFrozenWhileTheProfileChangesOn) {
  MapStore store;
  Profiles profiles(store, 10);
  profiles.publish("p/e", user("a"), profile_with(1));
  const ChangeSet changes = profiles.take_changes();
  profiles.publish("p/e", user("a"), profile_with(2));
  EXPECT_EQ(profiles.unsaved(), 1U);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes.writes()[0].bytes, encode(*profile_with(1)));
  profiles.changes_saved();
  EXPECT_EQ(profiles.find("p/e", user("a"))->events, 2U);
  EXPECT_EQ(profiles.take_changes().writes()[0].bytes, encode(*profile_with(2)));
}

TEST(ProfilesTest, KeepsTheProfilesUsedLast) {
  MapStore store;
  Profiles profiles(store, 64 * 4);  // four in each of the shards
  for (int i = 0; i < 2000; ++i) profiles.publish("p/e", user(std::to_string(i)), profile_with(1));
  save(profiles, store);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_NE(profiles.find("p/e", user("42")), nullptr);
    ASSERT_NE(profiles.find("p/e", user(std::to_string(i))), nullptr);
  }
  const int reads = store.reads();
  EXPECT_GE(reads, 2000 - 64 * 4);
  ASSERT_NE(profiles.find("p/e", user("42")), nullptr);
  EXPECT_EQ(store.reads(), reads);
}

TEST(ProfilesTest, AStoreThatCannotBeReadIsAUnitNeverSeenAndCounted) {
  MapStore store;
  store.fail_from_now_on();
  const Profiles profiles(store, 10);
  EXPECT_EQ(profiles.find("p/e", user("a")), nullptr);
  EXPECT_EQ(profiles.failed_reads(), 1U);
  const auto read = profiles.read("p/e", user("a"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::Unavailable);
}

TEST(ProfilesTest, DamagedBytesAreAUnitNeverSeenForDecisionsOnly) {
  MapStore store;
  store.put("p/e", user("a"), "\x7f nonsense");
  const Profiles profiles(store, 10);
  EXPECT_EQ(profiles.find("p/e", user("a")), nullptr);
  EXPECT_FALSE(profiles.read("p/e", user("a")));
}

TEST(ProfilesTest, AnswersLikeAMapWhateverIsSavedAndForgottenMeanwhile) {
  RandomStream random(11);
  MapStore store;
  Profiles profiles(store, 64);
  std::map<std::string, std::uint64_t> twin;
  ChangeSet taken;
  bool saving = false;
  for (std::uint64_t step = 1; step <= 20'000; ++step) {
    const std::string id = std::to_string(random.below(400));
    const std::uint64_t action = random.below(100);
    if (action < 40) {
      profiles.publish("p/e", user(id), profile_with(step));
      twin[id] = step;
    } else if (action < 98) {
      const auto found = profiles.find("p/e", user(id));
      ASSERT_EQ(found ? found->events : 0, twin.contains(id) ? twin[id] : 0) << id << " at step " << step;
    } else if (!saving) {
      taken = profiles.take_changes();
      saving = true;
    } else {
      ASSERT_TRUE(store.checkpoint({.profiles = taken.writes(), .seen = {}, .reflects = 0}));
      profiles.changes_saved();
      saving = false;
    }
  }
}

TEST(ProfilesTest, ReadersNeverSeeAProfileGoBack) {
  MapStore store;
  Profiles profiles(store, 32);
  constexpr std::uint64_t kUnits = 100;
  std::atomic<bool> stop = false;
  std::atomic<int> went_back = 0;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      RandomStream random(static_cast<std::uint64_t>(reader));
      std::vector<std::uint64_t> last(kUnits, 0);
      while (!stop) {
        const std::uint64_t unit = random.below(kUnits);
        const auto found = profiles.find("p/e", user(std::to_string(unit)));
        const std::uint64_t events = found ? found->events : 0;
        if (events < last[unit]) ++went_back;
        last[unit] = events;
      }
    });
  }
  RandomStream random(99);
  for (std::uint64_t step = 1; step <= 20'000; ++step) {
    profiles.publish("p/e", user(std::to_string(random.below(kUnits))), profile_with(step));
    if (step % 500 == 0) save(profiles, store);
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(went_back, 0);
}

}  // namespace
}  // namespace splitplot::profile
