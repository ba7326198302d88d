#include "growthbook/result.hpp"

#include "growthbook/context.hpp"

#include <splitplot/model/configuration.hpp>

#include <cstddef>

namespace splitplot::growthbook {
namespace {

using decide::Assignment;
using decide::Decision;

const Value kNothing;

std::string_view source_of(const Decision& decision) {
  if (decision.error == decide::DecisionError::FlagNotFound) return "unknownFeature";
  if (decision.error == decide::DecisionError::CyclicPrerequisite) return "cyclicPrerequisite";
  switch (decision.source) {
    case decide::Source::Fallback:
      return "defaultValue";
    case decide::Source::Rule:
      return "force";
    case decide::Source::Experiment:
      return "experiment";
    case decide::Source::Prerequisite:
      return "prerequisite";
    case decide::Source::Override:
      return "override";
    case decide::Source::Nothing:
      break;
  }
  return "";
}

void add_bandit(Value& result, const Value& bandit, const Value& written, const Assignment& assignment) {
  const Value& leaf = assignment.arms ? (*member(bandit, "contexts").if_array())[*assignment.arms] : kNothing;
  result.set("leafId", leaf.is_null() ? Value(-1) : member(leaf, "leafId"));
  const std::size_t variants = assignment.experiment->variants.size();
  Value weights = member(leaf.is_null() ? written : leaf, "weights");
  if (weights.is_null()) weights = Value::Array(variants, 1 / static_cast<double>(variants));
  result.set("variationWeights", std::move(weights));
  if (!member(bandit, "banditVersion").is_null())
    result.set("banditVersion", member(bandit, "banditVersion"));
}

}  // namespace

Value feature_result(const Decision& decision) {
  const Value value = decision.value == nullptr ? Value() : *decision.value;
  // The SDKs do not say which rule closed a gate.
  const bool names_rule = decision.source != decide::Source::Prerequisite;
  return Value::Object{{"value", value},
                       {"on", is_true(value)},
                       {"off", !is_true(value)},
                       {"source", std::string(source_of(decision))},
                       {"ruleId", names_rule ? std::string(decision.rule) : ""}};
}

const Value& rule_of(const Value& payload, const std::string& flag, std::string_view experiment) {
  for (const Value& rule : *member(member(member(payload, "features"), flag), "rules").if_array()) {
    const bool asks = rule.find("force") == nullptr &&
                      (rule.find("variations") != nullptr || rule.find("contextualVariations") != nullptr);
    const std::string key = text_of(member(rule, "key"));
    if (asks && (key.empty() ? flag : key) == experiment) return rule;
  }
  return kNothing;
}

Value experiment_result(const Value& payload, const Value& written, const Value& flag,
                        const Assignment& assignment, const Value& value) {
  const std::size_t variant = *assignment.variant;
  const Value& all_meta = member(written, "meta");
  const Value& meta = all_meta.if_array() != nullptr ? (*all_meta.if_array())[variant] : kNothing;
  Value result = Value::Object{{"key", assignment.experiment->variants[variant].key},
                               {"featureId", flag},
                               {"inExperiment", true},
                               {"hashUsed", !assignment.is_forced},
                               {"variationId", variant},
                               {"value", value},
                               {"hashAttribute", std::string(assignment.attribute)},
                               {"hashValue", std::string(assignment.bucket_value)},
                               {"stickyBucketUsed", assignment.is_sticky}};
  if (!assignment.is_forced) result.set("bucket", assignment.bucket);
  if (is_true(member(meta, "name"))) result.set("name", member(meta, "name"));
  if (is_true(member(meta, "passthrough"))) result.set("passthrough", member(meta, "passthrough"));
  const Value& bandit =
      member(member(payload, "contextualBandits"), text_of(member(written, "contextualBanditRef")));
  if (!assignment.is_forced && !bandit.is_null()) add_bandit(result, bandit, written, assignment);
  return result;
}

}  // namespace splitplot::growthbook
