/// The tables of a served experiment as SQL text. Pure functions: no database.
///
///   exposures   journal_offset, c0 unit, c1 variant, c2 time, a column per segment, one per dimension, revision
///   events      journal_offset, c0 unit, c1 time, a column per metric (what the event contributes), r0.. (whether its
///               property was refused)
///
/// The events are those that a metric is about, of units that were exposed. Whether they happened before the exposure is
/// left to the frame query, which counts them; a metric's window is applied here.
#pragma once

#include <splitplot/store/event_warehouse.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::store::duckdb {

/// A JSON pointer of one name ("a/b" -> "/a~1b"), or of a dotted path ("a.b" -> "/a/b").
[[nodiscard]] std::string pointer_of_name(std::string_view name);
[[nodiscard]] std::string pointer_of_path(std::string_view path);

/// CREATE TEMP TABLE of the exposures.
[[nodiscard]] std::string exposures_sql(const ExperimentRelation& relation, const std::string& table);

/// CREATE TEMP TABLE of the events. `conditions` are SQL over `properties`, one per metric, empty for none.
[[nodiscard]] std::string events_sql(const ExperimentRelation& relation, const std::string& exposures,
                                     const std::string& table, const std::vector<std::string>& conditions);

/// One row about the exposures: exposures, units, first, last (microseconds), first and last revision, then the
/// number of levels of each dimension.
[[nodiscard]] std::string exposure_facts_sql(const ExperimentRelation& relation,
                                             const std::string& exposures);

/// One row: refused events per metric.
[[nodiscard]] std::string event_facts_sql(const ExperimentRelation& relation, const std::string& events);

/// Rows segment, version: what the exposures carry of the relation's segments.
[[nodiscard]] std::string segment_versions_sql(const ExperimentRelation& relation);

/// One row: exposures that are left out, of another kind of unit, and from before or after the experiment's time.
[[nodiscard]] std::string left_out_sql(const ExperimentRelation& relation);

/// Rows experiment, variant, units, exposures, last (microseconds); at least one relation.
[[nodiscard]] std::string exposure_counts_sql(std::span<const ExperimentRelation> relations);

}  // namespace splitplot::store::duckdb
