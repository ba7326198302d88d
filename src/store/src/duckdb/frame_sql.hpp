/// A frame query as SQL text. Pure functions: no database, no file.
///
/// The query is built in layers, each a subquery over the one before:
///   rows      one per row of the exposures: unit `u`, variant `v`, levels `d0`.., order `o`, and each measure's row
///             columns
///   exposed   one per unit: status, variant, levels, covariates `z0`.., and (without events) metrics `x0`..
///   units     with an event file: exposed units joined with their events, one row per unit
///   cells     one per status, variant and levels: counts, means, centred sums
/// Without a unit column a row is a unit and the middle layers fall away. Every unit has a status: kept, without
/// unit or variant (one group), in several variants; only kept units have a variant and levels, the others are
/// counted.
#pragma once

#include "measure_sql.hpp"
#include "source.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::store::duckdb {

/// `status` of a unit.
enum class UnitStatus : int { Kept = 0, Unplaced = 1, SeveralVariants = 2 };

/// A frame query with its columns looked up and its measures translated: all that its SQL is written from.
struct SqlPlan {
  ReadPlan exposures;
  std::optional<ReadPlan> events;
  UnitForm form = UnitForm::EachRow;
  std::size_t variant = 0;
  std::optional<std::size_t> unit;
  std::optional<std::size_t> time;
  std::vector<std::size_t> dimensions;
  std::size_t event_unit = 0;
  std::optional<std::size_t> event_time;
  std::vector<MeasureSql> metrics;
  std::vector<MeasureSql> covariates;
  /// Only units whose hash falls into this part of so many: what does not fit in memory at once is answered
  /// part by part.
  std::uint64_t parts = 1;
  std::uint64_t part = 0;

  /// Events count only from the first exposure on.
  [[nodiscard]] bool follows_exposure() const { return events && time && event_time; }
  /// Rows have to be read in file order. (Those of a relation say their order themselves.)
  [[nodiscard]] bool needs_order() const;
};

/// Looks columns up. The sources must outlive the plan.
/// Errors: NotFound, InvalidArgument, BadData, as in measure_sql.
[[nodiscard]] Result<SqlPlan> plan_sql(const UnitFrameQuery& query, const Source& exposures,
                                       const Source* events, Typing typing, UnitForm form);

/// A location near each measure's values. Sums of powers are taken around it, so that a mean of 1e8 with a
/// standard deviation of 1 keeps its digits.
struct Centres {
  std::vector<double> metrics;
  std::vector<double> covariates;
};

/// One row per cell. Columns: status, variant, level0.., units, rows, rows_without_variant, repeated, varied,
/// events, unmatched_events, bad_times, bad_event_times; per metric m0_count, m0_mean (of what lies beyond
/// the centre), m0_variance, m0_cubes, m0_minimum, m0_maximum, m0_binary, m0_refused, m0_check0.., with
/// covariates m0_z0 (mean), m0_c0_1 (covariance); per covariate z0_missing, z0_check0...
[[nodiscard]] std::string cells_sql(const SqlPlan& plan, const Centres& centres, std::uint64_t maximum_cells);

/// One row about the first rows of the exposures: rows, units, level0.. (numbers of different values).
[[nodiscard]] std::string head_levels_sql(const SqlPlan& plan, std::uint64_t rows);

/// One row about the units in the first rows: x0_mean, x0_deviation.., z0_mean, z0_deviation...
[[nodiscard]] std::string head_centres_sql(const SqlPlan& plan, std::uint64_t rows);

/// Places in a histogram besides its bars.
inline constexpr int kZeros = -1;
inline constexpr int kBelow = -2;
inline constexpr int kAbove = -3;

/// Rows variant, bar (DOUBLE, from 0, or one of the above), units, rows (the most that one unit had).
[[nodiscard]] std::string histogram_sql(const SqlPlan& plan, std::size_t metric, const HistogramRange& range);

/// One row: repeated (units with more than one row that counts), unit, rows (of the unit with most).
[[nodiscard]] std::string repeated_example_sql(const SqlPlan& plan, std::size_t metric);

}  // namespace splitplot::store::duckdb
