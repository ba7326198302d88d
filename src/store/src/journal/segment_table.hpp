/// The segments of an open journal, shared by its writer and its readers. Any thread; readers may outlive the journal.
#pragma once

#include <splitplot/store/file_system.hpp>
#include <splitplot/store/journal.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::store {

struct Segment {
  std::string name;
  JournalOffset begin = 0;
  JournalOffset end = 0;                ///< of its durable records
  std::optional<std::uint32_t> marker;  ///< nothing if its header is lost
};

/// A segment as a reader sees it at one moment.
struct OpenSegment {
  Segment segment;
  std::unique_ptr<File> file;
};

class SegmentTable {
 public:
  SegmentTable(FileSystem& files, std::string directory, std::vector<Segment> segments, JournalOffset end);

  /// A new last segment: the durable end moves to its begin.
  void add(Segment segment);
  /// The last segment has grown.
  void extend(JournalOffset end);

  [[nodiscard]] JournalOffset begin() const;
  [[nodiscard]] JournalOffset durable_end() const;
  [[nodiscard]] std::vector<Segment> segments() const;
  [[nodiscard]] std::string path_of(const Segment& segment) const;

  /// What a reader at `position` reads on with: the segment that holds it, or the next one that has records beyond it,
  /// or the last one. Nothing if there are no segments. Errors: NotFound if it was removed.
  Result<std::optional<OpenSegment>> open_at(JournalOffset position) const;

  struct Extent {
    JournalOffset end = 0;  ///< of the durable records
    bool final = false;     ///< it has a successor, so it will not grow
  };
  /// How far the segment may be read; a removed one to where the reader knew it.
  [[nodiscard]] Extent extent(const Segment& segment) const;

  /// Removes the files of segments that lie before `offset`.
  Result<void> remove_before(JournalOffset offset);

 private:
  FileSystem& files_;
  const std::string directory_;
  mutable std::mutex mutex_;
  std::vector<Segment> segments_;
  JournalOffset durable_end_;
};

}  // namespace splitplot::store
