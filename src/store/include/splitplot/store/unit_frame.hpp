/// A question to the warehouse and its answer. An adapter collapses rows to one row per unit, and those to mergeable
/// aggregates per cell, where a cell is a variant crossed with one level of every dimension. The cells are the
/// answer (the frame). `experiment` writes the question; neither rows nor units leave the adapter.
#pragma once

#include <splitplot/stats/moments.hpp>
#include <splitplot/store/predicate.hpp>
#include <splitplot/store/tabular_file.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::store {

/// How the rows of one unit become the unit's value.
enum class Reduction {
  Value,          ///< the unit has exactly one row; its value as it is
  Sum,            ///< sum over rows; 0 where no row matches
  Count,          ///< number of rows (with a value, where a column is named); 0 where none matches
  CountDistinct,  ///< number of different values; 0 where none matches
  Mean,           ///< mean over rows; missing where no row matches
  Minimum,        ///< missing where no row matches
  Maximum,        ///< missing where no row matches
  Any,            ///< 1 if a row matches (and, where a column is named, its value is not zero), else 0
  First,          ///< value of the first row (by time where a time column is known, else in file order)
  Last,
  Missing,  ///< 1 where `First` would be missing (the unit's first cell is no number), else 0; never missing itself
};

[[nodiscard]] std::string_view name_of(Reduction reduction);

/// What a missing cell of a metric stands for.
enum class MissingValue {
  LeaveOut,  ///< the unit does not count for this metric
  Zero,      ///< the unit's value is zero
};

/// How many covariates a user may ask for. A query may hold twice as many: each may bring a `Reduction::Missing` along.
inline constexpr std::size_t kMaximumCovariates = 8;

/// One number per unit: a metric or a covariate.
struct Measure {
  std::string name;
  Reduction reduction = Reduction::Value;
  std::string column;              ///< may be empty for Count and Any
  std::optional<Predicate> where;  ///< rows that count
  MissingValue missing = MissingValue::LeaveOut;
};

/// What a repeated unit means when a measure has no reduction of its own (`Reduction::Value`).
enum class RepeatedUnits { Refuse, First, Sum };

/// Events in a file of their own, joined to the exposures by unit.
struct EventSource {
  TabularFile file;
  std::string unit_column;
  /// With the exposures' time column set too: only events at or after the unit's first exposure count.
  std::optional<std::string> time_column;
};

struct UnitFrameQuery {
  TabularFile exposures;                   ///< or the one file that holds everything
  std::optional<std::string> unit_column;  ///< without one every row is a unit
  std::string variant_column;
  std::optional<std::string> time_column;  ///< of the exposures
  std::vector<std::string> dimension_columns;
  std::vector<Measure> metrics;     ///< read from `events` where that is set, else from `exposures`
  std::vector<Measure> covariates;  ///< always read from `exposures`; at most 2 * kMaximumCovariates
  std::optional<EventSource> events;
  RepeatedUnits repeated_units = RepeatedUnits::Refuse;
  /// More cells than this is a ResourceLimit error that names the dimension to blame.
  std::uint64_t maximum_cells = 1'000'000;
};

/// One metric within one cell.
struct MetricAggregate {
  stats::Moments moments;         ///< over units with a value
  std::uint64_t missing = 0;      ///< units without one (0 under MissingValue::Zero)
  bool only_zero_and_one = true;  ///< every value was 0 or 1
  /// Dimension 0 the metric, 1.. the covariates, over units with a metric value. A missing covariate counts as 0 here;
  /// how many there were stands in `Frame::covariate_missing`. Empty without covariates.
  stats::CrossMoments with_covariates;
};

/// A cell: one variant, one level per dimension.
struct Cell {
  std::string variant;
  std::vector<std::optional<std::string>> levels;  ///< one per dimension; empty where the value is missing
  std::uint64_t units = 0;
  std::vector<MetricAggregate> metrics;
};

/// Everything the analysis needs to know of a file: aggregates per cell, and what was counted while reading.
struct Frame {
  std::vector<Cell> cells;                      ///< sorted by variant, then levels
  std::uint64_t rows = 0;                       ///< rows read from the exposures
  std::uint64_t rows_without_variant = 0;       ///< left out: variant cell empty
  std::uint64_t rows_without_unit = 0;          ///< left out: unit cell empty
  std::uint64_t units_in_several_variants = 0;  ///< left out
  std::uint64_t repeated_units = 0;             ///< units that had more than one row
  std::uint64_t units_in_several_levels = 0;    ///< kept, with the level of their first row
  std::uint64_t events = 0;                     ///< rows of the event file
  std::uint64_t events_without_exposure = 0;  ///< left out: of units never exposed, or before their exposure
  std::vector<std::uint64_t> covariate_missing;  ///< units without a value, per covariate
  std::vector<std::string> notes;  ///< what the adapter assumed while reading ("yes/no read as 1/0 in 'y'")
};

/// Called from the calling thread while a query runs, with the share done in [0, 1] (negative: unknown).
/// Answer false to cancel.
using Progress = std::function<bool(double share_done)>;

/// One bar of a histogram: values in [lower, upper), the last bar closed.
struct HistogramBar {
  double lower = 0;
  double upper = 0;
  std::uint64_t units = 0;
};

/// A metric's histogram for one variant: zeros apart, then bars of equal width between the limits asked for,
/// then what lies outside.
struct Histogram {
  std::string variant;
  std::uint64_t zeros = 0;
  std::uint64_t below = 0;
  std::uint64_t above = 0;
  std::vector<HistogramBar> bars;
};

/// Limits of a histogram; the same bars for every variant.
struct HistogramRange {
  double lower = 0;
  double upper = 1;
  int bars = 30;
};

}  // namespace splitplot::store
