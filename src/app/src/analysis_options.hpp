// What a file is asked, as words: the same for `splitplot analyze` and for files that are uploaded.
#pragma once

#include "statistics_options.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/experiment/analysis.hpp>

#include <string>
#include <vector>

namespace splitplot::app {

// The options as typed, before they are checked; what needs no check stands in the request already.
struct AnalysisOptions {
  experiment::AnalysisRequest request;
  std::string delimiter;
  std::string decimal;
  std::string time;                  // COLUMN, or EXPOSURE_COLUMN,EVENT_COLUMN
  std::vector<std::string> kinds;    // NAME=proportion, NAME=mean
  std::vector<std::string> weights;  // A=50,B=50
  StatisticsOptions statistics;
};

// Moves what was typed into the request. Errors: InvalidArgument, with the words there are.
[[nodiscard]] Result<void> read_options(AnalysisOptions& options);

}  // namespace splitplot::app
