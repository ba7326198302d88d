#include "schema/node.hpp"

#include <splitplot/base/code_point.hpp>
#include <splitplot/base/number_text.hpp>
#include <splitplot/base/spelling.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/model/pointer.hpp>

#include <algorithm>
#include <utility>

namespace splitplot::model {
namespace {

using Node = ValueSchema::Node;
using Fault = ValueSchema::Fault;

constexpr std::size_t kMostFaults = 10;

std::size_t characters_in(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) static_cast<void>(next_code_point(text, at));
  return characters;
}

std::string number_text(double number) {
  return std::string(ScriptNumber(number).view());
}

/// Holds a value against a schema.
class Examiner {
 public:
  std::vector<Fault> faults;

  void examine(const Value& value, const Node& node, const std::string& at) {
    if (faults.size() >= kMostFaults) return;
    if (!node.types.empty() &&
        std::ranges::none_of(node.types, [&](SchemaType type) { return is_of(value, type); })) {
      std::string types;
      for (const SchemaType type : node.types) (types += types.empty() ? "" : " or ") += name_of(type);
      return fault(at, "must be of the type " + types + ", not " + std::string(name_of(value.kind())));
    }
    if (node.any_of && std::ranges::find(*node.any_of, value) == node.any_of->end())
      fault(at, "must be one of " + to_json(Value(*node.any_of)));
    if (const auto number = value.number()) examine_number(*number, node, at);
    if (const std::string* text = value.if_text()) examine_text(*text, node, at);
    if (const Value::Array* elements = value.if_array()) examine_list(*elements, node, at);
    if (const Value::Object* members = value.if_object()) examine_object(*members, value, node, at);
  }

 private:
  void fault(const std::string& at, std::string message) {
    if (faults.size() < kMostFaults) faults.push_back({at, std::move(message)});
  }

  void examine_number(double number, const Node& node, const std::string& at) {
    if (node.minimum && number < *node.minimum)
      fault(at, "must be " + number_text(*node.minimum) + " or more");
    if (node.maximum && number > *node.maximum)
      fault(at, "must be " + number_text(*node.maximum) + " or less");
    if (node.above && number <= *node.above) fault(at, "must be more than " + number_text(*node.above));
    if (node.below && number >= *node.below) fault(at, "must be less than " + number_text(*node.below));
  }

  void examine_text(const std::string& text, const Node& node, const std::string& at) {
    if (node.min_length || node.max_length) {
      const std::size_t characters = characters_in(text);
      if (node.min_length && characters < *node.min_length)
        fault(at, "must have " + std::to_string(*node.min_length) + " characters or more");
      if (node.max_length && characters > *node.max_length)
        fault(at, "must have " + std::to_string(*node.max_length) + " characters or less");
    }
    if (node.pattern && !RE2::PartialMatch(text, *node.pattern))
      fault(at, "does not match the pattern " + node.pattern->pattern());
  }

  void examine_list(const Value::Array& elements, const Node& node, const std::string& at) {
    if (node.min_items && elements.size() < *node.min_items)
      fault(at, "must have " + std::to_string(*node.min_items) + " elements or more");
    if (node.max_items && elements.size() > *node.max_items)
      fault(at, "must have " + std::to_string(*node.max_items) + " elements or less");
    if (!node.items) return;
    for (std::size_t i = 0; i < elements.size(); ++i) examine(elements[i], *node.items, pointer_to(at, i));
  }

  void examine_object(const Value::Object& members, const Value& object, const Node& node,
                      const std::string& at) {
    for (const std::string& name : node.required) {
      if (object.find(name) == nullptr) fault(at, "'" + name + "' is missing");
    }
    for (const Member& member : members) {
      const std::string place = pointer_to(at, member.name);
      const auto property = node.properties.find(member.name);
      if (property != node.properties.end()) {
        examine(member.value, property->second, place);
      } else if (node.is_closed) {
        std::vector<std::string> names;
        for (const auto& [name, schema] : node.properties) names.push_back(name);
        const auto nearest = nearest_name(member.name, names);
        fault(place, "there is no property '" + member.name + "'" +
                         (nearest ? " (did you mean '" + *nearest + "'?)" : ""));
      } else if (node.others) {
        examine(member.value, *node.others, place);
      }
    }
  }
};

}  // namespace

std::vector<ValueSchema::Fault> ValueSchema::faults_of(const Value& value) const {
  Examiner examiner;
  examiner.examine(value, *root_, "");
  return std::move(examiner.faults);
}

}  // namespace splitplot::model
