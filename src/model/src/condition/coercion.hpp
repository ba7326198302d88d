/// Values as JavaScript converts and compares them, which the language of conditions promises: a caller's "8" is more
/// than 5, and an attribute that is missing counts as null. Integers are exact to 64 bits, where JavaScript rounds them
/// to 53. Nothing here allocates.
#pragma once

#include <splitplot/base/value.hpp>

#include <compare>
#include <optional>
#include <string_view>

namespace splitplot::model::condition {

/// Wide enough for every double and every 64-bit integer.
using WideNumber = long double;

/// Room for the text of a value that is none itself. Left uninitialised on purpose: it is a local of hot functions.
struct TextBuffer {
  char bytes[4096];
};

/// String(value): numbers with JavaScript's digits, lists joined by commas, "[object Object]". Nothing where that is
/// longer than the buffer, or lists are nested more than 32 deep. Texts are not copied.
[[nodiscard]] std::optional<std::string_view> text_of(const Value& value, TextBuffer& buffer);

/// Number(value); NaN where it is no number.
[[nodiscard]] WideNumber number_of(const Value& value);

/// Boolean(value).
[[nodiscard]] bool truth_of(const Value& value);

/// left === right; lists and objects are never identical.
[[nodiscard]] bool identical(const Value& left, const Value& right);

/// JSON.stringify(left) === JSON.stringify(right): members in the same order, but for names that are array indices.
[[nodiscard]] bool same_json(const Value& left, const Value& right);

/// By `<` and `>`: texts by UTF-16 code units, everything else as numbers.
[[nodiscard]] std::partial_ordering compare(const Value& left, const Value& right);

/// The place of a byte of UTF-8 in the order of UTF-16, for the first byte in which two texts differ: what lies beyond
/// U+FFFF sorts before U+E000 to U+FFFF.
[[nodiscard]] constexpr int utf16_rank(unsigned char byte) {
  if (byte < 0xEE) return byte;
  return byte < 0xF0 ? byte + 16 : byte - 2;
}

/// The index that a name spells ("0", "17", not "01"), if it does.
[[nodiscard]] std::optional<std::size_t> array_index(std::string_view name);

}  // namespace splitplot::model::condition
