/// FNV-1a over 32 bits, of UTF-16 code units: the steps of bucket_of, so that what does not change (the seed) is hashed
/// once. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace splitplot::decide {

/// Where every hash begins.
inline constexpr std::uint32_t kFnvBasis = 2166136261U;

/// The hash so far, gone on with the UTF-16 code units of a text that is written in UTF-8.
[[nodiscard]] std::uint32_t fnv_continued(std::uint32_t hash, std::string_view text);

/// Version 2: the bucket of the unit whose seed and value were hashed, in this order. Hashes the decimal digits of that
/// once more.
[[nodiscard]] double second_bucket(std::uint32_t hash);

/// Version 1: the same of value and seed.
[[nodiscard]] double first_bucket(std::uint32_t hash);

}  // namespace splitplot::decide
