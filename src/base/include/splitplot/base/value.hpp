/// A value as documents, event properties and traits carry it: what JSON can say, with integers and floating-point
/// numbers apart (a flag's 5 and 5.0 are different answers). Plain values: a const Value may be read by any number
/// of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace splitplot {

struct Member;

class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;  ///< in the order written; names are unique (parsers keep the last)

  /// In the order of the alternatives below.
  enum class Kind { Null, Boolean, Integer, Float, Text, Array, Object };

  // All of them are defined behind Member, which the vectors inside must know to be made or destroyed.
  // NOLINTBEGIN(google-explicit-constructor): values are written like literals
  Value();
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();
  Value(std::nullptr_t);
  template <typename T>
  requires std::is_same_v<T, bool> Value(T truth);
  template <typename T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Value(T integer);
  Value(double number);
  Value(std::string text);
  Value(std::string_view text);
  Value(const char* text);
  Value(Array elements);
  Value(Object members);
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(data_.index()); }
  [[nodiscard]] bool is_null() const { return kind() == Kind::Null; }
  [[nodiscard]] bool is_number() const { return kind() == Kind::Integer || kind() == Kind::Float; }

  /// The content, if it is of that kind; else null.
  [[nodiscard]] const bool* if_boolean() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::int64_t* if_integer() const { return std::get_if<std::int64_t>(&data_); }
  [[nodiscard]] const double* if_float() const { return std::get_if<double>(&data_); }
  [[nodiscard]] const std::string* if_text() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* if_array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] Array* if_array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* if_object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Object* if_object() { return std::get_if<Object>(&data_); }

  /// Integer or float as a double (integers beyond 2^53 are rounded); nothing for other kinds.
  [[nodiscard]] std::optional<double> number() const;

  /// Member of an object; null if it has none of that name or is no object. Linear in the number of members.
  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] Value* find(std::string_view name);

  /// Sets a member, behind the others if it is new. A null becomes an object; other kinds must be objects already.
  void set(std::string_view name, Value value);

  /// Removes a member; answers whether it was there.
  bool erase(std::string_view name);

  /// Same kind and content; objects regardless of order. 5 and 5.0 differ.
  friend bool operator==(const Value& left, const Value& right);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// A named value inside an object.
struct Member {
  std::string name;
  Value value;
  friend bool operator==(const Member&, const Member&) = default;
};

inline Value::Value() = default;
inline Value::Value(const Value& other) = default;
inline Value::Value(Value&& other) noexcept = default;
inline Value& Value::operator=(const Value& other) = default;
inline Value& Value::operator=(Value&& other) noexcept = default;
inline Value::~Value() = default;
inline Value::Value(std::nullptr_t) {}
template <typename T>
requires std::is_same_v<T, bool> Value::Value(T truth) : data_(truth) {}
template <typename T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) Value::Value(T integer)
    : data_(static_cast<std::int64_t>(integer)) {}
inline Value::Value(double number) : data_(number) {}
inline Value::Value(std::string text) : data_(std::move(text)) {}
inline Value::Value(std::string_view text) : data_(std::string(text)) {}
inline Value::Value(const char* text) : data_(std::string(text)) {}
inline Value::Value(Array elements) : data_(std::move(elements)) {}
inline Value::Value(Object members) : data_(std::move(members)) {}

/// A kind in words: "null", "boolean", "integer", "number", "text", "list", "object".
[[nodiscard]] std::string_view name_of(Value::Kind kind);

}  // namespace splitplot
