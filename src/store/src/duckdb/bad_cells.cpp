#include "bad_cells.hpp"

#include "cell_sql.hpp"
#include "error_text.hpp"
#include "predicate_sql.hpp"
#include "sql_text.hpp"

#include <splitplot/base/number_text.hpp>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

/// Cells longer than this are cut in messages.
constexpr std::size_t kShownBytes = 60;

struct BadCells {
  std::uint64_t rows = 0;
  std::uint64_t bad = 0;
  std::uint64_t first_row = 0;
  std::string cell;
  bool all_decimal_commas = false;
};

std::string shown(const std::string& cell) {
  if (cell.size() <= kShownBytes) return cell;
  std::size_t end = kShownBytes;
  // Not in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(cell[end]) & 0xC0) == 0x80) --end;
  return cell.substr(0, end) + "...";
}

Result<BadCells> find_bad_cells(Connection& connection, const ReadPlan& file, std::size_t column,
                                const std::string& bad) {
  const std::string row = row_index_sql(*file.source) + " + 1";
  const std::string sql = fmt::format(
      "SELECT count(*), count_if(bad)::BIGINT, (min(r) FILTER (WHERE bad))::BIGINT, arg_min(cell, r) FILTER "
      "(WHERE bad), "
      "bool_and(regexp_full_match(trim(cell), '[-+]?[0-9.]*,[0-9]+')) FILTER (WHERE bad) FROM (SELECT {} AS "
      "r, {} AS cell, "
      "coalesce({}, false) AS bad FROM {})",
      row, text_sql(file, column), bad, table_expression(file));
  (void)connection.query("SET preserve_insertion_order = true");
  auto answer = connection.query(sql);
  (void)connection.query("SET preserve_insertion_order = false");
  if (!answer) return tl::unexpected(error_from(answer.error(), file.source->path));
  BadCells cells;
  answer->for_each([&](const Row& found) {
    cells = {found.count(0), found.count(1), found.count(2), shown(found.text(3).value_or("")),
             found.truth(4)};
    return true;
  });
  return cells;
}

}  // namespace

Error bad_number_error(Connection& connection, const ReadPlan& file, std::size_t column,
                       const std::optional<Predicate>& where, Words words) {
  std::string bad =
      fmt::format("({} IN ({}, {}))", text_cell_sql(file, column), static_cast<int>(TextCell::NotANumber),
                  static_cast<int>(words == Words::Wrong ? TextCell::Word : TextCell::NotANumber));
  if (where) {
    auto matches = predicate_sql(*where, file);
    if (!matches) return matches.error();
    bad = fmt::format("({} AND {})", *matches, bad);
  }
  auto cells = find_bad_cells(connection, file, column, bad);
  if (!cells) return cells.error();
  Error error{ErrorCode::BadData,
              fmt::format("column '{}' is not a number in {} of {} rows, first at row {}: '{}'",
                          file.source->columns[column].name, grouped(cells->bad), grouped(cells->rows),
                          grouped(cells->first_row), cells->cell),
              "clean the column, or leave such cells empty"};
  if (cells->all_decimal_commas)
    error.hint = "if the numbers have a decimal comma, say so with --decimal ','";
  return error;
}

Error bad_time_error(Connection& connection, const ReadPlan& file, std::size_t column) {
  auto cells =
      find_bad_cells(connection, file, column,
                     fmt::format("({} AND {} IS NULL)", present_sql(file, column), time_sql(file, column)));
  if (!cells) return cells.error();
  return {ErrorCode::BadData,
          fmt::format("column '{}' is not a time in {} of {} rows, first at row {}: '{}'",
                      file.source->columns[column].name, grouped(cells->bad), grouped(cells->rows),
                      grouped(cells->first_row), cells->cell),
          "write times like 2026-01-31 13:45:00, or as numbers that count from some start"};
}

}  // namespace splitplot::store::duckdb
