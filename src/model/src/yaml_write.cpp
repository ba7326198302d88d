#include "text_place.hpp"
#include "yaml_scalar.hpp"

#include <splitplot/base/code_point.hpp>
#include <splitplot/base/spelling.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <string>

namespace splitplot::model {
namespace {

constexpr std::size_t kLineLength = 80;
/// YAML ends a name that stands before its colon at 1,024 characters.
constexpr std::size_t kLongestName = 250;

/// Characters beyond ASCII that YAML does not print: C1 controls, line separators, the byte order mark, U+FFFE/F.
bool is_unprintable(std::string_view character) {
  if (character.size() == 2) return character[0] == '\xC2' && character[1] <= '\x9F';
  return character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9" || character == "\xEF\xBB\xBF" ||
         character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
}

/// Calls visit(character) for each character; stops when it answers false, and answers whether it never did.
template <typename Visit>
bool every_character(std::string_view text, const Visit& visit) {
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, character_length(text)));
    if (!visit(character)) return false;
    text.remove_prefix(character.size());
  }
  return true;
}

/// Words that YAML 1.1, which many programs still read, takes for something else than text.
bool is_old_word(std::string_view word) {
  static constexpr std::string_view kWords[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  return std::ranges::any_of(kWords, [word](std::string_view old) { return equal_ignoring_case(word, old); });
}

/// Dates, times, 1_000, 0b1: of digits and what stands between them.
bool is_number_like(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_not_of("0123456789_.:+-eExXoObBTZ ") == std::string_view::npos;
}

/// Whether a text means itself without quotes, wherever it stands. Stricter than YAML, so that it is obvious.
bool is_plain(std::string_view text) {
  if (text.empty() || text.back() == ' ' || is_old_word(text) || is_number_like(text)) return false;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  };
  const auto is_inside = [&is_letter](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') ||
           std::string_view(" _-./$+()=;<>^~").find(c) != std::string_view::npos;
  };
  const bool starts_well = is_letter(text.front()) || (text.front() >= '0' && text.front() <= '9') ||
                           text.front() == '$' || text.front() == '_' || text.front() == '/';
  if (!starts_well || !std::ranges::all_of(text, is_inside)) return false;
  if (!every_character(text, [](std::string_view character) { return !is_unprintable(character); }))
    return false;
  const Result<Value> meaning = resolve_plain(text);
  return meaning && meaning->if_text() != nullptr;
}

/// Lines that are readable as they are, below each other.
bool is_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == ' ' || text.front() == '\n') return false;
  if (text.find("\n ") != std::string_view::npos || text.find(" \n") != std::string_view::npos ||
      text.find("\n\n") != std::string_view::npos || text.back() == ' ')
    return false;
  return every_character(text, [](std::string_view character) {
    return character == "\n" || (static_cast<unsigned char>(character[0]) >= 0x20 && character[0] != '\x7F' &&
                                 !is_unprintable(character));
  });
}

std::string escaped(std::string_view character) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::size_t end = 0;
  const char32_t code = next_code_point(character, end);
  std::string out = "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kDigits[(code >> shift) & 0xFU];
  return out;
}

/// In double quotes, which YAML shares with JSON, but for the characters that it does not print.
std::string quoted(std::string_view text) {
  const std::string json = to_json(Value(text));
  std::string out;
  every_character(json, [&out](std::string_view character) {
    out += is_unprintable(character) || character == "\x7F" ? escaped(character) : std::string(character);
    return true;
  });
  return out;
}

std::string inline_text(std::string_view text) {
  return is_plain(text) ? std::string(text) : quoted(text);
}

bool is_scalar(const Value& value) {
  return value.if_array() == nullptr && value.if_object() == nullptr;
}

std::string inline_scalar(const Value& value) {
  const std::string* text = value.if_text();
  return text != nullptr ? inline_text(*text) : to_json(value);
}

/// "[a, b]" if all of it is simple and fits; else nothing.
std::string inline_list(const Value::Array& elements) {
  std::string line = "[";
  for (const Value& element : elements) {
    if (!is_scalar(element)) return "";
    if (line.size() > 1) line += ", ";
    line += inline_scalar(element);
    if (line.size() > kLineLength) return "";
  }
  return line + "]";
}

void write_members(std::string& out, const Value::Object& members, std::size_t indent);

/// Writes what follows "name:" or "-", with the line's end. Lines below are indented by `indent`.
void write_value(std::string& out, const Value& value, std::size_t indent);

void write_block(std::string& out, std::string_view text, std::size_t indent) {
  out += text.ends_with('\n') ? " |\n" : " |-\n";
  if (text.ends_with('\n')) text.remove_suffix(1);
  while (true) {
    const std::size_t end = text.find('\n');
    out.append(indent, ' ').append(text.substr(0, end)) += '\n';
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

void write_elements(std::string& out, const Value::Array& elements, std::size_t indent) {
  for (const Value& element : elements) {
    // An element's own lines are written first; its dash then takes the place of the first one's indentation.
    std::string lines;
    if (const Value::Object* members = element.if_object(); members != nullptr && !members->empty()) {
      write_members(lines, *members, indent + 2);
      lines.replace(0, indent + 1, std::string(indent, ' ') + "-");
      out += lines;
    } else {
      out.append(indent, ' ') += '-';
      write_value(out, element, indent + 2);
    }
  }
}

void write_members(std::string& out, const Value::Object& members, std::size_t indent) {
  for (const Member& member : members) {
    out.append(indent, ' ');
    const std::string name = inline_text(member.name);
    if (name.size() <= kLongestName) {
      out += name + ":";
    } else {
      out += "? " + name + "\n";
      out.append(indent, ' ') += ':';
    }
    write_value(out, member.value, indent + 2);
  }
}

void write_value(std::string& out, const Value& value, std::size_t indent) {
  if (const Value::Object* members = value.if_object()) {
    if (members->empty()) {
      out += " {}\n";
      return;
    }
    out += '\n';
    write_members(out, *members, indent);
  } else if (const Value::Array* elements = value.if_array()) {
    const std::string line = inline_list(*elements);
    if (!line.empty()) {
      out += " " + line + "\n";
      return;
    }
    out += '\n';
    write_elements(out, *elements, indent);
  } else if (const std::string* text = value.if_text(); text != nullptr && is_block(*text)) {
    write_block(out, *text, indent);
  } else {
    out += " " + inline_scalar(value) + "\n";
  }
}

}  // namespace

std::string to_yaml(const Document& document) {
  std::string out =
      "kind: " + std::string(name_of(document.id.kind)) + "\nkey: " + inline_text(document.id.key) + "\n";
  if (const Value::Object* members = document.body.if_object()) write_members(out, *members, 0);
  return out;
}

}  // namespace splitplot::model
