#include "fnv.hpp"

#include <splitplot/base/code_point.hpp>
#include <splitplot/decide/hash.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

namespace splitplot::decide {
namespace {

constexpr std::uint32_t kFnvPrime = 16777619U;
constexpr std::uint32_t kFirstBuckets = 1'000;
constexpr std::uint32_t kSecondBuckets = 10'000;

std::uint32_t with_unit(std::uint32_t hash, char32_t unit) {
  return (hash ^ static_cast<std::uint32_t>(unit)) * kFnvPrime;
}

}  // namespace

std::uint32_t fnv_continued(std::uint32_t hash, std::string_view text) {
  std::size_t at = 0;
  // Nearly all ids are ASCII, where a byte is a code unit; eight of them are looked at at once.
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & 0x8080808080808080U) != 0) break;
    for (std::size_t i = at; i < at + 8; ++i) hash = with_unit(hash, static_cast<unsigned char>(text[i]));
  }
  for (; at < text.size() && static_cast<unsigned char>(text[at]) < 0x80; ++at)
    hash = with_unit(hash, static_cast<unsigned char>(text[at]));
  while (at < text.size()) {
    const char32_t code_point = next_code_point(text, at);
    if (code_point < 0x10000) {
      hash = with_unit(hash, code_point);
    } else {
      hash = with_unit(hash, 0xD800 + ((code_point - 0x10000) >> 10));
      hash = with_unit(hash, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
    }
  }
  return hash;
}

double second_bucket(std::uint32_t hash) {
  constexpr std::uint32_t kFewestOfTenDigits = 1'000'000'000;
  std::uint32_t second = kFnvBasis;
  if (hash >= kFewestOfTenDigits) {
    // Nearly four in five. The digits from the front, two at a time: the number as a fixed-point share of 10^8, whose whole
    // part is the pair. The scale is 2^57 / 10^8 rounded up, which is exact for all 32-bit numbers.
    constexpr std::uint64_t kScale = 1441151881;
    constexpr std::uint64_t kFraction = (std::uint64_t{1} << 57) - 1;
    std::uint64_t rest = hash * kScale;
    for (int i = 0; i < 5; ++i) {
      const auto pair = static_cast<std::uint32_t>(rest >> 57);
      rest = (rest & kFraction) * 100;
      second = with_unit(with_unit(second, '0' + pair / 10), '0' + pair % 10);
    }
  } else {
    char digits[10];
    const char* end = std::to_chars(std::begin(digits), std::end(digits), hash).ptr;
    for (const char* digit = digits; digit != end; ++digit)
      second = with_unit(second, static_cast<unsigned char>(*digit));
  }
  return static_cast<double>(second % kSecondBuckets) / kSecondBuckets;
}

double first_bucket(std::uint32_t hash) {
  return static_cast<double>(hash % kFirstBuckets) / kFirstBuckets;
}

double bucket_of(std::string_view seed, std::string_view value, HashVersion version) {
  if (version == HashVersion::One) return first_bucket(fnv_continued(fnv_continued(kFnvBasis, value), seed));
  return second_bucket(fnv_continued(fnv_continued(kFnvBasis, seed), value));
}

bool is_portable(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::vector<BucketRange> bucket_ranges(std::span<const double> weights, double coverage) {
  coverage = std::clamp(coverage, 0.0, 1.0);
  std::vector<BucketRange> ranges;
  ranges.reserve(weights.size());
  double begin = 0;
  for (const double weight : weights) {
    // The same sums in the same order as the SDKs: an edge that rounding moves must be moved for all.
    ranges.push_back({begin, begin + coverage * weight});
    begin += weight;
  }
  return ranges;
}

}  // namespace splitplot::decide
