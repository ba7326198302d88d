#include "frame_sql.hpp"

#include "cell_sql.hpp"
#include "sql_text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::store::duckdb {
namespace {

using Columns = std::vector<std::string>;

std::string select(const Columns& columns, const std::string& from) {
  return fmt::format("SELECT {} FROM {}", fmt::join(columns, ", "), from);
}

std::string table_of(const ReadPlan& plan, std::uint64_t head_rows) {
  if (head_rows == 0) return table_expression(plan);
  return fmt::format("(SELECT * FROM {} LIMIT {})", table_expression(plan), head_rows);
}

/// By time where there is one, rows without a time last, ties in file order.
std::string order_column(const ReadPlan& plan, const std::optional<std::size_t>& time) {
  if (!time) return fmt::format("CAST({} AS HUGEINT) AS o", row_index_sql(*plan.source));
  return fmt::format("(CAST(coalesce({}, 9223372036854775807) AS HUGEINT) * 9223372036854775808 + {}) AS o",
                     time_sql(plan, *time), row_index_sql(*plan.source));
}

Columns time_columns(const ReadPlan& plan, std::size_t time) {
  return {fmt::format("{} AS t", time_sql(plan, time)),
          fmt::format("({} AND {} IS NULL) AS tb", present_sql(plan, time), time_sql(plan, time))};
}

void append(Columns& columns, const Columns& more) {
  columns.insert(columns.end(), more.begin(), more.end());
}

bool exposures_need_order(const SqlPlan& plan) {
  if (plan.form != UnitForm::Repeated) return false;
  const auto ordered = [](const MeasureSql& sql) { return sql.needs_order; };
  return !plan.dimensions.empty() || std::any_of(plan.covariates.begin(), plan.covariates.end(), ordered) ||
         (!plan.events && std::any_of(plan.metrics.begin(), plan.metrics.end(), ordered));
}

bool events_need_order(const SqlPlan& plan) {
  return plan.events && std::any_of(plan.metrics.begin(), plan.metrics.end(),
                                    [](const MeasureSql& sql) { return sql.needs_order; });
}

bool uses_time(const SqlPlan& plan) {
  return plan.time && (plan.follows_exposure() || exposures_need_order(plan));
}

/// Rows of the units in the plan's part. Filtered after rows are numbered. Rows without a unit are in one
/// part too.
std::string in_part(const SqlPlan& plan, const std::string& rows, const char* unit) {
  if (plan.parts == 1) return rows;
  return fmt::format("SELECT * FROM ({}) WHERE coalesce(hash({}), 0) % {} = {}", rows, unit, plan.parts,
                     plan.part);
}

std::string exposure_rows(const SqlPlan& plan, std::uint64_t head_rows) {
  const ReadPlan& file = plan.exposures;
  const auto level = [&](std::size_t column) {
    // Blank cells are sorted out after grouping where every row is a unit: that saves looking at each of
    // them.
    return plan.form == UnitForm::EachRow ? column_sql(*file.source, column) : present_text_sql(file, column);
  };
  Columns columns{level(plan.variant) + " AS v"};
  if (plan.form != UnitForm::EachRow) {
    columns.push_back(fmt::format("CASE WHEN {} IS NOT NULL THEN {} END AS u", level(plan.variant),
                                  unit_sql(file, *plan.unit)));
  }
  for (std::size_t j = 0; j < plan.dimensions.size(); ++j)
    columns.push_back(fmt::format("{} AS d{}", level(plan.dimensions[j]), j));
  if (uses_time(plan)) append(columns, time_columns(file, *plan.time));
  if (exposures_need_order(plan)) columns.push_back(order_column(file, plan.time));
  if (!plan.events) {
    for (const MeasureSql& metric : plan.metrics) append(columns, metric.row_columns);
  }
  for (const MeasureSql& covariate : plan.covariates) append(columns, covariate.row_columns);
  const std::string rows = select(columns, table_of(file, head_rows));
  return plan.form == UnitForm::EachRow ? rows : in_part(plan, rows, "u");
}

enum class Per { Row, Unit };

/// Value and checks of one measure, per unit; `name` is x0 or z0.
void append_measure(Columns& columns, const MeasureSql& sql, const std::string& name, Per per) {
  columns.push_back(fmt::format("{} AS {}", sql.unit_value, name));
  for (std::size_t c = 0; c < sql.checks.size(); ++c) {
    columns.push_back(per == Per::Row ? fmt::format("{} AS {}_check{}", sql.checks[c].condition, name, c)
                                      : fmt::format("count(*) FILTER (WHERE {}) AS {}_check{}",
                                                    sql.checks[c].condition, name, c));
  }
  if (!sql.matching_rows.empty()) columns.push_back(fmt::format("{} AS {}_rows", sql.matching_rows, name));
}

void append_metrics(Columns& columns, const SqlPlan& plan, Per per) {
  for (std::size_t i = 0; i < plan.metrics.size(); ++i)
    append_measure(columns, plan.metrics[i], fmt::format("x{}", i), per);
}

void append_covariates(Columns& columns, const SqlPlan& plan, Per per) {
  for (std::size_t k = 0; k < plan.covariates.size(); ++k)
    append_measure(columns, plan.covariates[k], fmt::format("z{}", k), per);
}

std::string exposed_units(const SqlPlan& plan, std::uint64_t head_rows) {
  const bool repeated = plan.form == UnitForm::Repeated;
  Columns columns{"u"};
  columns.push_back(fmt::format(
      "CAST(CASE WHEN u IS NULL THEN {} {} ELSE {} END AS BIGINT) AS status",
      static_cast<int>(UnitStatus::Unplaced),
      repeated ? fmt::format("WHEN min(v) <> max(v) THEN {}", static_cast<int>(UnitStatus::SeveralVariants))
               : "",
      static_cast<int>(UnitStatus::Kept)));
  append(columns, {repeated ? "min(v) AS v" : "any_value(v) AS v", "count(*) AS n",
                   "count(*) FILTER (WHERE v IS NULL) AS nv"});
  Columns varied;
  for (std::size_t j = 0; j < plan.dimensions.size(); ++j) {
    columns.push_back(repeated ? fmt::format("arg_min_null(d{0}, o) AS d{0}", j)
                               : fmt::format("any_value(d{0}) AS d{0}", j));
    varied.push_back(
        fmt::format("(min(d{0}) IS DISTINCT FROM max(d{0}) OR count(d{0}) NOT IN (0, count(*)))", j));
  }
  columns.push_back(repeated && !varied.empty() ? fmt::format("({}) AS varied", fmt::join(varied, " OR "))
                                                : "false AS varied");
  if (uses_time(plan)) append(columns, {"min(t) AS t0", "count(*) FILTER (WHERE tb) AS bad_times"});
  if (!plan.events) append_metrics(columns, plan, Per::Unit);
  append_covariates(columns, plan, Per::Unit);
  return select(columns, fmt::format("({}) GROUP BY u", exposure_rows(plan, head_rows)));
}

std::string event_rows(const SqlPlan& plan) {
  const ReadPlan& file = *plan.events;
  Columns columns{unit_sql(file, plan.event_unit) + " AS eu", "true AS is_event"};
  if (plan.follows_exposure()) append(columns, time_columns(file, *plan.event_time));
  if (events_need_order(plan)) columns.push_back(order_column(file, plan.event_time));
  for (const MeasureSql& metric : plan.metrics) append(columns, metric.row_columns);
  return in_part(plan, select(columns, table_expression(file)), "eu");
}

/// Exposed units with their events. Events of nobody fall into the group without a unit, where they are
/// counted.
std::string units_with_events(const SqlPlan& plan, std::uint64_t head_rows) {
  const std::string joined = fmt::format(
      "(SELECT *, coalesce(is_event AND u IS NOT NULL{}, false) AS seen FROM ({}) AS x FULL OUTER JOIN ({}) "
      "AS e ON x.u = e.eu)",
      plan.follows_exposure() ? " AND e.t >= x.t0" : "", exposed_units(plan, head_rows), event_rows(plan));
  Columns columns{
      "u", fmt::format("coalesce(any_value(status), {}) AS status", static_cast<int>(UnitStatus::Unplaced))};
  Columns carried{"v", "nv", "varied"};
  for (std::size_t j = 0; j < plan.dimensions.size(); ++j) carried.push_back(fmt::format("d{}", j));
  if (uses_time(plan)) carried.push_back("bad_times");
  for (std::size_t k = 0; k < plan.covariates.size(); ++k) {
    carried.push_back(fmt::format("z{}", k));
    for (std::size_t c = 0; c < plan.covariates[k].checks.size(); ++c)
      carried.push_back(fmt::format("z{}_check{}", k, c));
  }
  for (const std::string& name : carried) columns.push_back(fmt::format("any_value({0}) AS {0}", name));
  append(columns, {"coalesce(any_value(n), 0) AS n", "count(*) FILTER (WHERE is_event) AS events",
                   "count(*) FILTER (WHERE is_event AND NOT seen) AS unmatched_events"});
  if (plan.follows_exposure()) columns.push_back("count(*) FILTER (WHERE tb) AS bad_event_times");
  append_metrics(columns, plan, Per::Unit);
  return select(columns, joined + " GROUP BY u");
}

std::string units(const SqlPlan& plan, std::uint64_t head_rows) {
  if (plan.events) return units_with_events(plan, head_rows);
  if (plan.form != UnitForm::EachRow) return exposed_units(plan, head_rows);
  Columns columns{"v"};
  for (std::size_t j = 0; j < plan.dimensions.size(); ++j) columns.push_back(fmt::format("d{}", j));
  append_metrics(columns, plan, Per::Row);
  append_covariates(columns, plan, Per::Row);
  return select(columns, fmt::format("({})", exposure_rows(plan, head_rows)));
}

std::string kept(const SqlPlan& plan, const std::string& column) {
  if (plan.form == UnitForm::EachRow) return column;
  return fmt::format("CASE WHEN status = {} THEN {} END AS {}", static_cast<int>(UnitStatus::Kept), column,
                     column);
}

/// The units as the cells see them: values beside their distance from the centre.
std::string centred_units(const SqlPlan& plan, const Centres& centres) {
  Columns columns{"*"};
  Columns replaced{kept(plan, "v") + (plan.form == UnitForm::EachRow ? " AS v" : "")};
  for (std::size_t j = 0; j < plan.dimensions.size(); ++j) {
    const std::string name = fmt::format("d{}", j);
    replaced.push_back(kept(plan, name) + (plan.form == UnitForm::EachRow ? " AS " + name : ""));
  }
  if (plan.form != UnitForm::EachRow)
    columns.front() = fmt::format("* REPLACE ({})", fmt::join(replaced, ", "));
  const auto centred = [](const std::string& value, double centre) {
    return centre == 0 ? value : fmt::format("({} - {})", value, double_literal(centre));
  };
  for (std::size_t i = 0; i < plan.metrics.size(); ++i) {
    columns.push_back(fmt::format("{} AS y{}", centred(fmt::format("x{}", i), centres.metrics[i]), i));
  }
  for (std::size_t k = 0; k < plan.covariates.size(); ++k) {
    columns.push_back(fmt::format(
        "{} AS b{}", centred(fmt::format("coalesce(z{}, 0.0::DOUBLE)", k), centres.covariates[k]), k));
  }
  return select(columns, fmt::format("({})", units(plan, 0)));
}

void append_check_totals(Columns& columns, const SqlPlan& plan, const MeasureSql& sql,
                         const std::string& name, const std::string& answer) {
  for (std::size_t c = 0; c < sql.checks.size(); ++c) {
    const std::string check = fmt::format("{}_check{}", name, c);
    columns.push_back(fmt::format("CAST({}({}) AS BIGINT) AS {}_check{}",
                                  plan.form == UnitForm::EachRow ? "count_if" : "sum", check, answer, c));
  }
}

void append_metric_aggregates(Columns& columns, const SqlPlan& plan, std::size_t i) {
  const MeasureSql& sql = plan.metrics[i];
  const auto add = [&](const std::string& expression, const std::string& name) {
    columns.push_back(fmt::format("{} AS m{}_{}", expression, i, name));
  };
  add(fmt::format("count(x{})", i), "count");
  add(fmt::format("avg(y{})", i), "mean");
  add(fmt::format("var_pop(y{})", i), "variance");
  add(fmt::format("sum(y{0} * y{0} * y{0})", i), "cubes");
  add(fmt::format("min(x{})", i), "minimum");
  add(fmt::format("max(x{})", i), "maximum");
  add(fmt::format("bool_and(x{0} = 0 OR x{0} = 1)", i), "binary");
  if (!sql.matching_rows.empty()) {
    const bool by_unit = plan.form != UnitForm::EachRow;
    add(by_unit ? fmt::format("CAST(count_if(x{}_rows > 1 AND status = 0) AS BIGINT)", i)
                : "CAST(0 AS BIGINT)",
        "refused");
  }
  append_check_totals(columns, plan, sql, fmt::format("x{}", i), fmt::format("m{}", i));
  const std::string filter = sql.never_missing ? "" : fmt::format(" FILTER (WHERE x{} IS NOT NULL)", i);
  for (std::size_t k = 0; k < plan.covariates.size(); ++k) {
    add(fmt::format("avg(b{}){}", k, filter), fmt::format("z{}", k));
    add(fmt::format("covar_pop(y{}, b{})", i, k), fmt::format("c0_{}", k + 1));
    add(fmt::format("var_pop(b{}){}", k, filter), fmt::format("c{0}_{0}", k + 1));
    for (std::size_t l = k + 1; l < plan.covariates.size(); ++l) {
      add(fmt::format("covar_pop(b{}, b{}){}", k, l, filter), fmt::format("c{}_{}", k + 1, l + 1));
    }
  }
}

Result<void> look_up(SqlPlan& plan, const UnitFrameQuery& query, const Source& exposures,
                     const Source* events) {
  const auto find = [](const Source& source, const std::string& name, auto& target) -> Result<void> {
    auto column = find_column(source, name);
    if (!column) return tl::unexpected(column.error());
    target = *column;
    return {};
  };
  auto done = find(exposures, query.variant_column, plan.variant);
  if (done && query.unit_column) done = find(exposures, *query.unit_column, plan.unit);
  if (done && query.time_column) done = find(exposures, *query.time_column, plan.time);
  plan.dimensions.resize(query.dimension_columns.size());
  for (std::size_t j = 0; done && j < plan.dimensions.size(); ++j) {
    done = find(exposures, query.dimension_columns[j], plan.dimensions[j]);
  }
  if (done && events != nullptr) done = find(*events, query.events->unit_column, plan.event_unit);
  if (done && events != nullptr && query.events->time_column)
    done = find(*events, *query.events->time_column, plan.event_time);
  return done;
}

Result<void> choose_text_columns(SqlPlan& plan, const UnitFrameQuery& query) {
  std::set<std::size_t>& text = plan.exposures.text_columns;
  text.insert(plan.variant);
  text.insert(plan.dimensions.begin(), plan.dimensions.end());
  if (plan.unit) text.insert(*plan.unit);
  for (const Measure& covariate : query.covariates) {
    if (auto done = collect_text_columns(covariate, *plan.exposures.source, text); !done) return done;
  }
  if (plan.events) plan.events->text_columns.insert(plan.event_unit);
  ReadPlan& metrics_from = plan.events ? *plan.events : plan.exposures;
  for (const Measure& metric : query.metrics) {
    if (auto done = collect_text_columns(metric, *metrics_from.source, metrics_from.text_columns); !done)
      return done;
  }
  return {};
}

Result<void> check_times(const SqlPlan& plan) {
  const auto check = [](const ReadPlan& file, const std::optional<std::size_t>& column) -> Result<void> {
    if (!column) return {};
    const SourceColumn& time = file.source->columns[*column];
    const bool clock_only = time.sql_type == "TIME" || time.sql_type == "TIME WITH TIME ZONE";
    if (!clock_only && time.type != ColumnType::Other && time.type != ColumnType::Boolean) return {};
    return fail(ErrorCode::BadData, fmt::format("column '{}' holds no points in time", time.name),
                "times are written like 2026-01-31 13:45:00, or are numbers that count from some start");
  };
  if (auto done = check(plan.exposures, plan.time); !done) return done;
  if (!plan.events) return {};
  if (auto done = check(*plan.events, plan.event_time); !done) return done;
  if (!plan.follows_exposure() ||
      time_is_number(plan.exposures, *plan.time) == time_is_number(*plan.events, *plan.event_time))
    return {};
  return fail(ErrorCode::BadData,
              fmt::format("times in '{}' and '{}' cannot be compared: one holds numbers, the other dates",
                          plan.exposures.source->columns[*plan.time].name,
                          plan.events->source->columns[*plan.event_time].name),
              "write both in the same way");
}

}  // namespace

bool SqlPlan::needs_order() const {
  const auto is_file = [](const ReadPlan& plan) { return plan.source->kind.format != FileFormat::Relation; };
  return (exposures_need_order(*this) && is_file(exposures)) ||
         (events_need_order(*this) && is_file(*events));
}

Result<SqlPlan> plan_sql(const UnitFrameQuery& query, const Source& exposures, const Source* events,
                         Typing typing, UnitForm form) {
  SqlPlan plan;
  plan.exposures = {&exposures, typing, {}};
  if (events != nullptr) plan.events = ReadPlan{events, typing, {}};
  plan.form = form;
  if (auto done = look_up(plan, query, exposures, events); !done) return tl::unexpected(done.error());
  if (auto done = choose_text_columns(plan, query); !done) return tl::unexpected(done.error());
  if (auto done = check_times(plan); !done) return tl::unexpected(done.error());
  const MeasureContext of_exposures{form, query.repeated_units, ""};
  // Of a covariate the first row counts: repetition is refused for metrics only.
  const MeasureContext of_covariates{form, RepeatedUnits::First, ""};
  const MeasureContext of_events{UnitForm::Repeated, query.repeated_units, "seen"};
  for (std::size_t i = 0; i < query.metrics.size(); ++i) {
    auto sql =
        measure_sql(query.metrics[i], fmt::format("m{}", i), plan.events ? *plan.events : plan.exposures,
                    plan.events ? of_events : of_exposures);
    if (!sql) return tl::unexpected(sql.error());
    plan.metrics.push_back(std::move(*sql));
  }
  for (std::size_t k = 0; k < query.covariates.size(); ++k) {
    auto sql = measure_sql(query.covariates[k], fmt::format("w{}", k), plan.exposures, of_covariates);
    if (!sql) return tl::unexpected(sql.error());
    sql->matching_rows.clear();
    plan.covariates.push_back(std::move(*sql));
  }
  return plan;
}

std::string cells_sql(const SqlPlan& plan, const Centres& centres, std::uint64_t maximum_cells) {
  const bool by_unit = plan.form != UnitForm::EachRow;
  const auto total = [&](const char* column, bool known) {
    return known ? fmt::format("CAST(coalesce(sum({0}), 0) AS BIGINT) AS {0}", column)
                 : fmt::format("CAST(0 AS BIGINT) AS {}", column);
  };
  Columns groups;
  if (by_unit) groups.push_back("status");
  groups.push_back("v");
  Columns columns{by_unit ? "status" : "CAST(0 AS BIGINT) AS status", "CAST(v AS VARCHAR) AS variant"};
  for (std::size_t j = 0; j < plan.dimensions.size(); ++j) {
    groups.push_back(fmt::format("d{}", j));
    columns.push_back(fmt::format("CAST(d{0} AS VARCHAR) AS level{0}", j));
  }
  append(
      columns,
      {"count(*) AS units", by_unit ? "CAST(sum(n) AS BIGINT) AS rows" : "count(*) AS rows",
       by_unit ? "CAST(coalesce(sum(nv), 0) AS BIGINT) AS rows_without_variant"
               : "CAST(0 AS BIGINT) AS rows_without_variant",
       by_unit ? "CAST(count_if(n > 1 AND u IS NOT NULL) AS BIGINT) AS repeated"
               : "CAST(0 AS BIGINT) AS repeated",
       by_unit ? "CAST(count_if(varied AND status = 0) AS BIGINT) AS varied" : "CAST(0 AS BIGINT) AS varied",
       total("events", plan.events.has_value()), total("unmatched_events", plan.events.has_value()),
       total("bad_times", by_unit && uses_time(plan)), total("bad_event_times", plan.follows_exposure())});
  for (std::size_t i = 0; i < plan.metrics.size(); ++i) append_metric_aggregates(columns, plan, i);
  for (std::size_t k = 0; k < plan.covariates.size(); ++k) {
    columns.push_back(fmt::format("CAST(count(*) - count(z{0}) AS BIGINT) AS z{0}_missing", k));
    append_check_totals(columns, plan, plan.covariates[k], fmt::format("z{}", k), fmt::format("z{}", k));
  }
  return fmt::format("{} GROUP BY {} LIMIT {}",
                     select(columns, fmt::format("({})", centred_units(plan, centres))),
                     fmt::join(groups, ", "), maximum_cells);
}

std::string head_levels_sql(const SqlPlan& plan, std::uint64_t rows) {
  Columns columns{"count(*) AS rows",
                  plan.unit ? fmt::format("count(DISTINCT {}) AS units", unit_sql(plan.exposures, *plan.unit))
                            : "count(*) AS units"};
  for (std::size_t j = 0; j < plan.dimensions.size(); ++j) {
    columns.push_back(fmt::format("count(DISTINCT {}) AS level{}",
                                  present_text_sql(plan.exposures, plan.dimensions[j]), j));
  }
  return select(columns, table_of(plan.exposures, rows));
}

std::string head_centres_sql(const SqlPlan& plan, std::uint64_t rows) {
  Columns columns;
  const auto add = [&](const std::string& value) {
    columns.push_back(fmt::format("avg({0}) AS {0}_mean, stddev_pop({0}) AS {0}_deviation", value));
  };
  for (std::size_t i = 0; i < plan.metrics.size(); ++i) add(fmt::format("x{}", i));
  for (std::size_t k = 0; k < plan.covariates.size(); ++k) add(fmt::format("z{}", k));
  return select(columns, fmt::format("({})", units(plan, rows)));
}

std::string histogram_sql(const SqlPlan& plan, std::size_t metric, const HistogramRange& range) {
  const std::string x = fmt::format("x{}", metric);
  const std::string lower = double_literal(range.lower);
  const std::string upper = double_literal(range.upper);
  const std::string bar = fmt::format(
      "CASE WHEN {0} = 0 THEN {5} WHEN {0} < {1} THEN {6} WHEN {0} > {2} THEN {7} ELSE least({3}, "
      "greatest(0, floor(({0} - {1}) / ({2} - {1}) * {4}))) END",
      x, lower, upper, range.bars - 1, range.bars, kZeros, kBelow, kAbove);
  const std::string status = plan.form == UnitForm::EachRow ? "" : " AND status = 0";
  return fmt::format(
      "SELECT CAST(v AS VARCHAR) AS variant, CAST({} AS DOUBLE) AS bar, count(*) AS units, {} AS rows FROM "
      "({}) WHERE {} IS NOT "
      "NULL AND v IS NOT NULL{} GROUP BY v, bar",
      bar, plan.form == UnitForm::EachRow ? "CAST(1 AS BIGINT)" : "max(n)", units(plan, 0), x, status);
}

std::string repeated_example_sql(const SqlPlan& plan, std::size_t metric) {
  return fmt::format(
      "SELECT count(*) AS repeated, first(u ORDER BY x{0}_rows DESC, u) AS unit, max(x{0}_rows) AS rows FROM "
      "({1}) WHERE "
      "status = 0 AND x{0}_rows > 1",
      metric, units(plan, 0));
}

}  // namespace splitplot::store::duckdb
