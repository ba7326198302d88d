#include "nouns.hpp"
#include "object_reader.hpp"

#include <splitplot/base/key.hpp>

#include <algorithm>
#include <set>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostVariants = 100;
constexpr std::size_t kMostRules = 1000;

std::vector<std::string> names_of(const std::vector<FlagVariant>& variants) {
  std::vector<std::string> names;
  for (const FlagVariant& variant : variants) names.push_back(variant.key);
  return names;
}

/// Position of a variant; a flag whose variants could not be read knows none, and complains of none.
std::optional<std::size_t> find_variant(const Flag& flag, const std::string& name, const Spot& spot) {
  const auto found = std::ranges::find(flag.variants, name, &FlagVariant::key);
  if (found != flag.variants.end()) return static_cast<std::size_t>(found - flag.variants.begin());
  if (!flag.variants.empty()) spot.unknown("variant", name, names_of(flag.variants));
  return std::nullopt;
}

std::string_view word_of(ValueType type) {
  switch (type) {
    case ValueType::Boolean:
      return "a boolean";
    case ValueType::Text:
      return "text";
    case ValueType::Integer:
      return "an integer";
    case ValueType::Float:
      return "a float";
    case ValueType::Json:
      return "an object or list";
  }
  return "a value";
}

std::optional<ValueType> type_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Boolean:
      return ValueType::Boolean;
    case Value::Kind::Text:
      return ValueType::Text;
    case Value::Kind::Integer:
      return ValueType::Integer;
    case Value::Kind::Float:
      return ValueType::Float;
    case Value::Kind::Array:
    case Value::Kind::Object:
      return ValueType::Json;
    case Value::Kind::Null:
      break;
  }
  return std::nullopt;
}

std::vector<FlagVariant> read_variants(const Value& written, const Spot& spot) {
  std::vector<FlagVariant> variants;
  const Value::Object* members = written.if_object();
  if (members == nullptr) {
    expected("an object", written, spot, "write {red: \"#f00\", green: \"#0f0\"}");
    return variants;
  }
  if (members->empty()) spot.problem("a flag has at least one variant");
  if (members->size() > kMostVariants) {
    spot.problem("a flag has at most " + std::to_string(kMostVariants) + " variants");
    return variants;
  }
  for (const Member& member : *members) {
    if (!is_key(member.name))
      spot.at(member.name).problem("'" + member.name + "' is not a key", std::string(kKeyRule));
    const auto same = std::ranges::find(variants, member.value, &FlagVariant::value);
    if (same != variants.end())
      spot.at(member.name).warning("it has the value of '" + same->key + "'", "nobody can tell them apart");
    variants.push_back({member.name, member.value});
  }
  return variants;
}

/// Values must be of one type. A float may be written as an integer, since not every writer of JSON can write 5.0.
void read_type(std::optional<ValueType> declared, const Spot& spot, Flag& flag) {
  std::optional<ValueType> type = declared;
  for (FlagVariant& variant : flag.variants) {
    const Spot place = spot.at("variants").at(variant.key);
    const std::optional<ValueType> own = type_of(variant.value);
    if (!own) {
      place.problem("a variant needs a value, and null is none");
      continue;
    }
    if (!type) type = own;
    if (own == type) continue;
    if (declared == ValueType::Float && own == ValueType::Integer) {
      variant.value = *variant.value.number();
      continue;
    }
    std::string hint = declared ? "" : "variants have one type";
    if (own == ValueType::Float && type == ValueType::Integer) hint = "declare type: float";
    if (own == ValueType::Integer && type == ValueType::Float)
      hint = "declare type: float, or write it with a point";
    place.problem("must be " + std::string(word_of(*type)) + ", not " + std::string(word_of(*own)),
                  std::move(hint));
  }
  flag.type = type.value_or(flag.type);
}

/// What the reading of rules carries along.
struct RuleContext {
  const Flag& flag;
  const ByKey<Experiment>& experiments;
};

FlagRule::Serve read_serve(ObjectReader& reader, const RuleContext& context) {
  FlagRule::Serve serve;
  if (const std::optional<std::string> variant = reader.text("serve"))
    serve.variant = find_variant(context.flag, *variant, reader.at("serve")).value_or(0);
  serve.rollout = reader.share("rollout").value_or(serve.rollout);
  serve.seed = reader.text("seed").value_or("");
  serve.attribute = reader.text("attribute").value_or(serve.attribute);
  warn_of_seed(serve.seed, reader.at("seed"));
  if (serve.rollout == 0)
    reader.at("rollout").warning("a roll-out of 0 serves nobody", "remove the rule, or give it a share");
  return serve;
}

/// The flag variant for each of the experiment's: as the rule says, else the one of the same name.
void map_variants(const Value* mapping, const Experiment& experiment, const Spot& rule, const Flag& flag,
                  FlagRule::Experiment& outcome) {
  const Spot place = mapping == nullptr ? rule.at("experiment") : rule.at("variants");
  std::vector<std::string> arms;
  for (const ExperimentVariant& arm : experiment.variants) {
    arms.push_back(arm.key);
    const Value* said = mapping == nullptr ? nullptr : mapping->find(arm.key);
    if (mapping != nullptr && said == nullptr) {
      place.problem("it does not say what to serve for the experiment's variant '" + arm.key + "'",
                    "name one of the flag's variants");
      continue;
    }
    const std::optional<std::string> name = said == nullptr ? arm.key : read_text(*said, place.at(arm.key));
    if (!name) continue;
    if (said == nullptr &&
        std::ranges::find(flag.variants, *name, &FlagVariant::key) == flag.variants.end()) {
      place.problem("the flag has no variant '" + *name + "' as the experiment has",
                    "say what to serve with variants: {" + *name + ": ...}");
      continue;
    }
    outcome.variants.push_back(find_variant(flag, *name, place.at(arm.key)).value_or(0));
  }
  if (mapping == nullptr || mapping->if_object() == nullptr) return;
  for (const Member& member : *mapping->if_object()) {
    if (std::ranges::find(arms, member.name) == arms.end())
      place.at(member.name).unknown("variant of the experiment", member.name, arms);
  }
}

FlagRule::Experiment read_experiment_rule(ObjectReader& reader, const RuleContext& context) {
  FlagRule::Experiment outcome;
  const std::optional<std::string> key = reader.key("experiment");
  const Value* mapping = reader.take("variants");
  if (mapping != nullptr && mapping->if_object() == nullptr) {
    expected("an object", *mapping, reader.at("variants"), "write {control: red, treatment: green}");
    mapping = nullptr;
    if (!key) return outcome;
  }
  if (!key) return outcome;
  outcome.key = *key;
  reader.at("experiment").refers_to(DocumentKind::Experiment, *key);
  const auto found = context.experiments.find(*key);
  if (found == context.experiments.end() || context.flag.variants.empty()) return outcome;
  map_variants(mapping, found->second, reader.spot(), context.flag, outcome);
  if (found->second.status == ExperimentStatus::Stopped)
    reader.at("experiment")
        .warning("the experiment has stopped: the rule serves nobody",
                 "serve the variant that won, or remove the rule");
  return outcome;
}

FlagRule read_rule(const Value& written, const Spot& spot, std::size_t position, const RuleContext& context) {
  ObjectReader reader(written, spot);
  std::string id = reader.key("id").value_or(std::to_string(position + 1));
  WrittenCondition condition = reader.condition("if");
  const bool serves = reader.take("serve") != nullptr;
  const bool asks = reader.take("experiment") != nullptr;
  if (written.if_object() != nullptr && serves == asks)
    spot.problem(serves ? "a rule serves a variant or asks an experiment, not both"
                        : "a rule must serve a variant or ask an experiment",
                 "write serve: or experiment:");
  FlagRule rule{.id = std::move(id), .condition = std::move(condition), .outcome = FlagRule::Serve{}};
  if (asks) {
    rule.outcome = read_experiment_rule(reader, context);
  } else {
    rule.outcome = read_serve(reader, context);
  }
  reader.finish();
  return rule;
}

bool is_for_everybody(const FlagRule& rule) {
  const Value::Object* members = rule.condition.written.if_object();
  const bool is_unconditional = rule.condition.written.is_null() || (members != nullptr && members->empty());
  const auto* serve = std::get_if<FlagRule::Serve>(&rule.outcome);
  return is_unconditional && serve != nullptr && serve->rollout == 1;
}

void read_rules(const Value& written, const Spot& spot, const ByKey<Experiment>& experiments, Flag& flag) {
  const Value::Array* elements = written.if_array();
  if (elements == nullptr) return expected("a list", written, spot);
  if (elements->size() > kMostRules)
    return spot.problem("a flag has at most " + std::to_string(kMostRules) + " rules");
  std::set<std::string> ids;
  bool is_reached = true;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    FlagRule rule = read_rule((*elements)[i], spot.at(i), i, {flag, experiments});
    if (!ids.insert(rule.id).second)
      spot.at(i).problem("the rule id '" + rule.id + "' is there twice",
                         "give it another id; without one, a rule's id is its position");
    if (!is_reached)
      spot.at(i).warning("the rule is never reached: one before it serves everybody", "move it up");
    is_reached = is_reached && !is_for_everybody(rule);
    flag.rules.push_back(std::move(rule));
  }
}

}  // namespace

Flag read_flag(const std::string& key, const Value& body, const Spot& spot,
               const ByKey<Experiment>& experiments) {
  ObjectReader reader(body, spot);
  Flag flag;
  flag.key = key;
  flag.description = reader.text("description").value_or("");
  const auto declared = reader.choice<ValueType>("type", {{"boolean", ValueType::Boolean},
                                                          {"string", ValueType::Text},
                                                          {"integer", ValueType::Integer},
                                                          {"float", ValueType::Float},
                                                          {"json", ValueType::Json}});
  if (const Value* variants = reader.require("variants", "write {on: true, off: false}"))
    flag.variants = read_variants(*variants, reader.at("variants"));
  // A type that is no type is one problem, not one for each value.
  if (declared || reader.take("type") == nullptr) read_type(declared, spot, flag);
  if (reader.require("default", "name the variant where no rule applies") != nullptr) {
    if (const std::optional<std::string> fallback = reader.text("default"))
      flag.fallback = find_variant(flag, *fallback, reader.at("default")).value_or(0);
  }
  flag.enabled = reader.boolean("enabled").value_or(flag.enabled);
  if (const Value* rules = reader.take("rules")) read_rules(*rules, reader.at("rules"), experiments, flag);
  reader.finish();
  return flag;
}

}  // namespace splitplot::model
