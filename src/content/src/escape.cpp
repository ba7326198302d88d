#include "escape.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/base/utf8.hpp>

#include <algorithm>

namespace splitplot::content {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char hex(unsigned digit) {
  return "0123456789ABCDEF"[digit & 15];
}

/// For each character: its bytes, or one U+FFFD. Letters and digits, which no target escapes, come together.
template <typename Append>
void for_each_character(std::string_view text, const Append& append) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_alphanumeric(text[end])) ++end;
    if (end == at && static_cast<unsigned char>(text[at]) < 0x80) ++end;
    if (end > at) {
      append(text.substr(at, end - at));
      at = end;
      continue;
    }
    const Character character = character_at(text, at);
    const std::string_view bytes = text.substr(at, character.bytes);
    append(character.code == kReplacementCharacter ? kReplacement : bytes);
    at += character.bytes;
  }
}

void append_html(std::string& out, std::string_view character) {
  switch (character.front()) {
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
    case '`':  // a quote to old browsers
      out += "&#96;";
      break;
    case '\0':
      out += kReplacement;
      break;
    default:
      out += character;
  }
}

void append_attribute(std::string& out, std::string_view character) {
  const char c = character.front();
  if (c == '\0') {
    out += kReplacement;
  } else if (static_cast<unsigned char>(c) >= 0x80 || is_alphanumeric(c) || c == '-' || c == '_' ||
             c == '.' || c == ',') {
    out += character;
  } else {
    const auto byte = static_cast<unsigned char>(c);
    (out += "&#x") += hex(byte >> 4);
    (out += hex(byte)) += ';';
  }
}

void append_url(std::string& out, std::string_view character) {
  for (const char c : character) {
    if (is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      (out += '%') += hex(byte >> 4);
      out += hex(byte);
    }
  }
}

/// JSON that also stays what it is inside of a script element.
void append_json(std::string& out, std::string_view character) {
  const char c = character.front();
  const auto code = [&out](unsigned number) {
    out += "\\u00";
    (out += hex(number >> 4)) += hex(number);
  };
  if (c == '"' || c == '\\') {
    (out += '\\') += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&' || c == '\'' ||
             c == 0x7F) {
    code(static_cast<unsigned char>(c));
  } else if (character == "\xE2\x80\xA8") {
    out += "\\u2028";
  } else if (character == "\xE2\x80\xA9") {
    out += "\\u2029";
  } else {
    out += character;
  }
}

/// Whether following the address runs nothing and shows nothing of its own. Browsers drop tabs and line ends in it.
bool is_harmless(std::string_view address) {
  std::string scheme;
  for (const char c : address) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) continue;
    if (c == '/' || c == '?' || c == '#') return true;
    if (c == ':') {
      return std::ranges::any_of(std::initializer_list<std::string_view>{"http", "https", "mailto", "tel"},
                                 [&](std::string_view known) { return equal_ignoring_case(scheme, known); });
    }
    scheme += c;
  }
  return true;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, Escaping escaping) {
  if (escaping == Escaping::Address && !is_harmless(text)) {
    out += '#';
    return;
  }
  for_each_character(text, [&](std::string_view character) {
    switch (escaping) {
      case Escaping::None:
        out += character;
        break;
      case Escaping::Html:
      case Escaping::Address:
        append_html(out, character);
        break;
      case Escaping::Attribute:
        append_attribute(out, character);
        break;
      case Escaping::Url:
        append_url(out, character);
        break;
      case Escaping::JsonString:
      case Escaping::JsonValue:
        append_json(out, character);
        break;
    }
  });
}

}  // namespace splitplot::content
