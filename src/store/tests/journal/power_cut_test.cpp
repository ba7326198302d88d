// The power is cut at every write, creation, removal and sync of a scripted life of the journal (scorecard R2).
#include "journal/journal_workload.hpp"

#include <array>

namespace splitplot::store::test {
namespace {

constexpr std::array kFates{Unsynced::Forgotten, Unsynced::Kept, Unsynced::Prefix, Unsynced::Torn};
constexpr int kBatches = 24;

std::uint64_t steps_of_a_life(std::uint64_t seed) {
  ForgettingFileSystem files;
  Promises promises;
  Workload(seed).run(files, promises, kBatches);
  EXPECT_GT(files.syncs(), 30U);
  return files.steps();
}

// A restart, some more appends, another restart: everything acknowledged is there both times.
void go_on(ForgettingFileSystem files, Promises promises) {
  for (int restart = 0; restart < 2; ++restart) {
    auto opened = open_journal(files, small_segments());
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_FALSE(opened->journal->broken());
    judge(*opened->journal, promises);
    Workload more(1000 + static_cast<std::uint64_t>(restart));
    ASSERT_TRUE(more.append(*opened->journal, promises));
    judge(*opened->journal, promises);
    // What was torn is cut off by now: nothing is left for an inspection to find.
    opened->journal.reset();
    const auto inspected = inspect_journal(files, "journal");
    ASSERT_TRUE(inspected);
    EXPECT_EQ(inspected->end, promises.seen_end);
  }
}

TEST(JournalPowerCut, LosesNothingAcknowledgedAtAnyStep) {
  const std::uint64_t steps = steps_of_a_life(1);
  RecordProperty("steps", static_cast<int>(steps));
  for (std::uint64_t step = 1; step <= steps; ++step) {
    ForgettingFileSystem files;
    files.cut_power_at(step, step);
    Promises promises;
    Workload(1).run(files, promises, kBatches);
    for (const Unsynced fate : kFates) {
      SCOPED_TRACE("cut at step " + std::to_string(step) + ", fate " +
                   std::to_string(static_cast<int>(fate)));
      for (std::uint64_t seed = 1; seed <= (fate == Unsynced::Torn ? 3U : 1U); ++seed) {
        go_on(files.after_power_cut(fate, seed), promises);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(JournalPowerCut, MayComeAgainWhileTheJournalIsOpened) {
  RandomStream random(2);
  const std::uint64_t steps = steps_of_a_life(2);
  for (std::uint64_t step = 1; step <= steps; step += 1 + random.below(4)) {
    ForgettingFileSystem files;
    files.cut_power_at(step, step);
    Promises promises;
    Workload(2).run(files, promises, kBatches);
    for (std::uint64_t second = 1; second <= 8; ++second) {
      SCOPED_TRACE("cut at step " + std::to_string(step) + ", then at " + std::to_string(second));
      ForgettingFileSystem again = files.after_power_cut(Unsynced::Torn, second);
      again.cut_power_at(second, second);
      Promises later = promises;
      Workload(2000 + second).run(again, later, 2);
      go_on(again.after_power_cut(Unsynced::Torn, step), later);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// The process dies, and with it nothing on the disk; it starts again, and then the power goes.
TEST(JournalPowerCut, ForgetsNothingThatWasReadAfterARestart) {
  const std::uint64_t steps = steps_of_a_life(3);
  for (std::uint64_t step = 1; step <= steps; ++step) {
    SCOPED_TRACE("killed at step " + std::to_string(step));
    ForgettingFileSystem files;
    files.cut_power_at(step, step);
    Promises promises;
    Workload(3).run(files, promises, kBatches);
    ForgettingFileSystem alive = files.after_kill();
    auto opened = open_journal(alive, small_segments());
    ASSERT_TRUE(opened);
    judge(*opened->journal, promises);
    for (const auto& record : read_all(*opened->journal))
      promises.acknowledged[record.offset] = record.payload;
    promises.seen_end = opened->journal->durable_end();
    for (const Unsynced fate : kFates) go_on(alive.after_power_cut(fate, step), promises);
    ASSERT_TRUE(Workload(3000).append(*opened->journal, promises));
    for (const Unsynced fate : kFates) go_on(alive.after_power_cut(fate, step), promises);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(JournalPowerCut, LosesNothingAcknowledgedAfterFailedSyncsAndRepairs) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed);
    ForgettingFileSystem files;
    std::set<std::uint64_t> failing;
    for (int i = 0; i < 6; ++i) failing.insert(1 + random.below(40));
    files.fail_syncs(failing);
    files.cut_power_at(40 + random.below(60), seed);
    Promises promises;
    Workload workload(seed);
    auto opened = open_journal(files, small_segments());
    for (int i = 0; opened && i < 40; ++i) {
      if (opened->journal->broken()) static_cast<void>(opened->journal->repair());
      static_cast<void>(workload.append(*opened->journal, promises));
    }
    EXPECT_EQ(files.repeated_syncs(), 0);
    for (const Unsynced fate : kFates) go_on(files.after_power_cut(fate, seed), promises);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace splitplot::store::test
