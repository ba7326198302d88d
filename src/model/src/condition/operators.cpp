#include "condition/operators.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <iterator>
#include <vector>

namespace splitplot::model::condition {
namespace {

template <typename T>
struct Named {
  std::string_view name;
  T meaning;
};

constexpr Named<Operator> kOperators[] = {{"$eq", Operator::Eq},
                                          {"$ne", Operator::Ne},
                                          {"$lt", Operator::Lt},
                                          {"$lte", Operator::Lte},
                                          {"$gt", Operator::Gt},
                                          {"$gte", Operator::Gte},
                                          {"$in", Operator::In},
                                          {"$nin", Operator::Nin},
                                          {"$ini", Operator::Ini},
                                          {"$nini", Operator::Nini},
                                          {"$all", Operator::All},
                                          {"$alli", Operator::Alli},
                                          {"$elemMatch", Operator::ElemMatch},
                                          {"$size", Operator::Size},
                                          {"$exists", Operator::Exists},
                                          {"$type", Operator::Type},
                                          {"$regex", Operator::Regex},
                                          {"$regexi", Operator::Regexi},
                                          {"$not", Operator::Not},
                                          {"$veq", Operator::Veq},
                                          {"$vne", Operator::Vne},
                                          {"$vlt", Operator::Vlt},
                                          {"$vlte", Operator::Vlte},
                                          {"$vgt", Operator::Vgt},
                                          {"$vgte", Operator::Vgte},
                                          {"$inGroup", Operator::InGroup},
                                          {"$notInGroup", Operator::NotInGroup}};

constexpr Named<Connective> kConnectives[] = {{"$and", Connective::And},
                                              {"$or", Connective::Or},
                                              {"$nor", Connective::Nor},
                                              {"$not", Connective::Not},
                                              {"$inSegment", Connective::InSegment},
                                              {"$notInSegment", Connective::NotInSegment}};

constexpr Named<TypeName> kTypes[] = {{"null", TypeName::Null},     {"boolean", TypeName::Boolean},
                                      {"number", TypeName::Number}, {"string", TypeName::Text},
                                      {"array", TypeName::List},    {"object", TypeName::Object}};

template <typename T, std::size_t N>
std::optional<T> meaning_of(const Named<T> (&known)[N], std::string_view name) {
  const auto* found = std::ranges::find(known, name, &Named<T>::name);
  return found == std::end(known) ? std::nullopt : std::optional(found->meaning);
}

template <typename T, std::size_t N>
void append_names(std::vector<std::string>& names, const Named<T> (&known)[N]) {
  for (const Named<T>& named : known) names.emplace_back(named.name);
}

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

/// For names that are neither operator nor connective.
Advice advice_for_unknown(std::string_view name) {
  const std::string message = "there is no operator " + quoted(name);
  if (name == "$savedGroup") return {message, "name a list with $inGroup"};
  std::vector<std::string> names;
  append_names(names, kOperators);
  append_names(names, kConnectives);
  const std::optional<std::string> nearest = nearest_name(name, names);
  return {message, nearest
                       ? "did you mean " + quoted(*nearest) + "?"
                       : "names that begin with '$' are operators; docs/formats/conditions.md lists them"};
}

}  // namespace

std::optional<Operator> operator_named(std::string_view name) {
  return meaning_of(kOperators, name);
}
std::optional<Connective> connective_named(std::string_view name) {
  return meaning_of(kConnectives, name);
}
std::optional<TypeName> type_named(std::string_view name) {
  return meaning_of(kTypes, name);
}

Comparison comparison_of(Operator op) {
  switch (op) {
    case Operator::Vne:
      return Comparison::NotEqual;
    case Operator::Lt:
    case Operator::Vlt:
      return Comparison::Less;
    case Operator::Lte:
    case Operator::Vlte:
      return Comparison::LessOrEqual;
    case Operator::Gt:
    case Operator::Vgt:
      return Comparison::Greater;
    case Operator::Gte:
    case Operator::Vgte:
      return Comparison::GreaterOrEqual;
    default:
      return Comparison::Equal;
  }
}

Advice advice_for_connective(std::string_view name) {
  if (!operator_named(name)) return advice_for_unknown(name);
  return {quoted(name) + " stands beside attributes, where it has nothing to compare",
          "put it under an attribute: {\"country\": {" + std::string("\"") + std::string(name) + "\": ...}}"};
}

Advice advice_for_operator(std::string_view name) {
  if (!connective_named(name)) return advice_for_unknown(name);
  return {quoted(name) + " stands under an attribute, and asks about whole units",
          "put it beside the attributes, not under one"};
}

Advice advice_for_group(std::string_view name) {
  return {quoted(name) + " cannot be used here",
          "write a segment, and ask for it beside the attributes: {\"$inSegment\": \"its-key\"}"};
}

std::string type_names() {
  std::string names;
  for (const Named<TypeName>& type : kTypes) names += (names.empty() ? "" : ", ") + std::string(type.name);
  return names;
}

}  // namespace splitplot::model::condition
