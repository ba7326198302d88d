/// JSON written straight into a string, for answers that are made thousands of times a second.
#pragma once

#include <string>
#include <string_view>

namespace splitplot::serve {

/// Appends the text as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

/// Appends the position of a unit, in [0, 1): the shortest number that reads back the same.
void append_json_bucket(std::string& out, double bucket);

}  // namespace splitplot::serve
