/// A file of rows as a user hands it over, or a table that the warehouse holds itself: what it is, how to read it, which
/// columns it has. Plain values.
#pragma once

#include <splitplot/base/result.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store {

enum class FileFormat {
  DelimitedText,
  Parquet,
  JsonLines,
  Relation,  ///< no file: a table of the warehouse
};
enum class Compression { None, Gzip, Zstd };

[[nodiscard]] std::string_view name_of(FileFormat format);

/// What a file is, found from its first bytes (never from its name alone).
struct FileKind {
  FileFormat format = FileFormat::DelimitedText;
  Compression compression = Compression::None;
};

/// How to read a file; everything that is not set is detected.
struct ReadOptions {
  std::optional<char> delimiter;          ///< of delimited text; detected among , ; tab |
  std::optional<char> decimal_separator;  ///< '.' or ','; '.' by default
};

/// A column's type, as far as an analysis cares.
enum class ColumnType { Boolean, Integer, Real, Text, Time, Other };

[[nodiscard]] std::string_view name_of(ColumnType type);

struct Column {
  std::string name;
  ColumnType type = ColumnType::Text;
};

/// A file that was opened and understood.
struct TabularFile {
  std::string path;  ///< of a relation: what messages call it
  FileKind kind;
  ReadOptions options;
  std::vector<Column> columns;
  std::uint64_t bytes = 0;  ///< size on disk
  std::string
      relation{};  ///< FileFormat::Relation: name of the table inside the warehouse that answered with it

  [[nodiscard]] const Column* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> column_names() const;
};

/// Position of a column among `names`: the exact name, or the only one that differs in case alone.
/// Errors: NotFound, with the nearest name and the columns there are in `path`; BadData for a name that stands there twice.
[[nodiscard]] Result<std::size_t> find_column(std::string_view path, std::span<const std::string> names,
                                              std::string_view name);

}  // namespace splitplot::store
