/// A template as it is rendered: nodes in the order of the text, each section before what is in it.
#pragma once

#include "escape.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/content/template.hpp>
#include <splitplot/model/attributes.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::content {

struct Template::Node {
  enum class Kind : std::uint8_t { Literal, Variable, Section, Inverted };
  /// Where the value comes from.
  enum class Source : std::uint8_t {
    User,
    Context,
    Element,  ///< of the section at `level`
    First,
    Last,
    Index,
    List,  ///< of items, by `text`
    Block,
  };

  Kind kind = Kind::Literal;
  Source source = Source::User;
  Escaping escaping = Escaping::None;
  std::string text;                ///< of a literal; else the name of a list or block
  model::AttributeName attribute;  ///< of the user
  std::vector<std::string> path;   ///< members inside of what the source answers
  std::size_t level = 0;           ///< counted from the outermost section
  std::optional<Value> fallback;   ///< shown where there is nothing
  std::size_t end = 0;             ///< of a section: the node behind it
};

}  // namespace splitplot::content
