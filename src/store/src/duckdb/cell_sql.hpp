/// Single cells as SQL expressions: as text, as a number, as a time. What counts as missing is decided here and nowhere
/// else, and depends on what the cell is wanted for:
///   text (variant, unit, level, comparison with text)  blank
///   whether a condition finds something there          blank; NaN and infinite in a column detected as numbers
///   number in a comparison                             whatever is not a finite number
///   number of a measure                                blank, NA, N/A, null, nan, none, -, infinite
/// Pure functions; columns are indices into the plan's source.
#pragma once

#include "source.hpp"

#include <splitplot/base/result.hpp>

#include <cstddef>
#include <string>

namespace splitplot::store::duckdb {

/// The cell as text, exactly as in the file where the file is text. VARCHAR.
[[nodiscard]] std::string text_sql(const ReadPlan& plan, std::size_t column);

/// The same, NULL where blank.
[[nodiscard]] std::string present_text_sql(const ReadPlan& plan, std::size_t column);

/// The identity of a unit as text that two files agree on: whole numbers have no decimals, whatever type they
/// are stored in.
[[nodiscard]] std::string unit_sql(const ReadPlan& plan, std::size_t column);

/// The cell read plainly as a number: DOUBLE, NULL where it is none or not finite. For comparisons in
/// predicates.
[[nodiscard]] std::string plain_number_sql(const ReadPlan& plan, std::size_t column);

/// The number of a measure: DOUBLE, NULL where missing; true/false and yes/no are 1/0.
[[nodiscard]] std::string measure_number_sql(const ReadPlan& plan, std::size_t column);

/// What a text cell is, for a measure. TINYINT, NULL where missing.
enum class TextCell : int { ZeroOrOne = 0, OtherNumber = 1, Word = 2, NotANumber = 3, Infinite = 4 };
[[nodiscard]] std::string text_cell_sql(const ReadPlan& plan, std::size_t column);

/// BOOLEAN: the cell holds something, as conditions and counts of rows see it. The same whatever type it is read with.
[[nodiscard]] std::string present_sql(const ReadPlan& plan, std::size_t column);

/// A point in time as BIGINT: microseconds since 1970 for dates and times, thousandths of whatever is counted
/// for numbers.
[[nodiscard]] std::string time_sql(const ReadPlan& plan, std::size_t column);

/// True if the column's times are plain numbers.
[[nodiscard]] bool time_is_number(const ReadPlan& plan, std::size_t column);

}  // namespace splitplot::store::duckdb
