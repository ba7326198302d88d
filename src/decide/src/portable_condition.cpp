#include "portable_condition.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <utility>

namespace splitplot::decide {
namespace {

/// Shorter ones take less room where they stand than their names would.
constexpr std::size_t kShortestNamedList = 20;

bool is_scalar(const Value& value) {
  return value.if_array() == nullptr && value.if_object() == nullptr;
}

/// The name that an operator has for a named list; empty for operators that take none.
std::string_view operator_for_named(std::string_view name) {
  if (name == "$in") return "$inGroup";
  if (name == "$nin") return "$notInGroup";
  return {};
}

}  // namespace

Value all_of(std::vector<Value> conditions) {
  std::erase_if(conditions, [](const Value& condition) {
    return condition.is_null() || (condition.if_object() != nullptr && condition.if_object()->empty());
  });
  if (conditions.empty()) return Value::Object{};
  if (conditions.size() == 1) return std::move(conditions.front());
  return Value::Object{{"$and", std::move(conditions)}};
}

Value nobody() {
  return Value::Object{{"$not", Value::Object{}}};
}

Value PortableConditions::rewrite(const Value& written) {
  ++parts_;
  if (written.is_null()) return Value::Object{};  // nothing is written where everybody is meant
  const Value::Object* members = written.if_object();
  return members == nullptr || is_too_large() ? written : rewrite_members(*members);
}

Value PortableConditions::rewrite_members(const Value::Object& members) {
  Value::Object plain;
  std::vector<Value> parts(1);
  for (const Member& member : members) {
    if (member.name == "$inSegment") {
      parts.push_back(segments(member.value, "$or"));
    } else if (member.name == "$notInSegment") {
      parts.push_back(segments(member.value, "$nor"));
    } else if (member.name == "$and" || member.name == "$or" || member.name == "$nor") {
      plain.push_back({member.name, rewrite_all(member.value)});
    } else if (member.name == "$not") {
      plain.push_back({member.name, rewrite(member.value)});
    } else {
      plain.push_back({member.name, rewrite_test(member.value)});
    }
  }
  parts.front() = std::move(plain);
  return all_of(std::move(parts));
}

Value PortableConditions::rewrite_all(const Value& conditions) {
  const Value::Array* elements = conditions.if_array();
  if (elements == nullptr) return conditions;
  Value::Array all;
  for (const Value& condition : *elements) all.push_back(rewrite(condition));
  return all;
}

Value PortableConditions::rewrite_test(const Value& test) {
  const Value::Object* operators = test.if_object();
  if (operators == nullptr) {
    count(test);
    return test;
  }
  Value::Object all;
  for (const Member& one : *operators) {
    if (one.name == "$inGroup" || one.name == "$notInGroup") {
      add_list(all, one, test);
      continue;
    }
    if (lists_ == ListForm::Inlined) {
      count(one.value);
      all.push_back(one);
      continue;
    }
    const std::string_view by_name = operator_for_named(one.name);
    const Value::Array* list = one.value.if_array();
    const bool is_named = !by_name.empty() && list != nullptr && list->size() >= kShortestNamedList &&
                          std::ranges::all_of(*list, is_scalar) && test.find(by_name) == nullptr;
    if (is_named) {
      all.push_back({std::string(by_name), named(one.value)});
    } else {
      count(one.value);
      all.push_back(one);
    }
  }
  return all;
}

void PortableConditions::add_list(Value::Object& operators, const Member& test, const Value& beside) {
  const std::string* key = test.value.if_text();
  const auto& lists = content_.configuration.lists;
  const auto list = key == nullptr ? lists.end() : lists.find(*key);
  const std::string inlined = test.name == "$inGroup" ? "$in" : "$nin";
  // One test has one list of a kind.
  const bool is_named = lists_ == ListForm::Named || beside.find(inlined) != nullptr;
  if (list == lists.end()) {
    missing_list_ = key == nullptr ? model::to_json(test.value) : *key;
  } else if (is_named) {
    if (groups_.find(*key) == nullptr) count(list->second.written);
    groups_.set(*key, list->second.written);
    operators.push_back(test);
  } else {
    count(list->second.written);
    operators.push_back({inlined, list->second.written});
  }
}

Value PortableConditions::segments(const Value& keys, const char* connective) {
  Value::Array all;
  if (const std::string* key = keys.if_text()) all.push_back(segment(*key));
  if (const Value::Array* elements = keys.if_array()) {
    for (const Value& element : *elements) {
      if (const std::string* key = element.if_text()) all.push_back(segment(*key));
    }
  }
  const bool is_or = std::string_view(connective) == "$or";
  // An empty $or is met by everybody.
  if (all.empty()) return is_or ? nobody() : Value(Value::Object{});
  if (all.size() == 1 && is_or) return std::move(all.front());
  return Value::Object{{connective, std::move(all)}};
}

Value PortableConditions::segment(const std::string& key) {
  const auto found = content_.segments.find(key);
  // Those that are not compiled lie in a circle, which does not end.
  if (found == content_.segments.end()) return nobody();
  if (found->second.condition == nullptr) return Value::Object{};
  return rewrite(found->second.segment->condition.written);
}

Value PortableConditions::named(const Value& list) {
  const auto [name, is_new] =
      names_.try_emplace(model::canonical_json(list), "list-" + std::to_string(names_.size() + 1));
  if (is_new) {
    count(list);
    groups_.set(name->second, list);
  }
  return name->second;
}

void PortableConditions::count(const Value& value) {
  ++parts_;
  if (const Value::Array* elements = value.if_array()) parts_ += elements->size();
}

}  // namespace splitplot::decide
