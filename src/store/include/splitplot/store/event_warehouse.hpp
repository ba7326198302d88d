/// The warehouse of a server: events, exposures and rejected events as rows, loaded from the journal exactly once, and
/// asked for aggregates. Adapter: `duckdb/`. Tables: docs/formats/warehouse.md.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/store/experiment_steps.hpp>
#include <splitplot/store/journal.hpp>
#include <splitplot/store/warehouse.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store {

/// A row of `events`. JSON texts are empty for null.
struct EventRow {
  JournalOffset offset = 0;
  std::string environment, source, message_id, type, name;
  std::string user_id, anonymous_id, group_id;
  Unit unit;
  Timestamp time;  ///< the corrected one
  Timestamp received;
  std::optional<Timestamp> client_time, sent_time;
  std::string properties_json, context_json;
};

/// A row of `exposures`.
struct ExposureRow {
  JournalOffset offset = 0;
  std::string environment, source, message_id;
  Unit unit;
  Timestamp time, received;
  std::string experiment, variant;
  std::uint64_t revision = 0;
  std::vector<std::string> segments;            ///< keys
  std::vector<std::uint32_t> segment_versions;  ///< beside them
  std::string attributes_json;
};

/// A row of `rejected_events`.
struct RejectedRow {
  JournalOffset offset = 0;
  std::string environment, source;
  Timestamp received;
  std::string reason, message, body;
};

struct LoadBatch {
  std::vector<EventRow> events;
  std::vector<ExposureRow> exposures;
  std::vector<RejectedRow> rejected;
  JournalOffset from = 0;  ///< must be where the warehouse stands
  JournalOffset to = 0;
};

/// Whether an event counts for a metric, by its properties as JSON text (empty: none). Called by several threads at once.
using EventCondition = std::function<bool(std::string_view properties_json)>;

/// Which exposures and events a served experiment is analysed from.
struct ExperimentRelation {
  std::string environment;
  std::string experiment;
  UnitKind unit = UnitKind::User;
  std::optional<Timestamp> from, until;  ///< of exposures, `until` excluded; events are read until `until`
  std::vector<std::string> segments;     ///< each becomes a dimension column "segment KEY": "in" or "not in"
  std::vector<std::string> dimensions;  ///< each becomes a dimension column of that name, from the attributes
  /// One event column per metric: the number that the event contributes, missing where it contributes nothing.
  struct MetricColumn {
    std::string name;
    std::string event;
    std::string property;                        ///< dotted path; empty: the event counts 1
    EventCondition where;                        ///< null: every event counts
    std::optional<std::chrono::seconds> window;  ///< only events earlier than first exposure + window count
  };
  std::vector<MetricColumn> metrics;
};

/// Names of the columns of `ExperimentTables`. They hold a blank, so that they are never a metric's key.
inline constexpr const char* kExposedUnit = "exposed unit";
inline constexpr const char* kExposedVariant = "served variant";
inline constexpr const char* kExposureTime = "exposure time";
inline constexpr const char* kEventUnit = "event unit";
inline constexpr const char* kEventTime = "event time";

/// "segment KEY", the column of a segment.
[[nodiscard]] std::string segment_column(std::string_view segment);

/// The rows of one experiment, taken at one moment: what is loaded afterwards changes nothing. They are there as long
/// as the warehouse that answered them.
struct ExperimentTables {
  TabularFile exposures;  ///< one row per exposure: unit, variant, time, segments, dimensions
  TabularFile events;  ///< one row per event of an exposed unit that a metric is about: unit, time, metrics

  JournalOffset watermark = 0;             ///< all journal records before it are in the tables
  std::optional<Timestamp> last_received;  ///< of all that was loaded
  std::uint64_t exposure_count = 0;
  std::uint64_t units = 0;
  std::optional<Timestamp> first_exposure, last_exposure;
  std::uint64_t first_revision = 0, last_revision = 0;  ///< of the configuration, at the exposures
  std::uint64_t exposures_of_other_units = 0;  ///< left out: of another kind of unit than was asked for
  std::uint64_t exposures_outside = 0;         ///< left out: before `from`, or not before `until`
  std::vector<std::vector<std::uint32_t>> segment_versions;  ///< per segment, those that exposures carry
  std::vector<std::uint64_t> levels;                         ///< per dimension
  std::vector<std::uint64_t> refused;  ///< per metric: events whose property is not a number
};

/// What one variant of an experiment has, without an analysis.
struct ExposureCount {
  std::string experiment, variant;
  std::uint64_t units = 0;  ///< different ones; who met two variants is in both
  std::uint64_t exposures = 0;
  std::optional<Timestamp> last;
};

/// A warehouse that can also lay out an experiment for analysis. One thread at a time, like any warehouse.
class ExperimentWarehouse : public Warehouse {
 public:
  /// The answer's tables go into a `UnitFrameQuery` as files do. Errors: ResourceLimit, Internal.
  virtual Result<ExperimentTables> open_experiment(const ExperimentRelation& relation) = 0;

  /// A metric of an experiment that was laid out, by steps of time, from one query.
  /// Errors: InvalidArgument (no steps, a reduction that is none of its own), NotFound (metric), Cancelled,
  /// ResourceLimit, Internal.
  virtual Result<StepAggregates> aggregate_by_step(const ExperimentTables& tables, const StepQuery& query,
                                                   const Progress& progress = {}) = 0;

  /// Counts of several experiments, by experiment and variant, from one query. Of the relations only environment,
  /// experiment, unit and time matter. Errors: ResourceLimit, Internal.
  virtual Result<std::vector<ExposureCount>> count_exposures(
      std::span<const ExperimentRelation> relations) = 0;
};

/// One thread loads; the other functions may be called by any thread meanwhile.
class EventWarehouse {
 public:
  virtual ~EventWarehouse() = default;

  /// All records before it are in the tables.
  [[nodiscard]] virtual JournalOffset loaded() const = 0;

  /// Appends rows and moves `loaded` in one transaction. After an error nothing of the batch is there, and it may be
  /// tried again. Errors: Conflict (`from` is not where it stands), ResourceLimit (disk full), Internal.
  virtual Result<void> load(const LoadBatch& batch) = 0;

  /// A warehouse to analyse with, on a connection of its own. It keeps the database open as long as it lives.
  virtual Result<std::unique_ptr<ExperimentWarehouse>> analysis() = 0;

  /// Rows of a table, for verification: "events", "exposures", "rejected_events".
  virtual Result<std::uint64_t> count(std::string_view table) = 0;
};

struct EventWarehouseOptions {
  std::string path;  ///< the DuckDB file
  EmbeddedWarehouseOptions limits;
};

/// Errors: Unreadable, ResourceLimit, Conflict (another process), BadData (newer format or damaged: it can be rebuilt).
[[nodiscard]] Result<std::unique_ptr<EventWarehouse>> open_event_warehouse(
    const EventWarehouseOptions& options);

}  // namespace splitplot::store
