/// A schema as it is asked: what one place of a value must be.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/model/value_schema.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <re2/re2.h>

namespace splitplot::model {

/// "number" is an integer or a float.
enum class SchemaType { Null, Boolean, Integer, Number, Text, Array, Object };

[[nodiscard]] std::string_view name_of(SchemaType type);
[[nodiscard]] bool is_of(const Value& value, SchemaType type);

struct ValueSchema::Node {
  std::vector<SchemaType> types;  ///< empty: any
  std::optional<Value::Array> any_of;
  std::optional<double> minimum, maximum, above, below;
  std::optional<std::size_t> min_length, max_length, min_items, max_items;
  std::unique_ptr<const RE2> pattern;
  std::unique_ptr<const Node> items;
  std::map<std::string, Node, std::less<>> properties;
  std::vector<std::string> required;
  bool is_closed = false;  ///< no members but those of `properties`
  std::unique_ptr<const Node> others;
};

}  // namespace splitplot::model
