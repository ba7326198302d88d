/// A metric of a served experiment step by step in time: what an analysis would have found, had it been stopped at the
/// end of each step, as mergeable aggregates. All steps come from one query. Plain values.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/store/unit_frame.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace splitplot::store {

/// Steps of equal length. Step k ends before begin + (k + 1) * length; the last takes in everything that is later.
struct StepQuery {
  std::string metric;                    ///< name of a column of ExperimentTables::events
  Reduction reduction = Reduction::Sum;  ///< Any, Count, Sum (0 where no event matches) or Mean
  Timestamp begin;                       ///< not after the first exposure
  std::chrono::seconds length{86'400};   ///< positive
  std::size_t steps = 1;                 ///< at least one
};

/// One variant at one step.
struct StepCell {
  std::size_t step = 0;
  std::string variant;
  std::uint64_t units = 0;
  MetricAggregate metric;  ///< over these units
};

/// By step, then variant; a step without units of a variant has no cell for it.
struct StepAggregates {
  /// Units that had been exposed by the end of the step, with the events that had happened by then. Units that had been
  /// exposed to several variants by then are left out.
  std::vector<StepCell> cumulative;
  /// Units first exposed within the step, with all their events until now. Units in several variants are left out.
  std::vector<StepCell> cohorts;
};

}  // namespace splitplot::store
