#include "yaml_scalar.hpp"

#include "number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace splitplot::model {
namespace {

bool is_any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// Takes the digits that a text starts with; how many there were.
std::size_t skip_digits(std::string_view& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits;
}

bool skip_any(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

bool is_integer(std::string_view word) {
  skip_any(word, "+-");
  return skip_digits(word) > 0 && word.empty();
}

bool is_float(std::string_view word) {
  skip_any(word, "+-");
  std::size_t digits = skip_digits(word);
  if (skip_any(word, ".")) digits += skip_digits(word);
  if (digits == 0) return false;
  if (!skip_any(word, "eE")) return word.empty();
  skip_any(word, "+-");
  return skip_digits(word) > 0 && word.empty();
}

std::optional<std::int64_t> integer_of(std::string_view digits, int base) {
  std::int64_t integer = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), integer, base);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return integer;
}

tl::unexpected<Error> beyond_range(std::string_view word) {
  return fail(ErrorCode::BadData, "the number " + std::string(word) + " is too large",
              "put quotes around it if it is text");
}

bool has_leading_zero(std::string_view word) {
  skip_any(word, "+-");
  return word.size() > 1 && word.front() == '0';
}

Result<Value> with_base(std::string_view word, std::string_view digits, int base) {
  const std::optional<std::int64_t> integer = integer_of(digits, base);
  if (!integer) return beyond_range(word);
  return Value(*integer);
}

}  // namespace

Result<Value> resolve_plain(std::string_view word) {
  if (is_any_of(word, {"", "~", "null", "Null", "NULL"})) return Value();
  if (is_any_of(word, {"true", "True", "TRUE"})) return Value(true);
  if (is_any_of(word, {"false", "False", "FALSE"})) return Value(false);

  const std::string_view prefixed = word.size() > 2 ? word.substr(2) : std::string_view();
  if (word.starts_with("0x") && !prefixed.empty() &&
      prefixed.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos)
    return with_base(word, prefixed, 16);
  if (word.starts_with("0o") && !prefixed.empty() &&
      prefixed.find_first_not_of("01234567") == std::string_view::npos)
    return with_base(word, prefixed, 8);

  const std::string_view unsigned_word = word.starts_with('+') ? word.substr(1) : word;
  if (is_integer(word)) {
    if (has_leading_zero(word))
      return fail(ErrorCode::BadData,
                  std::string(word) + " is a different number to different readers of YAML",
                  "write it without leading zeros, or put quotes around it if it is text");
    if (const auto integer = integer_of(unsigned_word, 10)) return Value(*integer);
  }
  if (is_integer(word) || is_float(word)) {
    const std::optional<double> number = nearest_double(unsigned_word);
    if (!number) return beyond_range(word);
    return Value(*number);
  }
  const std::string_view magnitude = word.starts_with('-') ? word.substr(1) : unsigned_word;
  if (is_any_of(magnitude, {".inf", ".Inf", ".INF"}) || is_any_of(word, {".nan", ".NaN", ".NAN"}))
    return fail(ErrorCode::BadData, std::string(word) + " is a number that documents cannot hold",
                "put quotes around it if it is text");
  return Value(word);
}

}  // namespace splitplot::model
