#include "experiment_sql.hpp"

#include "source.hpp"
#include "sql_text.hpp"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::store::duckdb {
namespace {

using Columns = std::vector<std::string>;

/// Of the exposures, before the segments: unit, variant, time. Of the events, before the metrics: unit, time.
constexpr std::size_t kExposureColumns = 3;
constexpr std::size_t kEventColumns = 2;

void append_token(std::string& pointer, std::string_view name) {
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::string timestamp(Timestamp time) {
  return fmt::format("make_timestamp({})", time.time_since_epoch().count());
}

/// Exposures of the experiment at any time, of all kinds of units.
std::string of_experiment(const ExperimentRelation& relation) {
  return fmt::format("environment = {} AND experiment = {}", quoted_text(relation.environment),
                     quoted_text(relation.experiment));
}

std::string in_time(const ExperimentRelation& relation) {
  std::string where = "true";
  if (relation.from) where += " AND time >= " + timestamp(*relation.from);
  if (relation.until) where += " AND time < " + timestamp(*relation.until);
  return where;
}

std::string of_kind(const ExperimentRelation& relation) {
  return fmt::format("unit_kind = {}", quoted_text(name_of(relation.unit)));
}

/// The exposures that count.
std::string counts(const ExperimentRelation& relation) {
  return fmt::format("{} AND {} AND {}", of_experiment(relation), of_kind(relation), in_time(relation));
}

/// The id of an event's unit of the kind that was randomised; null where the event does not say it.
std::string event_unit(UnitKind kind) {
  switch (kind) {
    case UnitKind::Anonymous:
      return "anonymous_id";
    case UnitKind::Account:
      return "coalesce(group_id, TRY(json_extract_string(context, '/groupId')))";
    case UnitKind::Session:
      return "TRY(json_extract_string(context, '/sessionId'))";
    case UnitKind::User:
      break;
  }
  return "user_id";
}

std::string property_column(std::size_t property) {
  return fmt::format("j{}", property);
}

/// The properties that metrics read, each once, by JSON pointer.
std::map<std::string, std::size_t> properties_of(const ExperimentRelation& relation) {
  std::map<std::string, std::size_t> properties;
  for (const auto& metric : relation.metrics) {
    if (!metric.property.empty()) properties.emplace(pointer_of_path(metric.property), properties.size());
  }
  return properties;
}

/// A JSON value as a number; text is refused, true and false are 1 and 0.
std::string number_of(const std::string& json) {
  return fmt::format(
      "CASE WHEN json_type({0}) IN ('DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT') THEN TRY_CAST({0} AS DOUBLE) "
      "WHEN json_type({0}) = 'BOOLEAN' THEN CAST(TRY_CAST({0} AS BOOLEAN) AS DOUBLE) END",
      json);
}

}  // namespace

std::string pointer_of_name(std::string_view name) {
  std::string pointer;
  append_token(pointer, name);
  return pointer;
}

std::string pointer_of_path(std::string_view path) {
  std::string pointer;
  while (true) {
    const std::size_t dot = path.find('.');
    append_token(pointer, path.substr(0, dot));
    if (dot == std::string_view::npos) return pointer;
    path.remove_prefix(dot + 1);
  }
}

std::string exposures_sql(const ExperimentRelation& relation, const std::string& table) {
  Columns columns{kRowOrder, "unit_id AS " + relation_column(0), "variant AS " + relation_column(1),
                  "time AS " + relation_column(2)};
  std::size_t column = kExposureColumns;
  for (const std::string& segment : relation.segments) {
    columns.push_back(fmt::format("CASE WHEN list_contains(segments, {}) THEN 'in' ELSE 'not in' END AS {}",
                                  quoted_text(segment), relation_column(column++)));
  }
  for (const std::string& dimension : relation.dimensions) {
    columns.push_back(fmt::format("TRY(json_extract_string(attributes, {})) AS {}",
                                  quoted_text(pointer_of_name(dimension)), relation_column(column++)));
  }
  columns.emplace_back("revision");
  return fmt::format("CREATE TEMP TABLE {} AS SELECT {} FROM exposures WHERE {}", quoted_identifier(table),
                     fmt::join(columns, ", "), counts(relation));
}

std::string events_sql(const ExperimentRelation& relation, const std::string& exposures,
                       const std::string& table, const std::vector<std::string>& conditions) {
  const auto properties = properties_of(relation);
  Columns read{kRowOrder, "x.u", "x.t0", "e.time", "e.name", "e.properties"};
  for (const auto& [pointer, number] : properties) {
    read.push_back(fmt::format("TRY(json_extract(e.properties, {})) AS {}", quoted_text(pointer),
                               property_column(number)));
  }
  Columns columns{kRowOrder, "u AS " + relation_column(0), "time AS " + relation_column(1)};
  Columns contributes;
  Columns names;
  for (std::size_t i = 0; i < relation.metrics.size(); ++i) {
    const auto& metric = relation.metrics[i];
    std::string matches = "name = " + quoted_text(metric.event);
    names.push_back(quoted_text(metric.event));
    if (metric.window) matches += fmt::format(" AND time < t0 + to_seconds({})", metric.window->count());
    if (!conditions[i].empty()) matches += " AND " + conditions[i];
    const std::string json =
        metric.property.empty() ? "" : property_column(properties.at(pointer_of_path(metric.property)));
    const std::string value = relation_column(kEventColumns + i);
    columns.push_back(fmt::format("CASE WHEN {} THEN {} END AS {}", matches,
                                  json.empty() ? "1.0::DOUBLE" : number_of(json), value));
    columns.push_back(
        json.empty()
            ? fmt::format("false AS r{}", i)
            : fmt::format("coalesce({} AND json_type({}) IN ('VARCHAR', 'OBJECT', 'ARRAY'), false) AS r{}",
                          matches, json, i));
    contributes.push_back(fmt::format("{} IS NOT NULL OR r{}", value, i));
  }
  if (names.empty()) {
    names.emplace_back("NULL");
    contributes.emplace_back("false");
  }
  std::string where = fmt::format("e.environment = {} AND e.type = 'track' AND e.name IN ({})",
                                  quoted_text(relation.environment), fmt::join(names, ", "));
  if (relation.until) where += " AND e.time < " + timestamp(*relation.until);
  return fmt::format(
      "CREATE TEMP TABLE {} AS SELECT * FROM (SELECT {} FROM (SELECT {} FROM (SELECT *, {} AS event_unit "
      "FROM "
      "events) AS e JOIN (SELECT {} AS u, min({}) AS t0 FROM {} GROUP BY 1) AS x ON x.u = e.event_unit WHERE "
      "{})) WHERE {}",
      quoted_identifier(table), fmt::join(columns, ", "), fmt::join(read, ", "), event_unit(relation.unit),
      relation_column(0), relation_column(2), quoted_identifier(exposures), where,
      fmt::join(contributes, " OR "));
}

std::string exposure_facts_sql(const ExperimentRelation& relation, const std::string& exposures) {
  Columns columns{"count(*)",
                  fmt::format("count(DISTINCT {})::BIGINT", relation_column(0)),
                  fmt::format("epoch_us(min({}))::BIGINT", relation_column(2)),
                  fmt::format("epoch_us(max({}))::BIGINT", relation_column(2)),
                  "min(revision)::BIGINT",
                  "max(revision)::BIGINT"};
  for (std::size_t i = 0; i < relation.dimensions.size(); ++i) {
    columns.push_back(fmt::format("count(DISTINCT {})::BIGINT",
                                  relation_column(kExposureColumns + relation.segments.size() + i)));
  }
  return fmt::format("SELECT {} FROM {}", fmt::join(columns, ", "), quoted_identifier(exposures));
}

std::string event_facts_sql(const ExperimentRelation& relation, const std::string& events) {
  Columns columns{"0::BIGINT"};
  for (std::size_t i = 0; i < relation.metrics.size(); ++i)
    columns.push_back(fmt::format("count_if(r{})::BIGINT", i));
  return fmt::format("SELECT {} FROM {}", fmt::join(columns, ", "), quoted_identifier(events));
}

std::string segment_versions_sql(const ExperimentRelation& relation) {
  Columns keys{"NULL"};
  for (const std::string& segment : relation.segments) keys.push_back(quoted_text(segment));
  return fmt::format(
      "SELECT segment, version::BIGINT FROM (SELECT DISTINCT unnest(segments) AS segment, "
      "unnest(segment_versions) AS version FROM exposures WHERE {}) WHERE segment IN ({}) ORDER BY ALL",
      counts(relation), fmt::join(keys, ", "));
}

std::string left_out_sql(const ExperimentRelation& relation) {
  return fmt::format(
      "SELECT count_if(NOT {0})::BIGINT, count_if({0} AND NOT ({1}))::BIGINT FROM exposures WHERE {2}",
      of_kind(relation), in_time(relation), of_experiment(relation));
}

std::string exposure_counts_sql(std::span<const ExperimentRelation> relations) {
  Columns conditions;
  for (const ExperimentRelation& relation : relations)
    conditions.push_back(fmt::format("({})", counts(relation)));
  return fmt::format(
      "SELECT experiment, variant, count(DISTINCT unit_id)::BIGINT, count(*)::BIGINT, "
      "epoch_us(max(time))::BIGINT FROM exposures WHERE {} GROUP BY experiment, variant ORDER BY ALL",
      fmt::join(conditions, " OR "));
}

}  // namespace splitplot::store::duckdb
