#include "experiment_warehouse.hpp"

#include "error_text.hpp"
#include "experiment_sql.hpp"
#include "frame_reader.hpp"
#include "step_sql.hpp"
#include "warehouse_on.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

/// A transaction that is rolled back unless it was committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {
    begun_ = connection_.query("BEGIN TRANSACTION").has_value();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (begun_) (void)connection_.query("ROLLBACK");
  }

  QueryResult<Answer> commit() {
    begun_ = false;
    return connection_.query("COMMIT");
  }

 private:
  Connection& connection_;
  bool begun_ = false;
};

std::optional<Timestamp> time_at(const Row& row, std::size_t column) {
  if (row.missing(column)) return std::nullopt;
  return Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(row.count(column))));
}

TabularFile table_of(std::string called, std::string name, std::vector<Column> columns) {
  TabularFile table;
  table.path = std::move(called);
  table.kind.format = FileFormat::Relation;
  table.columns = std::move(columns);
  table.relation = std::move(name);
  return table;
}

class ExperimentAnalysis final : public ExperimentWarehouse {
 public:
  ExperimentAnalysis(Connection connection, std::shared_ptr<EventConditions> conditions)
      : connection_(std::make_shared<Connection>(std::move(connection))),
        conditions_(std::move(conditions)),
        warehouse_(warehouse_on(connection_)) {}

  Result<TabularFile> open_file(const std::string& path, const ReadOptions& options) override {
    return warehouse_->open_file(path, options);
  }
  Result<TableSample> sample(const TabularFile& file, const Progress& progress) override {
    return warehouse_->sample(file, progress);
  }
  Result<Frame> aggregate(const UnitFrameQuery& query, const Progress& progress) override {
    return warehouse_->aggregate(query, progress);
  }
  Result<std::vector<Histogram>> histograms(const UnitFrameQuery& query, std::size_t metric,
                                            const HistogramRange& range) override {
    return warehouse_->histograms(query, metric, range);
  }

  Result<ExperimentTables> open_experiment(const ExperimentRelation& relation) override {
    auto tables = lay_out(relation);
    if (!tables)
      return tl::unexpected(
          error_from(tables.error(), fmt::format("exposures and events of {}", relation.experiment)));
    return std::move(*tables);
  }

  Result<StepAggregates> aggregate_by_step(const ExperimentTables& tables, const StepQuery& query,
                                           const Progress& progress) override;
  Result<std::vector<ExposureCount>> count_exposures(std::span<const ExperimentRelation> relations) override;

 private:
  QueryResult<ExperimentTables> lay_out(const ExperimentRelation& relation);
  QueryResult<void> read_facts(ExperimentTables& tables, const ExperimentRelation& relation);
  QueryResult<void> each(const std::string& sql, const std::function<void(const Row&)>& visit) {
    auto answer = connection_->query(sql);
    if (!answer) return tl::unexpected(answer.error());
    answer->for_each([&](const Row& row) {
      visit(row);
      return true;
    });
    return {};
  }

  std::shared_ptr<Connection> connection_;
  std::shared_ptr<EventConditions> conditions_;
  std::unique_ptr<Warehouse> warehouse_;
  std::uint64_t experiments_ = 0;  ///< laid out so far; gives tables their names
};

/// The tables are those of one transaction, so that what is loaded meanwhile is in all of them or in none.
QueryResult<ExperimentTables> ExperimentAnalysis::lay_out(const ExperimentRelation& relation) {
  ++experiments_;
  ExperimentTables tables;
  std::vector<Column> columns{{kExposedUnit, ColumnType::Text},
                              {kExposedVariant, ColumnType::Text},
                              {kExposureTime, ColumnType::Time}};
  for (const std::string& segment : relation.segments)
    columns.push_back({segment_column(segment), ColumnType::Text});
  for (const std::string& dimension : relation.dimensions) columns.push_back({dimension, ColumnType::Text});
  tables.exposures = table_of("exposures of " + relation.experiment,
                              fmt::format("experiment exposures {}", experiments_), std::move(columns));
  columns = {{kEventUnit, ColumnType::Text}, {kEventTime, ColumnType::Time}};
  for (const auto& metric : relation.metrics) columns.push_back({metric.name, ColumnType::Real});
  tables.events = table_of("events of " + relation.experiment,
                           fmt::format("experiment events {}", experiments_), std::move(columns));

  std::vector<EventConditions::Lease> leases;
  std::vector<std::string> conditions(relation.metrics.size());
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    if (!relation.metrics[i].where) continue;
    leases.emplace_back(conditions_, relation.metrics[i].where);
    conditions[i] = leases.back().sql("properties");
  }
  Transaction transaction(*connection_);
  auto done = connection_->query(exposures_sql(relation, tables.exposures.relation));
  if (done) {
    done = connection_->query(
        events_sql(relation, tables.exposures.relation, tables.events.relation, conditions));
  }
  if (!done) return tl::unexpected(done.error());
  if (auto read = read_facts(tables, relation); !read) return tl::unexpected(read.error());
  if (done = transaction.commit(); !done) return tl::unexpected(done.error());
  return tables;
}

QueryResult<void> ExperimentAnalysis::read_facts(ExperimentTables& tables,
                                                 const ExperimentRelation& relation) {
  auto done = each("SELECT position::BIGINT, epoch_us(received)::BIGINT FROM loader", [&](const Row& row) {
    tables.watermark = row.count(0);
    tables.last_received = time_at(row, 1);
  });
  if (!done) return done;
  done = each(exposure_facts_sql(relation, tables.exposures.relation), [&](const Row& row) {
    tables.exposure_count = row.count(0);
    tables.units = row.count(1);
    tables.first_exposure = time_at(row, 2);
    tables.last_exposure = time_at(row, 3);
    tables.first_revision = row.count(4);
    tables.last_revision = row.count(5);
    for (std::size_t i = 0; i < relation.dimensions.size(); ++i) tables.levels.push_back(row.count(6 + i));
  });
  if (!done) return done;
  done = each(event_facts_sql(relation, tables.events.relation), [&](const Row& row) {
    for (std::size_t i = 0; i < relation.metrics.size(); ++i) tables.refused.push_back(row.count(1 + i));
  });
  if (!done) return done;
  tables.segment_versions.resize(relation.segments.size());
  done = each(segment_versions_sql(relation), [&](const Row& row) {
    const std::string segment = row.text(0).value_or("");
    for (std::size_t i = 0; i < relation.segments.size(); ++i) {
      if (relation.segments[i] == segment)
        tables.segment_versions[i].push_back(static_cast<std::uint32_t>(row.count(1)));
    }
  });
  if (!done) return done;
  return each(left_out_sql(relation), [&](const Row& row) {
    tables.exposures_of_other_units = row.count(0);
    tables.exposures_outside = row.count(1);
  });
}

Result<StepAggregates> ExperimentAnalysis::aggregate_by_step(const ExperimentTables& tables,
                                                             const StepQuery& query,
                                                             const Progress& progress) {
  constexpr std::array<Reduction, 4> kReductions{Reduction::Any, Reduction::Count, Reduction::Sum,
                                                 Reduction::Mean};
  if (std::ranges::find(kReductions, query.reduction) == kReductions.end()) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("'{}' cannot be followed over time", name_of(query.reduction)));
  }
  if (query.steps == 0 || query.length.count() <= 0)
    return fail(ErrorCode::InvalidArgument, "a timeline needs at least one step of at least a second");
  const auto names = tables.events.column_names();
  const auto metric = store::find_column(tables.events.path, names, query.metric);
  if (!metric) return tl::unexpected(metric.error());
  auto answer = connection_->query(steps_sql(tables, query, *metric), progress);
  if (!answer) return tl::unexpected(error_from(answer.error(), tables.events.path));
  const auto column = [&](std::string_view name) { return answer->column(name); };
  const std::size_t cohort = column("cohort");
  const std::size_t step = column("step");
  const std::size_t variant = column("variant");
  const std::size_t units = column("units");
  const std::size_t centre = column("centre");
  const std::size_t binary = column("binary");
  const MomentColumns moments{column("count"), column("mean"),    column("variance"),
                              column("cubes"), column("minimum"), column("maximum")};
  StepAggregates aggregates;
  answer->for_each([&](const Row& row) {
    StepCell cell;
    cell.step = row.count(step);
    cell.variant = row.text(variant).value_or("");
    cell.units = row.count(units);
    cell.metric.moments = read_moments(row, moments, row.number(centre));
    cell.metric.missing = cell.units - cell.metric.moments.count;
    cell.metric.only_zero_and_one = row.missing(binary) || row.truth(binary);
    (row.truth(cohort) ? aggregates.cohorts : aggregates.cumulative).push_back(std::move(cell));
    return true;
  });
  return aggregates;
}

Result<std::vector<ExposureCount>> ExperimentAnalysis::count_exposures(
    std::span<const ExperimentRelation> relations) {
  std::vector<ExposureCount> counts;
  if (relations.empty()) return counts;
  const auto done = each(exposure_counts_sql(relations), [&](const Row& row) {
    counts.push_back(
        {row.text(0).value_or(""), row.text(1).value_or(""), row.count(2), row.count(3), time_at(row, 4)});
  });
  if (!done) return tl::unexpected(error_from(done.error(), "exposures"));
  return counts;
}

}  // namespace

std::unique_ptr<ExperimentWarehouse> experiment_warehouse_on(Connection connection,
                                                             std::shared_ptr<EventConditions> conditions) {
  return std::make_unique<ExperimentAnalysis>(std::move(connection), std::move(conditions));
}

}  // namespace splitplot::store::duckdb
