/// What a journal's directory holds: every record of every segment is checked. Changes nothing; opening and inspecting
/// both begin with it.
#pragma once

#include "journal/segment_table.hpp"

#include <splitplot/store/file_system.hpp>
#include <splitplot/store/journal.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace splitplot::store {

enum class LastSegment {
  None,
  Whole,      ///< ends with a right record: it can be written on
  TornAtEnd,  ///< the bytes behind its last right record are to be cut off
  Closed,  ///< stays as it is: its end cannot be judged (header lost, bytes unreadable), or lacks a few zeros
};

struct Survey {
  JournalRecovery recovery;  ///< its end is where a new segment may begin: behind all that was ever written
  std::vector<Segment> segments;
  LastSegment last = LastSegment::None;
  /// Torn headers and ends: what an append leaves that was broken off, or one that is under way shows.
  std::vector<JournalDamage> unfinished;
  std::vector<std::string> headless;  ///< paths of files without a whole header and without records
};

/// Errors: Unreadable; BadData if a segment is of a newer format.
[[nodiscard]] Result<Survey> survey_journal(FileSystem& files, const std::string& directory);

}  // namespace splitplot::store
