/// Assignment by hash: GrowthBook's hash version 2, so that every GrowthBook SDK and this server agree. Pure, no
/// allocation.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace splitplot::decide {

/// Position of a unit in [0, 1): one of 10,000 buckets. FNV-1a of seed + value, then of its decimal text
/// (docs/formats/assignment.md). `value` is UTF-8 and hashed as UTF-16 code units, like the reference does.
[[nodiscard]] double bucket_of(std::string_view seed, std::string_view value);

/// Whether text hashes the same in SDKs of all languages: ASCII only.
[[nodiscard]] bool is_portable(std::string_view value);

/// Index of the variant whose range holds the bucket: variant i has [w_0 + ... + w_(i-1), that + coverage * w_i).
/// Weights must be shares that sum to 1. Nothing: the bucket is in no range, so that the unit takes no part. A larger
/// coverage adds units and moves none.
[[nodiscard]] std::optional<std::size_t> variant_at(double bucket, std::span<const double> weights,
                                                    double coverage);

}  // namespace splitplot::decide
