// Torn and damaged journals (scorecard R5): only the damaged records are lost, and each is reported.
#include "journal/journal_workload.hpp"
#include "journal/segment_format.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <gmock/gmock.h>

namespace splitplot::store::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kHeader = 40;  // of a segment; a record's has 16

struct Place {
  std::string path;
  std::uint64_t begin = 0;        ///< of the record in the file
  std::uint64_t payload_end = 0;  ///< behind it zeros up to a multiple of 8
  JournalRecord record;
};

// A journal that was written and closed; tests damage copies of it.
class DamagedJournal : public ::testing::Test {
 protected:
  void make(int records, std::size_t longest, std::uint64_t segment_bytes) {
    options_ = small_segments();
    options_.segment_bytes = segment_bytes;
    ForgettingFileSystem files;
    RandomStream random(7);
    auto opened = open_journal(files, options_);
    for (int i = 0; i < records; ++i) {
      std::string payload = std::to_string(i) + ":";
      for (std::uint64_t k = random.below(longest); k > 0; --k)
        payload += static_cast<char>(random.below(256));
      ASSERT_TRUE(opened->journal->append(std::vector{payload}));
    }
    const auto segments = opened->journal->files();
    for (const auto& file : *segments) {
      files_[file.path] = files.content(file.path);
      for (auto& record : read_all(*opened->journal, file.begin)) {
        const std::uint64_t position = kHeader + (record.offset - file.begin);
        if (position >= file.bytes) break;
        places_.push_back({file.path, position, position + 16 + record.payload.size(), std::move(record)});
      }
    }
    end_ = opened->journal->durable_end();
    ASSERT_EQ(places_.size(), static_cast<std::size_t>(records));
  }

  ForgettingFileSystem disk() const {
    ForgettingFileSystem disk;
    static_cast<void>(disk.make_directory("journal"));
    for (const auto& [path, content] : files_) disk.set_content(path, content);
    return disk;
  }

  using Lost = std::function<bool(const Place&)>;

  // Opens the journal: exactly the records that are not lost are there, it goes on, and a second start finds the same
  // records. What the first start reported.
  std::vector<JournalDamage> expect_all_but(const Lost& lost, ForgettingFileSystem disk) const {
    std::vector<std::string> expected;
    for (const Place& place : places_) {
      if (!lost(place)) expected.push_back(place.record.payload);
    }
    const auto inspected = inspect_journal(disk, "journal");
    EXPECT_TRUE(inspected);
    EXPECT_EQ(inspected->records, expected.size());
    auto opened = open_journal(disk, options_);
    EXPECT_TRUE(opened);
    EXPECT_EQ(opened->recovery.records, expected.size());
    EXPECT_EQ(opened->recovery.damage.size(), inspected->damage.size());
    EXPECT_FALSE(opened->journal->broken());
    EXPECT_EQ(payloads_of(read_all(*opened->journal)), expected);
    const auto offset = opened->journal->append(std::vector<std::string>{"later"});
    EXPECT_TRUE(offset);
    expected.emplace_back("later");
    EXPECT_EQ(payloads_of(read_all(*opened->journal)), expected);
    opened->journal.reset();
    auto again = open_journal(disk, options_);
    EXPECT_EQ(payloads_of(read_all(*again->journal)), expected);
    return opened->recovery.damage;
  }

  JournalOptions options_;
  std::map<std::string, std::string> files_;
  std::vector<Place> places_;
  JournalOffset end_ = 0;
};

TEST_F(DamagedJournal, LosesWhatIsCutOffAtEachByteOfTheLastSegment) {
  make(12, 60, 200);
  const std::string last = files_.rbegin()->first;
  const std::string whole = files_.rbegin()->second;
  ASSERT_GT(whole.size(), 150U);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    SCOPED_TRACE("cut at " + std::to_string(size));
    ForgettingFileSystem damaged = disk();
    damaged.set_content(last, whole.substr(0, size));
    const auto damage = expect_all_but(
        [&](const Place& place) { return place.path == last && place.payload_end > size; }, damaged);
    bool between_records = size == kHeader;
    for (const Place& place : places_) {
      between_records |=
          place.path == last && size >= place.payload_end && size <= (place.payload_end + 7) / 8 * 8;
    }
    EXPECT_THAT(damage, SizeIs(between_records ? 0 : 1));
    if (HasFailure()) return;
  }
}

TEST_F(DamagedJournal, LosesOneRecordForAFlippedBitAtEachByte) {
  make(14, 60, 200);
  ASSERT_GE(files_.size(), 3U);
  const std::string last = files_.rbegin()->first;
  for (const auto& [path, content] : files_) {
    for (std::size_t at = 0; at < content.size(); ++at) {
      SCOPED_TRACE(path + " at " + std::to_string(at));
      ForgettingFileSystem damaged = disk();
      std::string flipped = content;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
      damaged.set_content(path, flipped);
      int lost = 0;
      const auto damage = expect_all_but(
          [&](const Place& place) {
            const bool hit = place.path == path && at >= place.begin && at < place.payload_end;
            lost += hit ? 1 : 0;
            return hit;
          },
          damaged);
      EXPECT_THAT(damage, SizeIs(at < kHeader ? 1 : lost));
      if (HasFailure()) return;
    }
  }
}

TEST_F(DamagedJournal, LosesOnlyTheRecordsHitByAFlipInEach512Bytes) {
  make(400, 300, 16'000);
  RandomStream random(8);
  for (int round = 0; round < 5; ++round) {
    ForgettingFileSystem damaged = disk();
    std::map<std::string, std::vector<std::uint64_t>> flips;
    for (const auto& [path, content] : files_) {
      std::string flipped = content;
      for (std::size_t block = 0; block + 512 <= content.size(); block += 512) {
        const std::size_t at = block + random.below(512);
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << random.below(8)));
        flips[path].push_back(at);
      }
      damaged.set_content(path, flipped);
    }
    std::uint64_t lost = 0;
    const auto damage = expect_all_but(
        [&](const Place& place) {
          const bool hit = std::ranges::any_of(flips[place.path], [&](std::uint64_t at) {
            return at >= place.begin && at < place.payload_end;
          });
          lost += hit ? 1 : 0;
          return hit;
        },
        damaged);
    EXPECT_GT(lost, 50U);
    EXPECT_FALSE(damage.empty());
  }
}

TEST_F(DamagedJournal, LosesTheRecordsOfALostSectorOnly) {
  make(120, 300, 16'000);
  const std::string path = files_.begin()->first;
  for (const std::size_t sector : {0U, 4096U, 8192U}) {
    const auto lost = [&](const Place& place) {
      return place.path == path && place.begin < sector + 4096 && place.payload_end > sector;
    };
    ForgettingFileSystem zeroed = disk();
    zeroed.set_content(path, std::string(files_.begin()->second).replace(sector, 4096, 4096, '\0'));
    EXPECT_THAT(expect_all_but(lost, zeroed), ::testing::Not(IsEmpty()));

    ForgettingFileSystem refusing = disk();
    refusing.make_unreadable(path, sector, sector + 4096);
    // The pieces that are read one by one need not begin where the sector does.
    auto opened = open_journal(refusing, options_);
    ASSERT_TRUE(opened);
    EXPECT_FALSE(opened->recovery.damage.empty());
    const auto payloads = payloads_of(read_all(*opened->journal));
    for (const Place& place : places_) {
      if (place.path == path && place.begin < sector + 8192 && place.payload_end + 4096 > sector) continue;
      EXPECT_THAT(payloads, ::testing::Contains(place.record.payload));
    }
  }
}

TEST_F(DamagedJournal, ReportsSegmentsThatAreMissingOrShortened) {
  make(40, 60, 200);
  ASSERT_GE(files_.size(), 4U);
  const std::string second = std::next(files_.begin())->first;
  ForgettingFileSystem missing = disk();
  ASSERT_TRUE(missing.remove(second));
  auto damage = expect_all_but([&](const Place& place) { return place.path == second; }, missing);
  ASSERT_THAT(damage, SizeIs(1));
  EXPECT_THAT(damage[0].what, HasSubstr("missing"));
  EXPECT_EQ(damage[0].bytes, files_[second].size() - kHeader);

  ForgettingFileSystem shortened = disk();
  shortened.set_content(second, files_[second].substr(0, kHeader));
  damage = expect_all_but([&](const Place& place) { return place.path == second; }, shortened);
  ASSERT_THAT(damage, SizeIs(1));
  EXPECT_THAT(damage[0].what, HasSubstr("missing"));
}

TEST_F(DamagedJournal, DoesNotBelieveARecordAtAnotherPlace) {
  make(12, 1, 1'000'000);
  const Place& from = places_[4];
  const Place& to = places_[6];
  ASSERT_EQ(from.record.payload.size(), to.record.payload.size());
  std::string content = files_[to.path];
  content.replace(to.begin, 24, content, from.begin, 24);
  ForgettingFileSystem damaged = disk();
  damaged.set_content(to.path, content);
  EXPECT_THAT(expect_all_but([&](const Place& place) { return &place == &to; }, damaged), SizeIs(1));
}

TEST(JournalReaderOfDamage, SkipsWhatIsDamagedWhileTheJournalIsOpen) {
  ForgettingFileSystem files;
  auto opened = open_journal(files, small_segments());
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(opened->journal->append(std::vector{"record " + std::to_string(i)}));
  const auto records = read_all(*opened->journal);
  // The last record of a closed segment, one in the middle of another, and the newest of all.
  const auto segments = opened->journal->files();
  const std::set<JournalOffset> hit{(*segments)[1].begin - 32, records[40].offset, records.back().offset};
  for (const auto& file : *segments) {
    std::string content = files.content(file.path);
    for (const JournalOffset offset : hit) {
      if (offset >= file.begin && offset < file.begin + file.bytes - kHeader) {
        content[kHeader + (offset - file.begin) + 17] ^= 1;
      }
    }
    files.overwrite(file.path, content);
  }
  auto reader = opened->journal->read_from(0);
  const auto left = read_rest(**reader);
  EXPECT_EQ(left.size(), 57U);
  EXPECT_THAT((*reader)->damage(), SizeIs(3));
  EXPECT_EQ((*reader)->position(), opened->journal->durable_end());
  ASSERT_TRUE(opened->journal->append(std::vector<std::string>{"later"}));
  EXPECT_EQ(payloads_of(read_rest(**reader)), std::vector<std::string>{"later"});
}

// Who sends events knows the format, and where his event will lie, but not the segment's marker.
TEST(JournalReaderOfDamage, DoesNotBelieveAPayloadThatImitatesARecord) {
  ForgettingFileSystem files;
  auto opened = open_journal(files, small_segments());
  std::string forgery;
  encode_record(forgery, 0x12345678, 16, "forged");
  ASSERT_TRUE(opened->journal->append(std::vector{forgery, std::string("genuine")}));
  opened->journal.reset();
  std::string content = files.content(segment_path(0));
  content[kHeader + 4] ^= 1;  // the length of the record that holds the forgery
  files.set_content(segment_path(0), content);
  opened = open_journal(files, small_segments());
  EXPECT_EQ(payloads_of(read_all(*opened->journal)), std::vector<std::string>{"genuine"});
}

// Whatever lies in the directory, the journal starts, believes nothing that was not written, and goes on.
TEST_F(DamagedJournal, StartsFromAnyMutilation) {
  make(30, 80, 300);
  std::map<JournalOffset, std::string> written;
  for (const Place& place : places_) written[place.record.offset] = place.record.payload;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed);
    ForgettingFileSystem damaged = disk();
    for (std::uint64_t count = 1 + random.below(4); count > 0; --count) {
      auto file = files_.begin();
      std::advance(file, random.below(files_.size()));
      std::string content = file->second;
      const std::size_t at = random.below(content.size());
      const std::size_t length = random.below(content.size() - at);
      switch (random.below(6)) {
        case 0:
          content.resize(at);
          break;
        case 1:
          content.replace(at, length, length, '\0');
          break;
        case 2:
          content.erase(at, length);
          break;
        case 3:
          content.insert(at, content.substr(0, length));
          break;
        case 4:
          for (std::size_t i = at; i < at + length; ++i) content[i] = static_cast<char>(random.below(256));
          break;
        default:
          content = std::next(file) == files_.end() ? files_.begin()->second : std::next(file)->second;
      }
      damaged.set_content(file->first, content);
    }
    auto opened = open_journal(damaged, options_);
    ASSERT_TRUE(opened) << opened.error().message;
    for (const auto& record : read_all(*opened->journal)) {
      ASSERT_TRUE(written.contains(record.offset));
      EXPECT_EQ(written[record.offset], record.payload);
    }
    const auto offset = opened->journal->append(std::vector<std::string>{"later"});
    ASSERT_TRUE(offset);
    EXPECT_EQ(read_all(*opened->journal).back().payload, "later");
    EXPECT_EQ(read_all(*opened->journal, *offset).size(), 1U);
  }
}

TEST(JournalStart, IgnoresOtherFilesAndTakesUpEmptySegments) {
  ForgettingFileSystem files;
  ASSERT_TRUE(files.make_directory("journal"));
  files.set_content("journal/readme.txt", "hello");
  files.set_content("journal/0.journal", "hello");
  files.set_content(segment_path(0), encode_segment_header({.marker = 5, .begin = 0, .previous_end = 0}));
  auto opened = open_journal(files, small_segments());
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->recovery.damage, IsEmpty());
  ASSERT_TRUE(opened->journal->append(std::vector<std::string>{"first"}));
  EXPECT_THAT(*opened->journal->files(), SizeIs(1));
  EXPECT_EQ(files.content("journal/readme.txt"), "hello");
}

}  // namespace
}  // namespace splitplot::store::test
