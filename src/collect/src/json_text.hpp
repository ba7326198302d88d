/// Parsed JSON -> the compact text that events carry, and that text -> Value.
#pragma once

#include <splitplot/base/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace splitplot::collect {

/// What is JSON and still refused, because the stores behind us would disagree about it.
enum class JsonFlawKind { TooDeep, DuplicateName, NulCharacter };

struct JsonFlaw {
  JsonFlawKind kind = JsonFlawKind::TooDeep;
  std::string name;  ///< of the member that stands twice
};

/// Appends a text with its quotes and escapes.
void append_json_text(std::string& out, std::string_view text);

/// Appends an object as compact JSON; floats in the shortest form that reads back the same, always with a point or an
/// exponent; integers beyond 64 signed bits as floats. Members of `under` (if given) that the object does not have
/// itself follow behind its own. `levels` is how deep it may be. After a flaw, `out` holds part of it.
[[nodiscard]] std::optional<JsonFlaw> append_object(std::string& out, const simdjson::dom::object& object,
                                                    const simdjson::dom::object* under, std::size_t levels);

/// A copy of a JSON text in which integers beyond 64 bits are written as floats ("123...0.0"): simdjson refuses them,
/// and clients write large numbers like that.
[[nodiscard]] std::string with_huge_integers_as_floats(std::string_view json);

}  // namespace splitplot::collect
