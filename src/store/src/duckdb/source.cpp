#include "source.hpp"

#include "error_text.hpp"
#include "sql_text.hpp"
#include "true_names.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

constexpr std::array<char, 4> kDelimiters = {',', ';', '\t', '|'};

ColumnType type_of(std::string_view sql_type) {
  if (sql_type == "BOOLEAN") return ColumnType::Boolean;
  if (sql_type.ends_with("[]") || sql_type.ends_with(')') ? !sql_type.starts_with("DECIMAL") : false) {
    return sql_type.starts_with("ENUM") ? ColumnType::Text : ColumnType::Other;
  }
  if (sql_type.ends_with("INT") || sql_type == "INTEGER" || sql_type == "UINTEGER")
    return ColumnType::Integer;
  if (sql_type == "DOUBLE" || sql_type == "FLOAT" || sql_type.starts_with("DECIMAL")) return ColumnType::Real;
  if (sql_type == "VARCHAR" || sql_type == "UUID" || sql_type == "JSON") return ColumnType::Text;
  if (sql_type.starts_with("TIME") || sql_type == "DATE") return ColumnType::Time;
  return ColumnType::Other;
}

std::string_view compression_name(Compression compression) {
  switch (compression) {
    case Compression::None:
      return "uncompressed";
    case Compression::Gzip:
      return "gzip";
    case Compression::Zstd:
      return "zstd";
  }
  return "uncompressed";
}

std::string decimal_option(const ReadOptions& options) {
  if (!options.decimal_separator || *options.decimal_separator == '.') return "";
  return fmt::format(", decimal_separator={}", quoted_text(std::string(1, *options.decimal_separator)));
}

/// What the sniffer is asked: nothing may be skipped and the first line is the header, so that no row gets
/// lost in silence.
std::string sniff_query(const std::string& path, FileKind kind, const ReadOptions& options,
                        const std::optional<char>& delimiter) {
  return fmt::format(
      "SELECT Delimiter, Escape, NewLineDelimiter, c.name AS name, c.type AS type FROM (SELECT *, "
      "unnest(Columns) AS c FROM "
      "sniff_csv({}, header=true, skip=0, comment='', compression='{}'{}{}))",
      quoted_path(path), compression_name(kind.compression),
      delimiter ? fmt::format(", delim={}", quoted_text(std::string(1, *delimiter))) : "",
      decimal_option(options));
}

QueryResult<Source> sniff(Connection& connection, const std::string& path, FileKind kind,
                          const ReadOptions& options, const std::optional<char>& delimiter) {
  auto answer = connection.query(sniff_query(path, kind, options, delimiter));
  if (!answer) return tl::unexpected(answer.error());
  Source source{path, kind, options, {}, {}};
  source.dialect.delimiter.clear();
  answer->for_each([&](const Row& row) {
    source.dialect.delimiter = row.text(0).value_or("");
    const std::string escape = row.text(1).value_or("");
    if (escape.size() == 1) source.dialect.escape = escape;
    if (row.text(2).value_or("") == "\\r\\n") source.dialect.new_line = "\\r\\n";
    const std::string type = row.text(4).value_or("VARCHAR");
    source.columns.push_back({row.text(3).value_or(""), type, type_of(type)});
    return true;
  });
  return source;
}

/// The delimiter that stands most often in a header outside quotes.
std::optional<char> likely_delimiter(std::string_view header) {
  std::array<int, kDelimiters.size()> counts{};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    const auto at = std::find(kDelimiters.begin(), kDelimiters.end(), c);
    if (!quoted && at != kDelimiters.end()) ++counts[static_cast<std::size_t>(at - kDelimiters.begin())];
  }
  const auto best = std::max_element(counts.begin(), counts.end());
  if (*best == 0) return std::nullopt;
  return kDelimiters[static_cast<std::size_t>(best - counts.begin())];
}

/// Reads everything as text under a header that is taken as it stands, to learn at which line it goes wrong.
Error locate_malformed_line(Connection& connection, Source source, std::string_view header,
                            const QueryFailure& sniffed) {
  const std::size_t columns =
      1 + static_cast<std::size_t>(std::count(header.begin(), header.end(), source.dialect.delimiter[0]));
  source.columns.clear();
  for (std::size_t i = 0; i < columns; ++i) source.columns.push_back({"", "VARCHAR", ColumnType::Text});
  const ReadPlan plan{&source, Typing::Text, {}};
  auto answer = connection.query(
      fmt::format("SELECT count({}) FROM {}", column_sql(source, 0), table_expression(plan)));
  return error_from(answer ? sniffed : answer.error(), source.path);
}

Result<Source> describe_csv(Connection& connection, const std::string& path, FileKind kind,
                            const ReadOptions& options) {
  auto source = sniff(connection, path, kind, options, options.delimiter);
  if (source && source->columns.size() > 1) return *source;
  // One column, or none of DuckDB's dialects fits: judge by the header whether it should have been more.
  auto header = first_line(connection, path, kind);
  if (!header) return tl::unexpected(error_from(header.error(), path));
  const auto delimiter = options.delimiter ? options.delimiter : likely_delimiter(*header);
  if (!delimiter || header->find(*delimiter) == std::string::npos) {
    if (!source) return tl::unexpected(error_from(source.error(), path));
    source->dialect.delimiter = std::string(1, delimiter.value_or(','));
    return *source;
  }
  source = sniff(connection, path, kind, options, delimiter);
  if (source && source->columns.size() > 1) return *source;
  const QueryFailure failure = source ? QueryFailure{QueryFailure::Kind::Other, "CSV Error"} : source.error();
  Source guess{path, kind, options, {}, {}};
  guess.dialect.delimiter = std::string(1, *delimiter);
  return tl::unexpected(locate_malformed_line(connection, std::move(guess), *header, failure));
}

Result<Source> describe_typed(Connection& connection, const std::string& path, FileKind kind,
                              const ReadOptions& options) {
  const std::string table =
      kind.format == FileFormat::Parquet
          ? fmt::format("read_parquet({}, hive_partitioning=false)", quoted_path(path))
          : fmt::format(
                "read_json({}, format='auto', records=true, hive_partitioning=false, compression='{}')",
                quoted_path(path), compression_name(kind.compression));
  auto answer =
      connection.query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM " + table + ")");
  if (!answer) return tl::unexpected(error_from(answer.error(), path));
  Source source{path, kind, options, {}, {}};
  answer->for_each([&](const Row& row) {
    const std::string type = row.text(1).value_or("");
    source.columns.push_back({row.text(0).value_or(""), type, type_of(type)});
    return true;
  });
  return source;
}

bool holds_rows(Connection& connection, const Source& source) {
  auto answer =
      connection.query("SELECT 1 FROM " + table_expression({&source, Typing::Text, {}}) + " LIMIT 1");
  if (!answer) return true;  // what is wrong with the rows is told when they are read
  bool any = false;
  answer->for_each([&](const Row&) { return any = true; });
  return any;
}

/// DuckDB's own 32 MB per thread are no faster here, and too much for a small memory limit. Must exceed the
/// longest line allowed, 2 MB.
constexpr int kReadBufferBytes = 8 * 1024 * 1024;

/// The type a column is declared with while reading. Whole numbers of delimited text are read as DOUBLE: the
/// head may hold whole numbers only by chance.
std::string declared_type(const ReadPlan& plan, std::size_t column) {
  if (plan.is_text(column)) return "VARCHAR";
  const SourceColumn& c = plan.source->columns[column];
  if (plan.source->kind.format == FileFormat::DelimitedText && c.type == ColumnType::Integer) return "DOUBLE";
  return c.sql_type;
}

/// Holds a blank, so that it is none of the names that queries give.
std::string position_name(std::size_t column) {
  return fmt::format("column {}", column + 1);
}

std::string csv_expression(const ReadPlan& plan, std::string_view header) {
  const Source& source = *plan.source;
  std::string columns;
  for (std::size_t i = 0; i < source.columns.size(); ++i) {
    columns += fmt::format("{}{}: {}", i == 0 ? "" : ", ", quoted_text(position_name(i)),
                           quoted_text(declared_type(plan, i)));
  }
  return fmt::format(
      "read_csv({}, auto_detect=false, header={}, delim={}, quote='\"', escape={}{}, compression='{}', "
      "hive_partitioning=false, buffer_size={}{}, columns={{{}}})",
      quoted_path(source.path), header, quoted_text(source.dialect.delimiter),
      quoted_text(source.dialect.escape),
      source.dialect.new_line.empty() ? ""
                                      : fmt::format(", new_line={}", quoted_text(source.dialect.new_line)),
      compression_name(source.kind.compression), kReadBufferBytes, decimal_option(source.options), columns);
}

}  // namespace

std::string relation_column(std::size_t column) {
  return fmt::format("c{}", column);
}

Source relation_source(const TabularFile& table) {
  Source source{table.path, table.kind, table.options, {}, {}, table.relation};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const char* type = column.type == ColumnType::Real   ? "DOUBLE"
                       : column.type == ColumnType::Time ? "TIMESTAMP"
                                                         : "VARCHAR";
    source.columns.push_back({column.name, type, column.type, relation_column(i)});
  }
  return source;
}

bool ReadPlan::is_text(std::size_t column) const {
  const SourceColumn& c = source->columns[column];
  if (c.type == ColumnType::Text && !c.sql_type.starts_with("ENUM") && c.sql_type != "UUID") return true;
  if (source->kind.format == FileFormat::Parquet || source->kind.format == FileFormat::Relation) return false;
  if (typing == Typing::Text) return true;
  return source->kind.format == FileFormat::DelimitedText &&
         (text_columns.contains(column) || c.type == ColumnType::Time);
}

QueryResult<std::string> first_line(Connection& connection, const std::string& path, FileKind kind) {
  auto answer = connection.query(
      fmt::format("SELECT line FROM read_csv({}, auto_detect=false, header=false, delim='', quote='', "
                  "escape='', strict_mode=false, "
                  "hive_partitioning=false, columns={{'line': 'VARCHAR'}}, compression='{}') LIMIT 1",
                  quoted_path(path), compression_name(kind.compression)));
  if (!answer) return tl::unexpected(answer.error());
  std::string line;
  answer->for_each([&](const Row& row) {
    line = row.text(0).value_or("");
    return true;
  });
  return line;
}

Result<Source> describe(Connection& connection, const std::string& path, FileKind kind,
                        const ReadOptions& options) {
  auto source = kind.format == FileFormat::DelimitedText ? describe_csv(connection, path, kind, options)
                                                         : describe_typed(connection, path, kind, options);
  if (!source) return source;
  if (source->columns.empty()) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' has no columns", path),
                "check how the file was written");
  }
  if (auto restored = restore_names(connection, *source); !restored)
    return tl::unexpected(error_from(restored.error(), path));
  if (!holds_rows(connection, *source)) {
    return fail(ErrorCode::BadData,
                kind.format == FileFormat::DelimitedText
                    ? fmt::format("'{}' holds a header and no rows", path)
                    : fmt::format("'{}' holds no rows", path),
                "check how the file was written");
  }
  return source;
}

bool numbers_its_rows(const Source& source) {
  if (source.kind.format == FileFormat::Relation) return true;
  return source.kind.format == FileFormat::Parquet &&
         std::none_of(source.columns.begin(), source.columns.end(), [](const SourceColumn& column) {
           return equal_ignoring_case(column.name, "file_row_number");
         });
}

std::string row_index_sql(const Source& source) {
  if (source.kind.format == FileFormat::Relation) return kRowOrder;
  return numbers_its_rows(source) ? "file_row_number" : "(row_number() OVER () - 1)";
}

std::string table_expression(const ReadPlan& plan) {
  const Source& source = *plan.source;
  if (source.kind.format == FileFormat::Relation) return quoted_identifier(source.relation);
  if (source.kind.format == FileFormat::Parquet) {
    return fmt::format("read_parquet({}, hive_partitioning=false{})", quoted_path(source.path),
                       numbers_its_rows(source) ? ", file_row_number=true" : "");
  }
  if (source.kind.format == FileFormat::DelimitedText) return csv_expression(plan, "true");
  std::string columns;
  for (std::size_t i = 0; i < source.columns.size(); ++i) {
    if (source.columns[i].access == Access::Ambiguous) continue;
    columns += fmt::format("{}{}: {}", columns.empty() ? "" : ", ", quoted_text(source.columns[i].name),
                           quoted_text(declared_type(plan, i)));
  }
  return fmt::format(
      "read_json({}, format='auto', records=true, hive_partitioning=false, compression='{}', "
      "columns={{{}}})",
      quoted_path(source.path), compression_name(source.kind.compression), columns);
}

std::string header_expression(const Source& source) {
  return csv_expression({&source, Typing::Text, {}}, "false");
}

std::string records_expression(const Source& source) {
  return fmt::format("read_json_objects({}, format='auto', hive_partitioning=false, compression='{}')",
                     quoted_path(source.path), compression_name(source.kind.compression));
}

std::string column_sql(const Source& source, std::size_t column) {
  if (source.kind.format == FileFormat::DelimitedText) return quoted_identifier(position_name(column));
  const SourceColumn& c = source.columns[column];
  return quoted_identifier(c.reader_name.empty() ? c.name : c.reader_name);
}

Result<std::size_t> find_column(const Source& source, std::string_view name) {
  std::vector<std::string> names;
  for (const SourceColumn& column : source.columns) names.push_back(column.name);
  auto column = store::find_column(source.path, names, name);
  if (!column || source.columns[*column].access == Access::ByName) return column;
  return fail(ErrorCode::BadData,
              fmt::format("'{}' has several keys that differ from '{}' in upper and lower case only",
                          source.path, source.columns[*column].name),
              "rename one of them: such keys of JSON lines cannot be told apart");
}

}  // namespace splitplot::store::duckdb
