/// A small strict reader of the markup that reports write: every element closed in order, every attribute
/// quoted, no stray "<" or "&".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::report {

struct MarkupElement {
  std::string tag;
  std::string attributes;  ///< as written
};

struct MarkupReading {
  std::string problem;                  ///< empty where the markup is well-formed
  std::vector<MarkupElement> elements;  ///< in order of their opening
  std::string text;                     ///< outside tags, entities as written
};

[[nodiscard]] MarkupReading read_markup(std::string_view markup);

}  // namespace splitplot::report
