#include "journal/journal_reader.hpp"
#include "journal/segment_format.hpp"
#include "journal/segment_table.hpp"
#include "journal/survey.hpp"

#include <splitplot/store/journal.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <utility>

namespace splitplot::store {
namespace {

constexpr std::string_view kLockName = "journal.lock";
constexpr std::string_view kProbeName = "journal.probe";
constexpr int kInspectionAttempts = 5;
constexpr std::size_t kProbeBytes = 4096;
constexpr std::uint64_t kSpaceStep =
    1 << 20;  // free space is asked for once in so many bytes, or more often near the end
constexpr std::size_t kKeptBufferBytes = std::size_t{8} << 20;

// Unforeseeable for who sends events, so that none can hold bytes that pass for a record of ours.
std::uint32_t random_marker() {
  std::random_device device;
  return std::max<std::uint32_t>(device(), 1);
}

class SegmentedJournal final : public Journal {
 public:
  SegmentedJournal(FileSystem& files, JournalOptions options, std::unique_ptr<FileLock> lock)
      : files_(files), options_(std::move(options)), lock_(std::move(lock)) {}

  /// Takes over what the survey found: cuts, continues or begins a segment. A disk that is full or fails leaves it
  /// readable.
  void start(Survey& survey);

  Result<JournalOffset> append(std::span<const std::string> payloads) override;
  Result<void> repair() override;
  [[nodiscard]] bool broken() const override { return broken_; }
  [[nodiscard]] JournalOffset durable_end() const override { return table_->durable_end(); }
  [[nodiscard]] JournalOffset begin() const override { return table_->begin(); }
  Result<std::unique_ptr<JournalReader>> read_from(JournalOffset offset) override;
  Result<void> remove_before(JournalOffset offset) override { return table_->remove_before(offset); }
  [[nodiscard]] Result<std::vector<SegmentFile>> files() override;

 private:
  // Bytes behind the last record that counts, in a segment that is not written on.
  struct Tail {
    std::string path;
    std::uint64_t size = 0;  ///< of the file without them
  };

  [[nodiscard]] std::string path_of(std::string_view name) const {
    return options_.directory + "/" + std::string(name);
  }
  Result<void> continue_last_segment(const Segment& last);
  Result<void> begin_segment();
  Result<void> write_segment(const std::string& path, const SegmentHeader& header);
  Result<void> check_space(std::uint64_t bytes);
  Result<void> write_batch(std::uint64_t bytes);
  Result<void> probe();
  Error break_off(Error cause, JournalOffset written_end);

  FileSystem& files_;
  const JournalOptions options_;
  std::unique_ptr<FileLock> lock_;
  std::shared_ptr<SegmentTable> table_;
  std::unique_ptr<File> file_;  ///< of the segment that is written, if there is one
  std::string path_;
  std::uint32_t marker_ = 0;
  JournalOffset segment_begin_ = 0;
  JournalOffset end_ = 0;         ///< of the durable records
  JournalOffset next_begin_ = 0;  ///< of the next segment: behind all that was ever written, durable or not
  std::optional<Tail>
      tail_;  ///< to be cut off when the next segment is durable, which says that it does not count
  std::uint64_t space_left_ = 0;     ///< bytes that can be appended before the free space is asked for again
  std::uint64_t refused_bytes_ = 0;  ///< of the last batch, if the disk was full: a probe asks for as many
  std::string batch_;
  std::atomic<bool> broken_ = false;
  std::optional<Error> cause_;  ///< of being broken
};

Error to_unavailable(Error cause) {
  return Error{ErrorCode::Unavailable, "the journal takes no records: " + std::move(cause.message),
               "check the disk; the server takes events again by itself when it is well"};
}

void SegmentedJournal::start(Survey& survey) {
  next_begin_ = std::max(survey.recovery.end, align_up(options_.not_before));
  // A record counts up to here; offsets beyond, which a torn end has used up, are never given out again.
  end_ = survey.segments.empty() ? next_begin_ : survey.segments.back().end;
  table_ = std::make_shared<SegmentTable>(files_, options_.directory, survey.segments, end_);
  for (const std::string& path : survey.headless) static_cast<void>(files_.remove(path));
  if (!survey.segments.empty()) {
    // What was written before the process died, bytes and names, need not be durable yet, and is about to be read.
    const Segment& last = survey.segments.back();
    if (auto continued = continue_last_segment(last); !continued) {
      static_cast<void>(break_off(std::move(continued.error()), next_begin_));
      survey.recovery.end = end_;
      return;
    }
    if (survey.last == LastSegment::Whole && end_ == next_begin_) return;
    if (survey.last == LastSegment::TornAtEnd) {
      tail_ = Tail{.path = path_, .size = kSegmentHeaderBytes + (end_ - last.begin)};
    }
    file_.reset();
  }
  static_cast<void>(begin_segment());  // if the disk is full, append tries again
  survey.recovery.end = end_;
}

Result<void> SegmentedJournal::continue_last_segment(const Segment& last) {
  path_ = path_of(last.name);
  auto file = files_.open(path_, OpenMode::Append);
  if (!file) return tl::unexpected(std::move(file.error()));
  if (auto synced = (*file)->sync(); !synced) return synced;
  if (auto synced = files_.sync_directory(options_.directory); !synced) return synced;
  file_ = std::move(*file);
  marker_ = last.marker.value_or(0);
  segment_begin_ = last.begin;
  return {};
}

Result<JournalOffset> SegmentedJournal::append(std::span<const std::string> payloads) {
  if (broken_) {
    return tl::unexpected(
        to_unavailable(Error{ErrorCode::Unavailable, "an earlier write or sync failed", ""}));
  }
  std::uint64_t bytes = 0;
  for (const std::string& payload : payloads) {
    if (payload.size() > kMaximumPayloadBytes) {
      return fail(ErrorCode::InvalidArgument, "a record of " + std::to_string(payload.size()) +
                                                  " bytes is too long for the journal, which takes " +
                                                  std::to_string(kMaximumPayloadBytes));
    }
    bytes += record_bytes(payload.size());
  }
  if (payloads.empty()) bytes = refused_bytes_;
  if (auto checked = check_space(bytes); !checked) return tl::unexpected(std::move(checked.error()));
  if (payloads.empty()) return end_;
  if (!file_ || end_ - segment_begin_ >= options_.segment_bytes) {
    if (auto begun = begin_segment(); !begun) return tl::unexpected(std::move(begun.error()));
  }
  batch_.clear();
  batch_.reserve(bytes);
  for (const std::string& payload : payloads) encode_record(batch_, marker_, end_ + batch_.size(), payload);
  if (auto written = write_batch(bytes); !written) return tl::unexpected(std::move(written.error()));
  if (batch_.capacity() > kKeptBufferBytes) std::string().swap(batch_);
  const JournalOffset first = std::exchange(end_, end_ + bytes);
  next_begin_ = end_;
  refused_bytes_ = 0;
  space_left_ -= std::min(space_left_, bytes);
  table_->extend(end_);
  return first;
}

Result<void> SegmentedJournal::write_batch(std::uint64_t bytes) {
  if (auto written = file_->append(batch_); !written) {
    if (written.error().code == ErrorCode::ResourceLimit) {
      space_left_ = 0;
      refused_bytes_ = bytes;
      if (file_->truncate(kSegmentHeaderBytes + (end_ - segment_begin_))) return written;
    }
    return tl::unexpected(break_off(std::move(written.error()), end_ + bytes));
  }
  if (auto synced = file_->sync(); !synced) {
    return tl::unexpected(break_off(std::move(synced.error()), end_ + bytes));
  }
  return {};
}

// Leaves the segment for good: no second sync of it is tried, since its success would prove nothing. The next segment
// says where this one's records end, so that what the failure left behind them does not count.
Error SegmentedJournal::break_off(Error cause, JournalOffset written_end) {
  broken_ = true;
  next_begin_ = std::max(next_begin_, written_end);
  if (file_) {
    tail_ = Tail{.path = path_, .size = kSegmentHeaderBytes + (end_ - segment_begin_)};
    file_.reset();
  }
  cause_ = to_unavailable(std::move(cause));
  return *cause_;
}

Result<void> SegmentedJournal::check_space(std::uint64_t bytes) {
  if (bytes + kSegmentHeaderBytes <= space_left_) return {};
  space_left_ = 0;
  const auto free = files_.free_bytes(options_.directory);
  if (!free) return tl::unexpected(to_unavailable(free.error()));
  const std::uint64_t needed = options_.reserve_bytes + kSegmentHeaderBytes + bytes;
  if (*free < needed) {
    refused_bytes_ = bytes;
    return fail(ErrorCode::ResourceLimit,
                "the disk of " + options_.directory + " is full: " + std::to_string(*free) +
                    " bytes are free, " + std::to_string(options_.reserve_bytes) + " are kept in reserve",
                "make space; the server takes events again by itself");
  }
  // Others fill the disk too: half of what is left at most goes unasked.
  space_left_ = bytes + kSegmentHeaderBytes + std::min(kSpaceStep, (*free - needed) / 2);
  return {};
}

Result<void> SegmentedJournal::begin_segment() {
  const SegmentHeader header{.marker = random_marker(), .begin = next_begin_, .previous_end = end_};
  const std::string name = segment_name(next_begin_);
  const std::string path = path_of(name);
  if (auto written = write_segment(path, header); !written) {
    // If the file is not certainly gone, its name is not used again.
    if (!files_.remove(path)) next_begin_ += kAlignment;
    if (written.error().code == ErrorCode::ResourceLimit) return written;
    return tl::unexpected(break_off(std::move(written.error()), next_begin_));
  }
  path_ = path;
  marker_ = header.marker;
  segment_begin_ = end_ = header.begin;
  table_->add(Segment{.name = name, .begin = header.begin, .end = header.begin, .marker = header.marker});
  if (tail_) {
    // For the eye only: the new segment's header says that these bytes do not count.
    if (auto old = files_.open(tail_->path, OpenMode::Append))
      static_cast<void>((*old)->truncate(tail_->size));
    tail_.reset();
  }
  return {};
}

Result<void> SegmentedJournal::write_segment(const std::string& path, const SegmentHeader& header) {
  auto file = files_.open(path, OpenMode::Create);
  if (!file) return tl::unexpected(std::move(file.error()));
  if (auto written = (*file)->append(encode_segment_header(header)); !written) return written;
  if (auto synced = (*file)->sync(); !synced) return synced;
  if (auto synced = files_.sync_directory(options_.directory); !synced) return synced;
  file_ = std::move(*file);
  return {};
}

Result<void> SegmentedJournal::repair() {
  if (!broken_) return {};
  space_left_ = 0;
  if (auto checked = check_space(kProbeBytes); !checked) return checked;
  if (auto proved = probe(); !proved) return proved;
  if (auto begun = begin_segment(); !begun) return begun;
  broken_ = false;
  return {};
}

Result<void> SegmentedJournal::probe() {
  const std::string path = path_of(kProbeName);
  static_cast<void>(files_.remove(path));  // of an earlier try
  const auto unwell = [](const Error& cause) {
    return tl::unexpected(cause.code == ErrorCode::ResourceLimit ? cause : to_unavailable(cause));
  };
  const auto file = files_.open(path, OpenMode::Create);
  if (!file) return unwell(file.error());
  const std::string line = "probe " + std::to_string(random_marker()) + "\n";
  std::string content;
  while (content.size() < kProbeBytes) content += line;
  if (const auto written = (*file)->append(content); !written) return unwell(written.error());
  if (const auto synced = (*file)->sync(); !synced) return unwell(synced.error());
  const auto again = files_.open(path, OpenMode::Read);
  if (!again) return unwell(again.error());
  const auto read = (*again)->read(0, content.size());
  if (!read) return unwell(read.error());
  if (*read != content) {
    return tl::unexpected(
        to_unavailable(Error{ErrorCode::Unavailable, path + " reads other bytes than were written", ""}));
  }
  if (const auto removed = files_.remove(path); !removed) return unwell(removed.error());
  return {};
}

Result<std::unique_ptr<JournalReader>> SegmentedJournal::read_from(JournalOffset offset) {
  const JournalOffset first = table_->begin();
  const JournalOffset last = table_->durable_end();
  if (offset < first || offset > last) {
    return fail(ErrorCode::NotFound, "journal offset " + std::to_string(offset) +
                                         " is not there: it goes from " + std::to_string(first) + " to " +
                                         std::to_string(last));
  }
  return std::make_unique<FollowingReader>(table_, offset);
}

Result<std::vector<Journal::SegmentFile>> SegmentedJournal::files() {
  std::vector<SegmentFile> answer;
  for (const Segment& segment : table_->segments()) {
    answer.push_back(SegmentFile{.path = table_->path_of(segment),
                                 .begin = segment.begin,
                                 .bytes = kSegmentHeaderBytes + (segment.end - segment.begin)});
  }
  return answer;
}

/// What others have read was synced once: if the journal ends before that, records are gone, and nothing in its own
/// files tells of it.
void report_missing_end(Survey& survey, JournalOffset was_read) {
  const bool empty = survey.segments.empty();
  const JournalOffset end = empty ? 0 : survey.segments.back().end;
  if (end >= was_read) return;
  const JournalOffset begin = empty ? 0 : survey.segments.back().begin;
  survey.recovery.damage.push_back({.file = empty ? segment_name(0) : survey.segments.back().name,
                                    .position = kSegmentHeaderBytes + (end - begin),
                                    .bytes = was_read - end,
                                    .what = "records are missing at the end that were read before"});
}

}  // namespace

Result<OpenedJournal> open_journal(FileSystem& files, const JournalOptions& options) {
  if (auto made = files.make_directory(options.directory); !made)
    return tl::unexpected(std::move(made.error()));
  auto lock = files.lock(options.directory + "/" + std::string(kLockName));
  if (!lock) return tl::unexpected(std::move(lock.error()));
  auto survey = survey_journal(files, options.directory);
  if (!survey) return tl::unexpected(std::move(survey.error()));
  report_missing_end(*survey, options.not_before);
  auto journal = std::make_unique<SegmentedJournal>(files, options, std::move(*lock));
  journal->start(*survey);
  for (JournalDamage& damage : survey->unfinished) {
    damage.what += ": cut off";
    survey->recovery.damage.push_back(std::move(damage));
  }
  return OpenedJournal{.journal = std::move(journal), .recovery = std::move(survey->recovery)};
}

Result<JournalRecovery> inspect_journal(FileSystem& files, const std::string& directory) {
  const std::string lock = directory + "/" + std::string(kLockName);
  for (int attempt = 1;; ++attempt) {
    const bool held_before = files.is_locked(lock).value_or(false);
    auto survey = survey_journal(files, directory);
    const bool held = held_before || files.is_locked(lock).value_or(false);
    // A process that holds the journal may have removed a segment between our listing and our reading.
    if (!survey && held && attempt < kInspectionAttempts) continue;
    if (!survey) return tl::unexpected(std::move(survey.error()));
    auto& damage = survey->recovery.damage;
    if (!held) damage.insert(damage.end(), survey->unfinished.begin(), survey->unfinished.end());
    return std::move(survey->recovery);
  }
}

}  // namespace splitplot::store
