/// HTML and SVG that cannot carry somebody else's markup: text becomes `Html` only by being escaped. Pure
/// values.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace splitplot::report {

/// Markup that is safe to put on a page.
class Html {
 public:
  Html() = default;
  Html& operator+=(const Html& other);
  [[nodiscard]] bool empty() const { return markup_.empty(); }
  [[nodiscard]] const std::string& str() const { return markup_; }

 private:
  explicit Html(std::string markup) : markup_(std::move(markup)) {}
  std::string markup_;

  friend Html trusted(std::string_view markup);
};

[[nodiscard]] Html operator+(Html left, const Html& right);

/// Markup of our own: a style sheet, a literal. Never text from data.
[[nodiscard]] Html trusted(std::string_view markup);
/// Escaped.
[[nodiscard]] Html text(std::string_view content);
/// Escaped, with the hyphen before a digit as a minus sign: for what `numbers` wrote.
[[nodiscard]] Html number(std::string_view content);
/// A name from data: escaped, in a direction of its own; "(empty)" where nothing is visible. A very long one
/// loses its middle and is whole in its title.
[[nodiscard]] Html name(const std::string& content);

using Attributes = std::initializer_list<std::pair<std::string_view, std::string>>;

/// An element; attributes are escaped, and left out where their value is empty.
[[nodiscard]] Html element(std::string_view tag, Attributes attributes, const Html& content);
/// An element without content: "/>" closes it, which HTML ignores on void elements and SVG needs.
[[nodiscard]] Html element(std::string_view tag, Attributes attributes);

}  // namespace splitplot::report
