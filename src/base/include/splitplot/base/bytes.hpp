/// Bytes as stored records are written in: numbers of variable length (LEB128), eight-byte words with the lowest byte
/// first, texts with their length before them. Each format says which of these it uses where (docs/formats); a reader
/// never trusts what it reads. Plain values, no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace splitplot {

class ByteWriter {
 public:
  explicit ByteWriter(std::size_t expected_bytes = 0) { bytes_.reserve(expected_bytes); }

  void byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }

  /// Seven bits a byte, the lowest first; the high bit says that more follow.
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }

  /// Small magnitudes of either sign in few bytes: 0, -1, 1, -2 ... are the numbers 0, 1, 2, 3 ...
  void integer(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }

  void word(std::uint64_t value) {
    for (int index = 0; index < 8; ++index, value >>= 8) byte(static_cast<std::uint8_t>(value));
  }

  void text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
  }

  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what a ByteWriter wrote. After the first thing that cannot be, all reads as nothing and `ok` is false, so that a
/// record can be read to its end and judged once.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  /// What was read cannot be, for a reason that the reader does not know.
  void refuse() {
    ok_ = false;
    rest_ = {};
  }

  std::uint8_t byte() {
    if (rest_.empty()) {
      ok_ = false;
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      if (shift == 63 && next > 1) break;  // beyond 64 bits
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return ok_ ? value : 0;
    }
    refuse();
    return 0;
  }

  std::int64_t integer() {
    const std::uint64_t folded = number();
    return static_cast<std::int64_t>((folded >> 1) ^ (~(folded & 1) + 1));
  }

  std::uint64_t word() {
    if (rest_.size() < 8) {
      refuse();
      return 0;
    }
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) value |= static_cast<std::uint64_t>(byte()) << shift;
    return value;
  }

  std::string text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      refuse();
      return {};
    }
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

  /// How many things follow, each of so many bytes at least: never more than the bytes that are left can hold.
  std::uint64_t count(std::size_t bytes_each = 1) {
    const std::uint64_t value = number();
    if (value <= rest_.size() / bytes_each) return value;
    refuse();
    return 0;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace splitplot
