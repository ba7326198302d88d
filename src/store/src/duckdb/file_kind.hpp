/// What a file is, by its first bytes. No database involved, except that the inside of a compressed file is
/// judged by the caller, who can decompress it. Pure but for reading the file.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/store/tabular_file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace splitplot::store::duckdb {

/// How much of a file is looked at.
inline constexpr std::size_t kHeadBytes = std::size_t{64} * 1024;

/// The beginning of a regular file that is not empty.
struct FileHead {
  std::string bytes;  ///< at most kHeadBytes
  std::uint64_t file_bytes = 0;
};

/// Reads the head. Errors: Unreadable (no such file, with the nearest existing name as a hint; directory, device, no
/// permission, empty).
[[nodiscard]] Result<FileHead> read_head(const std::string& path);

/// Judges the first bytes. For a compressed file the format is not known yet and stays DelimitedText.
/// Errors: Unreadable (UTF-16, binary, a known format that is not supported). `path` is for messages only.
[[nodiscard]] Result<FileKind> kind_of(std::string_view head, const std::string& path);

/// Format of text: JSON if the first character that is not blank is '{' or '[', else delimited.
[[nodiscard]] FileFormat text_format_of(std::string_view head);

}  // namespace splitplot::store::duckdb
