#include "journal/journal_reader.hpp"

#include <algorithm>
#include <utility>

namespace splitplot::store {

FollowingReader::FollowingReader(std::shared_ptr<const SegmentTable> table, JournalOffset position)
    : table_(std::move(table)), position_(position) {}

Result<std::optional<JournalRecord>> FollowingReader::next() {
  while (true) {
    if (!scanner_) {
      const auto entered = enter_segment();
      if (!entered) return tl::unexpected(entered.error());
      if (!*entered) return std::optional<JournalRecord>();
    }
    const auto record = scanner_->next(extent_.end);
    if (record) {
      take_damage();
      position_ = record->next;
      return JournalRecord{
          .offset = record->offset, .next = record->next, .payload = std::string(record->payload)};
    }
    // What is left before the durable end was a record once.
    scanner_->skip_tail(extent_.end);
    take_damage();
    position_ = std::max(position_, extent_.end);
    const JournalOffset known = std::exchange(extent_, table_->extent(current_->segment)).end;
    if (extent_.end > known) continue;
    if (!extent_.final) return std::optional<JournalRecord>();
    scanner_.reset();
  }
}

Result<bool> FollowingReader::enter_segment() {
  auto opened = table_->open_at(position_);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  if (!*opened) return false;
  current_ = std::move(**opened);
  const Segment& segment = current_->segment;
  position_ = std::max(position_, segment.begin);
  scanner_.emplace(*current_->file, segment.name, segment.begin, segment.marker);
  scanner_->seek(position_);
  damage_taken_ = 0;
  extent_ = {.end = segment.end, .final = false};
  return true;
}

void FollowingReader::take_damage() {
  const auto& found = scanner_->damage();
  damage_.insert(damage_.end(), found.begin() + static_cast<std::ptrdiff_t>(damage_taken_), found.end());
  damage_taken_ = found.size();
}

}  // namespace splitplot::store
