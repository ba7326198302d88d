#include "growthbook_sections.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/digest/payload_cipher.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/json.hpp>

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace splitplot::conformance {
namespace {

using decide::Assignment;
using decide::Decision;
using decide::Evaluation;
using decide::Snapshot;

constexpr double kBuckets = 10'000;

/// As JSON.stringify would show them.
std::string difference(const Value& expected, const Value& got) {
  return "expected " + model::to_json(expected) + ", got " + model::to_json(got);
}

/// 5 and 5.0 are the same to JavaScript, and computed numbers are rounded as the file rounds them.
bool same(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return std::abs(*left.number() - *right.number()) < 1e-9;
  const Value::Array* elements = left.if_array();
  const Value::Array* others = right.if_array();
  if (elements != nullptr && others != nullptr) {
    if (elements->size() != others->size()) return false;
    for (std::size_t i = 0; i < elements->size(); ++i) {
      if (!same((*elements)[i], (*others)[i])) return false;
    }
    return true;
  }
  const Value::Object* members = left.if_object();
  if (members == nullptr || right.if_object() == nullptr) return left == right;
  if (members->size() != right.if_object()->size()) return false;
  for (const Member& member : *members) {
    const Value* other = right.find(member.name);
    if (other == nullptr || !same(member.value, *other)) return false;
  }
  return true;
}

std::string compare(const Value& expected, const Value& got) {
  return same(expected, got) ? std::string() : difference(expected, got);
}

const Value kNothing;

const Value& member(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr ? kNothing : *value;
}

std::string text_of(const Value& value) {
  return value.if_text() != nullptr ? *value.if_text() : std::string();
}

bool is_true(const Value& value) {
  if (const bool* truth = value.if_boolean()) return *truth;
  if (value.is_number()) return *value.number() != 0;
  if (const std::string* text = value.if_text()) return !text->empty();
  return !value.is_null();
}

/// Documents of a sticky-bucket service: "<attribute>||<value>" to {attributeName, attributeValue, assignments}.
class Documents final : public decide::StickyBuckets, public decide::EvaluationObserver {
 public:
  void add(const Value& document) {
    documents_.set(
        text_of(member(document, "attributeName")) + "||" + text_of(member(document, "attributeValue")),
        document);
  }

  [[nodiscard]] std::optional<std::string_view> find(std::string_view attribute, std::string_view value,
                                                     std::string_view experiment) const override {
    const Value* document = documents_.find(key_of(attribute, value));
    const Value* variant = document == nullptr ? nullptr : member(*document, "assignments").find(experiment);
    if (variant == nullptr || variant->if_text() == nullptr) return std::nullopt;
    return *variant->if_text();
  }

  void remember(const decide::StickyAssignment& assignment) override {
    const std::string key = key_of(assignment.attribute, assignment.value);
    if (documents_.find(key) == nullptr) {
      documents_.set(key, Value::Object{{"attributeName", std::string(assignment.attribute)},
                                        {"attributeValue", std::string(assignment.value)},
                                        {"assignments", Value::Object{}}});
    }
    documents_.find(key)->find("assignments")->set(assignment.experiment, std::string(assignment.variant));
  }

  /// Those of the unit: the service is asked for no others.
  [[nodiscard]] Value of(const Value& attributes) const {
    Value known = Value::Object{};
    for (const Member& document : *documents_.if_object()) {
      const Value& name = member(document.value, "attributeName");
      const Value& value = member(attributes, text_of(name));
      if (value == member(document.value, "attributeValue")) known.set(document.name, document.value);
    }
    return known;
  }

 private:
  static std::string key_of(std::string_view attribute, std::string_view value) {
    return std::string(attribute) + "||" + std::string(value);
  }

  Value documents_ = Value::Object{};
};

/// The context of a case: configuration and unit in one.
struct Context {
  explicit Context(const Value& written) : attributes(member(written, "attributes")) {
    for (const char* name : {"features", "experiments", "savedGroups", "contextualBandits"}) {
      if (!member(written, name).is_null()) payload.set(name, member(written, name));
    }
    url = text_of(member(written, "url"));
    forced_variants = member(written, "forcedVariations");
    forced_values = member(written, "forcedFeatureValues");
    enabled = member(written, "enabled") != Value(false);
    qa_mode = is_true(member(written, "qaMode"));
  }

  [[nodiscard]] Evaluation evaluation() const {
    Evaluation evaluation{model::Attributes(&attributes)};
    evaluation.url = url;
    evaluation.forced_variants = &forced_variants;
    evaluation.forced_values = &forced_values;
    evaluation.experiments_enabled = enabled;
    evaluation.qa_mode = qa_mode;
    return evaluation;
  }

  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const { return *Snapshot::read_payload(payload); }

  Value payload = Value::Object{};
  Value attributes;
  std::string url;
  Value forced_variants;
  Value forced_values;
  bool enabled = true;
  bool qa_mode = false;
};

std::string condition(const Value::Array& parts) {
  model::ValueLists groups;
  if (parts.size() > 4 && parts[4].if_object() != nullptr) {
    for (const Member& group : *parts[4].if_object())
      groups.emplace(group.name, model::ValueList(*group.value.if_array()));
  }
  class NoSegments final : public model::SegmentMembership {
   public:
    [[nodiscard]] bool contains(std::string_view, const model::Attributes&) const override { return false; }
  };
  const Result<model::Condition> compiled = model::Condition::compile(parts[1], nullptr, &groups);
  // What is refused here when a document is saved, GrowthBook lets pass, and answers with false.
  const bool met = compiled && compiled->matches(model::Attributes(&parts[2]), NoSegments());
  return compare(parts[3], met);
}

std::string hash(const Value::Array& parts) {
  const std::int64_t version = *parts[2].if_integer();
  if (version != 1 && version != 2) return compare(parts[3], Value());
  return compare(parts[3], decide::bucket_of(text_of(parts[0]), text_of(parts[1]),
                                             static_cast<decide::HashVersion>(version)));
}

/// A payload of one experiment whose unit is "u".
Value experiment_of(const Value& members) {
  Value experiment = members;
  experiment.set("key", "e");
  experiment.set("hashVersion", 2);
  return Value(Value::Object{{"experiments", Value::Array{experiment}}});
}

Value numbers(std::size_t count) {
  Value::Array all;
  for (std::size_t i = 0; i < count; ++i) all.emplace_back(i);
  return all;
}

/// A seed for which the unit "u" lies in a bucket: found by trying.
const std::vector<std::string>& seeds_by_bucket() {
  static const std::vector<std::string> kSeeds = [] {
    std::vector<std::string> seeds(static_cast<std::size_t>(kBuckets));
    std::size_t missing = seeds.size();
    for (int i = 0; missing > 0; ++i) {
      const std::string seed = std::to_string(i);
      std::string& place =
          seeds[static_cast<std::size_t>(std::lround(decide::bucket_of(seed, "u") * kBuckets))];
      if (!place.empty()) continue;
      place = seed;
      --missing;
    }
    return seeds;
  }();
  return kSeeds;
}

/// Index of the variant that an experiment gives to a unit in a bucket; -1 where it takes no part.
int variant_in_bucket(Value experiment, std::size_t bucket) {
  experiment.set("seed", seeds_by_bucket()[bucket]);
  const auto snapshot = *Snapshot::read_payload(experiment_of(experiment));
  const Value unit = Value::Object{{"id", "u"}};
  const std::optional<Assignment> assignment = snapshot->assign("e", model::Attributes(&unit));
  return assignment && assignment->variant ? static_cast<int>(*assignment->variant) : -1;
}

int variant_by_ranges(double bucket, const Value& ranges) {
  for (std::size_t i = 0; i < ranges.if_array()->size(); ++i) {
    const Value::Array& ends = *(*ranges.if_array())[i].if_array();
    if (bucket >= *ends[0].number() && bucket < *ends[1].number()) return static_cast<int>(i);
  }
  return -1;
}

/// At the buckets beside each edge, and at some in between.
std::string bucket_ranges(const Value::Array& parts) {
  const Value::Array& question = *parts[1].if_array();
  Value experiment = Value::Object{};
  experiment.set("variations", numbers(static_cast<std::size_t>(*question[0].if_integer())));
  experiment.set("coverage", question[1]);
  if (!question[2].is_null()) experiment.set("weights", question[2]);
  std::vector<long> buckets;
  for (long bucket = 0; bucket < 10'000; bucket += 499) buckets.push_back(bucket);
  for (const Value& range : *parts[2].if_array()) {
    for (const Value& end : *range.if_array()) {
      for (long beside = -1; beside <= 1; ++beside)
        buckets.push_back(std::lround(*end.number() * kBuckets) + beside);
    }
  }
  for (const long bucket : buckets) {
    if (bucket < 0 || bucket >= 10'000) continue;
    const int got = variant_in_bucket(experiment, static_cast<std::size_t>(bucket));
    const int expected = variant_by_ranges(static_cast<double>(bucket) / kBuckets, parts[2]);
    if (got != expected) return "bucket " + std::to_string(bucket) + ": " + difference(expected, got);
  }
  return {};
}

std::string choice(const Value::Array& parts) {
  Value experiment = Value::Object{};
  experiment.set("variations", numbers(std::max<std::size_t>(2, parts[2].if_array()->size())));
  experiment.set("ranges", parts[2]);
  const auto bucket = static_cast<std::size_t>(std::lround(*parts[1].number() * kBuckets));
  return compare(parts[3], variant_in_bucket(experiment, bucket));
}

std::string query_override(const Value::Array& parts) {
  Value experiment = Value::Object{};
  experiment.set("key", parts[1]);
  experiment.set("variations", numbers(static_cast<std::size_t>(*parts[3].if_integer())));
  // Nobody is in it but those who are forced.
  experiment.set("coverage", 0);
  const auto snapshot = *Snapshot::read_payload(Value::Object{{"experiments", Value::Array{experiment}}});
  const Value unit = Value::Object{{"id", "u"}};
  Evaluation evaluation{model::Attributes(&unit)};
  const std::string url = text_of(parts[2]);
  evaluation.url = url;
  const std::optional<Assignment> assignment = snapshot->assign(text_of(parts[1]), evaluation);
  return compare(parts[4], assignment && assignment->variant ? Value(*assignment->variant) : Value());
}

std::string in_namespace(const Value::Array& parts) {
  Value experiment = Value::Object{};
  experiment.set("variations", numbers(2));
  experiment.set("namespace", parts[2]);
  const auto snapshot = *Snapshot::read_payload(experiment_of(experiment));
  const Value unit = Value::Object{{"id", parts[1]}};
  const std::optional<Assignment> assignment = snapshot->assign("e", model::Attributes(&unit));
  return compare(parts[3], assignment && assignment->variant.has_value());
}

/// Equal weights are what an experiment without weights has: each variant gets as many buckets.
std::string equal_weights(const Value::Array& parts) {
  const std::int64_t count = *parts[0].if_integer();
  const Value::Array& expected = *parts[1].if_array();
  if (count <= 0 || count == 1)
    return expected.size() == static_cast<std::size_t>(std::max<std::int64_t>(0, count)) ? "" : "wrong count";
  Value experiment = Value::Object{};
  experiment.set("variations", numbers(static_cast<std::size_t>(count)));
  double begin = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double middle = begin + *expected[i].number() / 2;
    begin += *expected[i].number();
    const int got = variant_in_bucket(experiment, static_cast<std::size_t>(middle * kBuckets));
    if (got != static_cast<int>(i)) return difference(i, got);
  }
  return {};
}

std::string decrypt(const Value::Array& parts) {
  const std::optional<std::string> text = digest::decrypt_payload(text_of(parts[1]), text_of(parts[2]));
  // SDKs read the text as UTF-8, and what is none as damaged.
  return compare(parts[3], text ? Value(*text) : Value());
}

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

/// The rule of a feature that an experiment was made of.
const Value& rule_of(const Context& context, const std::string& flag, const Decision& decision) {
  for (const Value& rule : *member(member(member(context.payload, "features"), flag), "rules").if_array()) {
    const bool asks = rule.find("force") == nullptr &&
                      (rule.find("variations") != nullptr || rule.find("contextualVariations") != nullptr);
    const std::string key = text_of(member(rule, "key"));
    if (asks && (key.empty() ? flag : key) == decision.assignment.experiment->key) return rule;
  }
  return kNothing;
}

Value result_of(const Context& context, const std::string& flag, const Decision& decision) {
  const Assignment& assignment = decision.assignment;
  const std::size_t variant = *assignment.variant;
  const Value& rule = rule_of(context, flag, decision);
  const Value& all_meta = member(rule, "meta");
  const Value& meta = all_meta.if_array() != nullptr ? (*all_meta.if_array())[variant] : kNothing;
  Value result = Value::Object{{"key", assignment.experiment->variants[variant].key},
                               {"featureId", flag},
                               {"inExperiment", true},
                               {"hashUsed", !assignment.is_forced},
                               {"variationId", variant},
                               {"value", *decision.value},
                               {"hashAttribute", std::string(assignment.attribute)},
                               {"hashValue", std::string(assignment.bucket_value)},
                               {"stickyBucketUsed", assignment.is_sticky}};
  if (!assignment.is_forced) result.set("bucket", assignment.bucket);
  if (!member(meta, "name").is_null()) result.set("name", member(meta, "name"));
  const Value& bandit =
      member(member(context.payload, "contextualBandits"), text_of(member(rule, "contextualBanditRef")));
  if (assignment.is_forced || bandit.is_null()) return result;
  const Value& leaf = assignment.arms ? (*member(bandit, "contexts").if_array())[*assignment.arms] : kNothing;
  result.set("leafId", leaf.is_null() ? Value(-1) : member(leaf, "leafId"));
  Value::Array weights;
  for (const model::ExperimentVariant& one : assignment.experiment->variants)
    weights.emplace_back(one.weight);
  result.set("variationWeights", leaf.is_null() ? Value(weights) : member(leaf, "weights"));
  if (!member(bandit, "banditVersion").is_null())
    result.set("banditVersion", member(bandit, "banditVersion"));
  return result;
}

/// A hash value is a text here, whatever it was.
Value with_text_of_unit(Value result) {
  Value* unit = result.find("hashValue");
  if (unit != nullptr && unit->is_number()) *unit = model::to_json(*unit);
  return result;
}

std::string feature(const Value::Array& parts) {
  const Context context(parts[1]);
  const std::string flag = text_of(parts[2]);
  const auto snapshot = context.snapshot();
  const Decision decision = snapshot->decide(flag, context.evaluation());
  const Value value = decision.value == nullptr ? Value() : *decision.value;
  // The SDKs do not say which rule closed a gate.
  const bool names_rule = decision.source != decide::Source::Prerequisite;
  const Value got = Value::Object{{"value", value},
                                  {"on", is_true(value)},
                                  {"off", !is_true(value)},
                                  {"source", std::string(source_of(decision))},
                                  {"ruleId", names_rule ? std::string(decision.rule) : ""}};
  Value expected = parts[3];
  const Value experiment = member(expected, "experiment");
  const Value result = member(expected, "experimentResult");
  expected.erase("experiment");
  expected.erase("experimentResult");
  if (!same(expected, got)) return difference(expected, got);
  if (result.is_null() != (decision.experiment() == nullptr))
    return "an experiment decided in one and not in the other";
  if (result.is_null()) return {};
  if (member(experiment, "key") != Value(decision.experiment()->key)) return "another experiment decided";
  return compare(with_text_of_unit(result), result_of(context, flag, decision));
}

std::string run(const Value::Array& parts) {
  Context context(parts[1]);
  context.payload.set("experiments", Value::Array{parts[2]});
  const std::optional<Assignment> assignment =
      context.snapshot()->assign(text_of(member(parts[2], "key")), context.evaluation());
  if (!assignment) return "the experiment was not read";
  const bool is_in = assignment->variant.has_value();
  const Value& value = (*member(parts[2], "variations").if_array())[assignment->variant.value_or(0)];
  if (!same(parts[3], value)) return difference(parts[3], value);
  if (!same(parts[4], is_in)) return "in the experiment: " + difference(parts[4], is_in);
  return compare(parts[5], is_in && !assignment->is_forced);
}

std::string sticky_bucket(const Value::Array& parts) {
  const Context context(parts[1]);
  Documents documents;
  const Value& known = member(parts[1], "stickyBucketAssignmentDocs");
  if (known.if_object() != nullptr) {
    for (const Member& document : *known.if_object()) documents.add(document.value);
  }
  for (const Value& document : *parts[2].if_array()) documents.add(document);
  Evaluation evaluation = context.evaluation();
  evaluation.sticky = &documents;
  evaluation.observer = &documents;
  const std::string flag = text_of(parts[3]);
  const auto snapshot = context.snapshot();
  const Decision decision = snapshot->decide(flag, evaluation);
  const Value result = decision.experiment() == nullptr ? Value() : result_of(context, flag, decision);
  if (!same(with_text_of_unit(parts[4]), result)) return difference(parts[4], result);
  return compare(parts[5], documents.of(context.attributes));
}

}  // namespace

const std::map<std::string_view, CaseCheck>& sections() {
  static const std::map<std::string_view, CaseCheck> kSections{{"evalCondition", condition},
                                                               {"hash", hash},
                                                               {"getBucketRange", bucket_ranges},
                                                               {"feature", feature},
                                                               {"run", run},
                                                               {"chooseVariation", choice},
                                                               {"getQueryStringOverride", query_override},
                                                               {"inNamespace", in_namespace},
                                                               {"getEqualWeights", equal_weights},
                                                               {"decrypt", decrypt},
                                                               {"stickyBucket", sticky_bucket},
                                                               {"contextualBandit", feature}};
  return kSections;
}

}  // namespace splitplot::conformance
