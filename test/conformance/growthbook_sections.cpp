#include "growthbook_sections.hpp"

#include "growthbook/context.hpp"
#include "growthbook/result.hpp"
#include "growthbook/sticky_documents.hpp"

#include <splitplot/decide/hash.hpp>
#include <splitplot/decide/redirect.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/digest/payload_cipher.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/json.hpp>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace splitplot::conformance {
namespace {

using growthbook::Context;
using growthbook::member;
using growthbook::text_of;

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

/// A hash value is a text here, whatever it was.
Value with_text_of_unit(Value result) {
  Value* unit = result.find("hashValue");
  if (unit != nullptr && unit->is_number()) *unit = model::to_json(*unit);
  return result;
}

Value result_of(const Context& context, const std::string& flag, const Decision& decision) {
  const std::string& key = decision.assignment.experiment->key;
  return growthbook::experiment_result(context.payload, growthbook::rule_of(context.payload, flag, key), flag,
                                       decision.assignment, *decision.value);
}

std::string feature(const Value::Array& parts) {
  const Context context(parts[1]);
  const std::string flag = text_of(parts[2]);
  const auto snapshot = context.snapshot();
  const Decision decision = snapshot->decide(flag, context.evaluation());
  const Value got = growthbook::feature_result(decision);
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
  class Observer final : public decide::EvaluationObserver {
   public:
    explicit Observer(growthbook::StickyDocuments& documents) : documents_(documents) {}
    void remember(const decide::StickyAssignment& assignment) override { documents_.remember(assignment); }

   private:
    growthbook::StickyDocuments& documents_;
  };
  growthbook::StickyDocuments documents;
  Observer observer(documents);
  const Value& known = member(parts[1], "stickyBucketAssignmentDocs");
  if (known.if_object() != nullptr) {
    for (const Member& document : *known.if_object()) documents.add(document.value);
  }
  for (const Value& document : *parts[2].if_array()) documents.add(document);
  Evaluation evaluation = context.evaluation();
  evaluation.sticky = &documents;
  evaluation.observer = &observer;
  const std::string flag = text_of(parts[3]);
  const auto snapshot = context.snapshot();
  const Decision decision = snapshot->decide(flag, evaluation);
  const Value result = decision.experiment() == nullptr ? Value() : result_of(context, flag, decision);
  if (!same(with_text_of_unit(parts[4]), result)) return difference(parts[4], result);
  return compare(parts[5], documents.of(context.attributes));
}

/// Each of the experiments by itself.
std::string redirect(const Value::Array& parts) {
  Context context(parts[1]);
  const Value::Array& expected = *parts[2].if_array();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Value& experiment = (*member(parts[1], "experiments").if_array())[i];
    context.payload.set("experiments", Value::Array{experiment});
    const auto snapshot = context.snapshot();
    const decide::Redirect found = decide::redirect_from(*snapshot, context.evaluation());
    const bool is_in = found.assignment.experiment != nullptr;
    Value got = Value::Object{{"inExperiment", is_in}};
    if (is_in && found.address) {
      const Value& variation = (*member(experiment, "variations").if_array())[*found.assignment.variant];
      got.set("urlRedirect", member(variation, "urlRedirect"));
      got.set("urlWithParams", *found.address);
    } else {
      got.set("urlRedirect", Value());
      got.set("urlWithParams", Value());
    }
    Value wanted = expected[i];
    for (const std::string_view name : {"urlRedirect", "urlWithParams"}) {
      if (wanted.find(name) == nullptr) wanted.set(name, Value());
    }
    if (!same(wanted, got)) return difference(wanted, got);
  }
  return {};
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
                                                               {"urlRedirect", redirect},
                                                               {"contextualBandit", feature}};
  return kSections;
}

}  // namespace splitplot::conformance
