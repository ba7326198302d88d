#include "condition_twin.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <regex>

namespace splitplot::model::test {
namespace {

using Kind = Value::Kind;

std::string text_of(const Value& value) {
  switch (value.kind()) {
    case Kind::Null:
      return "null";
    case Kind::Boolean:
      return *value.if_boolean() ? "true" : "false";
    case Kind::Integer:
    case Kind::Float: {
      char text[64];
      std::snprintf(text, sizeof(text), "%.15g", *value.number());
      return text;
    }
    case Kind::Text:
      return *value.if_text();
    case Kind::Object:
      return "[object Object]";
    case Kind::Array:
      break;
  }
  std::string text;
  for (const Value& element : *value.if_array()) {
    if (&element != &value.if_array()->front()) text += ",";
    text += element.is_null() ? "" : text_of(element);
  }
  return text;
}

double number_of(const Value& value) {
  if (value.is_null()) return 0;
  if (const bool* truth = value.if_boolean()) return *truth ? 1 : 0;
  if (value.is_number()) return *value.number();
  const std::string text = text_of(value);
  if (text.find_first_not_of(" \n\t") == std::string::npos) return 0;
  static const std::regex decimal(R"(\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*)");
  return std::regex_match(text, decimal) ? std::strtod(text.c_str(), nullptr) : std::nan("");
}

bool identical(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return *left.number() == *right.number();
  if (left.kind() == Kind::Array || left.kind() == Kind::Object) return false;
  return left == right;
}

/// JSON.stringify. The generated names are no array indices.
std::string json_of(const Value& value) {
  if (value.kind() == Kind::Text) return "\"" + *value.if_text() + "\"";
  std::string text;
  if (const Value::Array* elements = value.if_array()) {
    for (const Value& element : *elements) text += json_of(element) + ",";
    return "[" + text + "]";
  }
  if (const Value::Object* members = value.if_object()) {
    for (const Member& member : *members) text += "\"" + member.name + "\":" + json_of(member.value) + ",";
    return "{" + text + "}";
  }
  return text_of(value);
}

std::string small(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return text;
}

Value small(const Value& value) {
  return value.if_text() ? Value(small(*value.if_text())) : value;
}

std::vector<std::string> split(const std::string& text, const std::string& separators) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (separators.find(c) != std::string::npos) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string padded_version(const Value& value) {
  std::string text = value.is_number() || value.if_text() ? text_of(value) : "";
  if (text.empty()) text = "0";
  text = std::regex_replace(text, std::regex("\\+.*$"), "");
  text = std::regex_replace(text, std::regex("^v"), "");
  std::vector<std::string> parts = split(text, "-.");
  if (parts.size() == 3) parts.emplace_back("~");
  std::string padded;
  for (std::string& part : parts) {
    if (!part.empty() && std::ranges::all_of(part, [](unsigned char c) { return std::isdigit(c) != 0; })) {
      while (part.size() < 5) part.insert(part.begin(), ' ');
    }
    padded += (&part == &parts.front() ? "" : "-") + part;
  }
  return padded;
}

std::string type_of(const Value& value) {
  switch (value.kind()) {
    case Kind::Null:
      return "null";
    case Kind::Boolean:
      return "boolean";
    case Kind::Integer:
    case Kind::Float:
      return "number";
    case Kind::Text:
      return "string";
    case Kind::Array:
      return "array";
    case Kind::Object:
      return "object";
  }
  return "";
}

class Twin {
 public:
  explicit Twin(const std::vector<std::string>& segments) : segments_(segments) {}

  bool condition(const Value& attributes, const Value& written) const {
    for (const Member& member : *written.if_object()) {
      if (!clause(attributes, member.name, member.value)) return false;
    }
    return true;
  }

 private:
  bool clause(const Value& attributes, const std::string& name, const Value& operand) const {
    if (name == "$or") return any(attributes, operand);
    if (name == "$nor") return !any(attributes, operand);
    if (name == "$not") return !condition(attributes, operand);
    if (name == "$inSegment") return in_segment(operand);
    if (name == "$notInSegment") return !in_segment(operand);
    if (name == "$and") {
      for (const Value& part : *operand.if_array()) {
        if (!condition(attributes, part)) return false;
      }
      return true;
    }
    Value value = attributes;
    for (const std::string& part : split(name, ".")) {
      const Value* inner = value.find(part);
      if (const Value::Array* elements = value.if_array()) {
        for (std::size_t i = 0; i < elements->size(); ++i) {
          if (std::to_string(i) == part) inner = &(*elements)[i];
        }
      }
      const Value next = inner != nullptr ? *inner : Value();
      value = next;
    }
    return passes(operand, value, false);
  }

  bool any(const Value& attributes, const Value& parts) const {
    if (parts.if_array()->empty()) return true;
    for (const Value& part : *parts.if_array()) {
      if (condition(attributes, part)) return true;
    }
    return false;
  }

  bool in_segment(const Value& keys) const {
    for (const Value& key : keys.if_array() ? *keys.if_array() : Value::Array{keys}) {
      if (std::ranges::find(segments_, *key.if_text()) != segments_.end()) return true;
    }
    return false;
  }

  static bool has_operators(const Value& written) {
    const Value::Object* members = written.if_object();
    return members != nullptr && !members->empty() && members->front().name.front() == '$';
  }

  bool passes(const Value& written, const Value& value, bool ignore_case) const {
    switch (written.kind()) {
      case Kind::Text:
        return ignore_case ? small(text_of(value)) == small(*written.if_text())
                           : text_of(value) == *written.if_text();
      case Kind::Integer:
      case Kind::Float:
        return number_of(value) == *written.number();
      case Kind::Boolean: {
        const bool falsy = value.is_null() || (value.is_number() && *value.number() == 0) ||
                           value == Value(false) || value == Value("");
        return !value.is_null() && !falsy == *written.if_boolean();
      }
      case Kind::Null:
        return value.is_null();
      case Kind::Array:
      case Kind::Object:
        break;
    }
    if (!has_operators(written)) return json_of(written) == json_of(value);
    for (const Member& member : *written.if_object()) {
      if (!passes_operator(member.name, member.value, value)) return false;
    }
    return true;
  }

  static bool among(const Value& value, const Value::Array& operand, bool ignore_case) {
    for (const Value& element : value.if_array() ? *value.if_array() : Value::Array{value}) {
      for (const Value& one : operand) {
        if (ignore_case ? identical(small(element), small(one)) : identical(element, one)) return true;
      }
    }
    return false;
  }

  static bool ordered(const std::string& op, const Value& left, const Value& right) {
    const auto textual = [](const Value& v) { return v.if_text() || v.if_array() || v.if_object(); };
    if (textual(left) && textual(right)) {
      const int order = text_of(left).compare(text_of(right));
      return op == "$lt" ? order < 0 : op == "$lte" ? order <= 0 : op == "$gt" ? order > 0 : order >= 0;
    }
    const double a = number_of(left);
    const double b = number_of(right);
    return op == "$lt" ? a < b : op == "$lte" ? a <= b : op == "$gt" ? a > b : a >= b;
  }

  bool passes_list_operator(const std::string& op, const Value& operand, const Value& value) const {
    const Value::Array* elements = value.if_array();
    if (elements == nullptr) return false;
    if (op == "$size") return passes(operand, Value(elements->size()), false);
    if (op == "$elemMatch") {
      for (const Value& element : *elements) {
        if (element.is_null()) continue;
        if (has_operators(operand) ? passes(operand, element, false) : condition(element, operand))
          return true;
      }
      return false;
    }
    for (const Value& one : *operand.if_array()) {
      bool found = false;
      for (const Value& element : *elements) found = found || passes(one, element, op == "$alli");
      if (!found) return false;
    }
    return true;
  }

  bool passes_operator(const std::string& op, const Value& operand, const Value& value) const {
    if (op == "$eq") return identical(value, operand);
    if (op == "$ne") return !identical(value, operand);
    if (op == "$lt" || op == "$lte" || op == "$gt" || op == "$gte") return ordered(op, value, operand);
    if (op == "$in") return among(value, *operand.if_array(), false);
    if (op == "$nin") return !among(value, *operand.if_array(), false);
    if (op == "$ini") return among(value, *operand.if_array(), true);
    if (op == "$nini") return !among(value, *operand.if_array(), true);
    if (op == "$exists") return value.is_null() != *operand.if_boolean();
    if (op == "$type") return type_of(value) == *operand.if_text();
    if (op == "$not") return !passes(operand, value, false);
    if (op == "$regex" || op == "$regexi") {
      const auto flags =
          op == "$regexi" ? std::regex::ECMAScript | std::regex::icase : std::regex::ECMAScript;
      return std::regex_search(text_of(value), std::regex(*operand.if_text(), flags));
    }
    if (op.starts_with("$v")) {
      const int order = padded_version(value).compare(padded_version(operand));
      if (op == "$veq") return order == 0;
      if (op == "$vne") return order != 0;
      return op == "$vlt" ? order < 0 : op == "$vlte" ? order <= 0 : op == "$vgt" ? order > 0 : order >= 0;
    }
    return passes_list_operator(op, operand, value);
  }

  const std::vector<std::string>& segments_;
};

}  // namespace

bool twin_matches(const Value& condition, const Value& attributes, const std::vector<std::string>& segments) {
  return Twin(segments).condition(attributes, condition);
}

}  // namespace splitplot::model::test
