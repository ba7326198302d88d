// Words of a command that is shown to be typed.
#pragma once

#include <string>

namespace splitplot::app {

/// The word as a shell takes it back, whatever it holds: in single quotes where it is not plain.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace splitplot::app
