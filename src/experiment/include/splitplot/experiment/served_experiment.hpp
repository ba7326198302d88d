/// The analysis of an experiment that a server ran: from its frozen plan and the event warehouse to the same `Analysis`
/// that a file gives, by the same code. Pure but for reading the warehouse.
///
/// Who is in: units of the experiment's kind, from their first exposure on, between start and stop. Units without
/// events count as 0 (Proportion, Count, Sum), or have no value (Mean). Segments and dimensions are those that were
/// stored with the first exposure. What the plan says holds, whatever was changed since: changes are told as
/// deviations, and metrics that were added are exploratory.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/experiment/analysis.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/store/event_warehouse.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::experiment {

struct ServedQuestion {
  std::string environment;      ///< "project/environment"
  std::string experiment;       ///< key
  model::Configuration frozen;  ///< the documents of the frozen plan, by model::check
  /// The documents of now, to tell what was changed after the start; nothing where the experiment is gone.
  std::optional<model::Configuration> current;
  std::string fingerprint;     ///< of the frozen plan
  std::uint64_t revision = 0;  ///< that started it
  Timestamp started;
  std::optional<Timestamp> stopped;
  bool with_distributions = false;
};

/// What `analyze_experiment` asks of the data, by the plan alone.
/// Errors: NotFound (experiment or metric is not in the configuration), InvalidArgument (a correction that is none).
[[nodiscard]] Result<AnalysisRequest> served_request(const model::Configuration& frozen,
                                                     std::string_view experiment);

/// What was changed after the start, a sentence each: what the plan froze in `frozen` against `current`.
[[nodiscard]] std::vector<std::string> plan_deviations(const model::Configuration& frozen,
                                                       const model::Configuration& current,
                                                       std::string_view experiment);

/// Where nobody was exposed yet the answer says so, and holds variants without units and no metrics.
/// Errors: as of `served_request`; ResourceLimit, Cancelled, Unavailable, Internal.
[[nodiscard]] Result<Analysis> analyze_experiment(store::EventWarehouse& warehouse,
                                                  const ServedQuestion& question,
                                                  const store::Progress& progress = {});

}  // namespace splitplot::experiment
