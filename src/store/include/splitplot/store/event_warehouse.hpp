/// The warehouse of a server: events, exposures and rejected events as rows, loaded from the journal exactly once, and
/// asked for aggregates. Adapter: `duckdb/`. Tables: docs/formats/warehouse.md.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/store/journal.hpp>
#include <splitplot/store/warehouse.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
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

/// Which exposures and events a served experiment is analysed from.
struct ExperimentRelation {
  std::string environment;
  std::string experiment;
  UnitKind unit = UnitKind::User;
  std::optional<Timestamp> from, until;  ///< of exposures; events are read until `until`
  std::vector<std::string> segments;     ///< each becomes a dimension column "segment KEY": "in" or "not in"
  std::vector<std::string> dimensions;  ///< each becomes a dimension column of that name, from the attributes
  /// One event column per metric: the number that the event contributes, missing where it contributes nothing.
  struct MetricColumn {
    std::string name;
    std::string event;
    std::string property;            ///< dotted path; empty: the event counts 1
    std::optional<Predicate> where;  ///< columns are dotted paths into the properties
    std::optional<std::chrono::seconds> window;
  };
  std::vector<MetricColumn> metrics;
};

class EventWarehouse {
 public:
  virtual ~EventWarehouse() = default;

  /// All records before it are in the tables.
  [[nodiscard]] virtual JournalOffset loaded() const = 0;

  /// Appends rows and moves `loaded` in one transaction. Errors: Conflict (`from` is not where it stands),
  /// ResourceLimit (disk full; nothing was loaded), Internal.
  virtual Result<void> load(const LoadBatch& batch) = 0;

  /// A warehouse to analyse with, on a connection of its own; `open_relation` tables of it are read as files are.
  virtual Result<std::unique_ptr<Warehouse>> analysis() = 0;

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
