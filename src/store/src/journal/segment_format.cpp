#include "journal/segment_format.hpp"

#include "journal/checksum.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

namespace splitplot::store {
namespace {

constexpr std::string_view kMagic = "SPLTJRNL";
constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kNameDigits = 20;

template <typename Number>
void put(char* at, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) at[i] = static_cast<char>(number >> (8 * i));
}

template <typename Number>
Number get(std::string_view bytes, std::size_t at) {
  Number number = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&number, bytes.data() + at, sizeof number);
  } else {
    for (std::size_t i = 0; i < sizeof number; ++i) {
      number |= static_cast<Number>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
  }
  return number;
}

// Of the fields that say where and how long a record is; the payload's checksum goes on from it.
std::uint32_t place_checksum(std::uint32_t marker, std::uint32_t length, JournalOffset offset) {
  std::array<char, 16> place{};
  put(place.data(), marker);
  put(place.data() + 4, length);
  put(place.data() + 8, offset);
  return crc32c(0, {place.data(), place.size()});
}

}  // namespace

std::string encode_segment_header(const SegmentHeader& header) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  put(bytes.data() + 8, kFormatVersion);
  put(bytes.data() + 12, header.marker);
  put(bytes.data() + 16, header.begin);
  put(bytes.data() + 24, header.previous_end);
  put(bytes.data() + 36, crc32c(0, std::string_view(bytes).substr(0, 36)));
  return bytes;
}

Result<std::optional<SegmentHeader>> decode_segment_header(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kMagic) ||
      get<std::uint32_t>(bytes, 36) != crc32c(0, bytes.substr(0, 36))) {
    return std::optional<SegmentHeader>();
  }
  const auto version = get<std::uint32_t>(bytes, 8);
  if (version > kFormatVersion) {
    return fail(ErrorCode::BadData,
                "the journal has format version " + std::to_string(version) + ", this program knows up to " +
                    std::to_string(kFormatVersion),
                "use the version of Splitplot that wrote it, or a later one");
  }
  return SegmentHeader{.marker = get<std::uint32_t>(bytes, 12),
                       .begin = get<std::uint64_t>(bytes, 16),
                       .previous_end = get<std::uint64_t>(bytes, 24)};
}

void encode_record(std::string& bytes, std::uint32_t marker, JournalOffset offset, std::string_view payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  const std::uint32_t own = place_checksum(marker, length, offset);
  std::array<char, kRecordHeaderBytes> header{};
  put(header.data(), marker);
  put(header.data() + 4, length);
  put(header.data() + 8, own);
  put(header.data() + 12, crc32c(own, payload));
  bytes.append(header.data(), header.size());
  bytes.append(payload);
  bytes.append(record_bytes(payload.size()) - kRecordHeaderBytes - payload.size(), '\0');
}

std::optional<RecordHeader> decode_record_header(std::string_view bytes, JournalOffset offset,
                                                 std::optional<std::uint32_t> marker) {
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;
  const RecordHeader header{.marker = get<std::uint32_t>(bytes, 0),
                            .length = get<std::uint32_t>(bytes, 4),
                            .own_checksum = get<std::uint32_t>(bytes, 8),
                            .payload_checksum = get<std::uint32_t>(bytes, 12)};
  if (header.marker == 0 || header.marker != marker.value_or(header.marker)) return std::nullopt;
  if (header.length > kMaximumPayloadBytes) return std::nullopt;
  if (header.own_checksum != place_checksum(header.marker, header.length, offset)) return std::nullopt;
  return header;
}

bool payload_is_right(const RecordHeader& header, std::string_view payload) {
  return header.payload_checksum == crc32c(header.own_checksum, payload);
}

std::string segment_name(JournalOffset begin) {
  const std::string digits = std::to_string(begin);
  return std::string(kNameDigits - digits.size(), '0') + digits + std::string(kSuffix);
}

std::optional<JournalOffset> parse_segment_name(std::string_view name) {
  if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  const char* end = name.data() + kNameDigits;
  JournalOffset begin = 0;
  const auto [stopped, failure] = std::from_chars(name.data(), end, begin);
  if (failure != std::errc() || stopped != end || begin % kAlignment != 0) return std::nullopt;
  return begin;
}

}  // namespace splitplot::store
