#include "flag_rules.hpp"

#include "nouns.hpp"
#include "object_reader.hpp"
#include "restrictions.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostRules = 1000;

/// What the reading of rules carries along.
struct RuleContext {
  const Flag& flag;
  const ByKey<Experiment>& experiments;
};

FlagRule::Serve read_serve(ObjectReader& reader, const RuleContext& context) {
  FlagRule::Serve serve;
  if (const std::optional<std::string> variant = reader.text("serve"))
    serve.variant = find_variant(context.flag, *variant, reader.at("serve")).value_or(0);
  ShareOrRamp rollout = read_share_or_ramp(reader, "rollout");
  serve.rollout = rollout.share.value_or(serve.rollout);
  serve.ramp = std::move(rollout.ramp);
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
  Schedule schedule = read_schedule(reader);
  std::vector<Prerequisite> prerequisites = read_prerequisites(reader);
  const bool serves = reader.take("serve") != nullptr;
  const bool asks = reader.take("experiment") != nullptr;
  if (written.if_object() != nullptr && serves == asks)
    spot.problem(serves ? "a rule serves a variant or asks an experiment, not both"
                        : "a rule must serve a variant or ask an experiment",
                 "write serve: or experiment:");
  FlagRule rule{.id = std::move(id),
                .condition = std::move(condition),
                .schedule = schedule,
                .prerequisites = std::move(prerequisites),
                .outcome = FlagRule::Serve{}};
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
  const bool is_always = !rule.schedule.from && !rule.schedule.until && rule.prerequisites.empty();
  return is_unconditional && is_always && serve != nullptr && serve->rollout == 1 && serve->ramp.empty();
}

}  // namespace

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

}  // namespace splitplot::model
