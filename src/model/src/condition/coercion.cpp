#include "condition/coercion.hpp"

#include <splitplot/base/code_point.hpp>
#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <system_error>

namespace splitplot::model::condition {
namespace {

static_assert(std::numeric_limits<WideNumber>::digits >= 64, "integers and doubles are compared in one type");

constexpr int kDeepestList = 32;

/// Writes into a buffer until it is full.
class TextWriter {
 public:
  explicit TextWriter(TextBuffer& buffer) : buffer_(buffer) {}

  void write(std::string_view text) {
    if (text.size() > sizeof(buffer_.bytes) - size_) {
      complete_ = false;
    } else {
      if (!text.empty()) std::memcpy(buffer_.bytes + size_, text.data(), text.size());
      size_ += text.size();
    }
  }
  void give_up() { complete_ = false; }

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] std::optional<std::string_view> text() const {
    if (!complete_) return std::nullopt;
    return std::string_view(buffer_.bytes, size_);
  }

 private:
  TextBuffer& buffer_;
  std::size_t size_ = 0;
  bool complete_ = true;
};

void write_text(TextWriter& out, const Value& value, int depth) {
  switch (value.kind()) {
    case Value::Kind::Null:
      return out.write("null");
    case Value::Kind::Boolean:
      return out.write(*value.if_boolean() ? "true" : "false");
    case Value::Kind::Integer: {
      char digits[24];
      const char* end = std::to_chars(std::begin(digits), std::end(digits), *value.if_integer()).ptr;
      return out.write({digits, static_cast<std::size_t>(end - digits)});
    }
    case Value::Kind::Float:
      return out.write(ScriptNumber(*value.if_float()).view());
    case Value::Kind::Text:
      return out.write(*value.if_text());
    case Value::Kind::Object:
      return out.write("[object Object]");
    case Value::Kind::Array:
      break;
  }
  if (depth == kDeepestList) return out.give_up();
  bool first = true;
  for (const Value& element : *value.if_array()) {
    if (!out.complete()) return;
    if (!first) out.write(",");
    first = false;
    if (!element.is_null()) write_text(out, element, depth + 1);
  }
}

bool is_space(char32_t code_point) {
  return (code_point >= '\t' && code_point <= '\r') || code_point == ' ' || code_point == 0xA0 ||
         code_point == 0x1680 || (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x2028 ||
         code_point == 0x2029 || code_point == 0x202F || code_point == 0x205F || code_point == 0x3000 ||
         code_point == 0xFEFF;
}

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.size();
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_space(next_code_point(text, at))) continue;
    begin = std::min(begin, start);
    end = at;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

/// 0x1F, 0o17, 0b11: `digits` is what stands behind the letter.
WideNumber number_in_base(std::string_view digits, int base) {
  WideNumber number = 0;
  for (const char* digit = digits.data(); digit != digits.data() + digits.size(); ++digit) {
    int worth = 0;
    if (std::from_chars(digit, digit + 1, worth, base).ec != std::errc()) return std::nan("");
    number = number * base + worth;
  }
  return digits.empty() ? std::nan("") : number;
}

/// A decimal that no double can hold: infinite, or 0 if it is that small. `text` is known to be well formed.
WideNumber beyond_doubles(std::string_view text) {
  const std::size_t letter = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, letter);
  long long exponent = 0;
  if (letter != std::string_view::npos) {
    const std::string_view power = text.substr(letter + (text[letter + 1] == '+' ? 2 : 1));
    if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec != std::errc()) {
      exponent = power.front() == '-' ? -1'000'000'000 : 1'000'000'000;
    }
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t digit = mantissa.find_first_not_of("0.");
  const long long magnitude =
      static_cast<long long>(point) - static_cast<long long>(std::min(digit, mantissa.size()));
  return magnitude + exponent > 0 ? std::numeric_limits<WideNumber>::infinity() : 0;
}

/// StringToNumber of ECMA-262 (7.1.4.1.1).
WideNumber number_in(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return 0;
  if (text.size() > 1 && text[0] == '0') {
    const std::string_view digits = text.substr(2);
    if (text[1] == 'x' || text[1] == 'X') return number_in_base(digits, 16);
    if (text[1] == 'o' || text[1] == 'O') return number_in_base(digits, 8);
    if (text[1] == 'b' || text[1] == 'B') return number_in_base(digits, 2);
  }
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  const WideNumber sign = negative ? -1 : 1;
  if (text == "Infinity") return sign * std::numeric_limits<WideNumber>::infinity();
  if (text.empty() || ((text[0] < '0' || text[0] > '9') && text[0] != '.')) return std::nan("");

  const char* end = text.data() + text.size();
  std::uint64_t whole = 0;
  const auto as_integer = std::from_chars(text.data(), end, whole);
  if (as_integer.ec == std::errc() && as_integer.ptr == end) return sign * static_cast<WideNumber>(whole);
  double number = 0;
  const auto as_double = std::from_chars(text.data(), end, number);
  if (as_double.ptr != end) return std::nan("");
  if (as_double.ec == std::errc::result_out_of_range) return sign * beyond_doubles(text);
  return as_double.ec == std::errc() ? sign * number : std::nan("");
}

std::partial_ordering compare_texts(std::string_view left, std::string_view right) {
  const auto [a, b] = std::ranges::mismatch(left, right);
  if (a == left.end() || b == right.end()) return left.size() <=> right.size();
  return utf16_rank(static_cast<unsigned char>(*a)) <=> utf16_rank(static_cast<unsigned char>(*b));
}

bool is_composite(const Value& value) {
  return value.kind() == Value::Kind::Array || value.kind() == Value::Kind::Object;
}

/// The text of what `<` treats as text. Nothing for the others, and for lists too long for the buffer, which then are
/// no numbers either.
std::optional<std::string_view> comparable_text(const Value& value, TextBuffer& buffer) {
  if (const std::string* text = value.if_text()) return *text;
  return is_composite(value) ? text_of(value, buffer) : std::nullopt;
}

bool same_members(const Value::Object& left, const Value& right_value) {
  // JavaScript moves names that are array indices to the front, sorted: for those only the presence counts.
  const Value::Object& right = *right_value.if_object();
  if (left.size() != right.size()) return false;
  auto other = right.begin();
  const auto skip_indices = [&] {
    while (other != right.end() && array_index(other->name)) ++other;
  };
  skip_indices();
  for (const Member& member : left) {
    if (array_index(member.name)) {
      const Value* same = right_value.find(member.name);
      if (same == nullptr || !same_json(member.value, *same)) return false;
      continue;
    }
    if (other == right.end() || other->name != member.name || !same_json(member.value, other->value))
      return false;
    ++other;
    skip_indices();
  }
  return true;
}

}  // namespace

std::optional<std::string_view> text_of(const Value& value, TextBuffer& buffer) {
  if (const std::string* text = value.if_text()) return *text;
  TextWriter writer(buffer);
  write_text(writer, value, 0);
  return writer.text();
}

WideNumber number_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Null:
      return 0;
    case Value::Kind::Boolean:
      return *value.if_boolean() ? 1 : 0;
    case Value::Kind::Integer:
      return static_cast<WideNumber>(*value.if_integer());
    case Value::Kind::Float:
      return *value.if_float();
    case Value::Kind::Text:
      return number_in(*value.if_text());
    case Value::Kind::Array:
    case Value::Kind::Object:
      break;
  }
  TextBuffer buffer;
  const std::optional<std::string_view> text = text_of(value, buffer);
  return text ? number_in(*text) : std::nan("");
}

bool truth_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Null:
      return false;
    case Value::Kind::Boolean:
      return *value.if_boolean();
    case Value::Kind::Integer:
      return *value.if_integer() != 0;
    case Value::Kind::Float:
      return *value.if_float() != 0 && !std::isnan(*value.if_float());
    case Value::Kind::Text:
      return !value.if_text()->empty();
    case Value::Kind::Array:
    case Value::Kind::Object:
      break;
  }
  return true;
}

bool identical(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return number_of(left) == number_of(right);
  return !is_composite(left) && left == right;
}

bool same_json(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return number_of(left) == number_of(right);
  if (left.kind() != right.kind()) return false;
  if (const Value::Object* members = left.if_object()) return same_members(*members, right);
  if (const Value::Array* elements = left.if_array()) {
    return std::ranges::equal(*elements, *right.if_array(), same_json);
  }
  return left == right;
}

std::partial_ordering compare(const Value& left, const Value& right) {
  const std::int64_t* left_integer = left.if_integer();
  const std::int64_t* right_integer = right.if_integer();
  if (left_integer != nullptr && right_integer != nullptr) return *left_integer <=> *right_integer;
  TextBuffer left_buffer;
  TextBuffer right_buffer;
  const std::optional<std::string_view> left_text = comparable_text(left, left_buffer);
  const std::optional<std::string_view> right_text = comparable_text(right, right_buffer);
  if (left_text && right_text) return compare_texts(*left_text, *right_text);
  return (left_text ? number_in(*left_text) : number_of(left)) <=>
         (right_text ? number_in(*right_text) : number_of(right));
}

std::optional<std::size_t> array_index(std::string_view name) {
  if (name.empty() || name.size() > 9 || (name.size() > 1 && name[0] == '0')) return std::nullopt;
  std::size_t index = 0;
  for (const char digit : name) {
    if (digit < '0' || digit > '9') return std::nullopt;
    index = index * 10 + static_cast<std::size_t>(digit - '0');
  }
  return index;
}

}  // namespace splitplot::model::condition
