/// The values of a list from a file that somebody uploads: CSV, JSON, or JSON lines. Pure functions.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <cstddef>
#include <string_view>

namespace splitplot::model {

inline constexpr std::size_t kMostListValues = 5'000'000;
inline constexpr std::size_t kLongestListValue = 1000;  ///< bytes of a text

/// The values in the order of the text, repeated ones too. A text that begins with a bracket is a JSON list, with a brace
/// JSON lines, objects of which the member `column` (or `id`) is taken; any other is CSV, whose values are texts: a value a
/// line, with or without the header `id`, or the cells below the header `column`. Empty lines and cells are left out.
/// Errors: BadData with the line.
[[nodiscard]] Result<Value::Array> read_list_values(std::string_view text, std::string_view column);

}  // namespace splitplot::model
