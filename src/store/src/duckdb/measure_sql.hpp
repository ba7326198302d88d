/// One measure as SQL: what is computed per row, and how a unit's rows become its value. Pure functions.
#pragma once

#include "source.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <optional>
#include <string>
#include <vector>

namespace splitplot::store::duckdb {

/// How units relate to rows in one pass.
enum class UnitForm {
  EachRow,     ///< no unit column: every row is a unit
  SingleRows,  ///< grouped by unit in the hope that each has one row, so that order does not matter; the
               ///< answer tells
  Repeated,    ///< grouped by unit, rows in order where something depends on it
};

/// What is counted over cells of a measure's column to judge it afterwards.
struct CellCheck {
  enum class Kind { NotANumber, Word, OtherNumber, Infinite };
  Kind kind = Kind::NotANumber;
  std::string condition;  ///< BOOLEAN over the row columns
};

struct MeasureSql {
  std::vector<std::string> row_columns;  ///< "expression AS name", over the file's columns
  std::string unit_value;  ///< DOUBLE over the row columns; an aggregate unless UnitForm::EachRow
  std::vector<CellCheck> checks;
  std::optional<std::size_t> number_column;  ///< the column read as numbers
  std::string matching_rows;  ///< BIGINT aggregate: rows that count, where more than one is refused
  bool needs_order = false;   ///< the value depends on the rows' order (row column `o`)
  bool never_missing = false;
};

/// How row columns are selected before they are aggregated: a further condition every row has to meet, as SQL
/// over the joined relation; empty for none.
struct MeasureContext {
  UnitForm form = UnitForm::EachRow;
  RepeatedUnits repeated_units = RepeatedUnits::Refuse;
  std::string guard;
};

/// `prefix` makes the names of the measure's row columns unique ("m0").
/// Errors: NotFound (column), BadData (column of dates or nested values), InvalidArgument (no column where
/// one is needed).
[[nodiscard]] Result<MeasureSql> measure_sql(const Measure& measure, const std::string& prefix,
                                             const ReadPlan& plan, const MeasureContext& context);

/// Adds the columns whose cells a measure wants as text.
[[nodiscard]] Result<void> collect_text_columns(const Measure& measure, const Source& source,
                                                std::set<std::size_t>& columns);

}  // namespace splitplot::store::duckdb
