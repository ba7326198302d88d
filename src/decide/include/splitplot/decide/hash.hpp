/// Assignment by hash, as GrowthBook's SDKs do it, so that they and this server agree. Pure, no allocation unless said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace splitplot::decide {

/// Two is ours. One is there for configurations of others: it has 1,000 buckets, and experiments whose seeds are alike
/// are not independent under it.
enum class HashVersion : std::uint8_t { One = 1, Two = 2 };

/// Position of a unit in [0, 1). Version 2: one of 10,000 buckets, FNV-1a of seed + value, then of its decimal text
/// (docs/formats/assignment.md). Version 1: one of 1,000, FNV-1a of value + seed. Both are UTF-8 and hashed as UTF-16 code
/// units, like the reference does.
[[nodiscard]] double bucket_of(std::string_view seed, std::string_view value,
                               HashVersion version = HashVersion::Two);

/// Whether text hashes the same in SDKs of all languages: ASCII only.
[[nodiscard]] bool is_portable(std::string_view value);

/// Buckets in [begin, end).
struct BucketRange {
  double begin = 0;
  double end = 1;

  [[nodiscard]] bool contains(double bucket) const {
    return static_cast<int>(begin <= bucket) & static_cast<int>(bucket < end);
  }
  friend bool operator==(const BucketRange&, const BucketRange&) = default;
};

/// The range of each variant: variant i has [w_0 + ... + w_(i-1), that + coverage * w_i). A larger coverage adds units
/// and moves none. Weights must be shares that sum to 1; coverage is clamped to [0, 1].
[[nodiscard]] std::vector<BucketRange> bucket_ranges(std::span<const double> weights, double coverage);

/// Index of the first range that holds the bucket. Nothing: the unit takes no part.
[[nodiscard]] inline std::optional<std::size_t> range_at(double bucket, std::span<const BucketRange> ranges) {
  // All are looked at, and a choice of values is made: which one it is, no processor foresees.
  std::size_t found = ranges.size();
  for (std::size_t i = ranges.size(); i-- > 0;) found = ranges[i].contains(bucket) ? i : found;
  return found < ranges.size() ? std::optional(found) : std::nullopt;
}

}  // namespace splitplot::decide
