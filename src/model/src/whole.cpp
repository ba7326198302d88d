#include "whole.hpp"

#include "reference_order.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace splitplot::model {
namespace {

/// Evaluation follows segments into one another on the stack.
constexpr std::size_t kDeepestSegments = 32;

Spot spot_of(DocumentKind kind, const std::string& key, Findings& findings) {
  return {findings, to_text(DocumentId{kind, key})};
}

/// Evaluation follows flags into one another, too.
constexpr std::size_t kDeepestPrerequisites = 32;

/// The condition over the answer that naming variants stands for, and what is written beside it.
Value condition_on_answer(const Flag& flag, const Prerequisite& prerequisite, const Spot& spot) {
  Value::Array any;
  std::vector<std::string> names;
  for (const FlagVariant& variant : flag.variants) names.push_back(variant.key);
  for (const std::string& name : prerequisite.variants) {
    const auto found = std::ranges::find(flag.variants, name, &FlagVariant::key);
    if (found == flag.variants.end()) {
      spot.unknown("variant of the flag '" + flag.key + "'", name, names);
    } else {
      any.emplace_back(Value::Object{{"value", found->value}});
    }
  }
  Value named = any.size() == 1 ? any.front() : Value(Value::Object{{"$or", std::move(any)}});
  if (prerequisite.condition.written.is_null()) return named;
  return Value::Object{{"$and", Value::Array{std::move(named), prerequisite.condition.written}}};
}

void resolve(std::vector<Prerequisite>& prerequisites, const ByKey<Flag>& flags, const Spot& spot) {
  for (std::size_t i = 0; i < prerequisites.size(); ++i) {
    Prerequisite& prerequisite = prerequisites[i];
    const auto flag = flags.find(prerequisite.flag);
    if (flag == flags.end() || prerequisite.variants.empty()) continue;
    const Spot place = spot.at("requires").at(i).at("is");
    prerequisite.condition.written = condition_on_answer(flag->second, prerequisite, place);
    Result<Condition> compiled = Condition::compile(prerequisite.condition.written);
    if (compiled) {
      prerequisite.condition.compiled = std::make_shared<const Condition>(std::move(*compiled));
    } else {
      place.problem("the value of that variant cannot be compared: " + compiled.error().message,
                    "say what it must be with if: {value: ...}");
    }
  }
}

/// Flags that a flag needs: those of its rules, and of the experiments that these ask.
std::vector<std::string_view> needed_by(const Flag& flag, const Configuration& configuration) {
  std::vector<std::string_view> needed;
  const auto add = [&](const std::vector<Prerequisite>& prerequisites) {
    for (const Prerequisite& prerequisite : prerequisites) {
      if (configuration.flags.contains(prerequisite.flag)) needed.push_back(prerequisite.flag);
    }
  };
  for (const FlagRule& rule : flag.rules) {
    add(rule.prerequisites);
    const auto* asked = std::get_if<FlagRule::Experiment>(&rule.outcome);
    if (asked == nullptr) continue;
    const auto experiment = configuration.experiments.find(asked->key);
    if (experiment != configuration.experiments.end()) add(experiment->second.prerequisites);
  }
  return needed;
}

}  // namespace

void resolve_prerequisites(Configuration& configuration, Findings& findings) {
  AskedFor needed;
  for (auto& [key, flag] : configuration.flags) {
    const Spot rules = spot_of(DocumentKind::Flag, key, findings).at("rules");
    for (std::size_t i = 0; i < flag.rules.size(); ++i)
      resolve(flag.rules[i].prerequisites, configuration.flags, rules.at(i));
    needed[key] = needed_by(flag, configuration);
  }
  for (auto& [key, experiment] : configuration.experiments)
    resolve(experiment.prerequisites, configuration.flags, spot_of(DocumentKind::Experiment, key, findings));
  check_order(std::move(needed),
              {.kind = DocumentKind::Flag,
               .noun = "flags",
               .member = "rules",
               .hint = "let one of them do without the other",
               .deepest = kDeepestPrerequisites},
              findings);
}

void check_holdouts(const ByKey<Experiment>& experiments, Findings& findings) {
  for (const auto& [key, experiment] : experiments) {
    if (!experiment.holdout) continue;
    const std::vector<std::string>& held = experiment.holdout->experiments;
    for (std::size_t i = 0; i < held.size(); ++i) {
      const auto other = experiments.find(held[i]);
      if (other == experiments.end() || !other->second.holdout) continue;
      spot_of(DocumentKind::Experiment, key, findings)
          .at("holds_out")
          .at("of")
          .at(i)
          .problem("'" + held[i] + "' holds out others itself",
                   "experiments hold out those that hold out nobody");
    }
  }
}

void check_references(const std::set<DocumentId>& ids, Findings& findings) {
  std::map<DocumentKind, std::vector<std::string>> keys;
  for (const DocumentId& id : ids) keys[id.kind].push_back(id.key);
  for (const Reference& reference : findings.references) {
    if (!ids.contains({reference.kind, reference.key}))
      Spot(findings, reference.subject, reference.pointer)
          .unknown(name_of(reference.kind), reference.key, keys[reference.kind]);
  }
}

void check_segment_order(const ByKey<Segment>& segments, Findings& findings) {
  AskedFor asked;
  for (const auto& [key, segment] : segments) {
    std::vector<std::string_view>& others = asked[key];
    for (const std::string& other : segment.condition.compiled->segments()) {
      if (segments.contains(other)) others.push_back(other);
    }
  }
  check_order(std::move(asked),
              {.kind = DocumentKind::Segment,
               .noun = "segments",
               .member = "condition",
               .hint = "let one of them say its condition itself",
               .deepest = kDeepestSegments},
              findings);
}

void check_layer_slices(const ByKey<Experiment>& experiments, Findings& findings) {
  std::map<std::string_view, std::vector<const Experiment*>> layers;
  for (const auto& [key, experiment] : experiments) {
    if (experiment.layer && experiment.status != ExperimentStatus::Stopped)
      layers[experiment.layer->layer].push_back(&experiment);
  }
  for (auto& [layer, members] : layers) {
    std::ranges::stable_sort(members, {},
                             [](const Experiment* experiment) { return experiment->layer->begin; });
    std::set<const Experiment*> refused;
    std::set<const Experiment*> warned;
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        const Experiment& left = *members[i];
        const Experiment& right = *members[j];
        if (right.layer->begin >= left.layer->end) break;
        // One complaint an experiment: a layer of thousands that all overlap is one mistake.
        const bool both_run =
            left.status == ExperimentStatus::Running && right.status == ExperimentStatus::Running;
        if (!(both_run ? refused : warned).insert(&right).second) continue;
        const Spot spot = spot_of(DocumentKind::Experiment, right.key, findings).at("layer").at("slice");
        const std::string message = "the slice overlaps that of experiment '" + left.key +
                                    "' in the layer '" + std::string(layer) + "'";
        if (both_run) {
          spot.problem(message, "experiments of a layer hold different slices while they run");
        } else {
          spot.warning(message, "they cannot both run");
        }
      }
    }
  }
}

}  // namespace splitplot::model
