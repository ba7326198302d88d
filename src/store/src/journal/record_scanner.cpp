#include "journal/record_scanner.hpp"

#include "journal/segment_format.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace splitplot::store {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr std::size_t kUnreadableStep = 4096;  // what a disk loses at a time

constexpr std::string_view kBadPayload = "checksum does not match: record skipped";
constexpr std::string_view kNoRecord = "no record can be made out: bytes skipped";

}  // namespace

RecordScanner::RecordScanner(const File& file, std::string file_name, JournalOffset begin,
                             std::optional<std::uint32_t> marker)
    : file_(file),
      file_name_(std::move(file_name)),
      begin_(begin),
      marker_(marker),
      at_(begin),
      right_end_(begin) {}

std::uint64_t RecordScanner::position_of(JournalOffset offset) const {
  return kSegmentHeaderBytes + (offset - begin_);
}

std::optional<RecordScanner::Record> RecordScanner::next(JournalOffset limit) {
  while (at_ + kRecordHeaderBytes <= limit) {
    const auto header = decode_record_header(view(at_, kRecordHeaderBytes, limit), at_, marker_);
    if (!header || at_ + kRecordHeaderBytes + header->length > limit) {
      const JournalOffset found = find_header(at_ + kAlignment, limit);
      suspect(found, kNoRecord);
      at_ = found;
      continue;
    }
    const std::string_view whole = view(at_, kRecordHeaderBytes + header->length, limit);
    const JournalOffset end = at_ + record_bytes(header->length);
    if (whole.size() < kRecordHeaderBytes + header->length ||
        !payload_is_right(*header, whole.substr(kRecordHeaderBytes))) {
      suspect(std::min(end, limit), kBadPayload);
      at_ = end;
      continue;
    }
    marker_ = header->marker;
    std::move(suspects_.begin(), suspects_.end(), std::back_inserter(damage_));
    suspects_.clear();
    right_end_ = end;
    return Record{
        .offset = std::exchange(at_, end), .next = end, .payload = whole.substr(kRecordHeaderBytes)};
  }
  return std::nullopt;
}

void RecordScanner::seek(JournalOffset offset) {
  suspects_.clear();
  at_ = right_end_ = offset;
}

void RecordScanner::skip_tail(JournalOffset limit) {
  if (at_ < limit) suspect(limit, kNoRecord);
  std::move(suspects_.begin(), suspects_.end(), std::back_inserter(damage_));
  seek(limit);
}

void RecordScanner::suspect(JournalOffset end, std::string_view what) {
  suspects_.push_back(JournalDamage{
      .file = file_name_, .position = position_of(at_), .bytes = end - at_, .what = std::string(what)});
}

JournalOffset RecordScanner::find_header(JournalOffset from, JournalOffset limit) {
  for (JournalOffset at = from; at + kRecordHeaderBytes <= limit; at += kAlignment) {
    const auto header = decode_record_header(view(at, kRecordHeaderBytes, limit), at, marker_);
    if (header && at + kRecordHeaderBytes + header->length <= limit) return at;
  }
  return limit;
}

std::string_view RecordScanner::view(JournalOffset offset, std::size_t size, JournalOffset limit) {
  const std::uint64_t position = position_of(offset);
  if (position < block_position_ || position + size > block_position_ + block_.size()) {
    // Not beyond the limit: what is behind it may still be written.
    fill(position,
         static_cast<std::size_t>(std::min<std::uint64_t>(std::max(size, kBlockBytes), limit - offset)));
  }
  return std::string_view(block_).substr(std::min<std::uint64_t>(position - block_position_, block_.size()),
                                         size);
}

void RecordScanner::fill(std::uint64_t position, std::size_t size) {
  block_position_ = position;
  if (auto bytes = file_.read(position, size)) {
    block_ = std::move(*bytes);
    return;
  }
  // Part of it cannot be read: what can be is kept, and zeros, which are no record, stand for the rest.
  block_.clear();
  while (block_.size() < size) {
    const std::size_t wanted = std::min(kUnreadableStep, size - block_.size());
    const auto piece = file_.read(position + block_.size(), wanted);
    if (piece) {
      block_ += *piece;
      if (piece->size() < wanted) return;
    } else {
      unreadable_ = true;
      block_.append(wanted, '\0');
    }
  }
}

}  // namespace splitplot::store
