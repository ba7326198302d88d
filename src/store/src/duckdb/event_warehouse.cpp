#include "database.hpp"
#include "error_text.hpp"
#include "event_appender.hpp"
#include "event_condition.hpp"
#include "event_schema.hpp"
#include "experiment_warehouse.hpp"

#include <splitplot/store/event_warehouse.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace splitplot::store {
namespace duckdb {
namespace {

/// An open database with the connection that loads. Replaced as a whole after a failed write: DuckDB refuses everything
/// after some of them, until the file is opened again.
struct Opened {
  std::shared_ptr<Database> database;
  std::shared_ptr<EventConditions> conditions;
  Connection connection;
  JournalOffset position = 0;
};

Result<JournalOffset> read_position(Connection& connection, const std::string& path) {
  auto answer = connection.query("SELECT position::BIGINT FROM loader");
  if (!answer) return tl::unexpected(error_from(answer.error(), path));
  JournalOffset position = 0;
  std::uint64_t rows = 0;
  answer->for_each([&](const Row& row) {
    position = row.count(0);
    ++rows;
    return true;
  });
  if (rows == 1) return position;
  return fail(ErrorCode::BadData, fmt::format("'{}' does not say how far it was loaded", path),
              "move it away and rebuild it from the journal");
}

Result<Opened> open_events(const EventWarehouseOptions& options) {
  auto database = Database::open(options.path, options.limits);
  if (!database) return tl::unexpected(database.error());
  auto connection = Database::connect(*database);
  if (!connection) return tl::unexpected(connection.error());
  if (auto done = prepare_event_tables(*connection, options.path); !done) return tl::unexpected(done.error());
  auto conditions = EventConditions::install(*connection);
  if (!conditions) return tl::unexpected(conditions.error());
  auto position = read_position(*connection, options.path);
  if (!position) return tl::unexpected(position.error());
  return Opened{std::move(*database), std::move(*conditions), std::move(*connection), *position};
}

/// The latest time at which something of the batch was received.
std::optional<Timestamp> last_received(const LoadBatch& batch) {
  std::optional<Timestamp> last;
  const auto look = [&](const auto& rows) {
    for (const auto& row : rows) last = last ? std::max(*last, row.received) : row.received;
  };
  look(batch.events);
  look(batch.exposures);
  look(batch.rejected);
  return last;
}

std::string move_position_sql(const LoadBatch& batch) {
  const auto received = last_received(batch);
  return fmt::format("UPDATE loader SET position = {}{}", batch.to,
                     received ? fmt::format(", received = greatest(received, make_timestamp({}))",
                                            received->time_since_epoch().count())
                              : "");
}

QueryResult<void> append_and_move(Connection& connection, const LoadBatch& batch) {
  if (auto begun = connection.query("BEGIN TRANSACTION"); !begun) return tl::unexpected(begun.error());
  if (auto appended = append_batch(connection, batch); !appended) return appended;
  if (auto moved = connection.query(move_position_sql(batch)); !moved) return tl::unexpected(moved.error());
  if (auto committed = connection.query("COMMIT"); !committed) return tl::unexpected(committed.error());
  return {};
}

class DuckDbEventWarehouse final : public EventWarehouse {
 public:
  DuckDbEventWarehouse(EventWarehouseOptions options, Opened opened)
      : options_(std::move(options)),
        loaded_(opened.position),
        opened_(std::make_shared<Opened>(std::move(opened))) {}

  [[nodiscard]] JournalOffset loaded() const override { return loaded_.load(); }
  Result<void> load(const LoadBatch& batch) override;
  Result<std::unique_ptr<ExperimentWarehouse>> analysis() override;
  Result<std::uint64_t> count(std::string_view table) override;

 private:
  Result<std::shared_ptr<Opened>> open_again();

  const EventWarehouseOptions options_;
  std::atomic<JournalOffset> loaded_;
  std::mutex mutex_;                ///< of the pointer
  std::shared_ptr<Opened> opened_;  ///< null after a failed write; its connection is the loading thread's
};

Result<std::shared_ptr<Opened>> DuckDbEventWarehouse::open_again() {
  const std::lock_guard lock(mutex_);
  if (opened_) return opened_;
  auto opened = open_events(options_);
  if (!opened) return tl::unexpected(opened.error());
  loaded_ = opened->position;
  opened_ = std::make_shared<Opened>(std::move(*opened));
  return opened_;
}

Result<void> DuckDbEventWarehouse::load(const LoadBatch& batch) {
  auto opened = open_again();
  if (!opened) return tl::unexpected(opened.error());
  if (batch.from != loaded() || batch.to < batch.from) {
    return fail(ErrorCode::Conflict,
                fmt::format("a batch from {} to {} cannot be loaded: the warehouse stands at {}", batch.from,
                            batch.to, loaded()));
  }
  const auto done = append_and_move((*opened)->connection, batch);
  if (done) {
    loaded_ = batch.to;
    return {};
  }
  (void)(*opened)->connection.query("ROLLBACK");
  Error error = error_from(done.error(), options_.path);
  error.message = fmt::format("events could not be loaded into '{}'", options_.path);
  if (is_disk_full(done.error().message)) {
    error = {ErrorCode::ResourceLimit, error.message + ": the disk is full", "free some space"};
  }
  // After some failures DuckDB refuses everything until the file is opened again. What it says then, not what the failed
  // batch seemed to come to, decides where the next one begins.
  if (const auto position = read_position((*opened)->connection, options_.path)) {
    loaded_ = *position;
  } else {
    const std::lock_guard lock(mutex_);
    opened_.reset();
  }
  return tl::unexpected(std::move(error));
}

Result<std::unique_ptr<ExperimentWarehouse>> DuckDbEventWarehouse::analysis() {
  auto opened = open_again();
  if (!opened) return tl::unexpected(opened.error());
  auto connection = Database::connect((*opened)->database);
  if (!connection) return tl::unexpected(connection.error());
  return experiment_warehouse_on(std::move(*connection), (*opened)->conditions);
}

Result<std::uint64_t> DuckDbEventWarehouse::count(std::string_view table) {
  constexpr std::array<std::string_view, 3> kTables{"events", "exposures", "rejected_events"};
  if (std::ranges::find(kTables, table) == kTables.end())
    return fail(ErrorCode::InvalidArgument, fmt::format("the warehouse has no table '{}'", table));
  auto opened = open_again();
  if (!opened) return tl::unexpected(opened.error());
  auto connection = Database::connect((*opened)->database);
  if (!connection) return tl::unexpected(connection.error());
  auto answer = connection->query(fmt::format("SELECT count(*) FROM {}", table));
  if (!answer) return tl::unexpected(error_from(answer.error(), options_.path));
  std::uint64_t rows = 0;
  answer->for_each([&](const Row& row) {
    rows = row.count(0);
    return true;
  });
  return rows;
}

}  // namespace
}  // namespace duckdb

std::string segment_column(std::string_view segment) {
  return fmt::format("segment {}", segment);
}

Result<std::unique_ptr<EventWarehouse>> open_event_warehouse(const EventWarehouseOptions& options) {
  if (options.path.empty()) return fail(ErrorCode::InvalidArgument, "the warehouse needs a path");
  auto opened = duckdb::open_events(options);
  if (!opened) return tl::unexpected(opened.error());
  return std::make_unique<duckdb::DuckDbEventWarehouse>(options, std::move(*opened));
}

}  // namespace splitplot::store
