#include "error_text.hpp"

#include <cstdlib>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

/// The whole number that follows `label`, if there is one.
std::optional<long> number_after(std::string_view text, std::string_view label) {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string rest(text.substr(at + label.size(), 24));
  char* end = nullptr;
  const long number = std::strtol(rest.c_str(), &end, 10);
  if (end == rest.c_str()) return std::nullopt;
  return number;
}

Error malformed_csv(std::string_view text, const std::string& path) {
  const auto line = number_after(text, "CSV Error on Line: ");
  const std::string place =
      line ? fmt::format("line {} of '{}'", *line, path) : fmt::format("a line of '{}'", path);
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  const auto expected = number_after(text, "Expected Number of Columns: ");
  const auto found = number_after(text, " Found: ");
  if (expected && found) {
    return {ErrorCode::BadData,
            fmt::format("{} has {} columns where the header has {}", place, *found, *expected),
            "look for a stray or missing delimiter, or a cell that holds one and is not in double quotes"};
  }
  if (has("unterminated quote")) {
    return {ErrorCode::BadData, fmt::format("{} has a double quote that is never closed", place),
            "close the quote, or write it twice (\"\") where it is part of the cell"};
  }
  if (has("Invalid unicode") || has("not utf-8")) {
    return {ErrorCode::BadData, fmt::format("{} is not valid UTF-8", place),
            "convert the file, for example with: iconv -f LATIN1 -t UTF-8 FILE > NEW_FILE"};
  }
  if (has("Maximum line size")) {
    return {ErrorCode::BadData, fmt::format("{} is longer than 2 MB", place),
            "look for a quote that is never closed"};
  }
  return {ErrorCode::BadData, fmt::format("{} is not well-formed delimited text", place),
          "look for stray double quotes and for line ends of different kinds"};
}

/// The text between the last `label` and the quote that follows.
std::optional<std::string_view> quoted_after(std::string_view text, std::string_view label) {
  const std::size_t at = text.rfind(label);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + label.size());
  return rest.substr(0, rest.find('"'));
}

Error repeated_key(std::string_view text, const std::string& path) {
  const auto line = number_after(text, "in line ");
  const auto record = number_after(text, "in record/value ");
  const std::string place = line     ? fmt::format("line {} of '{}'", *line, path)
                            : record ? fmt::format("record {} of '{}'", *record, path)
                                     : fmt::format("a record of '{}'", path);
  return {ErrorCode::BadData,
          fmt::format("{} has the key '{}' twice", place,
                      quoted_after(text, "has duplicate key \"").value_or("")),
          "write each key once in a record"};
}

/// What DuckDB says of a query it does not understand, which is never the file's fault.
bool blames_the_query(std::string_view text) {
  return text.starts_with("Binder Error") || text.starts_with("Parser Error") ||
         text.starts_with("Catalog Error");
}

/// The texts of DuckDB's Parquet reader, which do not all say so; those of its other readers were sorted out before.
bool is_damaged_parquet(std::string_view text) {
  if (blames_the_query(text)) return false;
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  return has("Parquet") || has("parquet") || has("snappy") || has("Snappy") || has("thrift") ||
         text.starts_with("Invalid Error");
}

}  // namespace

bool is_disk_full(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  return has("No space left") || has("Disk quota exceeded") || has("File too large");
}

Error error_from(const QueryFailure& failure, const std::string& path) {
  const std::string_view text = failure.message;
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (failure.kind == QueryFailure::Kind::Cancelled)
    return {ErrorCode::Cancelled, "the query was cancelled", ""};
  if (failure.kind == QueryFailure::Kind::OutOfMemory) {
    if (has("temporary") && (has("disk") || has("max_temp_directory_size"))) {
      return {ErrorCode::ResourceLimit,
              fmt::format("the disk for temporary files is full while reading '{}'", path),
              "free some space, or name another temporary directory"};
    }
    return {ErrorCode::ResourceLimit, fmt::format("reading '{}' needs more memory than is allowed", path),
            "allow more memory, or use fewer dimensions"};
  }
  if (is_disk_full(text)) {
    return {ErrorCode::ResourceLimit, "the disk for temporary files is full",
            "free some space, or name another temporary directory"};
  }
  if (has("CSV Error") || has("CSV Parser") || has("CSV File") || has("sniffing file"))
    return malformed_csv(text, path);
  if (has("Malformed JSON")) {
    const auto record = number_after(text, "in record/value ");
    return {ErrorCode::BadData,
            record ? fmt::format("record {} of '{}' is not well-formed JSON", *record, path)
                   : fmt::format("'{}' is not well-formed JSON", path),
            "each line must be one JSON object, or the file one array of objects"};
  }
  if (has("has duplicate key")) return repeated_key(text, path);
  if (is_damaged_parquet(text)) {
    return {ErrorCode::Unreadable, fmt::format("'{}' is a damaged Parquet file", path),
            "write or copy the file again"};
  }
  if (has("Out of Range") || has("out of range")) {
    return {ErrorCode::BadData, fmt::format("numbers in '{}' are too large to compute with", path),
            "look for cells beyond 1e150"};
  }
  if (has("Invalid unicode")) {
    return {ErrorCode::BadData, fmt::format("'{}' holds text that is not valid UTF-8", path),
            "write the file again; it may be damaged"};
  }
  if (has("gzip") || has("GZIP") || has("zstd") || has("ZSTD")) {
    return {ErrorCode::Unreadable, fmt::format("the compressed file '{}' is damaged", path),
            "compress or copy the file again"};
  }
  if (has("IO Error")) {
    return {ErrorCode::Unreadable, fmt::format("'{}' could not be read to its end", path),
            "check that the file is complete and nobody is writing it"};
  }
  if (failure.kind == QueryFailure::Kind::Conversion) {
    return {ErrorCode::BadData, fmt::format("a cell of '{}' is not of its column's type", path),
            "clean the column"};
  }
  return {ErrorCode::Internal, fmt::format("the embedded database failed while reading '{}'", path),
          "this is a defect; please report it"};
}

}  // namespace splitplot::store::duckdb
