#include "bad_cells.hpp"
#include "connection.hpp"
#include "database.hpp"
#include "error_text.hpp"
#include "file_kind.hpp"
#include "frame_reader.hpp"
#include "frame_sql.hpp"
#include "gzip_check.hpp"
#include "source.hpp"
#include "sql_text.hpp"
#include "table_sampler.hpp"
#include "warehouse_on.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/store/warehouse.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace splitplot::store {
namespace duckdb {
namespace {

/// Rows looked at before a query: enough to see a dimension that has a level per row, and to place the
/// centres.
constexpr std::uint64_t kHeadRows = 4'096;
/// With fewer units in the head a level per unit may be chance.
constexpr std::uint64_t kHeadUnitsToJudge = 2'000;
/// Means further from zero than this many standard deviations get a centre.
constexpr double kDeviationsToCentre = 10;
/// Into how many parts units are cut: DuckDB spills, but near its memory limit it gives up where it could
/// spill more.
constexpr std::uint64_t kParts[] = {1, 8, 64};

/// A query's files, described.
struct Sources {
  Source exposures;
  std::optional<Source> events;

  [[nodiscard]] const Source* events_or_null() const { return events ? &*events : nullptr; }
  [[nodiscard]] std::string paths() const {
    return events ? fmt::format("{}' and '{}", exposures.path, events->path) : exposures.path;
  }
};

/// What one attempt came to: an error for the user, or a failure that another way of reading might cure.
struct Setback {
  std::optional<Error> error;
  QueryFailure failure;
};

template <typename T>
using Attempt = tl::expected<T, Setback>;

Setback give_up(Error error) {
  return {std::move(error), {}};
}
Setback maybe_curable(QueryFailure failure) {
  return {std::nullopt, std::move(failure)};
}

/// What tells that a file is still the one that was read before.
struct FileStamp {
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type changed;

  bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const std::string& path) {
  std::error_code ignored;
  return {std::filesystem::file_size(path, ignored), std::filesystem::last_write_time(path, ignored)};
}

/// The answer does not depend on how the files go on.
bool ends_early(ErrorCode code) {
  return code == ErrorCode::Cancelled || code == ErrorCode::InvalidArgument || code == ErrorCode::NotFound;
}

class EmbeddedWarehouse final : public Warehouse {
 public:
  explicit EmbeddedWarehouse(std::shared_ptr<Connection> connection)
      : shared_connection_(std::move(connection)), connection_(*shared_connection_) {}

  Result<TabularFile> open_file(const std::string& path, const ReadOptions& options) override;
  Result<TableSample> sample(const TabularFile& file, const Progress& progress) override;
  Result<Frame> aggregate(const UnitFrameQuery& query, const Progress& progress) override;
  Result<std::vector<Histogram>> histograms(const UnitFrameQuery& query, std::size_t metric,
                                            const HistogramRange& range) override;

 private:
  Result<Source> look_at(const std::string& path, const FileHead& head, const ReadOptions& options);
  Result<Frame> answer(const UnitFrameQuery& query, const Progress& progress);
  Result<std::vector<Histogram>> answer_histograms(const UnitFrameQuery& query, std::size_t metric,
                                                   const HistogramRange& range);
  template <typename T, typename Run>
  Result<T> beside_integrity_checks(const UnitFrameQuery& query, const Run& run);
  Result<FileKind> look_inside(const std::string& path, FileKind kind);
  Result<Source> load(const TabularFile& file);
  Result<Sources> describe_sources(const UnitFrameQuery& query);
  Result<void> check_head(const SqlPlan& plan, const UnitFrameQuery& query, const Sources& sources);
  Attempt<Centres> find_centres(const SqlPlan& plan);
  QueryResult<Answer> run(const SqlPlan& plan, const std::string& sql, const Progress& progress);
  Attempt<CellsAnswer> cells(const SqlPlan& plan, const UnitFrameQuery& query, const Progress& progress);
  Attempt<Frame> attempt(const UnitFrameQuery& query, const Sources& sources, Typing typing,
                         const Progress& progress);
  Attempt<std::optional<std::vector<Histogram>>> bars(const SqlPlan& plan, std::size_t metric,
                                                      const HistogramRange& range);
  Result<void> judge(const CellsAnswer& answer, const SqlPlan& plan, const UnitFrameQuery& query);
  Error repeated_units_error(const SqlPlan& plan, const UnitFrameQuery& query, std::size_t metric);

  std::shared_ptr<Connection> shared_connection_;
  Connection& connection_;
  std::map<std::string, FileStamp> whole_files_;  ///< gzip files found undamaged, by path
};

Result<void> check_query(const UnitFrameQuery& query) {
  if (query.covariates.size() > 2 * kMaximumCovariates) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{} covariates are more than {}",
                                                        query.covariates.size(), 2 * kMaximumCovariates));
  }
  if (query.events && !query.unit_column) {
    return fail(ErrorCode::InvalidArgument, "events need a unit column in the exposures to be joined by",
                "name it with --unit");
  }
  return {};
}

/// Runs a query by the types that the head promised, and once more with everything as text if a cell breaks
/// the promise, say "n/a" after 100,000 numbers: as text it can be judged.
template <typename T, typename Run>
Result<T> with_either_typing(const Sources& sources, const Run& run) {
  Attempt<T> attempt = run(Typing::Detected);
  const bool broken =
      !attempt && !attempt.error().error && attempt.error().failure.kind == QueryFailure::Kind::Conversion;
  if (broken) attempt = run(Typing::Text);
  if (attempt) return std::move(*attempt);
  if (attempt.error().error) return tl::unexpected(*attempt.error().error);
  return tl::unexpected(error_from(attempt.error().failure, sources.paths()));
}

/// The file that metrics are read from.
const ReadPlan& metric_file(const SqlPlan& plan) {
  return plan.events ? *plan.events : plan.exposures;
}

void add_notes(std::vector<std::string>& notes, const std::vector<MeasureSql>& measures,
               const std::vector<CellTotals>& totals, const ReadPlan& file) {
  for (std::size_t i = 0; i < measures.size(); ++i) {
    if (!measures[i].number_column) continue;
    const std::string& name = file.source->columns[*measures[i].number_column].name;
    const auto add = [&](std::string note) {
      if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(std::move(note));
    };
    const bool read_as_boolean =
        file.source->kind.format == FileFormat::DelimitedText &&
        file.source->columns[*measures[i].number_column].type == ColumnType::Boolean &&
        !file.is_text(*measures[i].number_column);
    if (totals[i].words > 0 || read_as_boolean)
      add(fmt::format("words such as yes/no or true/false read as 1/0 in '{}'", name));
    if (totals[i].infinite > 0) {
      add(fmt::format("{} cells of '{}' that are infinite or not a number count as missing",
                      totals[i].infinite, name));
    }
  }
}

Result<TabularFile> EmbeddedWarehouse::open_file(const std::string& path, const ReadOptions& options) {
  auto head = read_head(path);
  if (!head) return tl::unexpected(head.error());
  auto source = look_at(path, *head, options);
  if (!source) {
    // A file that is cut off goes wrong in many ways; the reason is this one.
    const auto kind = kind_of(head->bytes, path);
    if (!kind || kind->compression != Compression::Gzip) return tl::unexpected(source.error());
    const auto whole = check_gzip(path);
    return tl::unexpected(whole ? source.error() : whole.error());
  }
  TabularFile file{path, source->kind, options, {}, head->file_bytes};
  for (const SourceColumn& column : source->columns) file.columns.push_back({column.name, column.type});
  return file;
}

Result<Source> EmbeddedWarehouse::look_at(const std::string& path, const FileHead& head,
                                          const ReadOptions& options) {
  auto kind = kind_of(head.bytes, path);
  if (kind) kind = look_inside(path, *kind);
  if (!kind) return tl::unexpected(kind.error());
  return describe(connection_, path, *kind, options);
}

/// Of a compressed file only DuckDB can tell what is inside.
Result<FileKind> EmbeddedWarehouse::look_inside(const std::string& path, FileKind kind) {
  if (kind.compression == Compression::None) return kind;
  auto line = first_line(connection_, path, kind);
  if (!line) {
    return fail(ErrorCode::Unreadable,
                fmt::format("'{}' is compressed, and what is inside is not text", path),
                "compressed files can be CSV, TSV or JSON lines; Parquet is compressed by itself");
  }
  auto inside = kind_of(*line, path);
  if (!inside) return inside;
  if (inside->format == FileFormat::Parquet || inside->compression != Compression::None) {
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is compressed twice", path), "decompress it once");
  }
  kind.format = inside->format;
  return kind;
}

Result<Source> EmbeddedWarehouse::load(const TabularFile& file) {
  if (file.kind.format == FileFormat::Relation) return relation_source(file);
  if (auto head = read_head(file.path); !head) return tl::unexpected(head.error());
  return describe(connection_, file.path, file.kind, file.options);
}

Result<TableSample> EmbeddedWarehouse::sample(const TabularFile& file, const Progress& progress) {
  const auto source = load(file);
  if (!source) return tl::unexpected(source.error());
  auto sample = sample_of(connection_, *source, progress);
  if (!sample) return tl::unexpected(error_from(sample.error(), file.path));
  return *std::move(sample);
}

Result<Sources> EmbeddedWarehouse::describe_sources(const UnitFrameQuery& query) {
  auto exposures = load(query.exposures);
  if (!exposures) return tl::unexpected(exposures.error());
  Sources sources{std::move(*exposures), std::nullopt};
  if (!query.events) return sources;
  auto events = load(query.events->file);
  if (!events) return tl::unexpected(events.error());
  sources.events = std::move(*events);
  return sources;
}

QueryResult<Answer> EmbeddedWarehouse::run(const SqlPlan& plan, const std::string& sql,
                                           const Progress& progress) {
  if (!plan.needs_order()) return connection_.query(sql, progress);
  // Row numbers follow the file only while its order is kept, which costs time and memory.
  (void)connection_.query("SET preserve_insertion_order = true");
  auto answer = connection_.query(sql, progress);
  (void)connection_.query("SET preserve_insertion_order = false");
  return answer;
}

/// Refuses a dimension that has a level for nearly every unit before a query over the whole file is started.
Result<void> EmbeddedWarehouse::check_head(const SqlPlan& plan, const UnitFrameQuery& query,
                                           const Sources& sources) {
  if (plan.dimensions.empty()) return {};
  auto answer = connection_.query(head_levels_sql(plan, kHeadRows));
  if (!answer) return tl::unexpected(error_from(answer.error(), sources.exposures.path));
  std::optional<Error> error;
  answer->for_each([&](const Row& row) {
    const std::uint64_t units = row.count(1);
    for (std::size_t j = 0; j < plan.dimensions.size() && !error; ++j) {
      const std::uint64_t levels = row.count(2 + j);
      if (units < kHeadUnitsToJudge || levels * 2 <= units) continue;
      error = too_many_levels(query.dimension_columns[j], fmt::format("{}", levels), units);
      error->message = fmt::format("'{}' has {} levels among the first {} units, too many to compare",
                                   query.dimension_columns[j], levels, units);
    }
    return true;
  });
  if (error) return tl::unexpected(*error);
  return {};
}

Attempt<Centres> EmbeddedWarehouse::find_centres(const SqlPlan& plan) {
  Centres centres{std::vector<double>(plan.metrics.size()), std::vector<double>(plan.covariates.size())};
  if (plan.metrics.empty() && plan.covariates.empty()) return centres;
  // Events would have to be joined in full for it; their variances are centred row by row anyway.
  if (plan.events) return centres;
  auto answer = run(plan, head_centres_sql(plan, kHeadRows), {});
  if (!answer) return tl::unexpected(maybe_curable(answer.error()));
  answer->for_each([&](const Row& row) {
    std::size_t column = 0;
    for (std::vector<double>* list : {&centres.metrics, &centres.covariates}) {
      for (double& centre : *list) {
        const double mean = row.number(column++);
        const double deviation = row.number(column++);
        if (std::abs(mean) > kDeviationsToCentre * deviation) centre = mean;
      }
    }
    return true;
  });
  return centres;
}

Attempt<CellsAnswer> EmbeddedWarehouse::cells(const SqlPlan& plan, const UnitFrameQuery& query,
                                              const Progress& progress) {
  auto centres = find_centres(plan);
  if (!centres) return tl::unexpected(centres.error());
  QueryFailure failure;
  for (const std::uint64_t parts : kParts) {
    if (parts > 1 && plan.form == UnitForm::EachRow) break;
    FrameReader reader(query, *centres);
    SqlPlan slice = plan;
    slice.parts = parts;
    bool complete = true;
    for (slice.part = 0; complete && slice.part < parts; ++slice.part) {
      const Progress whole = !progress ? progress : [&](double share) {
        return progress(share < 0 ? share
                                  : (static_cast<double>(slice.part) + share) / static_cast<double>(parts));
      };
      // One row beyond the limit shows that there are too many; units left out take up to three rows.
      auto answer = run(slice, cells_sql(slice, *centres, query.maximum_cells + 4), whole);
      complete = answer.has_value();
      if (complete)
        reader.take(*answer, slice);
      else
        failure = answer.error();
    }
    if (complete) {
      auto read = reader.finish();
      if (!read) return tl::unexpected(give_up(read.error()));
      return std::move(*read);
    }
    if (failure.kind != QueryFailure::Kind::OutOfMemory) break;
  }
  return tl::unexpected(maybe_curable(failure));
}

Error EmbeddedWarehouse::repeated_units_error(const SqlPlan& plan, const UnitFrameQuery& query,
                                              std::size_t metric) {
  const std::string file = metric_file(plan).source->path;
  auto answer = run(plan, repeated_example_sql(plan, metric), {});
  if (!answer) return error_from(answer.error(), file);
  Error error{ErrorCode::BadData, "", ""};
  answer->for_each([&](const Row& row) {
    const std::uint64_t units = row.count(0);
    error.message = fmt::format("{} {} more than one row in '{}', for example '{}' with {}", grouped(units),
                                units == 1 ? "unit has" : "units have", file, row.text(1).value_or(""),
                                grouped(row.count(2)));
    return true;
  });
  error.hint =
      fmt::format("choose --duplicates first, --duplicates sum, or a reduction such as \"{}=sum({})\"",
                  query.metrics[metric].name, query.metrics[metric].column);
  return error;
}

Result<void> EmbeddedWarehouse::judge(const CellsAnswer& answer, const SqlPlan& plan,
                                      const UnitFrameQuery& query) {
  const auto check = [&](const std::vector<MeasureSql>& measures, const std::vector<CellTotals>& totals,
                         const std::vector<Measure>& asked, const ReadPlan& file) -> Result<void> {
    for (std::size_t i = 0; i < measures.size(); ++i) {
      if (!totals[i].bad()) continue;
      return tl::unexpected(
          bad_number_error(connection_, file, *measures[i].number_column, asked[i].where,
                           totals[i].words_among_numbers() ? Words::Wrong : Words::Allowed));
    }
    return {};
  };
  if (auto done = check(plan.metrics, answer.metrics, query.metrics, metric_file(plan)); !done) return done;
  if (auto done = check(plan.covariates, answer.covariates, query.covariates, plan.exposures); !done)
    return done;
  if (answer.bad_times > 0) return tl::unexpected(bad_time_error(connection_, plan.exposures, *plan.time));
  if (answer.bad_event_times > 0)
    return tl::unexpected(bad_time_error(connection_, *plan.events, *plan.event_time));
  if (query.repeated_units != RepeatedUnits::Refuse) return {};
  for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
    if (answer.metrics[i].refused_units > 0) return tl::unexpected(repeated_units_error(plan, query, i));
  }
  return {};
}

Attempt<Frame> EmbeddedWarehouse::attempt(const UnitFrameQuery& query, const Sources& sources, Typing typing,
                                          const Progress& progress) {
  UnitForm form = query.unit_column ? UnitForm::SingleRows : UnitForm::EachRow;
  auto plan = plan_sql(query, sources.exposures, sources.events_or_null(), typing, form);
  if (!plan) return tl::unexpected(give_up(plan.error()));
  auto answer = cells(*plan, query, progress);
  if (answer && form == UnitForm::SingleRows && answer->frame.repeated_units > 0) {
    plan = plan_sql(query, sources.exposures, sources.events_or_null(), typing, UnitForm::Repeated);
    if (!plan) return tl::unexpected(give_up(plan.error()));
    answer = cells(*plan, query, progress);
  }
  if (!answer) return tl::unexpected(answer.error());
  if (auto done = judge(*answer, *plan, query); !done) return tl::unexpected(give_up(done.error()));
  add_notes(answer->frame.notes, plan->metrics, answer->metrics, metric_file(*plan));
  add_notes(answer->frame.notes, plan->covariates, answer->covariates, plan->exposures);
  return std::move(answer->frame);
}

/// Damage comes before whatever the query says: the rows behind it are missing.
template <typename T, typename Run>
Result<T> EmbeddedWarehouse::beside_integrity_checks(const UnitFrameQuery& query, const Run& run) {
  struct Running {
    std::string path;
    FileStamp stamp;
    GzipCheck check;
  };
  std::vector<Running> running;
  const auto start = [&](const TabularFile& file) {
    if (file.kind.compression != Compression::Gzip) return;
    const FileStamp stamp = stamp_of(file.path);
    const auto known = whole_files_.find(file.path);
    if (known != whole_files_.end() && known->second == stamp) return;
    running.push_back({file.path, stamp, GzipCheck(file.path)});
  };
  start(query.exposures);
  if (query.events) start(query.events->file);
  Result<T> answer = run();
  if (!answer && ends_early(answer.error().code)) return answer;
  for (Running& one : running) {
    if (auto whole = one.check.wait(); !whole) return tl::unexpected(whole.error());
    whole_files_.insert_or_assign(one.path, one.stamp);
  }
  return answer;
}

Result<Frame> EmbeddedWarehouse::aggregate(const UnitFrameQuery& query, const Progress& progress) {
  return beside_integrity_checks<Frame>(query, [&] { return answer(query, progress); });
}

Result<Frame> EmbeddedWarehouse::answer(const UnitFrameQuery& query, const Progress& progress) {
  if (auto done = check_query(query); !done) return tl::unexpected(done.error());
  auto sources = describe_sources(query);
  if (!sources) return tl::unexpected(sources.error());
  auto head_plan = plan_sql(query, sources->exposures, sources->events_or_null(), Typing::Text,
                            query.unit_column ? UnitForm::SingleRows : UnitForm::EachRow);
  if (!head_plan) return tl::unexpected(head_plan.error());
  if (auto done = check_head(*head_plan, query, *sources); !done) return tl::unexpected(done.error());
  return with_either_typing<Frame>(*sources,
                                   [&](Typing typing) { return attempt(query, *sources, typing, progress); });
}

/// Bars per variant, if every unit had one row or the plan copes with several; nothing otherwise.
Attempt<std::optional<std::vector<Histogram>>> EmbeddedWarehouse::bars(const SqlPlan& plan,
                                                                       std::size_t metric,
                                                                       const HistogramRange& range) {
  auto answer = run(plan, histogram_sql(plan, metric, range), {});
  if (!answer) return tl::unexpected(maybe_curable(answer.error()));
  const double width = (range.upper - range.lower) / range.bars;
  std::map<std::string, Histogram> by_variant;
  bool repeated = false;
  answer->for_each([&](const Row& row) {
    repeated = repeated || (plan.form == UnitForm::SingleRows && row.count(3) > 1);
    const std::string variant = row.text(0).value_or("");
    if (variant.find_first_not_of(" \t") == std::string::npos) return true;
    Histogram& histogram = by_variant[variant];
    if (histogram.bars.empty()) {
      histogram.variant = variant;
      for (int i = 0; i < range.bars; ++i) {
        histogram.bars.push_back(
            {range.lower + i * width, i + 1 == range.bars ? range.upper : range.lower + (i + 1) * width, 0});
      }
    }
    const double bar = row.number(1);
    const std::uint64_t units = row.count(2);
    if (bar == kZeros)
      histogram.zeros += units;
    else if (bar == kBelow)
      histogram.below += units;
    else if (bar == kAbove)
      histogram.above += units;
    else
      histogram.bars[static_cast<std::size_t>(bar)].units += units;
    return true;
  });
  if (repeated) return std::optional<std::vector<Histogram>>{};
  std::vector<Histogram> histograms;
  for (auto& [variant, histogram] : by_variant) histograms.push_back(std::move(histogram));
  return std::optional(std::move(histograms));
}

Result<std::vector<Histogram>> EmbeddedWarehouse::histograms(const UnitFrameQuery& query, std::size_t metric,
                                                             const HistogramRange& range) {
  return beside_integrity_checks<std::vector<Histogram>>(
      query, [&] { return answer_histograms(query, metric, range); });
}

Result<std::vector<Histogram>> EmbeddedWarehouse::answer_histograms(const UnitFrameQuery& query,
                                                                    std::size_t metric,
                                                                    const HistogramRange& range) {
  if (auto done = check_query(query); !done) return tl::unexpected(done.error());
  if (metric >= query.metrics.size())
    return fail(ErrorCode::InvalidArgument, "a histogram was asked of a metric that is not there");
  if (!(range.lower < range.upper) || !std::isfinite(range.upper - range.lower) || range.bars < 1) {
    return fail(ErrorCode::InvalidArgument, "a histogram needs a finite range and at least one bar");
  }
  auto sources = describe_sources(query);
  if (!sources) return tl::unexpected(sources.error());
  using Histograms = std::vector<Histogram>;
  return with_either_typing<Histograms>(*sources, [&](Typing typing) -> Attempt<Histograms> {
    const UnitForm first = query.unit_column ? UnitForm::SingleRows : UnitForm::EachRow;
    for (const UnitForm form : {first, UnitForm::Repeated}) {
      auto plan = plan_sql(query, sources->exposures, sources->events_or_null(), typing, form);
      if (!plan) return tl::unexpected(give_up(plan.error()));
      auto found = bars(*plan, metric, range);
      if (!found) return tl::unexpected(found.error());
      if (*found) return std::move(**found);
    }
    return tl::unexpected(give_up({ErrorCode::Internal, "a histogram came to nothing", ""}));
  });
}

}  // namespace

std::unique_ptr<Warehouse> warehouse_on(std::shared_ptr<Connection> connection) {
  return std::make_unique<EmbeddedWarehouse>(std::move(connection));
}

}  // namespace duckdb

Result<std::unique_ptr<Warehouse>> open_embedded_warehouse(const EmbeddedWarehouseOptions& options) {
  auto database = duckdb::Database::open("", options);
  if (!database) return tl::unexpected(database.error());
  auto connection = duckdb::Database::connect(*database);
  if (!connection) return tl::unexpected(connection.error());
  return duckdb::warehouse_on(std::make_shared<duckdb::Connection>(std::move(*connection)));
}

}  // namespace splitplot::store
