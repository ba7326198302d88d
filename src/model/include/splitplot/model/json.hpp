/// JSON text <-> Value. Integers stay integers and floats stay floats: 5.0 is written as 5.0. Pure functions.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace splitplot::model {

/// What a text may hold before it is refused.
struct JsonLimits {
  std::size_t depth = 32;         ///< nested lists and objects
  std::size_t members = 100'000;  ///< in the whole text, list elements included
};

enum class DuplicateNames { KeepLast, Refuse };

/// Reads one JSON text (RFC 8259, UTF-8). Integers that fit 64 signed bits are integers, all other numbers floats.
/// Errors: BadData with line and column (not JSON, a number beyond a double, invalid UTF-8 or a lone surrogate, more
/// than the limits, a member name twice where refused).
[[nodiscard]] Result<Value> parse_json(std::string_view text, const JsonLimits& limits = {},
                                       DuplicateNames duplicates = DuplicateNames::KeepLast);

/// Writes compact JSON; floats in the shortest form that reads back the same, always with a point or an exponent.
void append_json(std::string& out, const Value& value);
[[nodiscard]] std::string to_json(const Value& value);

/// The one spelling of a value that equal values share: compact, members sorted by name bytes. For fingerprints and
/// comparisons.
[[nodiscard]] std::string canonical_json(const Value& value);

/// Indented by two blanks, for people.
[[nodiscard]] std::string pretty_json(const Value& value);

}  // namespace splitplot::model
