/// The grammar of a journal's segment files (docs/formats/journal.md) as pure functions over bytes. All numbers are
/// little-endian.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/journal.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::store {

constexpr std::size_t kSegmentHeaderBytes = 40;
constexpr std::size_t kRecordHeaderBytes = 16;
constexpr std::size_t kAlignment = 8;  ///< of records, in the file and in the journal
constexpr std::size_t kMaximumPayloadBytes = std::size_t{64} << 20;
constexpr std::uint32_t kFormatVersion = 1;

[[nodiscard]] constexpr std::uint64_t align_up(std::uint64_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

struct SegmentHeader {
  std::uint32_t marker = 0;  ///< stands before each record of the segment; random, not 0
  JournalOffset begin = 0;   ///< of the first record
  JournalOffset previous_end =
      0;  ///< where the records of the segment before it end; bytes beyond do not count
};

[[nodiscard]] std::string encode_segment_header(const SegmentHeader& header);

/// Nothing if the bytes are too few or the checksum does not match. Errors: BadData for a newer format.
[[nodiscard]] Result<std::optional<SegmentHeader>> decode_segment_header(std::string_view bytes);

struct RecordHeader {
  std::uint32_t marker = 0;
  std::uint32_t length = 0;            ///< of the payload
  std::uint32_t own_checksum = 0;      ///< of marker, length and offset
  std::uint32_t payload_checksum = 0;  ///< of those and the payload
};

/// Bytes that a record takes.
[[nodiscard]] constexpr std::uint64_t record_bytes(std::uint64_t payload_bytes) {
  return align_up(kRecordHeaderBytes + payload_bytes);
}

/// Appends the record at `offset` to `bytes`.
void encode_record(std::string& bytes, std::uint32_t marker, JournalOffset offset, std::string_view payload);

/// The first bytes as a record's header, if it is right: by its checksum, at this offset, with this marker (any but 0
/// if it is not known).
[[nodiscard]] std::optional<RecordHeader> decode_record_header(std::string_view bytes, JournalOffset offset,
                                                               std::optional<std::uint32_t> marker);

[[nodiscard]] bool payload_is_right(const RecordHeader& header, std::string_view payload);

/// "00000000000000000040.journal"
[[nodiscard]] std::string segment_name(JournalOffset begin);
/// Nothing for a name that is not a segment's.
[[nodiscard]] std::optional<JournalOffset> parse_segment_name(std::string_view name);

}  // namespace splitplot::store
