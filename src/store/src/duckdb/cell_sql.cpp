#include "cell_sql.hpp"

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

constexpr const char* kYes = "('true', 'yes', 'y', 't')";
constexpr const char* kNo = "('false', 'no', 'n', 'f')";
constexpr const char* kMissingWords = "('', 'na', 'n/a', 'null', 'nan', 'none', '-')";

std::string identifier(const ReadPlan& plan, std::size_t column) {
  return column_sql(*plan.source, column);
}

ColumnType type_of(const ReadPlan& plan, std::size_t column) {
  return plan.source->columns[column].type;
}

/// A text cell as DOUBLE, possibly not finite, NULL if it is not a number.
std::string cast_text(const ReadPlan& plan, std::size_t column) {
  const std::string name = identifier(plan, column);
  // DuckDB would take 1_000 for a number.
  const bool comma = plan.source->options.decimal_separator == ',';
  if (!comma)
    return fmt::format("CASE WHEN contains({0}, '_') THEN NULL ELSE TRY_CAST({0} AS DOUBLE) END", name);
  return fmt::format(
      "CASE WHEN contains({0}, '.') OR contains({0}, '_') THEN NULL ELSE TRY_CAST(replace({0}, ',', '.') AS "
      "DOUBLE) END",
      name);
}

std::string word(const ReadPlan& plan, std::size_t column) {
  return fmt::format("lower(trim({}, ' \t'))", identifier(plan, column));
}

std::string typed_number(const ReadPlan& plan, std::size_t column) {
  const std::string name = identifier(plan, column);
  const bool always_finite =
      type_of(plan, column) != ColumnType::Real && plan.source->kind.format != FileFormat::DelimitedText;
  if (always_finite || type_of(plan, column) == ColumnType::Boolean)
    return fmt::format("CAST({} AS DOUBLE)", name);
  return fmt::format("CASE WHEN isfinite(CAST({0} AS DOUBLE)) THEN CAST({0} AS DOUBLE) END", name);
}

bool holds_numbers(ColumnType type) {
  return type == ColumnType::Boolean || type == ColumnType::Integer || type == ColumnType::Real;
}

}  // namespace

std::string text_sql(const ReadPlan& plan, std::size_t column) {
  return plan.is_text(column) ? identifier(plan, column)
                              : fmt::format("CAST({} AS VARCHAR)", identifier(plan, column));
}

std::string present_text_sql(const ReadPlan& plan, std::size_t column) {
  if (!plan.is_text(column)) return text_sql(plan, column);
  return fmt::format("CASE WHEN trim({0}, ' \t') <> '' THEN {0} END", identifier(plan, column));
}

std::string unit_sql(const ReadPlan& plan, std::size_t column) {
  if (plan.is_text(column) || type_of(plan, column) != ColumnType::Real)
    return present_text_sql(plan, column);
  // Tables that once had a missing cell often store whole numbers as floating point.
  return fmt::format(
      "CASE WHEN {0} = trunc({0}) AND abs({0}) < 9007199254740992 THEN CAST(CAST({0} AS BIGINT) AS VARCHAR) "
      "WHEN NOT isnan(CAST({0} AS DOUBLE)) THEN CAST({0} AS VARCHAR) END",
      identifier(plan, column));
}

std::string plain_number_sql(const ReadPlan& plan, std::size_t column) {
  if (!plan.is_text(column) && holds_numbers(type_of(plan, column))) return typed_number(plan, column);
  if (!plan.is_text(column)) return "CAST(NULL AS DOUBLE)";
  return fmt::format("CASE WHEN isfinite({0}) THEN {0} END", cast_text(plan, column));
}

std::string measure_number_sql(const ReadPlan& plan, std::size_t column) {
  if (!plan.is_text(column)) return typed_number(plan, column);
  const std::string number = cast_text(plan, column);
  return fmt::format(
      "CASE WHEN {0} IS NOT NULL THEN (CASE WHEN isfinite({0}) THEN {0} END) WHEN {1} IN {2} THEN "
      "1.0::DOUBLE WHEN {1} IN "
      "{3} THEN 0.0::DOUBLE END",
      number, word(plan, column), kYes, kNo);
}

std::string text_cell_sql(const ReadPlan& plan, std::size_t column) {
  return fmt::format(
      "CAST(CASE WHEN {0} IS NOT NULL THEN (CASE WHEN {0} IN (0, 1) THEN 0 WHEN isfinite({0}) THEN 1 WHEN "
      "isinf({0}) THEN 4 "
      "END) WHEN {1} IS NULL OR {1} IN {2} THEN NULL WHEN {1} IN {3} OR {1} IN {4} THEN 2 ELSE 3 END AS "
      "TINYINT)",
      cast_text(plan, column), word(plan, column), kMissingWords, kYes, kNo);
}

std::string present_sql(const ReadPlan& plan, std::size_t column) {
  const bool number =
      type_of(plan, column) == ColumnType::Real || type_of(plan, column) == ColumnType::Integer;
  if (plan.is_text(column)) {
    const std::string filled = fmt::format("coalesce(trim({}, ' \t'), '') <> ''", identifier(plan, column));
    if (!number) return fmt::format("({})", filled);
    return fmt::format("({} AND coalesce(isfinite({}), true))", filled, cast_text(plan, column));
  }
  if (number) {
    return fmt::format("({} IS NOT NULL)", typed_number(plan, column));
  }
  return fmt::format("({} IS NOT NULL)", identifier(plan, column));
}

bool time_is_number(const ReadPlan& plan, std::size_t column) {
  return holds_numbers(type_of(plan, column));
}

std::string time_sql(const ReadPlan& plan, std::size_t column) {
  if (time_is_number(plan, column))
    return fmt::format("TRY_CAST(round({} * 1000) AS BIGINT)", plain_number_sql(plan, column));
  return fmt::format("epoch_us(TRY_CAST({} AS TIMESTAMPTZ))", identifier(plan, column));
}

}  // namespace splitplot::store::duckdb
