// Text for a terminal: words of a command that is shown to be typed, and what others wrote.
#pragma once

#include <string>
#include <string_view>

namespace splitplot::app {

/// The word as a shell takes it back, whatever it holds: in single quotes where it is not plain.
[[nodiscard]] std::string shell_word(const std::string& word);

/// The text with control characters as escapes ("\x1b", "\n"): a name in a document draws nothing on the screen of whom it
/// is shown to, and begins no line.
[[nodiscard]] std::string without_control_characters(std::string_view text);

}  // namespace splitplot::app
