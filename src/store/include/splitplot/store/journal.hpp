/// The journal: the truth about what happened. An append-only sequence of records in segment files, each record with
/// a checksum; an event is acknowledged only when its record was synced. Everything else (profiles, de-duplication,
/// warehouse) can be made again from it. Format: docs/formats/journal.md.
///
/// One thread appends; any number of readers follow behind the durable end.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/file_system.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store {

/// Place of a record: the bytes of the journal before it. Grows for ever, also over removed segments and restarts.
using JournalOffset = std::uint64_t;

struct JournalRecord {
  JournalOffset offset = 0;
  JournalOffset next = 0;  ///< where the following record begins
  std::string payload;
};

struct JournalOptions {
  std::string directory;                      ///< made if it is not there
  std::uint64_t segment_bytes = 64ULL << 20;  ///< a segment is closed when it is longer
  std::uint64_t reserve_bytes = 16ULL << 20;  ///< disk space that appends leave free
  /// The next record will not be before this offset: others hold records up to there, which a damaged journal may have
  /// lost. So no offset is given out twice, and what they hold stays.
  JournalOffset not_before = 0;
};

/// What was found damaged, and what became of it.
struct JournalDamage {
  std::string file;
  std::uint64_t position = 0;  ///< in the file
  std::uint64_t bytes = 0;     ///< that were skipped or cut off
  std::string what;  ///< "torn record at the end: cut off", "checksum does not match: record skipped"
};

struct JournalRecovery {
  JournalOffset begin = 0;  ///< of the oldest record that is there
  JournalOffset end = 0;    ///< where the next record will be
  std::uint64_t records = 0;
  std::vector<JournalDamage> damage;
};

/// Reads records in order. A damaged record is skipped and reported; the rest is read.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  /// The next record before the durable end; nothing if there is none yet (ask again later).
  virtual Result<std::optional<JournalRecord>> next() = 0;
  [[nodiscard]] virtual JournalOffset position() const = 0;
  [[nodiscard]] virtual const std::vector<JournalDamage>& damage() const = 0;
};

class Journal {
 public:
  virtual ~Journal() = default;

  /// Appends records and syncs: they are durable when it returns. Group commit is the caller's: it passes all that
  /// has gathered. Answers the offset of the first.
  /// Errors: ResourceLimit (disk full, reserve reached): nothing of the batch is in the journal, and appending may be
  /// tried again. Unavailable (a write or sync failed): the journal takes nothing more until `repair` succeeded,
  /// since what the failed sync left behind is unknown. InvalidArgument for a record of more than 64 MiB.
  /// No records: writes nothing, and answers the error that an append would meet, or the durable end.
  virtual Result<JournalOffset> append(std::span<const std::string> payloads) = 0;

  /// After Unavailable: closes the segment at its last durable record, proves by a written, synced and re-read probe
  /// that the disk works, and begins a new one. Errors: Unavailable (still not well), ResourceLimit.
  virtual Result<void> repair() = 0;

  /// Whether append would be refused without being tried.
  [[nodiscard]] virtual bool broken() const = 0;

  /// Everything before it is durable. Any thread.
  [[nodiscard]] virtual JournalOffset durable_end() const = 0;
  [[nodiscard]] virtual JournalOffset begin() const = 0;

  /// A reader from an offset on (a record's start or `begin()`); it may be used by another thread.
  /// Errors: NotFound for an offset before `begin()` or beyond the end.
  virtual Result<std::unique_ptr<JournalReader>> read_from(JournalOffset offset) = 0;

  /// Removes whole segments that lie before `offset`.
  virtual Result<void> remove_before(JournalOffset offset) = 0;

  /// Files that hold the journal up to the durable end, oldest first, with their length, for a backup.
  struct SegmentFile {
    std::string path;
    JournalOffset begin = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] virtual Result<std::vector<SegmentFile>> files() = 0;
};

struct OpenedJournal {
  std::unique_ptr<Journal> journal;
  JournalRecovery recovery;
};

/// Opens a journal, checks every record, cuts off what was torn at the end. Always starts if the directory can be
/// read and written. Errors: Unreadable, ResourceLimit; Conflict if another process holds it; BadData if it is of a
/// newer format.
[[nodiscard]] Result<OpenedJournal> open_journal(FileSystem& files, const JournalOptions& options);

/// Reads a journal without opening it for writing, and changes nothing: for verification and for rebuilding. Another
/// process may append meanwhile; what it has half written is no damage then.
[[nodiscard]] Result<JournalRecovery> inspect_journal(FileSystem& files, const std::string& directory);

}  // namespace splitplot::store
