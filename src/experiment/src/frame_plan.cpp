#include "frame_plan.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

/// The column's true name. `role` says in an error what the column was wanted for.
Result<std::string> find_column(const store::TabularFile& file, const std::string& name,
                                std::string_view role) {
  const auto names = file.column_names();
  auto found = store::find_column(file.path, names, name);
  if (found) return names[*found];
  found.error().message += fmt::format(" (asked for as {})", role);
  return tl::unexpected(found.error());
}

std::vector<std::string> split_at(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  for (std::string& part : parts) {
    while (!part.empty() && part.front() == ' ') part.erase(part.begin());
    while (!part.empty() && part.back() == ' ') part.pop_back();
  }
  return parts;
}

Result<void> plan_metrics(FramePlan& plan, const AnalysisRequest& request) {
  const store::TabularFile& source = plan.query.events ? plan.query.events->file : plan.query.exposures;
  const auto columns = source.column_names();
  std::set<std::string> names;
  for (const std::string& text : request.metrics) {
    auto definition = parse_metric(text, columns);
    if (!definition) return tl::unexpected(definition.error());
    store::Measure& measure = definition->measure;
    if (!measure.column.empty()) {
      auto column = find_column(source, measure.column, "a metric");
      if (!column) return tl::unexpected(column.error());
      if (*column == plan.query.variant_column && !plan.query.events) {
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("'{}' is the variant column and cannot be a metric too", *column));
      }
      // A metric without a name of its own is called like its column, as the file writes it.
      if (measure.reduction == store::Reduction::Value && measure.name == measure.column)
        measure.name = *column;
      measure.column = *column;
    }
    if (plan.query.events && measure.reduction == store::Reduction::Value) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("metric '{}' does not say how the events of a unit become one number", text),
                  fmt::format("for example --metric \"{0}=sum({0})\", or mean, max, count, any", text));
    }
    measure.missing = request.missing;
    if (!names.insert(measure.name).second) {
      return fail(ErrorCode::InvalidArgument, fmt::format("two metrics are called '{}'", measure.name),
                  "give one of them a name of its own: --metric \"name=...\"");
    }
    plan.query.metrics.push_back(measure);
    plan.metrics.push_back(std::move(*definition));
  }
  const std::vector<std::string> known(names.begin(), names.end());
  auto check_known = [&](const std::string& name, std::string_view option) -> Result<void> {
    if (names.contains(name)) return {};
    const auto nearest = nearest_name(name, known);
    return fail(ErrorCode::NotFound,
                fmt::format("{} names '{}', which is not one of the metrics", option, name),
                nearest ? fmt::format("did you mean '{}'?", *nearest)
                        : fmt::format("the metrics are '{}'", fmt::join(known, "', '")));
  };
  for (const std::string& name : request.lower_is_better) {
    if (auto checked = check_known(name, "--lower-is-better"); !checked) return checked;
  }
  for (const auto& [name, kind] : request.kinds) {
    if (auto checked = check_known(name, "--kind"); !checked) return checked;
  }
  for (const auto& [name, method] : request.methods.by_metric) {
    if (auto checked = check_known(name, "--method"); !checked) return checked;
  }
  for (const auto& [name, prior] : request.priors.by_metric) {
    if (auto checked = check_known(name, "--prior"); !checked) return checked;
  }
  return {};
}

Result<void> plan_dimensions(FramePlan& plan, const AnalysisRequest& request) {
  std::set<std::string> names;
  for (const std::string& dimension : request.dimensions) {
    if (!names.insert(dimension).second) {
      return fail(ErrorCode::InvalidArgument, fmt::format("the dimension '{}' is named twice", dimension));
    }
    DimensionPlan planned{dimension, {}};
    // A column may hold '*' in its name; crossing is meant only where no such column exists.
    const bool is_column = plan.query.exposures.find(dimension) != nullptr;
    for (const std::string& part : is_column ? std::vector{dimension} : split_at(dimension, '*')) {
      auto column = find_column(plan.query.exposures, part, "a dimension");
      if (!column) return tl::unexpected(column.error());
      if (*column == plan.query.variant_column) {
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("'{}' is the variant column and cannot be a dimension too", *column));
      }
      const bool is_metric = std::ranges::any_of(
          plan.query.metrics, [&](const store::Measure& metric) { return metric.column == *column; });
      if (is_metric && !plan.query.events) {
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("'{}' is a metric and cannot be a dimension too", *column),
                    "segments must be known before the unit met its variant");
      }
      auto& columns = plan.query.dimension_columns;
      auto found = std::ranges::find(columns, *column);
      if (found == columns.end()) found = columns.insert(columns.end(), *column);
      planned.columns.push_back(static_cast<std::size_t>(found - columns.begin()));
    }
    plan.dimensions.push_back(std::move(planned));
  }
  return {};
}

Result<void> plan_covariates(FramePlan& plan, const AnalysisRequest& request) {
  if (request.covariates.size() > store::kMaximumCovariates) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} covariates are more than the {} that are supported",
                            request.covariates.size(), store::kMaximumCovariates));
  }
  for (const std::string& name : request.covariates) {
    auto column = find_column(plan.query.exposures, name, "a covariate");
    if (!column) return tl::unexpected(column.error());
    const bool is_metric = std::ranges::any_of(
        plan.query.metrics, [&](const store::Measure& metric) { return metric.column == *column; });
    if (is_metric && !plan.query.events) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("'{}' is a metric and cannot be a covariate too", *column),
                  "a covariate must be measured before the unit met its variant");
    }
    if (*column == plan.query.variant_column) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("'{}' is the variant column and cannot be a covariate", *column));
    }
    store::Measure covariate;
    covariate.name = *column;
    covariate.column = *column;
    // A unit with several rows keeps the value of its first one: the nearest to "before".
    covariate.reduction = request.unit_column ? store::Reduction::First : store::Reduction::Value;
    plan.query.covariates.push_back(std::move(covariate));
  }
  return {};
}

/// Names that time columns commonly have, most telling first.
constexpr std::array<std::string_view, 9> kTimeColumns{
    "timestamp", "ts", "time", "event_time", "occurred_at", "created_at", "exposed_at", "datetime", "date"};

std::optional<std::string> guess_time_column(const store::TabularFile& file) {
  for (const std::string_view wanted : kTimeColumns) {
    for (const store::Column& column : file.columns) {
      if (equal_ignoring_case(column.name, wanted)) return column.name;
    }
  }
  return std::nullopt;
}

Result<void> plan_time(FramePlan& plan, const AnalysisRequest& request) {
  if (request.time_column) {
    auto column = find_column(plan.query.exposures, *request.time_column, "the time");
    if (!column) return tl::unexpected(column.error());
    plan.query.time_column = *column;
  }
  if (!plan.query.events) return {};
  const auto event_time = request.event_time_column ? request.event_time_column : request.time_column;
  if (event_time) {
    auto column = find_column(plan.query.events->file, *event_time, "the time of an event");
    if (!column) return tl::unexpected(column.error());
    plan.query.events->time_column = *column;
    return {};
  }
  const auto exposure_guess = guess_time_column(plan.query.exposures);
  const auto event_guess = guess_time_column(plan.query.events->file);
  if (exposure_guess && event_guess) {
    plan.query.time_column = exposure_guess;
    plan.query.events->time_column = event_guess;
    plan.assumptions.push_back({fmt::format("Events count from a unit's first exposure on: '{}' of the "
                                            "exposures against '{}' of the events.",
                                            *exposure_guess, *event_guess),
                                "--time EXPOSURE_COLUMN,EVENT_COLUMN"});
  } else {
    plan.findings.push_back(
        {Severity::Warning, "no_time",
         "No time column was found in both files, so events from before a unit's exposure count as well. "
         "Name the columns with --time EXPOSURE_COLUMN,EVENT_COLUMN."});
  }
  return {};
}

Result<void> plan_events(FramePlan& plan, store::Warehouse& warehouse, const AnalysisRequest& request) {
  if (!request.events_path) return {};
  if (!request.unit_column) {
    return fail(ErrorCode::InvalidArgument,
                "exposures and events in two files need the column that joins them",
                "name it with --unit COLUMN");
  }
  auto file = warehouse.open_file(*request.events_path, request.read_options);
  if (!file) return tl::unexpected(file.error());
  auto unit = find_column(*file, *request.unit_column, "the unit");
  if (!unit) return tl::unexpected(unit.error());
  plan.query.events = store::EventSource{std::move(*file), *unit, std::nullopt};
  return {};
}

}  // namespace

Result<void> check_settings(const AnalysisRequest& request) {
  if (!(request.alpha >= 1e-6 && request.alpha < 0.5)) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("alpha is {}, which is not between 0.000001 and 0.5", request.alpha),
                "usual is 0.05");
  }
  if (!(request.power > 0.5 && request.power < 1)) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("power is {}, which is not between 0.5 and 1", request.power), "usual is 0.8");
  }
  if (!(request.worthwhile_lift > 0 && request.worthwhile_lift < 1e6)) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("the worthwhile lift is {}, which is not positive", request.worthwhile_lift),
                "0.2 stands for a change of 20 %");
  }
  if (request.monitoring == Monitoring::Sequential && request.tuned_for_units == 0) {
    return fail(ErrorCode::InvalidArgument, "a sequential analysis cannot be tuned for 0 units",
                "give the total sample you planned");
  }
  if (request.monitoring == Monitoring::GroupSequential && request.look_plan.planned_units == 0) {
    return fail(ErrorCode::InvalidArgument, "looks cannot be planned for a test that ends with 0 units",
                "give the total sample you planned");
  }
  if (request.methods.chosen() && request.monitoring == Monitoring::Sequential) {
    return fail(ErrorCode::InvalidArgument,
                "a test that was watched is judged by a confidence sequence, so no other test or interval "
                "can be chosen",
                "leave out --sequential, or --method and --interval");
  }
  if (request.methods.chosen() && !request.covariates.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "means with covariates taken out have a test of their own, so no other test or interval can "
                "be chosen",
                "leave out --covariate, or --method and --interval");
  }
  if (std::holds_alternative<BinomialPooling>(request.pooling) && !request.covariates.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "--pool binomial pools counts, out of which covariates cannot be taken",
                "leave out --covariate, or choose --pool adaptive");
  }
  if (request.metrics.empty()) {
    return fail(ErrorCode::InvalidArgument, "no metric was named", "name at least one with --metric COLUMN");
  }
  return {};
}

Result<FramePlan> plan_frame(store::Warehouse& warehouse, const AnalysisRequest& request) {
  if (auto checked = check_settings(request); !checked) return tl::unexpected(checked.error());
  FramePlan plan;
  auto file = warehouse.open_file(request.path, request.read_options);
  if (!file) return tl::unexpected(file.error());
  plan.query.exposures = std::move(*file);
  auto variant = find_column(plan.query.exposures, request.variant_column, "the variant");
  if (!variant) return tl::unexpected(variant.error());
  plan.query.variant_column = *variant;
  if (request.unit_column) {
    auto unit = find_column(plan.query.exposures, *request.unit_column, "the unit");
    if (!unit) return tl::unexpected(unit.error());
    plan.query.unit_column = *unit;
  } else {
    plan.assumptions.push_back({"Every row is one unit (a user, a device, an account).", "--unit COLUMN"});
  }
  plan.query.repeated_units = request.repeated_units;
  // The order matters: metrics are looked up in the events where there are any, covariates must not be
  // metrics.
  if (auto done = plan_events(plan, warehouse, request); !done) return tl::unexpected(done.error());
  if (auto done = plan_metrics(plan, request); !done) return tl::unexpected(done.error());
  if (auto done = plan_dimensions(plan, request); !done) return tl::unexpected(done.error());
  if (auto done = plan_covariates(plan, request); !done) return tl::unexpected(done.error());
  if (auto done = plan_time(plan, request); !done) return tl::unexpected(done.error());
  return plan;
}

void add_missing_indicators(FramePlan& plan, const store::Frame& frame) {
  const std::size_t asked = plan.query.covariates.size();
  for (std::size_t i = 0; i < asked && i < frame.covariate_missing.size(); ++i) {
    if (frame.covariate_missing[i] == 0) continue;
    store::Measure indicator = plan.query.covariates[i];
    indicator.name += " is missing";
    indicator.reduction = store::Reduction::Missing;
    plan.query.covariates.push_back(std::move(indicator));
    plan.findings.push_back(
        {Severity::Note, "covariate_missing",
         fmt::format(
             "The covariate '{}' is missing for {} units; they are adjusted by a common amount of their own.",
             plan.query.covariates[i].name, grouped(frame.covariate_missing[i]))});
  }
}

}  // namespace splitplot::experiment
