// The statistical options of `splitplot analyze`: from words to the request's choices.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/experiment/analysis.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace splitplot::app {

/// How the segment family is corrected.
struct SegmentCorrection {
  stats::Correction correction = stats::Correction::BenjaminiHochberg;
  experiment::FamilyStructure structure = experiment::FamilyStructure::Flat;
};

/// What it is called: the corrections, and "hierarchical".
[[nodiscard]] std::vector<std::pair<std::string, SegmentCorrection>> segment_correction_words();

/// The options as typed, before they are checked.
struct StatisticsOptions {
  std::vector<std::string> methods;  ///< WORD or NAME=WORD
  std::vector<std::string> priors;   ///< PRIOR or NAME=PRIOR
  std::optional<stats::ProportionDifferenceInterval> interval;
  std::string pool;
  std::string spending;
  std::uint64_t planned_units = 0;
  std::vector<std::uint64_t> looks;
  bool sequential = false;
  SegmentCorrection segment_correction;
};

/// Adds the options. Both must outlive the parsing.
void add_statistics_options(CLI::App& command, StatisticsOptions& options,
                            experiment::AnalysisRequest& request);

/// Moves what was typed into the request. Errors: InvalidArgument, with the words there are.
[[nodiscard]] Result<void> read_statistics(const StatisticsOptions& options,
                                           experiment::AnalysisRequest& request);

/// "NAME=VALUE", split at the last '=' since names may hold one.
[[nodiscard]] Result<std::pair<std::string, std::string>> name_and_value(const std::string& text,
                                                                         std::string_view option);

}  // namespace splitplot::app
