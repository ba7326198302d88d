/// What an OFREP client asks: the evaluation context out of a request body. Pure.
#pragma once

#include <splitplot/base/unit.hpp>
#include <splitplot/base/value.hpp>

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace splitplot::serve::ofrep {

enum class BadQuestionKind { ParseError, InvalidContext };

struct BadContext {
  BadQuestionKind kind = BadQuestionKind::ParseError;
  std::string details;
};

/// The `context` of {"context": {...}}: an object. A body or context that is missing or null is an empty one, as some
/// SDKs send it. The targeting key, where there is one, is text that an event could have as its id.
[[nodiscard]] tl::expected<Value, BadContext> read_context(std::string_view body);

/// Whether an event, and so an exposure, may have this id: 512 bytes at most, no NUL.
[[nodiscard]] bool can_be_id_of_event(std::string_view text);

/// Whose stored traits the context stands over: the user of the targeting key, or of "id" where that is missing.
[[nodiscard]] std::optional<Unit> unit_of(const Value& context);

}  // namespace splitplot::serve::ofrep
