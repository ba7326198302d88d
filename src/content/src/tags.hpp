/// A template's text taken apart: literal text and tags, with their places. Pure.
#pragma once

#include <splitplot/base/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::content {

struct Place {
  std::size_t line = 1;
  std::size_t column = 1;  ///< in characters
};

/// "line 3, column 7: <message>".
[[nodiscard]] tl::unexpected<Error> fault_at(const Place& place, const std::string& message,
                                             std::string hint = {});

struct Token {
  enum class Kind { Literal, Variable, Raw, Section, Inverted, End };
  Kind kind = Kind::Literal;
  std::string_view text;  ///< of a literal; of a tag the name
  Place place;
};

/// Comments are gone; so are lines that hold a section's tag or a comment and nothing else. Views into `text`.
[[nodiscard]] Result<std::vector<Token>> tokens_of(std::string_view text);

}  // namespace splitplot::content
