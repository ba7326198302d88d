/// Members of a GrowthBook payload as its SDKs read them: what makes no sense counts as if it were not there. Pure.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/decide/hash.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::decide {

/// Null for one that is not there, or null.
[[nodiscard]] const Value* member(const Value& object, std::string_view name);

/// What JavaScript takes for true.
[[nodiscard]] bool is_set(const Value* value);

/// Also where the text is empty.
[[nodiscard]] std::string text_or(const Value& object, std::string_view name, std::string_view otherwise);

/// 0 for what is no version.
[[nodiscard]] std::int64_t version_number(const Value& object, std::string_view name);

/// Nothing for a version that nobody knows: then nobody has a bucket.
[[nodiscard]] std::optional<HashVersion> hash_version(const Value& object, HashVersion otherwise);

[[nodiscard]] std::optional<BucketRange> range_of(const Value& written);

/// A range that is none holds nobody, and keeps its place.
[[nodiscard]] std::vector<BucketRange> ranges_of(const Value& written);

/// Weights that do not fit the variants, or do not sum to 1, count as equal ones. `written`: null for none.
[[nodiscard]] std::vector<double> weights_of(const Value* written, std::size_t variants);

/// 1 for one that is not there.
[[nodiscard]] double coverage_of(const Value& written);

}  // namespace splitplot::decide
