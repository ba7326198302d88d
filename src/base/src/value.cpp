#include <splitplot/base/value.hpp>

#include <algorithm>

namespace splitplot {

std::optional<double> Value::number() const {
  if (const std::int64_t* integer = if_integer()) return static_cast<double>(*integer);
  if (const double* real = if_float()) return *real;
  return std::nullopt;
}

const Value* Value::find(std::string_view name) const {
  const Object* members = if_object();
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &Member::name);
  return found == members->end() ? nullptr : &found->value;
}

Value* Value::find(std::string_view name) {
  return const_cast<Value*>(std::as_const(*this).find(name));
}

void Value::set(std::string_view name, Value value) {
  if (is_null()) data_ = Object{};
  if (Value* present = find(name)) {
    *present = std::move(value);
  } else {
    if_object()->push_back({std::string(name), std::move(value)});
  }
}

bool Value::erase(std::string_view name) {
  Object* members = if_object();
  return members != nullptr &&
         std::erase_if(*members, [name](const Member& m) { return m.name == name; }) > 0;
}

bool operator==(const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return false;
  const Value::Object* members = left.if_object();
  if (members == nullptr) return left.data_ == right.data_;
  if (members->size() != right.if_object()->size()) return false;
  return std::ranges::all_of(*members, [&right](const Member& member) {
    const Value* other = right.find(member.name);
    return other != nullptr && *other == member.value;
  });
}

std::string_view name_of(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::Null:
      return "null";
    case Value::Kind::Boolean:
      return "boolean";
    case Value::Kind::Integer:
      return "integer";
    case Value::Kind::Float:
      return "number";
    case Value::Kind::Text:
      return "text";
    case Value::Kind::Array:
      return "list";
    case Value::Kind::Object:
      return "object";
  }
  return "value";
}

}  // namespace splitplot
