#include "file_kind.hpp"

#include <splitplot/base/spelling.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

namespace fs = std::filesystem;

/// More than one byte in this many that is not UTF-8: not text in UTF-8 or near it.
constexpr std::size_t kBytesPerInvalidByte = 10;
/// Files named in the search for a near name; a directory may hold millions.
constexpr std::size_t kNamesConsidered = 10'000;

std::string near_name_hint(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return fmt::format("the directory '{}' does not exist either", folder.string());
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end && names.size() < kNamesConsidered; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  const auto near = nearest_name(path.filename().string(), names);
  if (!near) return "check the name and the directory";
  return fmt::format("did you mean '{}'?",
                     (path.has_parent_path() ? folder / *near : fs::path(*near)).string());
}

/// Length of the well-formed UTF-8 sequence at `i`, 0 if there is none. Overlong forms count as invalid only
/// where the first byte gives them away; that is enough to tell text from binary.
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char first = byte(i);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}

bool looks_binary(std::string_view head) {
  if (head.find('\0') != std::string_view::npos) return true;
  std::size_t invalid = 0;
  for (std::size_t i = 0; i < head.size();) {
    const std::size_t length = utf8_length(head, i);
    if (length == 0) ++invalid;
    i += length == 0 ? 1 : length;
  }
  return invalid * kBytesPerInvalidByte > head.size();
}

struct KnownFormat {
  std::string_view magic;
  std::string_view name;
  std::string_view hint;
};

/// Formats that people hand over by mistake, with what to do about it.
constexpr KnownFormat kUnsupported[] = {
    {"PK\x03\x04", "a zip archive or an Excel workbook", "unzip it, or save the sheet as CSV"},
    {"\xD0\xCF\x11\xE0", "an old Excel workbook", "save the sheet as CSV"},
    {"SQLite format 3", "an SQLite database", "export the table as CSV"},
    {"%PDF", "a PDF document", "export the rows as CSV"},
    {"BZh", "compressed with bzip2", "decompress it, or compress it with gzip or zstd"},
    {"\xFD"
     "7zXZ",
     "compressed with xz", "decompress it, or compress it with gzip or zstd"},
    {"ARROW1", "an Arrow file", "save it as Parquet or CSV"},
    {"ORC", "an ORC file", "save it as Parquet or CSV"},
};

}  // namespace

Result<FileHead> read_head(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found || path.empty()) {
    return fail(ErrorCode::Unreadable, fmt::format("there is no file '{}'", path), near_name_hint(path));
  }
  if (fs::is_directory(status)) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is a directory, not a file", path),
                "name one file in it");
  }
  if (status.type() != fs::file_type::none && status.type() != fs::file_type::unknown &&
      !fs::is_regular_file(status)) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is not a regular file", path),
                "save the rows to a file first; the file is read more than once");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const bool denied = errno == EACCES || error == std::errc::permission_denied;
    return fail(
        ErrorCode::Unreadable,
        denied ? fmt::format("no permission to read '{}'", path) : fmt::format("'{}' cannot be opened", path),
        denied ? "ask its owner, or change its permissions with chmod" : "check the disk it lies on");
  }
  FileHead head;
  head.file_bytes = fs::file_size(path, error);
  head.bytes.resize(kHeadBytes);
  file.read(head.bytes.data(), static_cast<std::streamsize>(head.bytes.size()));
  head.bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (head.bytes.empty()) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is empty", path), "check how the file was written");
  }
  return head;
}

Result<FileKind> kind_of(std::string_view head, const std::string& path) {
  if (head.starts_with("PAR1")) return FileKind{FileFormat::Parquet, Compression::None};
  if (head.starts_with("\x1F\x8B")) return FileKind{FileFormat::DelimitedText, Compression::Gzip};
  if (head.starts_with("\x28\xB5\x2F\xFD")) return FileKind{FileFormat::DelimitedText, Compression::Zstd};
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is in UTF-16", path),
                "convert it to UTF-8, for example with: iconv -f UTF-16 -t UTF-8 FILE > NEW_FILE");
  }
  for (const KnownFormat& known : kUnsupported) {
    if (head.starts_with(known.magic)) {
      return fail(ErrorCode::Unreadable, fmt::format("'{}' is {}, which cannot be read", path, known.name),
                  std::string(known.hint));
    }
  }
  if (looks_binary(head)) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is neither text nor Parquet", path),
                "files can be CSV, TSV or JSON lines (plain, gzip or zstd), or Parquet");
  }
  if (head.find_first_not_of(" \t\r\n\xEF\xBB\xBF") == std::string_view::npos) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' begins with nothing but blank lines", path),
                "check how the file was written");
  }
  return FileKind{text_format_of(head), Compression::None};
}

FileFormat text_format_of(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (head[first] == '{' || head[first] == '[');
  return json ? FileFormat::JsonLines : FileFormat::DelimitedText;
}

}  // namespace splitplot::store::duckdb
