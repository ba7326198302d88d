/// A file, or a table, as DuckDB reads it: its dialect, its columns with DuckDB's types, and the table expression that
/// reads it. Everything is written out (auto-detection off) so that all passes over a file read it in the
/// same way.
#pragma once

#include "connection.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/tabular_file.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store::duckdb {

/// Whether a column can be read.
enum class Access {
  ByName,
  Ambiguous,  ///< its name differs from another's in case alone, and the reader knows columns by name only
};

struct SourceColumn {
  std::string name;      ///< as in the file
  std::string sql_type;  ///< as DuckDB detected it
  ColumnType type = ColumnType::Text;
  std::string reader_name{};  ///< DuckDB's name for a column where that may differ; else empty
  Access access = Access::ByName;
};

struct CsvDialect {
  std::string delimiter = ",";
  std::string escape = "\"";
  std::string new_line;  ///< "\r\n" or empty for any
};

struct Source {
  std::string path;
  FileKind kind;
  ReadOptions options;
  CsvDialect dialect;
  std::vector<SourceColumn> columns;
  std::string relation{};  ///< FileFormat::Relation: the table's name
};

/// The column of a relation by which its rows are in order: the journal offset.
inline constexpr const char* kRowOrder = "journal_offset";

/// Name of column number `column` of a relation inside DuckDB, which takes names that differ in case for the same.
[[nodiscard]] std::string relation_column(std::size_t column);

/// A table of the warehouse, described by who made it.
[[nodiscard]] Source relation_source(const TabularFile& table);

/// How columns are typed while reading.
enum class Typing {
  Detected,  ///< by the types detected from the head
  Text,      ///< all text: for files whose tail is not what the head promised
};

/// Which columns of a source are read as text, though their detected type says otherwise: those whose cells
/// are wanted exactly as they stand in the file.
struct ReadPlan {
  const Source* source = nullptr;
  Typing typing = Typing::Detected;
  std::set<std::size_t> text_columns;

  /// True if the column arrives as VARCHAR.
  [[nodiscard]] bool is_text(std::size_t column) const;
};

/// Reads the head of a file and finds out all of the above. `kind` must be known.
/// Errors: Unreadable, BadData (lines of different lengths, with the line number).
[[nodiscard]] Result<Source> describe(Connection& connection, const std::string& path, FileKind kind,
                                      const ReadOptions& options);

/// The first line of text, decompressed.
[[nodiscard]] QueryResult<std::string> first_line(Connection& connection, const std::string& path,
                                                  FileKind kind);

/// The table expression, for instance `read_csv('...', ...)`.
[[nodiscard]] std::string table_expression(const ReadPlan& plan);

/// The same for delimited text, with the header as the first row and everything as text.
[[nodiscard]] std::string header_expression(const Source& source);

/// JSON lines as one column `json`.
[[nodiscard]] std::string records_expression(const Source& source);

/// A column in a query over the table expression, as a quoted identifier. Columns of delimited text are known by position: DuckDB
/// takes names that differ in case for the same.
[[nodiscard]] std::string column_sql(const Source& source, std::size_t column);

/// Whether the file comes with row numbers; others are numbered while reading, which needs their order kept.
[[nodiscard]] bool numbers_its_rows(const Source& source);

/// The row's place in the file, from 0, over the table expression.
[[nodiscard]] std::string row_index_sql(const Source& source);

/// Index of a column: exact name first, else the only one that differs in case. Errors: NotFound with the
/// nearest name, BadData for a name that stands for several columns.
[[nodiscard]] Result<std::size_t> find_column(const Source& source, std::string_view name);

}  // namespace splitplot::store::duckdb
