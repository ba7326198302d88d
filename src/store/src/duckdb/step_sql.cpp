#include "step_sql.hpp"

#include "source.hpp"
#include "sql_text.hpp"

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

/// The step of a time in microseconds that is not before the first exposure.
std::string step_of(const StepQuery& query, const std::string& time) {
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(query.length);
  return fmt::format("CAST(least({}, ({} - {}) // {}) AS BIGINT)", query.steps - 1, time,
                     query.begin.time_since_epoch().count(), length.count());
}

std::string exposed(const ExperimentTables& tables, const StepQuery& query) {
  const std::string unit = relation_column(0);
  const std::string variant = relation_column(1);
  // Blank ids and variants are nobody's, as in every frame.
  const std::string by_variant = fmt::format(
      "SELECT {0} AS u, {1} AS v, min(epoch_us({2})) AS t FROM {3} WHERE trim({0}, ' \t') <> '' AND "
      "trim({1}, "
      "' \t') <> '' GROUP BY ALL",
      unit, variant, relation_column(2), quoted_identifier(tables.exposures.relation));
  return fmt::format(
      "SELECT u, arg_min(v, t) AS v, min(t) AS t0, {} AS s0, CASE WHEN count(*) > 1 THEN {} ELSE {} END AS "
      "sc FROM ({}) GROUP BY u",
      step_of(query, "min(t)"), step_of(query, "list_sort(list(t))[2]"), query.steps, by_variant);
}

/// Each unit begins with nothing in the step of its exposure.
std::string changes(const ExperimentTables& tables, const StepQuery& query, std::size_t metric) {
  const std::string value = "e." + relation_column(metric);
  const std::string time = fmt::format("epoch_us(e.{})", relation_column(1));
  const std::string counts =
      query.reduction == Reduction::Any ? fmt::format("CAST({} <> 0 AS BIGINT)", value) : "1::BIGINT";
  return fmt::format(
      "SELECT u, s, sum(total) AS total, CAST(sum(n) AS BIGINT) AS n FROM (SELECT u, s0 AS s, 0.0::DOUBLE AS "
      "total, 0::BIGINT AS n FROM exposed UNION ALL SELECT x.u, {0} AS s, {1} AS total, {2} AS n FROM {3} AS "
      "e "
      "JOIN exposed AS x ON x.u = e.{4} WHERE {5} >= x.t0 AND isfinite({1})) GROUP BY u, s",
      step_of(query, time), value, counts, quoted_identifier(tables.events.relation), relation_column(0),
      time);
}

std::string value_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::Any:
      return "CASE WHEN n > 0 THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END";
    case Reduction::Count:
      return "CAST(n AS DOUBLE)";
    case Reduction::Mean:
      return "CASE WHEN n > 0 THEN total / n END";
    default:
      return "total";
  }
}

}  // namespace

std::string steps_sql(const ExperimentTables& tables, const StepQuery& query, std::size_t metric) {
  const std::string spans = fmt::format(
      "SELECT u, s, sum(total) OVER p AS total, CAST(sum(n) OVER p AS BIGINT) AS n, lead(s, 1, {}) OVER "
      "(PARTITION BY u ORDER BY s) AS e FROM changes WINDOW p AS (PARTITION BY u ORDER BY s ROWS UNBOUNDED "
      "PRECEDING)",
      query.steps);
  const std::string values = fmt::format(
      "SELECT x.v, x.s0, x.sc, p.s, least(p.e, x.sc) AS e, p.e = {} AS newest, {} AS x FROM spans AS p JOIN "
      "exposed AS x ON x.u = p.u",
      query.steps, value_of(query.reduction));
  const std::string placed = fmt::format(
      "SELECT false AS cohort, CAST(unnest(range(s, e)) AS BIGINT) AS step, v, x FROM spanned WHERE s < e "
      "UNION "
      "ALL SELECT true AS cohort, s0 AS step, v, x FROM spanned WHERE newest AND sc = {}",
      query.steps);
  return fmt::format(
      "WITH exposed AS MATERIALIZED ({}), changes AS ({}), spans AS ({}), spanned AS MATERIALIZED ({}), "
      "centre "
      "AS (SELECT coalesce(avg(x), 0.0::DOUBLE) AS c FROM spanned WHERE newest), placed AS ({}) SELECT "
      "cohort, "
      "step, v AS variant, count(*) AS units, any_value(c) AS centre, count(x) AS count, avg(x - c) AS mean, "
      "var_pop(x - c) AS variance, sum((x - c) * (x - c) * (x - c)) AS cubes, min(x) AS minimum, max(x) AS "
      "maximum, bool_and(x = 0 OR x = 1) AS binary FROM placed, centre GROUP BY cohort, step, v ORDER BY "
      "cohort, step, v",
      exposed(tables, query), changes(tables, query, metric), spans, values, placed);
}

}  // namespace splitplot::store::duckdb
