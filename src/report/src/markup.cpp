#include "markup.hpp"

#include "text.hpp"
#include "wording.hpp"

namespace splitplot::report {
namespace {

constexpr int kLongestName = 72;

std::string escaped(std::string_view content) {
  std::string out;
  for (const char c : single_line(content)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string opening(std::string_view tag, Attributes attributes) {
  std::string out = "<" + std::string(tag);
  for (const auto& [key, value] : attributes) {
    if (!value.empty()) out += " " + std::string(key) + "=\"" + escaped(value) + "\"";
  }
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Html& Html::operator+=(const Html& other) {
  markup_ += other.markup_;
  return *this;
}

Html operator+(Html left, const Html& right) {
  return left += right;
}

Html trusted(std::string_view markup) {
  return Html(std::string(markup));
}

Html text(std::string_view content) {
  return trusted(escaped(content));
}

Html number(std::string_view content) {
  std::string out;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const bool begins = i == 0 || content[i - 1] == ' ' || content[i - 1] == '[' || content[i - 1] == '(' ||
                        content[i - 1] == kNoBreakSpace[1];
    const bool minus = content[i] == '-' && begins && i + 1 < content.size() && is_digit(content[i + 1]);
    const std::string_view rest = content.substr(i);
    const std::size_t gap = rest.starts_with(" %") ? 1 : rest.starts_with("\u00a0%") ? 2 : 0;
    if (gap > 0) {
      out += "\u202f";  // narrow, and no line breaks at it
      i += gap - 1;
    } else {
      out += minus ? "\u2212" : std::string(1, content[i]);
    }
  }
  return text(out);
}

Html name(const std::string& content) {
  const std::string full = single_line(name_or_empty(content));
  if (display_width(full) <= kLongestName) return element("bdi", {}, text(full));
  return element("bdi", {{"title", full}}, text(shorten(full, kLongestName, "…")));
}

Html element(std::string_view tag, Attributes attributes, const Html& content) {
  return trusted(opening(tag, attributes) + ">" + content.str() + "</" + std::string(tag) + ">");
}

Html element(std::string_view tag, Attributes attributes) {
  return trusted(opening(tag, attributes) + "/>");
}

}  // namespace splitplot::report
