#include "schema/node.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/model/pointer.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace splitplot::model {
namespace {

using Node = ValueSchema::Node;

constexpr std::size_t kMostSchemas = 1'000;
constexpr std::size_t kMostPatternBytes = 1'000;
constexpr std::int64_t kPatternMemory = 1 << 20;

/// Reads a schema, and stops at the first thing that is wrong.
class SchemaReader {
 public:
  std::string pointer;  ///< where that is
  Error error;

  bool read(const Value& written, const std::string& at, Node& node) {
    if (++schemas_ > kMostSchemas) return wrong(at, "there are more than 1,000 schemas in it");
    const Value::Object* members = written.if_object();
    if (members == nullptr)
      return wrong(at, "a schema must be an object, not " + std::string(name_of(written.kind())));
    for (const Member& member : *members) {
      if (!read_keyword(member, pointer_to(at, member.name), node)) return false;
    }
    return agrees(at, node);
  }

 private:
  using Read = bool (SchemaReader::*)(const Value&, const std::string&, Node&);

  bool wrong(const std::string& at, std::string message, std::string hint = {}) {
    pointer = at;
    error = {ErrorCode::InvalidArgument, std::move(message), std::move(hint)};
    return false;
  }
  bool must_be(const std::string& at, const std::string& what, const Value& found) {
    return wrong(at, "must be " + what + ", not " + std::string(name_of(found.kind())));
  }

  bool read_keyword(const Member& member, const std::string& at, Node& node) {
    static const std::map<std::string, Read, std::less<>> kKeywords{
        {"type", &SchemaReader::read_type},
        {"enum", &SchemaReader::read_enum},
        {"const", &SchemaReader::read_const},
        {"minimum", &SchemaReader::read_number<&Node::minimum>},
        {"maximum", &SchemaReader::read_number<&Node::maximum>},
        {"exclusiveMinimum", &SchemaReader::read_number<&Node::above>},
        {"exclusiveMaximum", &SchemaReader::read_number<&Node::below>},
        {"minLength", &SchemaReader::read_count<&Node::min_length>},
        {"maxLength", &SchemaReader::read_count<&Node::max_length>},
        {"minItems", &SchemaReader::read_count<&Node::min_items>},
        {"maxItems", &SchemaReader::read_count<&Node::max_items>},
        {"pattern", &SchemaReader::read_pattern},
        {"items", &SchemaReader::read_items},
        {"properties", &SchemaReader::read_properties},
        {"required", &SchemaReader::read_required},
        {"additionalProperties", &SchemaReader::read_others},
        {"title", &SchemaReader::read_remark},
        {"description", &SchemaReader::read_remark}};
    const auto keyword = kKeywords.find(member.name);
    if (keyword != kKeywords.end()) return (this->*keyword->second)(member.value, at, node);
    std::vector<std::string> names;
    for (const auto& [name, read] : kKeywords) names.push_back(name);
    const auto nearest = nearest_name(member.name, names);
    return wrong(
        at, "the keyword '" + member.name + "' is not known",
        nearest ? "did you mean '" + *nearest + "'?" : "docs/formats/schema.md lists those that are");
  }

  bool read_remark(const Value& value, const std::string& at, Node&) {
    return value.if_text() != nullptr || must_be(at, "text", value);
  }

  bool read_type(const Value& value, const std::string& at, Node& node) {
    const Value::Array* several = value.if_array();
    const Value::Array one{value};
    if (several != nullptr && several->empty()) return wrong(at, "the list of types is empty");
    for (const Value& name : several != nullptr ? *several : one) {
      const std::string* text = name.if_text();
      if (text == nullptr) return must_be(at, "a type or a list of types", name);
      std::vector<std::string> known;
      std::optional<SchemaType> type;
      for (const SchemaType each :
           {SchemaType::Null, SchemaType::Boolean, SchemaType::Integer, SchemaType::Number, SchemaType::Text,
            SchemaType::Array, SchemaType::Object}) {
        known.emplace_back(name_of(each));
        if (known.back() == *text) type = each;
      }
      if (!type) {
        const auto nearest = nearest_name(*text, known);
        return wrong(at, "there is no type '" + *text + "'",
                     nearest ? "did you mean '" + *nearest + "'?"
                             : "known: null, boolean, integer, number, string, array, object");
      }
      node.types.push_back(*type);
    }
    return true;
  }

  bool read_enum(const Value& value, const std::string& at, Node& node) {
    const Value::Array* values = value.if_array();
    if (values == nullptr) return must_be(at, "a list", value);
    if (values->empty()) return wrong(at, "no value is in an empty list");
    return add_allowed(*values, at, node);
  }
  bool read_const(const Value& value, const std::string& at, Node& node) {
    return add_allowed(Value::Array{value}, at, node);
  }
  /// `enum` and `const` together: what both allow.
  bool add_allowed(const Value::Array& values, const std::string& at, Node& node) {
    if (!node.any_of) {
      node.any_of = values;
      return true;
    }
    std::erase_if(*node.any_of,
                  [&](const Value& one) { return std::ranges::find(values, one) == values.end(); });
    return !node.any_of->empty() || wrong(at, "'enum' and 'const' have no value in common");
  }

  template <std::optional<double> Node::*limit>
  bool read_number(const Value& value, const std::string& at, Node& node) {
    node.*limit = value.number();
    if ((node.*limit) && std::isfinite(*(node.*limit))) return true;
    return must_be(at, "a number", value);
  }

  template <std::optional<std::size_t> Node::*limit>
  bool read_count(const Value& value, const std::string& at, Node& node) {
    const std::int64_t* count = value.if_integer();
    if (count == nullptr || *count < 0) return wrong(at, "must be a whole number, 0 or more");
    node.*limit = static_cast<std::size_t>(*count);
    return true;
  }

  bool read_pattern(const Value& value, const std::string& at, Node& node) {
    const std::string* text = value.if_text();
    if (text == nullptr) return must_be(at, "text", value);
    if (text->size() > kMostPatternBytes) return wrong(at, "the expression is longer than 1,000 bytes");
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemory);
    node.pattern = std::make_unique<const RE2>(*text, options);
    return node.pattern->ok() || wrong(at, "this is no regular expression of RE2: " + node.pattern->error(),
                                       "look-around and back references are not known");
  }

  bool read_items(const Value& value, const std::string& at, Node& node) {
    auto items = std::make_unique<Node>();
    const bool is_right = read(value, at, *items);
    node.items = std::move(items);
    return is_right;
  }

  bool read_properties(const Value& value, const std::string& at, Node& node) {
    const Value::Object* members = value.if_object();
    if (members == nullptr) return must_be(at, "an object", value);
    return std::ranges::all_of(*members, [&](const Member& member) {
      return read(member.value, pointer_to(at, member.name), node.properties[member.name]);
    });
  }

  bool read_required(const Value& value, const std::string& at, Node& node) {
    const Value::Array* names = value.if_array();
    if (names == nullptr) return must_be(at, "a list", value);
    for (const Value& name : *names) {
      if (name.if_text() == nullptr) return must_be(at, "a list of texts", name);
      node.required.push_back(*name.if_text());
    }
    return true;
  }

  bool read_others(const Value& value, const std::string& at, Node& node) {
    if (const bool* allowed = value.if_boolean()) {
      node.is_closed = !*allowed;
      return true;
    }
    auto others = std::make_unique<Node>();
    const bool is_right = read(value, at, *others);
    node.others = std::move(others);
    return is_right;
  }

  /// What no value can meet is a mistake.
  bool agrees(const std::string& at, const Node& node) {
    const auto cross = [](const auto& low, const auto& high) { return low && high && *low > *high; };
    if (cross(node.minimum, node.maximum)) return wrong(at, "'minimum' is more than 'maximum'");
    if (cross(node.min_length, node.max_length)) return wrong(at, "'minLength' is more than 'maxLength'");
    if (cross(node.min_items, node.max_items)) return wrong(at, "'minItems' is more than 'maxItems'");
    const auto reaches = [](const auto& low, const auto& high) { return low && high && *low >= *high; };
    if (reaches(node.above, node.below) || reaches(node.above, node.maximum) ||
        reaches(node.minimum, node.below))
      return wrong(at, "no number lies between the limits");
    for (const std::string& name : node.required) {
      if (node.is_closed && !node.properties.contains(name))
        return wrong(at, "'" + name + "' is required, and additionalProperties: false forbids it",
                     "add it to 'properties'");
    }
    if (!node.any_of || node.types.empty()) return true;
    for (const Value& value : *node.any_of) {
      if (std::ranges::none_of(node.types, [&](SchemaType type) { return is_of(value, type); }))
        return wrong(at, to_json(value) + " is allowed, and is of another type");
    }
    return true;
  }

  std::size_t schemas_ = 0;
};

}  // namespace

std::string_view name_of(SchemaType type) {
  switch (type) {
    case SchemaType::Null:
      return "null";
    case SchemaType::Boolean:
      return "boolean";
    case SchemaType::Integer:
      return "integer";
    case SchemaType::Number:
      return "number";
    case SchemaType::Text:
      return "string";
    case SchemaType::Array:
      return "array";
    case SchemaType::Object:
      break;
  }
  return "object";
}

bool is_of(const Value& value, SchemaType type) {
  switch (type) {
    case SchemaType::Null:
      return value.is_null();
    case SchemaType::Boolean:
      return value.if_boolean() != nullptr;
    case SchemaType::Integer:
      return value.if_integer() != nullptr;
    case SchemaType::Number:
      return value.is_number();
    case SchemaType::Text:
      return value.if_text() != nullptr;
    case SchemaType::Array:
      return value.if_array() != nullptr;
    case SchemaType::Object:
      break;
  }
  return value.if_object() != nullptr;
}

Result<ValueSchema> ValueSchema::compile(const Value& written, std::string* pointer) {
  auto root = std::make_shared<Node>();
  SchemaReader reader;
  if (reader.read(written, "", *root)) return ValueSchema(std::move(root));
  if (pointer != nullptr) *pointer = reader.pointer;
  return tl::unexpected(reader.error);
}

}  // namespace splitplot::model
