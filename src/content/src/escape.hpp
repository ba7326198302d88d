/// How the text of a value is changed so that it stays a value where it is put. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace splitplot::content {

enum class Escaping {
  None,
  Html,        ///< text content, and attributes in quotes
  Attribute,   ///< an attribute's value, with quotes or without
  Url,         ///< a component of an address
  Address,     ///< a whole address as an attribute: of a scheme that runs nothing, else "#"
  JsonString,  ///< inside of a string
  JsonValue,   ///< a value of JSON by itself; written by the renderer
};

/// Bytes that are no UTF-8 become U+FFFD.
void append_escaped(std::string& out, std::string_view text, Escaping escaping);

}  // namespace splitplot::content
