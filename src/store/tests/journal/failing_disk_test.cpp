// Syncs that fail (scorecard R3) and disks that run full.
#include "journal/journal_workload.hpp"

#include <gmock/gmock.h>

namespace splitplot::store::test {
namespace {

using ::testing::IsEmpty;

constexpr int kBatches = 16;

// The journal is broken: it says so, asks nothing of the disk, and what was acknowledged can be read.
void expect_refusing(Journal& journal, ForgettingFileSystem& files, Workload& workload, Promises& promises) {
  const std::uint64_t steps = files.steps();
  for (int i = 0; i < 2; ++i) {
    const auto answer = workload.append(journal, promises);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(journal.append({}).error().code, ErrorCode::Unavailable);
  }
  EXPECT_EQ(files.steps(), steps);
  judge(journal, promises);
}

// Whether the journal was broken at times.
bool live_with_failing_syncs(const std::set<std::uint64_t>& failing) {
  ForgettingFileSystem files;
  files.fail_syncs(failing);
  Promises promises;
  Workload workload(1);
  auto opened = open_journal(files, small_segments());
  EXPECT_TRUE(opened) << opened.error().message;
  Journal& journal = *opened->journal;
  bool was_broken = journal.broken();
  for (int i = 0; i < kBatches; ++i) {
    const auto answer = journal.broken() ? Result<JournalOffset>(fail(ErrorCode::Unavailable, ""))
                                         : workload.append(journal, promises);
    if (answer) continue;
    was_broken = true;
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
    EXPECT_TRUE(journal.broken());
    expect_refusing(journal, files, workload, promises);
    for (std::size_t attempt = 0; attempt < failing.size() && journal.broken(); ++attempt) {
      const auto repaired = journal.repair();
      EXPECT_EQ(repaired.has_value(), !journal.broken());
      if (!repaired) {
        EXPECT_EQ(repaired.error().code, ErrorCode::Unavailable);
      }
    }
    EXPECT_FALSE(journal.broken());
  }
  EXPECT_EQ(files.repeated_syncs(), 0);
  judge(journal, promises);
  for (const Unsynced fate : {Unsynced::Forgotten, Unsynced::Kept, Unsynced::Torn}) {
    ForgettingFileSystem after = files.after_power_cut(fate, 1);
    auto again = open_journal(after, small_segments());
    EXPECT_TRUE(again);
    judge(*again->journal, promises);
    EXPECT_THAT(again->recovery.damage, IsEmpty());
  }
  return was_broken;
}

// Lives with failing syncs from the first on, until they come after the end of the life.
void live_many_times(std::set<std::uint64_t> (*failing)(std::uint64_t first)) {
  std::uint64_t first = 1;
  for (; !::testing::Test::HasFailure(); ++first) {
    SCOPED_TRACE("syncs from " + std::to_string(first));
    if (!live_with_failing_syncs(failing(first))) break;
  }
  EXPECT_GT(first, 20U);
}

TEST(JournalSync, ThatFailsLosesNothingAcknowledgedAndIsNotRepeated) {
  live_many_times([](std::uint64_t first) { return std::set{first}; });
}

TEST(JournalSync, MayGoOnFailingDuringTheRepair) {
  live_many_times([](std::uint64_t first) { return std::set{first, first + 1, first + 2, first + 4}; });
}

TEST(JournalSync, ThatFailsWhileOpeningLeavesAJournalThatCanBeReadAndRepaired) {
  ForgettingFileSystem files;
  Promises promises;
  Workload workload(3);
  workload.run(files, promises, 4);
  files.fail_syncs({files.syncs() + 1});
  auto opened = open_journal(files, small_segments());
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->journal->broken());
  expect_refusing(*opened->journal, files, workload, promises);
  ASSERT_TRUE(opened->journal->repair());
  ASSERT_TRUE(workload.append(*opened->journal, promises));
  judge(*opened->journal, promises);
  EXPECT_EQ(files.repeated_syncs(), 0);
}

TEST(JournalReader, AtTheBreakGoesOnBehindIt) {
  ForgettingFileSystem files;
  Promises promises;
  Workload workload(4);
  auto opened = open_journal(files, small_segments());
  ASSERT_TRUE(workload.append(*opened->journal, promises));
  auto reader = opened->journal->read_from(0);
  const std::size_t before = read_rest(**reader).size();
  const JournalOffset stored = (*reader)->position();
  files.fail_syncs({files.syncs() + 1});
  ASSERT_FALSE(workload.append(*opened->journal, promises));
  EXPECT_THAT(read_rest(**reader), IsEmpty());
  ASSERT_TRUE(opened->journal->repair());
  EXPECT_GT(opened->journal->durable_end(), stored);
  EXPECT_THAT(read_rest(**reader), IsEmpty());
  EXPECT_EQ((*reader)->position(), opened->journal->durable_end());
  ASSERT_TRUE(workload.append(*opened->journal, promises));
  const auto after = read_rest(**reader);
  EXPECT_EQ(before + after.size(), promises.acknowledged.size());
  // The offset that a consumer stored before the break still leads to the first record behind it.
  EXPECT_EQ(payloads_of(read_all(*opened->journal, stored)), payloads_of(after));
}

std::uint64_t bytes_of(Journal& journal) {
  std::uint64_t bytes = 0;
  const auto files = journal.files();
  for (const auto& file : *files) bytes += file.bytes;
  return bytes;
}

enum class Refusal { ByAsking, ByWriting };

// Nothing of a refused batch is in the journal; when there is space again, it goes on by itself.
void live_on_a_full_disk(std::uint64_t capacity, Refusal refusal) {
  ForgettingFileSystem files;
  files.set_capacity(capacity);
  if (refusal == Refusal::ByWriting) files.hide_fullness();
  Promises promises;
  Workload workload(5);
  auto opened = open_journal(files, small_segments());
  ASSERT_TRUE(opened);
  Journal& journal = *opened->journal;
  int refused = 0;
  for (int i = 0; i < 8; ++i) {
    const auto answer = workload.append(journal, promises);
    if (answer) continue;
    EXPECT_EQ(answer.error().code, ErrorCode::ResourceLimit);
    EXPECT_EQ(files.used_bytes(), bytes_of(journal));
    EXPECT_EQ(read_all(journal).size(), promises.acknowledged.size());
    if (++refused == 3) files.set_capacity(ForgettingFileSystem::kNever);
  }
  files.set_capacity(ForgettingFileSystem::kNever);
  EXPECT_TRUE(journal.append({}));
  ASSERT_TRUE(workload.append(journal, promises));
  judge(journal, promises);
  opened->journal.reset();
  auto again = open_journal(files, small_segments());
  ASSERT_TRUE(again);
  judge(*again->journal, promises);
  EXPECT_EQ(again->recovery.records, promises.acknowledged.size());
  EXPECT_THAT(again->recovery.damage, IsEmpty());
}

TEST(JournalOnAFullDisk, AtEachByteTakesNothingInPartAndResumes) {
  for (std::uint64_t capacity = 0; capacity < 1100; ++capacity) {
    SCOPED_TRACE("capacity " + std::to_string(capacity));
    live_on_a_full_disk(capacity, Refusal::ByWriting);
    if (capacity % 8 == 0) live_on_a_full_disk(capacity, Refusal::ByAsking);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(JournalOnAFullDisk, ThatCannotBeTruncatedIsBrokenUntilRepaired) {
  ForgettingFileSystem files;
  files.hide_fullness();
  Promises promises;
  Workload workload(6);
  auto opened = open_journal(files, small_segments());
  Journal& journal = *opened->journal;
  ASSERT_TRUE(workload.append(journal, promises));
  files.set_capacity(files.used_bytes() + 10);
  files.fail_truncations(true);
  EXPECT_EQ(workload.append(journal, promises).error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(journal.broken());
  EXPECT_EQ(journal.repair().error().code, ErrorCode::ResourceLimit);
  EXPECT_TRUE(journal.broken());
  files.set_capacity(ForgettingFileSystem::kNever);
  ASSERT_TRUE(journal.repair());
  ASSERT_TRUE(workload.append(journal, promises));
  judge(journal, promises);
  opened->journal.reset();
  auto again = open_journal(files, small_segments());
  judge(*again->journal, promises);
  EXPECT_THAT(again->recovery.damage, IsEmpty());
}

TEST(JournalOnAFullDisk, KeepsTheReserve) {
  ForgettingFileSystem files;
  files.set_capacity(100'000);
  JournalOptions options = small_segments();
  options.reserve_bytes = 60'000;
  auto opened = open_journal(files, options);
  Journal& journal = *opened->journal;
  const std::vector<std::string> batch(3, std::string(200, 'x'));
  Result<JournalOffset> answer = 0;
  while (answer) answer = journal.append(batch);
  EXPECT_EQ(answer.error().code, ErrorCode::ResourceLimit);
  EXPECT_FALSE(journal.broken());
  EXPECT_LE(files.used_bytes(), 40'000U);
  EXPECT_GE(files.used_bytes(), 39'000U);
  EXPECT_EQ(journal.append({}).error().code, ErrorCode::ResourceLimit);
  files.set_capacity(200'000);
  EXPECT_TRUE(journal.append({}));
  EXPECT_TRUE(journal.append(batch));
}

}  // namespace
}  // namespace splitplot::store::test
