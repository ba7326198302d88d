/// What an SDK asks for remote evaluation: {"attributes": {...}, "forcedVariations": {...}, "forcedFeatures": [[key, value],
/// ...], "url": "..."}. Pure.
#pragma once

#include <splitplot/base/value.hpp>

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace splitplot::serve::growthbook {

struct Question {
  Value attributes = Value::Object{};
  Value forced_variants = Value::Object{};  ///< experiment to index
  Value forced_values = Value::Object{};    ///< flag to value
  std::string url;
};

/// Members that are missing or null are empty. The error says what is wrong, as a clause.
[[nodiscard]] tl::expected<Question, std::string> read_question(std::string_view body);

}  // namespace splitplot::serve::growthbook
