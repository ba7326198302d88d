// Files that the program reads whole or writes, and the date that stands in them.
#pragma once

#include <splitplot/base/result.hpp>

#include <cstddef>
#include <string>

namespace splitplot::app {

/// The content of a file, device or pipe. Errors: Unreadable, with the reason; ResourceLimit.
/// `what_else`: what to do with a file that is larger.
[[nodiscard]] Result<std::string> read_whole_file(
    const std::string& path, std::size_t most_bytes,
    const std::string& what_else = "split it into several files");

/// Writes the whole text or nothing: into a new file beside it, which then takes its name. Errors:
/// Unreadable, with the reason.
/// A symbolic link is followed. Devices, pipes and folders are refused.
[[nodiscard]] Result<void> write_file(const std::string& named, const std::string& text);

/// True if both names lead to the same existing file.
[[nodiscard]] bool same_file(const std::string& a, const std::string& b);

/// Sends what was printed on its way. Errors: Unreadable, if it could not all be written (a full disk, a closed pipe).
[[nodiscard]] Result<void> flush_standard_output();

/// Now, as ISO 8601 in UTC to the second.
[[nodiscard]] std::string current_time_iso();

}  // namespace splitplot::app
