// Files that the program writes.
#pragma once

#include <splitplot/base/result.hpp>

#include <string>

namespace splitplot::app {

/// Writes the whole text or nothing: into a new file beside `path`, which then takes its name. Errors:
/// Unreadable, with the reason.
[[nodiscard]] Result<void> write_file(const std::string& path, const std::string& text);

/// Now, as ISO 8601 in UTC to the second.
[[nodiscard]] std::string current_time_iso();

}  // namespace splitplot::app
