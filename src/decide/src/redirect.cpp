#include "evaluate.hpp"
#include "redirect_rules.hpp"
#include "snapshot_content.hpp"

#include <splitplot/decide/redirect.hpp>
#include <splitplot/model/web_address.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace splitplot::decide {
namespace {

constexpr std::string_view kKey = "$redirect";

/// Where the unit is sent by a variant: not to a page that the experiment is about, which would send it on again.
std::optional<std::string> address_of(const CompiledExperiment& compiled, std::size_t variant,
                                      std::string_view page) {
  const model::Experiment& experiment = *compiled.experiment;
  const std::string& redirect = experiment.variants[variant].redirect;
  if (redirect.empty()) return std::nullopt;
  std::string address = experiment.keep_query ? model::with_query_of(redirect, page) : redirect;
  if (compiled.urls != nullptr && compiled.urls->matches(address)) return std::nullopt;
  return address;
}

const CompiledExperiment& experiment_of(const CompiledRule& rule) {
  return *std::get<CompiledExperimentRule>(rule.outcome).experiment;
}

/// Of the experiment that redirects, and not of a holdout of the same key.
std::optional<std::string> address_of(const Snapshot::Compiled& content, const Decision& decision,
                                      std::string_view page) {
  if (decision.experiment() == nullptr) return std::nullopt;
  for (const CompiledRule& rule : content.redirects.rules) {
    const CompiledExperiment& compiled = experiment_of(rule);
    if (compiled.experiment == decision.experiment())
      return address_of(compiled, *decision.assignment.variant, page);
  }
  return std::nullopt;
}

/// The unit's part, as an experiment that leaves nothing to decide. What is forced stays so: SDKs do not report it.
Value settled(const CompiledExperiment& compiled, const Assignment& assignment) {
  const model::Experiment& experiment = *compiled.experiment;
  const std::size_t variant = *assignment.variant;
  Value::Array variations;
  Value::Array meta;
  Value::Array ranges;
  for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
    const model::ExperimentVariant& one = experiment.variants[i];
    // Without the member, SDKs would not know that this is about redirects, and not report who stays.
    variations.push_back(i == variant ? Value(Value::Object{{"urlRedirect", one.redirect}}) : no_redirect());
    meta.push_back(Value::Object{{"key", one.key}});
    ranges.push_back(Value::Array{0, i == variant ? 1 : 0});
  }
  Value written =
      Value::Object{{"key", experiment.key},
                    {"hashAttribute", assignment.is_forced || assignment.attribute == "targetingKey"
                                          ? "id"
                                          : std::string(assignment.attribute)},
                    {"hashVersion", 2},
                    {"variations", std::move(variations)},
                    {"meta", std::move(meta)},
                    {"ranges", std::move(ranges)},
                    {"urlPatterns", experiment.pages},
                    {"persistQueryString", experiment.keep_query},
                    {"disableStickyBucketing", true}};
  if (assignment.is_forced) written.set("force", static_cast<std::int64_t>(variant));
  return written;
}

}  // namespace

CompiledFlag flag_of_redirects() {
  CompiledFlag flag;
  flag.key = kKey;
  flag.fallback.value = &no_redirect();
  return flag;
}

bool redirects(const model::Experiment& experiment) {
  return std::ranges::any_of(experiment.variants,
                             [](const model::ExperimentVariant& one) { return !one.redirect.empty(); });
}

const Value& no_redirect() {
  static const Value kNone = Value::Object{};
  return kNone;
}

CompiledRule redirect_rule(const CompiledExperiment& experiment, Snapshot::Compiled& content) {
  CompiledExperimentRule asked{&experiment, {}};
  for (const model::ExperimentVariant& variant : experiment.experiment->variants) {
    const Value* variation = &no_redirect();
    if (!variant.redirect.empty())
      variation = &content.redirect_variations.emplace_back(Value::Object{{"urlRedirect", variant.redirect}});
    asked.served.push_back({variation, {}});
  }
  CompiledRule rule;
  rule.outcome = std::move(asked);
  return rule;
}

Redirect redirect_from(const Snapshot& snapshot, const Evaluation& evaluation) {
  const Snapshot::Compiled& content = snapshot.content();
  Redirect redirect;
  if (content.redirects.rules.empty() || !model::is_web_page(evaluation.url)) return redirect;
  const Decision decision = decide_flag(content.redirects, evaluation, snapshot);
  redirect.error = decision.error;
  if (decision.experiment() != nullptr) redirect.assignment = decision.assignment;
  redirect.address = address_of(content, decision, evaluation.url);
  return redirect;
}

Value decided_redirects(const Snapshot& snapshot, const Evaluation& evaluation) {
  Value::Array all;
  if (!model::is_web_page(evaluation.url)) return all;
  for (const CompiledRule& rule : snapshot.content().redirects.rules) {
    const CompiledExperiment& compiled = experiment_of(rule);
    if (compiled.experiment->holdout) continue;  // which looks on
    const Assignment assignment = assign_unit(compiled, evaluation, snapshot);
    if (assignment.variant) all.push_back(settled(compiled, assignment));
  }
  return all;
}

}  // namespace splitplot::decide
