/// Where the server gets experiments and their analyses from: functions, so that it needs to know neither warehouse nor
/// frozen plans. Called on threads that may wait; any of them may be missing (503).
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/experiment/analysis.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/report/report.hpp>
#include <splitplot/stats/compare/difference.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::serve {

enum class ResultsFormat { Json, Html, Text };

/// How results are wanted.
struct ResultsRequest {
  ResultsFormat format = ResultsFormat::Json;
  report::TerminalStyle style;  ///< of Text
};

/// How far an experiment is: its plan, and plain counts.
struct ExperimentProgress {
  std::string key;
  std::string hypothesis;
  model::ExperimentStatus status = model::ExperimentStatus::Draft;
  std::optional<Timestamp> started, stopped;
  model::StoppingRule method = model::StoppingRule::AlwaysValid;
  std::optional<std::uint64_t> planned_units;
  std::uint64_t exposures = 0;
  std::optional<Timestamp> last_exposure;
  struct Variant {
    std::string key;
    double weight = 0;
    std::uint64_t units = 0;  ///< who met it; a unit that met two is counted in both
  };
  std::vector<Variant> variants;
  struct Metric {
    std::string key;
    experiment::MetricKind kind = experiment::MetricKind::Mean;
    stats::Direction direction = stats::Direction::HigherIsBetter;
  };
  std::optional<Metric> primary;
};

/// Results of an experiment, as the text of that format. Called on a pool thread; may take seconds.
using ResultsSource = std::function<Result<std::string>(const catalogue::Scope&, std::string_view experiment,
                                                        const ResultsRequest&)>;

/// The rest of what pages about experiments show.
struct ExperimentSources {
  /// All experiments of a scope, by key. Fast.
  std::function<Result<std::vector<ExperimentProgress>>(const catalogue::Scope&)> list;
  /// What the results are made from; may take seconds.
  std::function<Result<experiment::Analysis>(const catalogue::Scope&, std::string_view experiment)> analysis;
  /// The effect on a metric over time, as JSON or text; an empty metric is the first of the plan. May take seconds.
  std::function<Result<std::string>(const catalogue::Scope&, std::string_view experiment,
                                    std::string_view metric, const ResultsRequest&)>
      timeline;
};

}  // namespace splitplot::serve
