#include "payload_parts.hpp"

#include <cstdint>
#include <utility>

namespace splitplot::decide {
namespace {

std::int64_t number_of(HashVersion version) {
  return static_cast<std::int64_t>(version);
}

}  // namespace

std::string attribute_name(const model::AttributeName& attribute) {
  return attribute.text() == "targetingKey" ? "id" : attribute.text();
}

Value value_of(const Served& served) {
  return served.value == nullptr ? Value() : *served.value;
}

Value pair_of(const BucketRange& range) {
  return Value::Array{range.begin, range.end};
}

Value list_of(const std::vector<BucketRange>& ranges) {
  Value::Array all;
  for (const BucketRange& range : ranges) all.push_back(pair_of(range));
  return all;
}

Value meta_of(const CompiledExperiment& compiled) {
  const std::vector<model::ExperimentVariant>& variants = compiled.experiment->variants;
  Value::Array meta;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    Value one = Value::Object{};
    const bool has_key = !compiled.stickiness || !compiled.stickiness->variants[i].empty();
    if (has_key) one.set("key", variants[i].key);
    if (i < compiled.pass_through.size() && compiled.pass_through[i]) one.set("passthrough", true);
    meta.push_back(std::move(one));
  }
  return meta;
}

Value filter_of(const std::string& attribute, const HashSeed& seed, const std::vector<BucketRange>& ranges) {
  return Value::Object{{"attribute", attribute},
                       {"seed", seed.text()},
                       {"hashVersion", number_of(seed.version())},
                       {"ranges", list_of(ranges)}};
}

void set_unit(Value& rule, const HashedUnit& unit) {
  rule.set("hashAttribute", attribute_name(unit.attribute));
  if (unit.fallback) rule.set("fallbackAttribute", attribute_name(*unit.fallback));
  rule.set("seed", unit.seed.text());
  rule.set("hashVersion", number_of(unit.seed.version()));
}

void set_stickiness(Value& rule, const CompiledExperiment& compiled) {
  if (!compiled.stickiness) {
    rule.set("disableStickyBucketing", true);
    return;
  }
  const Stickiness& stickiness = *compiled.stickiness;
  if (stickiness.fallback.text() != "id") rule.set("fallbackAttribute", attribute_name(stickiness.fallback));
  const std::size_t version = stickiness.current.rfind("__") + 2;
  rule.set("bucketVersion", static_cast<std::int64_t>(std::stoll(stickiness.current.substr(version))));
  rule.set("minBucketVersion", static_cast<std::int64_t>(stickiness.blocked.size()));
}

Value variations_of(const CompiledExperimentRule& asked) {
  Value::Array variations;
  for (const Served& served : asked.served) variations.push_back(value_of(served));
  return variations;
}

void set_variants(Value& rule, const CompiledExperiment& compiled, const std::vector<BucketRange>& ranges) {
  Value::Array weights;
  std::vector<double> shares;
  for (const model::ExperimentVariant& variant : compiled.experiment->variants) {
    weights.emplace_back(variant.weight);
    shares.push_back(variant.weight);
  }
  rule.set("meta", meta_of(compiled));
  rule.set("weights", std::move(weights));
  rule.set("coverage", compiled.experiment->coverage);
  if (ranges != bucket_ranges(shares, compiled.experiment->coverage)) rule.set("ranges", list_of(ranges));
}

}  // namespace splitplot::decide
