#include "analyze_columns.hpp"

#include "shell_text.hpp"

#include <splitplot/experiment/column_roles.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::app {
namespace {

using experiment::ColumnRole;
using experiment::ColumnSuggestion;

constexpr std::size_t kMostColumns = 30;

std::string listed(const std::vector<store::Column>& columns,
                   const std::vector<ColumnSuggestion>& suggestions) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(columns.size(), kMostColumns); ++i) {
    const ColumnRole role = suggestions[i].role;
    parts.push_back(role == ColumnRole::None ? columns[i].name
                                             : fmt::format("{} ({}?)", columns[i].name, name_of(role)));
  }
  if (columns.size() > kMostColumns) parts.push_back(fmt::format("{} more", columns.size() - kMostColumns));
  return fmt::format("its columns: {}", fmt::join(parts, ", "));
}

/// The command that would take every suggestion; nothing where the variant or a metric is not to be found.
std::string command_of(const experiment::AnalysisRequest& request, const std::vector<store::Column>& columns,
                       const std::vector<ColumnSuggestion>& suggestions) {
  std::string variant = request.variant_column;
  std::string rest;
  bool has_metric = !request.metrics.empty();
  for (const std::string& metric : request.metrics) rest += fmt::format(" --metric {}", shell_word(metric));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = columns[i].name;
    if (name == request.variant_column) continue;
    switch (suggestions[i].role) {
      case ColumnRole::Variant:
        if (variant.empty()) variant = name;
        break;
      case ColumnRole::Unit:
        rest += fmt::format(" --unit {}", shell_word(name));
        break;
      case ColumnRole::Metric:
        if (request.metrics.empty()) rest += fmt::format(" --metric {}", shell_word(name));
        has_metric = true;
        break;
      case ColumnRole::Covariate:
        rest += fmt::format(" --covariate {}", shell_word(name));
        break;
      case ColumnRole::Dimension:
        rest += fmt::format(" --by {}", shell_word(name));
        break;
      case ColumnRole::Time:
      case ColumnRole::None:
        break;
    }
  }
  if (variant.empty() || !has_metric) return "";
  return fmt::format("splitplot analyze {} --variant {}{}", shell_word(request.path), shell_word(variant),
                     rest);
}

}  // namespace

Error what_is_missing(store::Warehouse& warehouse, const experiment::AnalysisRequest& request) {
  const auto file = warehouse.open_file(request.path, request.read_options);
  if (!file) return file.error();
  const auto sample = warehouse.sample(*file);
  if (!sample) return sample.error();
  const auto suggestions = experiment::suggest_roles(file->columns, *sample);
  std::string hint = listed(file->columns, suggestions);
  // Exposures know nothing of what happened later, so that no metric could be guessed.
  const std::string command = request.events_path ? "" : command_of(request, file->columns, suggestions);
  if (!command.empty()) hint += "\n  if these guesses are right: " + command;
  const std::string_view missing = request.variant_column.empty()
                                       ? "--variant is missing: which column says what a unit saw?"
                                       : "--metric is missing: which column is to be compared?";
  return {ErrorCode::InvalidArgument, fmt::format("{}: {}", request.path, missing), std::move(hint)};
}

}  // namespace splitplot::app
