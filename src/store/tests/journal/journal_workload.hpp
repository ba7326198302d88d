/// A scripted life of a journal on a ForgettingFileSystem, and the judgement of what a restart finds of it.
#pragma once

#include "journal/forgetting_file_system.hpp"
#include "journal/journal_fixture.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/store/journal.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::store::test {

inline JournalOptions small_segments() {
  return JournalOptions{.directory = "journal", .segment_bytes = 500, .reserve_bytes = 0};
}

inline std::string segment_path(JournalOffset begin) {
  const std::string digits = std::to_string(begin);
  return "journal/" + std::string(20 - digits.size(), '0') + digits + ".journal";
}

/// What the journal was given, and what it promised.
struct Promises {
  std::map<JournalOffset, std::string> acknowledged;
  std::set<std::string> offered;
  JournalOffset removed_before = 0;
  JournalOffset seen_end = 0;  ///< the furthest durable end that a reader could have seen
};

class Workload {
 public:
  explicit Workload(std::uint64_t seed) : random_(seed) {}

  /// Appends a batch of one to four records, none like any other. The journal's answer.
  Result<JournalOffset> append(Journal& journal, Promises& promises) {
    std::vector<std::string> batch;
    for (std::uint64_t k = 1 + random_.below(4); k > 0; --k) {
      std::string payload = std::to_string(++number_) + ":";
      for (std::uint64_t i = random_.below(120); i > 0; --i) payload += static_cast<char>(random_.below(256));
      promises.offered.insert(payload);
      batch.push_back(std::move(payload));
    }
    const auto first = journal.append(batch);
    if (first) {
      JournalOffset at = *first;
      for (const auto& payload : batch) {
        promises.acknowledged[at] = payload;
        at += (16 + payload.size() + 7) / 8 * 8;
      }
      EXPECT_EQ(journal.durable_end(), at);
    }
    promises.seen_end = std::max(promises.seen_end, journal.durable_end());
    return first;
  }

  /// Opens the journal and appends; half-way the oldest segments go.
  void run(ForgettingFileSystem& files, Promises& promises, int batches) {
    auto opened = open_journal(files, small_segments());
    if (!opened) return;
    Journal& journal = *opened->journal;
    promises.seen_end = std::max(promises.seen_end, journal.durable_end());
    for (int i = 0; i < batches; ++i) {
      if (!append(journal, promises)) return;
      if (i == batches / 2) {
        promises.removed_before = journal.durable_end() / 2;
        static_cast<void>(journal.remove_before(promises.removed_before));
      }
    }
  }

 private:
  RandomStream random_;
  int number_ = 0;
};

/// No acknowledged record is lost or at another place, none is invented, and no offset is given out twice.
inline void judge(Journal& journal, const Promises& promises) {
  const auto records = read_all(journal);
  std::map<JournalOffset, std::string> found;
  JournalOffset at = journal.begin();
  for (const auto& record : records) {
    EXPECT_GE(record.offset, at);
    at = record.next;
    found[record.offset] = record.payload;
    EXPECT_TRUE(promises.offered.contains(record.payload)) << "invented at " << record.offset;
  }
  for (const auto& [offset, payload] : promises.acknowledged) {
    if (offset < journal.begin()) continue;
    ASSERT_TRUE(found.contains(offset)) << "lost at " << offset;
    EXPECT_EQ(found[offset], payload);
  }
  EXPECT_LE(journal.begin(), std::max(promises.removed_before, JournalOffset{0}));
  EXPECT_GE(journal.durable_end(), promises.seen_end);
}

}  // namespace splitplot::store::test
