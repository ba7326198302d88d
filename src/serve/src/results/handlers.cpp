#include "results/handlers.hpp"

#include "answers.hpp"
#include "http/target.hpp"
#include "management/body.hpp"
#include "results/summary_cache.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace splitplot::serve::results {
namespace {

using management::problem;
using management::whole_number;

/// How long a list waits for summaries that were never made; what is not there then comes with the next.
constexpr std::chrono::milliseconds kPatience{1500};

/// A yes/no parameter of the terminal style.
std::optional<bool> switch_of(const Call& call, std::string_view name, std::optional<Response>& fault) {
  const std::optional<std::string> text = query_parameter(call.request.query, name);
  if (!text) return {};
  if (*text == "yes") return true;
  if (*text == "no") return false;
  fault = problem(400, "bad_parameter", "the parameter '" + std::string(name) + "' must be yes or no");
  return {};
}

ResultsRequest results_request(const Call& call, std::optional<Response>& fault) {
  constexpr std::uint64_t kLeastColumns = 40;
  constexpr std::uint64_t kMostColumns = 1000;
  ResultsRequest wanted;
  const std::string format = query_parameter(call.request.query, "format").value_or("json");
  if (format == "html") {
    wanted.format = ResultsFormat::Html;
  } else if (format == "text") {
    wanted.format = ResultsFormat::Text;
  } else if (format != "json") {
    fault = problem(400, "bad_parameter", "there is no format '" + format + "'", "use json, html or text");
  }
  if (const auto columns = whole_number(call.request, "columns", fault)) {
    wanted.style.columns = static_cast<int>(std::clamp(*columns, kLeastColumns, kMostColumns));
  }
  const std::string detail = query_parameter(call.request.query, "detail").value_or("summary");
  if (detail != "summary" && detail != "full")
    fault = problem(400, "bad_parameter", "there is no detail '" + detail + "'", "use summary or full");
  wanted.style.detail = detail == "full" ? report::Detail::Full : report::Detail::Summary;
  wanted.style.colour = switch_of(call, "colour", fault).value_or(wanted.style.colour);
  wanted.style.unicode = switch_of(call, "unicode", fault).value_or(wanted.style.unicode);
  return wanted;
}

Response text_response(std::string text, ResultsFormat format) {
  Response response;
  switch (format) {
    case ResultsFormat::Json:
      response.content_type = "application/json";
      break;
    case ResultsFormat::Html:
      response.content_type = "text/html; charset=utf-8";
      break;
    case ResultsFormat::Text:
      response.content_type = "text/plain; charset=utf-8";
      break;
  }
  response.body = std::move(text);
  return response;
}

Value time_value(const std::optional<Timestamp>& time) {
  return time ? Value(rfc3339(*time)) : Value();
}

/// An end of an interval may be open.
Value number_value(double number) {
  return std::isfinite(number) ? Value(number) : Value();
}

std::string_view word(model::ExperimentStatus status) {
  switch (status) {
    case model::ExperimentStatus::Draft:
      return "draft";
    case model::ExperimentStatus::Running:
      return "running";
    case model::ExperimentStatus::Stopped:
      break;
  }
  return "stopped";
}

Value primary_value(const std::optional<ExperimentProgress::Metric>& metric) {
  if (!metric) return {};
  const bool rate = metric->kind == experiment::MetricKind::Proportion;
  const bool higher = metric->direction == stats::Direction::HigherIsBetter;
  return Value::Object{{"key", metric->key},
                       {"kind", rate ? "proportion" : "mean"},
                       {"direction", higher ? "higher_is_better" : "lower_is_better"}};
}

Value texts_value(const std::vector<std::string>& texts) {
  Value::Array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}

Value effects_value(const std::vector<ExperimentSummary::Effect>& effects) {
  Value::Array list;
  for (const auto& [variant, difference] : effects) {
    Value effect = Value::Object{{"variant", variant}};
    if (difference) {
      effect.set("estimate", number_value(difference->value));
      effect.set("lower", number_value(difference->interval.lower));
      effect.set("upper", number_value(difference->interval.upper));
    } else {
      effect.set("not_estimable", difference.error().why);
    }
    list.push_back(std::move(effect));
  }
  return list;
}

Value segments_value(const std::vector<ExperimentSummary::NamedSegment>& segments) {
  Value::Array list;
  for (const auto& segment : segments) {
    const auto& [effect, pooled] = segment.estimate;
    Value estimate = Value::Object{
        {"value", number_value(effect.value)},
        {"interval", Value::Array{number_value(effect.interval.lower), number_value(effect.interval.upper)}},
        {"pooled", pooled}};
    list.push_back(Value::Object{{"variant", segment.variant},
                                 {"dimension", segment.dimension},
                                 {"segment", segment.segment},
                                 {"metric", segment.metric},
                                 {"verdict", name_of(segment.verdict)},
                                 {"estimate", std::move(estimate)},
                                 {"adjusted_p_value", number_value(segment.adjusted_p_value)}});
  }
  return list;
}

/// Nothing where the analysis failed.
Value next_value(const experiment::NextStep& next) {
  if (next.text.empty()) return {};
  return Value::Object{{"step", name_of(next.step)},
                       {"text", next.text},
                       {"reason", next.reason},
                       {"missing_units", next.missing_units ? Value(*next.missing_units) : Value()}};
}

Value headline_value(const std::string& headline) {
  return headline.empty() ? Value() : Value(headline);
}

Value experiment_value(const ExperimentProgress& experiment,
                       const std::optional<ExperimentSummary>& summary) {
  std::uint64_t units = 0;
  Value::Array variants;
  for (const auto& variant : experiment.variants) {
    units += variant.units;
    variants.push_back(
        Value::Object{{"key", variant.key}, {"weight", variant.weight}, {"units", variant.units}});
  }
  const bool watched = experiment.method == model::StoppingRule::AlwaysValid;
  Value answer;
  answer.set("key", experiment.key);
  answer.set("hypothesis", experiment.hypothesis);
  answer.set("status", word(experiment.status));
  answer.set("started", time_value(experiment.started));
  answer.set("stopped", time_value(experiment.stopped));
  answer.set("method", watched ? "always_valid" : "fixed_horizon");
  answer.set("planned_units", experiment.planned_units ? Value(*experiment.planned_units) : Value());
  answer.set("units", units);
  answer.set("exposures", experiment.exposures);
  answer.set("last_exposure", time_value(experiment.last_exposure));
  answer.set("variants", std::move(variants));
  answer.set("primary_metric", primary_value(experiment.primary));
  answer.set("conclusion", summary ? texts_value(summary->conclusion) : Value());
  answer.set("headline", summary ? headline_value(summary->headline) : Value());
  answer.set("segments", summary ? segments_value(summary->segments) : Value(Value::Array{}));
  answer.set("next", summary ? next_value(summary->next) : Value());
  answer.set("effects", summary ? effects_value(summary->effects) : Value(Value::Array{}));
  answer.set("problems", summary ? texts_value(summary->problems) : Value(Value::Array{}));
  answer.set("computed", summary ? Value(rfc3339(summary->computed)) : Value());
  return answer;
}

}  // namespace

Response list(const Call& call) {
  const ExperimentSources& sources = call.context.services.experiments;
  if (!sources.list || !sources.analysis) return problem(503, "unavailable", "this server has no results");
  const auto experiments = sources.list(call.principal->scope);
  if (!experiments) return problem(experiments.error());
  const auto summaries = call.context.summaries->summaries(call.principal->scope, *experiments, kPatience);
  Value::Array entries;
  for (std::size_t i = 0; i < experiments->size(); ++i)
    entries.push_back(experiment_value((*experiments)[i], summaries[i]));
  return json_response(Value::Object{{"experiments", std::move(entries)}});
}

Response page(const Call& call) {
  std::optional<Response> fault;
  const ResultsRequest wanted = results_request(call, fault);
  if (fault) return std::move(*fault);
  if (!call.context.services.results) return problem(503, "unavailable", "this server has no results");
  Result<std::string> text = call.context.services.results(call.principal->scope, call.parameters[0], wanted);
  if (!text) return problem(text.error());
  return text_response(*std::move(text), wanted.format);
}

Response timeline(const Call& call) {
  std::optional<Response> fault;
  const ResultsRequest wanted = results_request(call, fault);
  if (fault) return std::move(*fault);
  if (wanted.format == ResultsFormat::Html)
    return problem(400, "bad_parameter", "a timeline has no format 'html'", "use json or text");
  const auto& source = call.context.services.experiments.timeline;
  if (!source) return problem(503, "unavailable", "this server has no results");
  const std::string metric = query_parameter(call.request.query, "metric").value_or("");
  Result<std::string> text = source(call.principal->scope, call.parameters[0], metric, wanted);
  if (!text) return problem(text.error());
  return text_response(*std::move(text), wanted.format);
}

Response truth(const Call& call) {
  if (!call.context.services.truth)
    return problem(404, "not_found", "this server is no demo: it knows no truth",
                   "serve --demo-truth FILE names the file that the simulator writes");
  Result<std::string> text = call.context.services.truth();
  if (!text) return problem(text.error());
  return text_response(*std::move(text), ResultsFormat::Json);
}

}  // namespace splitplot::serve::results
