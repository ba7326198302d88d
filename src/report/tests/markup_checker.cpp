#include "markup_checker.hpp"

#include <algorithm>
#include <array>

namespace splitplot::report {
namespace {

bool starts_entity(std::string_view rest) {
  constexpr std::array<std::string_view, 5> entities{"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  return std::any_of(entities.begin(), entities.end(),
                     [&](std::string_view e) { return rest.starts_with(e); });
}

/// Where the tag that opens at `from` ends, outside quotes; npos where it never does.
std::size_t end_of_tag(std::string_view markup, std::size_t from) {
  bool quoted = false;
  for (std::size_t at = from; at < markup.size(); ++at) {
    if (markup[at] == '"') quoted = !quoted;
    if (!quoted && markup[at] == '>') return at;
    if (markup[at] == '<' && at != from) return std::string_view::npos;
  }
  return std::string_view::npos;
}

std::string problem_of_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&' && !starts_entity(text.substr(at)))
      return "a bare & at: " + std::string(text.substr(at, 40));
    if (text[at] == '>' || text[at] == '"' || text[at] == '\'')
      return "an unescaped sign at: " + std::string(text.substr(at, 40));
  }
  return {};
}

}  // namespace

MarkupReading read_markup(std::string_view markup) {
  MarkupReading reading;
  std::vector<std::string> open;
  constexpr std::string_view kDoctype = "<!DOCTYPE html>\n";
  if (markup.starts_with(kDoctype)) markup.remove_prefix(kDoctype.size());
  for (std::size_t at = 0; at < markup.size();) {
    if (markup[at] != '<') {
      const std::size_t end = std::min(markup.find('<', at), markup.size());
      const std::string_view text = markup.substr(at, end - at);
      if (open.empty() || open.back() != "style") {
        reading.problem = problem_of_text(text);
        if (!reading.problem.empty()) return reading;
        reading.text += std::string(text) + " ";
      }
      at = end;
      continue;
    }
    const std::size_t end = end_of_tag(markup, at);
    if (end == std::string_view::npos) {
      reading.problem = "an open tag at: " + std::string(markup.substr(at, 60));
      return reading;
    }
    const std::string_view inside = markup.substr(at + 1, end - at - 1);
    at = end + 1;
    if (inside.starts_with('/')) {
      if (open.empty() || open.back() != inside.substr(1)) {
        reading.problem =
            "</" + std::string(inside.substr(1)) + "> closes " + (open.empty() ? "nothing" : open.back());
        return reading;
      }
      open.pop_back();
      continue;
    }
    const std::size_t name_end = std::min(inside.find_first_of(" /"), inside.size());
    reading.elements.push_back(
        {std::string(inside.substr(0, name_end)), std::string(inside.substr(name_end))});
    if (!inside.ends_with('/')) open.emplace_back(inside.substr(0, name_end));
  }
  if (!open.empty()) reading.problem = "<" + open.back() + "> is never closed";
  return reading;
}

}  // namespace splitplot::report
