// The journal on real files: append, follow, rotate, remove, restart, damage.
#include "journal/journal_fixture.hpp"
#include "temporary_files.hpp"

#include <splitplot/store/journal.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::store::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "record 0", "record 1", ... in batches of five.
void append_numbered(Journal& journal, int records) {
  for (int i = 0; i < records;) {
    std::vector<std::string> batch;
    for (int k = 0; k < 5; ++k, ++i) batch.push_back("record " + std::to_string(i));
    ASSERT_TRUE(journal.append(batch));
  }
}

class JournalOnDisk : public TemporaryFiles {
 protected:
  JournalOptions options(std::uint64_t segment_bytes = 1 << 20) const {
    return JournalOptions{
        .directory = path("data/journal"), .segment_bytes = segment_bytes, .reserve_bytes = 0};
  }
};

TEST_F(JournalOnDisk, GivesBackWhatWasAppendedAfterARestart) {
  const std::vector<std::string> payloads{"one", "", std::string("\0\n\xff", 3), std::string(100'000, 'x')};
  JournalOffset end = 0;
  {
    auto opened = open_journal(posix_file_system(), options());
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->recovery.records, 0U);
    EXPECT_EQ(opened->journal->append(payloads), JournalOffset{0});
    end = opened->journal->durable_end();
    EXPECT_EQ(payloads_of(read_all(*opened->journal)), payloads);
  }
  auto opened = open_journal(posix_file_system(), options());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->recovery.records, 4U);
  EXPECT_EQ(opened->recovery.begin, 0U);
  EXPECT_EQ(opened->recovery.end, end);
  EXPECT_THAT(opened->recovery.damage, IsEmpty());
  EXPECT_EQ(opened->journal->durable_end(), end);
  EXPECT_EQ(payloads_of(read_all(*opened->journal)), payloads);
}

TEST_F(JournalOnDisk, IsHeldByOneAtATime) {
  auto first = open_journal(posix_file_system(), options());
  ASSERT_TRUE(first);
  auto second = open_journal(posix_file_system(), options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  first->journal.reset();
  EXPECT_TRUE(open_journal(posix_file_system(), options()));
}

TEST_F(JournalOnDisk, ReadsFromAnyRecordOn) {
  auto opened = open_journal(posix_file_system(), options(200));
  ASSERT_TRUE(opened);
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(opened->journal->append(std::vector{"record " + std::to_string(i)}));
  const auto records = read_all(*opened->journal);
  ASSERT_EQ(records.size(), 50U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].next,
              i + 1 < records.size() ? records[i + 1].offset : opened->journal->durable_end());
    const auto rest = read_all(*opened->journal, records[i].offset);
    EXPECT_EQ(rest.size(), records.size() - i);
    EXPECT_EQ(rest.front().payload, records[i].payload);
  }
  EXPECT_EQ(opened->journal->read_from(opened->journal->durable_end() + 1).error().code, ErrorCode::NotFound);
}

TEST_F(JournalOnDisk, RemovesWholeSegmentsOnlyAndReadersSayWhatIsGone) {
  auto opened = open_journal(posix_file_system(), options(200));
  ASSERT_TRUE(opened);
  Journal& journal = *opened->journal;
  append_numbered(journal, 50);
  const auto records = read_all(journal);
  auto slow = journal.read_from(0);
  ASSERT_TRUE(slow);
  ASSERT_TRUE((*slow)->next());

  ASSERT_TRUE(journal.remove_before(records[30].offset));
  EXPECT_GT(journal.begin(), 0U);
  EXPECT_LE(journal.begin(), records[30].offset);
  EXPECT_EQ(journal.read_from(0).error().code, ErrorCode::NotFound);
  EXPECT_EQ(read_all(journal, records[30].offset).size(), 20U);
  const auto files = journal.files();
  ASSERT_TRUE(files);
  EXPECT_EQ(files->front().begin, journal.begin());
  for (const auto& file : *files) EXPECT_EQ(std::filesystem::file_size(file.path), file.bytes);

  auto answer = (*slow)->next();  // finishes the file it has open
  while (answer && *answer) answer = (*slow)->next();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::NotFound);

  ASSERT_TRUE(journal.remove_before(journal.durable_end()));
  EXPECT_EQ(journal.files()->size(), 1U);
  const JournalOffset begin = journal.begin();
  opened->journal.reset();
  opened = open_journal(posix_file_system(), options(200));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->recovery.begin, begin);
  EXPECT_THAT(opened->recovery.damage, IsEmpty());
}

// Follows the journal and checks what it reads, until it has all. How much it read.
int follow(Journal& journal, int records, std::atomic<JournalOffset>& position) {
  auto reader = journal.read_from(0);
  int count = 0;
  while (count < records) {
    const auto record = (*reader)->next();
    if (!record) break;
    if (!*record) {
      std::this_thread::yield();
      continue;
    }
    if ((*record)->payload != "record " + std::to_string(count)) break;
    if ((*record)->next > journal.durable_end()) break;
    position = (*record)->next;
    ++count;
  }
  return count;
}

TEST_F(JournalOnDisk, IsFollowedByOtherThreadsWhileItGrowsAndItsBeginIsRemoved) {
  constexpr int kRecords = 500;
  auto opened = open_journal(posix_file_system(), options(2048));
  ASSERT_TRUE(opened);
  Journal& journal = *opened->journal;
  std::array<int, 2> read{};
  std::array<std::atomic<JournalOffset>, 2> positions{};
  std::atomic<bool> all_read = false;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < read.size(); ++i) {
    threads.emplace_back([&, i] { read[i] = follow(journal, kRecords, positions[i]); });
  }
  std::thread remover([&] {
    while (!all_read) {
      EXPECT_TRUE(journal.remove_before(std::min(positions[0].load(), positions[1].load())));
      EXPECT_TRUE(journal.files());
      std::this_thread::yield();
    }
  });
  append_numbered(journal, kRecords);
  for (auto& thread : threads) thread.join();
  all_read = true;
  remover.join();
  EXPECT_THAT(read, ElementsAre(kRecords, kRecords));
  EXPECT_GT(journal.begin(), 0U);
}

TEST_F(JournalOnDisk, InspectionCountsAndChangesNothing) {
  {
    auto opened = open_journal(posix_file_system(), options());
    ASSERT_TRUE(opened->journal->append(std::vector<std::string>{"one", "two"}));
  }
  const std::string file = options().directory + "/00000000000000000000.journal";
  const auto size = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, size - 9);
  const auto found = inspect_journal(posix_file_system(), options().directory);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->records, 1U);
  ASSERT_EQ(found->damage.size(), 1U);
  EXPECT_EQ(found->damage[0].what, "torn record at the end");
  EXPECT_EQ(std::filesystem::file_size(file), size - 9);
  EXPECT_FALSE(inspect_journal(posix_file_system(), path("nowhere")));
}

TEST_F(JournalOnDisk, InspectionOfAJournalThatIsWrittenTakesItsEndForUnfinished) {
  auto opened = open_journal(posix_file_system(), options());
  ASSERT_TRUE(opened->journal->append(std::vector<std::string>{"one", "two"}));
  const std::string file = opened->journal->files()->front().path;
  std::ofstream(file, std::ios::app | std::ios::binary) << "the beginning of an append";
  write("data/journal/00000000000000004096.journal", "SPLT");
  auto found = inspect_journal(posix_file_system(), options().directory);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->records, 2U);
  EXPECT_THAT(found->damage, IsEmpty());
  opened->journal.reset();
  found = inspect_journal(posix_file_system(), options().directory);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->damage.size(), 2U);
}

bool tells_of_missing_end(const JournalRecovery& recovery) {
  return std::ranges::any_of(recovery.damage, [](const JournalDamage& damage) {
    return damage.bytes > 0 && damage.what.find("missing at the end") != std::string::npos;
  });
}

TEST_F(JournalOnDisk, BeginsBehindWhatOthersHoldWhenItLostItsEnd) {
  JournalOffset held = 0;
  {
    auto opened = open_journal(posix_file_system(), options());
    ASSERT_TRUE(opened);
    append_numbered(*opened->journal, 10);
    held = opened->journal->durable_end();
  }
  const std::string file = path("data/journal/00000000000000000000.journal");
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 100);
  JournalOptions with_holders = options();
  with_holders.not_before = held;
  auto opened = open_journal(posix_file_system(), with_holders);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(tells_of_missing_end(opened->recovery));
  const auto next = opened->journal->append(std::vector<std::string>{"new"});
  ASSERT_TRUE(next);
  EXPECT_GE(*next, held);
  // Who holds everything before `held` reads on from there, and gets what is new, alone.
  EXPECT_THAT(payloads_of(read_all(*opened->journal, held)), ElementsAre("new"));
}

TEST_F(JournalOnDisk, TellsThatAllOfItIsMissingWhereOthersHaveReadIt) {
  JournalOptions with_holders = options();
  with_holders.not_before = 800;
  {
    const auto opened = open_journal(posix_file_system(), with_holders);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(tells_of_missing_end(opened->recovery));
  }
  const auto again = open_journal(posix_file_system(), with_holders);
  ASSERT_TRUE(again);
  EXPECT_FALSE(tells_of_missing_end(again->recovery));
}

TEST_F(JournalOnDisk, RefusesANewerFormat) {
  std::filesystem::create_directories(options().directory);
  std::string header = "SPLTJRNL";
  header += std::string("\x02\0\0\0\x01\0\0\0", 8) + std::string(20, '\0');
  write("data/journal/00000000000000000000.journal", with_checksum(header));
  const auto opened = open_journal(posix_file_system(), options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::BadData);
}

TEST_F(JournalOnDisk, RefusesARecordThatIsTooLongAndAnEmptyBatchIsNothing) {
  auto opened = open_journal(posix_file_system(), options());
  ASSERT_TRUE(opened);
  const auto answer =
      opened->journal->append(std::vector<std::string>{"x", std::string((64U << 20) + 1, 'x')});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(opened->journal->append({}), JournalOffset{0});
  EXPECT_THAT(read_all(*opened->journal), IsEmpty());
}

}  // namespace
}  // namespace splitplot::store::test
