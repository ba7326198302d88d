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

  /// What a template may show: everything that looks like a name of the user's or the context's.
  void add_template(const Value& value) {
    if (const std::string* text = value.if_text()) {
      add_names_in(*text, "user.");
      add_names_in(*text, "context.");
    }
    if (const Value::Array* elements = value.if_array()) {
      for (const Value& element : *elements) add_template(element);
    }
    if (const Value::Object* members = value.if_object()) {
      for (const Member& member : *members) add_template(member.value);
    }
  }

  void add_rules(const std::vector<model::ItemRule>& rules) {
    for (const model::ItemRule& rule : rules) add(rule.attribute);
  }

  [[nodiscard]] std::vector<std::string> in_order() const { return {names_.begin(), names_.end()}; }

 private:
  void add_names_in(std::string_view text, std::string_view before) {
    for (std::size_t at = text.find(before); at != text.npos; at = text.find(before, at)) {
      at += before.size();
      const std::size_t end = text.find_first_of("{}/#^ \t\r\n", at);
      add(std::string(text.substr(at, end == text.npos ? end : end - at)));
    }
  }

  std::set<std::string> names_;
};

void add_content(const model::Flag& flag, Names& names) {
  for (const model::FlagVariant& variant : flag.variants) names.add_template(variant.value);
  for (const auto& [name, block] : flag.content->blocks) {
    names.add_template(Value(block.otherwise));
    for (const model::TextBlock::Case& one : block.cases) {
      names.add_condition(one.condition.written);
      names.add_template(Value(one.text));
    }
  }
  for (const auto& [name, selection] : flag.content->items) {
    names.add_rules(selection.match);
    names.add_rules(selection.exclude);
  }
}

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
    if (flag.content != nullptr) add_content(flag, names);
    for (const model::FlagRule& rule : flag.rules) {
      names.add_condition(rule.condition.written);
      if (const auto* serve = std::get_if<model::FlagRule::Serve>(&rule.outcome)) names.add(serve->attribute);
    }
  }
  for (const auto& [key, experiment] : configuration.experiments) add_experiment(experiment, names);
  for (const auto& [key, segment] : configuration.segments) names.add_condition(segment.condition.written);
  for (const auto& [key, items] : configuration.items) names.add_rules(items.exclude);
  for (const auto& [key, layer] : configuration.layers) names.add(layer.attribute);
  return names.in_order();
}

}  // namespace splitplot::decide
