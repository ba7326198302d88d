/// FNV-1a over 32 bits, of UTF-16 code units: the steps of bucket_of, so that what does not change (the seed) is hashed
/// once. Pure; inline, because a decision does little else.
#pragma once

#include <splitplot/base/code_point.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>

namespace splitplot::decide {

/// Where every hash begins.
inline constexpr std::uint32_t kFnvBasis = 2166136261U;

[[nodiscard]] inline std::uint32_t with_code_unit(std::uint32_t hash, std::uint32_t code_unit) {
  constexpr std::uint32_t kFnvPrime = 16777619U;
  return (hash ^ code_unit) * kFnvPrime;
}

/// The same with a text that has letters beyond ASCII.
[[nodiscard]] inline std::uint32_t fnv_beyond_ascii(std::uint32_t hash, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code_point = next_code_point(text, at);
    if (code_point < 0x10000) {
      hash = with_code_unit(hash, code_point);
    } else {
      hash = with_code_unit(hash, 0xD800 + ((code_point - 0x10000) >> 10));
      hash = with_code_unit(hash, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
    }
  }
  return hash;
}

/// The hash so far, gone on with the UTF-16 code units of a text that is written in UTF-8.
[[nodiscard]] inline std::uint32_t fnv_continued(std::uint32_t hash, std::string_view text) {
  // Nearly all ids are ASCII, where a byte is a code unit; four of them are looked at at once.
  while (text.size() >= 4) {
    std::uint32_t four = 0;
    std::memcpy(&four, text.data(), sizeof(four));
    if ((four & 0x80808080U) != 0) return fnv_beyond_ascii(hash, text);
    for (std::size_t i = 0; i < 4; ++i) hash = with_code_unit(hash, static_cast<unsigned char>(text[i]));
    text.remove_prefix(4);
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) return fnv_beyond_ascii(hash, text.substr(i));
    hash = with_code_unit(hash, byte);
  }
  return hash;
}

/// Version 2: the bucket of the unit whose seed and value were hashed, in this order. Hashes the decimal digits of that
/// once more.
[[nodiscard]] inline double second_bucket(std::uint32_t hash) {
  constexpr std::uint32_t kBuckets = 10'000;
  constexpr std::uint32_t kFewestOfNineDigits = 100'000'000;
  std::uint32_t second = kFnvBasis;
  if (hash >= kFewestOfNineDigits) {
    // 98 of 100. The digits from the front, two at a time: the number as a fixed-point share of 10^8, whose whole part is
    // the pair. The scale is 2^57 / 10^8 rounded up, which is exact for all 32-bit numbers.
    constexpr std::uint64_t kScale = 1441151881;
    constexpr std::uint64_t kFraction = (std::uint64_t{1} << 57) - 1;
    std::uint64_t rest = hash * kScale;
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
      const auto pair = static_cast<std::uint32_t>(rest >> 57);
      rest = (rest & kFraction) * 100;
      const std::uint32_t tens = with_code_unit(second, '0' + pair / 10);
      // One number in five has nine digits: a choice of values, because a branch would be foreseen wrongly that often.
      second = with_code_unit(i == 0 && pair < 10 ? kFnvBasis : tens, '0' + pair % 10);
    }
  } else {
    char digits[10];
    const char* end = std::to_chars(std::begin(digits), std::end(digits), hash).ptr;
    for (const char* digit = digits; digit != end; ++digit)
      second = with_code_unit(second, static_cast<unsigned char>(*digit));
  }
  return static_cast<double>(second % kBuckets) / kBuckets;
}

/// Version 1: the same of value and seed.
[[nodiscard]] inline double first_bucket(std::uint32_t hash) {
  constexpr std::uint32_t kBuckets = 1'000;
  return static_cast<double>(hash % kBuckets) / kBuckets;
}

}  // namespace splitplot::decide
