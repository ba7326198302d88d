/// A fast hash of text for tables in memory, eight bytes at a time, and fast comparisons. The hash differs from machine to
/// machine and between versions, so it must not be stored; assignment has its own (decide/hash.hpp). Pure.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace splitplot {

namespace detail {

/// Both halves of the product of two 64-bit numbers, folded.
[[nodiscard]] inline std::uint64_t folded_product(std::uint64_t left, std::uint64_t right) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <typename Word>
[[nodiscard]] std::uint64_t word_at(const char* bytes) {
  Word word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

}  // namespace detail

/// left == right, for texts of few bytes, where calling the library takes longer than comparing.
[[nodiscard]] inline bool same_text(std::string_view left, std::string_view right) {
  const std::size_t size = left.size();
  if (size != right.size()) return false;
  const char* a = left.data();
  const char* b = right.data();
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      if (detail::word_at<std::uint64_t>(a + at) != detail::word_at<std::uint64_t>(b + at)) return false;
    }
    return detail::word_at<std::uint64_t>(a + size - 8) == detail::word_at<std::uint64_t>(b + size - 8);
  }
  if (size >= 4) {
    return detail::word_at<std::uint32_t>(a) == detail::word_at<std::uint32_t>(b) &&
           detail::word_at<std::uint32_t>(a + size - 4) == detail::word_at<std::uint32_t>(b + size - 4);
  }
  if (size >= 2) {
    return detail::word_at<std::uint16_t>(a) == detail::word_at<std::uint16_t>(b) &&
           a[size - 1] == b[size - 1];
  }
  return size == 0 || *a == *b;
}

[[nodiscard]] inline std::uint64_t text_hash(std::string_view text) {
  constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15U;
  constexpr std::uint64_t kSecond = 0xD6E8FEB86659FD93U;
  const char* bytes = text.data();
  const std::size_t size = text.size();
  std::uint64_t hash = kFirst ^ (size * kSecond);  // far from where the letters are
  std::uint64_t last = 0;
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8)
      hash = detail::folded_product(hash ^ detail::word_at<std::uint64_t>(bytes + at), kSecond);
    last = detail::word_at<std::uint64_t>(bytes + size - 8);  // may overlap the word before
  } else if (size >= 4) {
    last = detail::word_at<std::uint32_t>(bytes) << 32 | detail::word_at<std::uint32_t>(bytes + size - 4);
  } else if (size > 0) {
    last = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[0])) << 16 |
           static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[size / 2])) << 8 |
           static_cast<unsigned char>(bytes[size - 1]);
  }
  return detail::folded_product(hash ^ last, kSecond);
}

/// A text in one number, to be compared with others: a short one as a whole, of a longer one its hash.
class TextHead {
 public:
  static constexpr std::size_t kMostBytes = 7;

  TextHead() = default;
  explicit TextHead(std::string_view text) {
    static_assert(std::endian::native == std::endian::little, "the bytes that overlap must meet");
    const char* bytes = text.data();
    const std::size_t size = text.size();
    if (size > kMostBytes) {
      bits_ = text_hash(text) | kLong;
      return;
    }
    if (size >= 4) {
      bits_ = detail::word_at<std::uint32_t>(bytes) | detail::word_at<std::uint32_t>(bytes + size - 4)
                                                          << (8 * (size - 4));
    } else if (size > 0) {
      bits_ = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[0])) |
              static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[size / 2])) << (8 * (size / 2)) |
              static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[size - 1])) << (8 * (size - 1));
    }
    bits_ |= static_cast<std::uint64_t>(size) << 56;
  }

  /// Whether texts are alike if their heads are; else they may be.
  [[nodiscard]] bool is_whole() const { return (bits_ & kLong) != kLong; }
  /// For a table; all bits depend on all bytes.
  [[nodiscard]] std::uint32_t hash() const {
    return static_cast<std::uint32_t>((bits_ * 0x9E3779B97F4A7C15U) >> 32);
  }
  friend bool operator==(TextHead, TextHead) = default;

 private:
  static constexpr std::uint64_t kLong = std::uint64_t{0xFF} << 56;
  std::uint64_t bits_ = 0;
};

}  // namespace splitplot
