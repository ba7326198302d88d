#include "journal/segment_table.hpp"

#include <algorithm>
#include <utility>

namespace splitplot::store {

SegmentTable::SegmentTable(FileSystem& files, std::string directory, std::vector<Segment> segments,
                           JournalOffset end)
    : files_(files), directory_(std::move(directory)), segments_(std::move(segments)), durable_end_(end) {}

void SegmentTable::add(Segment segment) {
  const std::lock_guard lock(mutex_);
  durable_end_ = segment.begin;
  segments_.push_back(std::move(segment));
}

void SegmentTable::extend(JournalOffset end) {
  const std::lock_guard lock(mutex_);
  durable_end_ = end;
  segments_.back().end = end;
}

JournalOffset SegmentTable::begin() const {
  const std::lock_guard lock(mutex_);
  return segments_.empty() ? durable_end_ : segments_.front().begin;
}

JournalOffset SegmentTable::durable_end() const {
  const std::lock_guard lock(mutex_);
  return durable_end_;
}

std::vector<Segment> SegmentTable::segments() const {
  const std::lock_guard lock(mutex_);
  return segments_;
}

std::string SegmentTable::path_of(const Segment& segment) const {
  return directory_ + "/" + segment.name;
}

Result<std::optional<OpenSegment>> SegmentTable::open_at(JournalOffset position) const {
  const std::lock_guard lock(mutex_);  // held while opening, so that the file is not removed in between
  if (segments_.empty()) return std::optional<OpenSegment>();
  if (position < segments_.front().begin) {
    return fail(ErrorCode::NotFound, "journal offset " + std::to_string(position) +
                                         " was removed; the journal begins at " +
                                         std::to_string(segments_.front().begin));
  }
  auto found = std::upper_bound(segments_.begin(), segments_.end(), position,
                                [](JournalOffset at, const Segment& segment) { return at < segment.begin; });
  --found;
  while (position >= found->end && std::next(found) != segments_.end()) ++found;
  auto file = files_.open(path_of(*found), OpenMode::Read);
  if (!file) return tl::unexpected(std::move(file.error()));
  return OpenSegment{.segment = *found, .file = std::move(*file)};
}

SegmentTable::Extent SegmentTable::extent(const Segment& segment) const {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::lower_bound(segments_.begin(), segments_.end(), segment.begin,
                       [](const Segment& entry, JournalOffset begin) { return entry.begin < begin; });
  if (found == segments_.end() || found->begin != segment.begin) return {.end = segment.end, .final = true};
  return {.end = found->end, .final = std::next(found) != segments_.end()};
}

Result<void> SegmentTable::remove_before(JournalOffset offset) {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (segments_.size() < 2 || segments_[1].begin > offset) return {};
      if (auto removed = files_.remove(path_of(segments_.front())); !removed) return removed;
      segments_.erase(segments_.begin());
    }
    // One by one: after a power cut the oldest may be there again, but none is missing between two others.
    if (auto synced = files_.sync_directory(directory_); !synced) return synced;
  }
}

}  // namespace splitplot::store
