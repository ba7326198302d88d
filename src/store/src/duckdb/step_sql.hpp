/// A metric by steps of time as SQL text. A pure function: no database.
///
/// The query is built in layers:
///   exposed   one per unit: first variant `v`, first exposure `t0` and its step `s0`, the step `sc` in which it met a
///             second variant (the number of steps: never)
///   changes   one per unit and step in which its value changes: what the events of that step add
///   spans     the value of a unit from a step on, until the next change (running sums)
///   placed    one per unit and step, of the cumulative part and of the cohorts
///   answer    one per part, step and variant: counts, means, centred sums
/// Only `placed` has a row per unit and step, and it is streamed into the last aggregate.
#pragma once

#include <splitplot/store/event_warehouse.hpp>
#include <splitplot/store/experiment_steps.hpp>

#include <cstddef>
#include <string>

namespace splitplot::store::duckdb {

/// Columns: cohort (BOOLEAN), step, variant, units, centre, and of the values count, mean (of what lies beyond the
/// centre), variance, cubes, minimum, maximum, binary. `metric` is the metric's column of `tables.events`.
[[nodiscard]] std::string steps_sql(const ExperimentTables& tables, const StepQuery& query,
                                    std::size_t metric);

}  // namespace splitplot::store::duckdb
