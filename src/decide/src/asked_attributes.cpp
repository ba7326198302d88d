#include "asked_attributes.hpp"

#include <set>
#include <string_view>
#include <variant>

namespace splitplot::decide {
namespace {

class Names {
 public:
  void add(const std::string& name) {
    if (!name.empty()) names_.insert(name);
  }

  void add_condition(const Value& written) {
    const Value::Object* members = written.if_object();
    if (members == nullptr) return;
    for (const Member& member : *members) {
      if (!member.name.starts_with('$')) {
        add(member.name);
      } else if (member.name == "$not") {
        add_condition(member.value);
      } else if (const Value::Array* parts = member.value.if_array()) {
        for (const Value& part : *parts) add_condition(part);
      }
    }
  }

  [[nodiscard]] std::vector<std::string> in_order() const { return {names_.begin(), names_.end()}; }

 private:
  std::set<std::string> names_;
};

void add_experiment(const model::Experiment& experiment, Names& names) {
  names.add_condition(experiment.population.written);
  for (const model::ConditionalWeights& weights : experiment.weights_for)
    names.add_condition(weights.condition.written);
  names.add(experiment.attribute);
  if (experiment.sticky) names.add(experiment.sticky->fallback_attribute);
  for (const std::string& dimension : experiment.dimensions) names.add(dimension);
}

}  // namespace

std::vector<std::string> attributes_asked_by(const model::Configuration& configuration) {
  Names names;
  for (const auto& [key, flag] : configuration.flags) {
    for (const model::FlagRule& rule : flag.rules) {
      names.add_condition(rule.condition.written);
      if (const auto* serve = std::get_if<model::FlagRule::Serve>(&rule.outcome)) names.add(serve->attribute);
    }
  }
  for (const auto& [key, experiment] : configuration.experiments) add_experiment(experiment, names);
  for (const auto& [key, segment] : configuration.segments) names.add_condition(segment.condition.written);
  for (const auto& [key, layer] : configuration.layers) names.add(layer.attribute);
  return names.in_order();
}

}  // namespace splitplot::decide
