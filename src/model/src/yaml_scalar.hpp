/// What an unquoted word of YAML means: the core schema of YAML 1.2.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <string_view>

namespace splitplot::model {

/// true, false, null, a number, or else text. Errors: BadData for numbers that a document cannot hold (.inf, .nan,
/// 1e999) and for 007, which other readers take for another number.
[[nodiscard]] Result<Value> resolve_plain(std::string_view word);

}  // namespace splitplot::model
