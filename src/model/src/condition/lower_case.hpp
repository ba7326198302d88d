/// Letters without case, the same on every machine whatever its locale. Pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace splitplot::model::condition {

/// The small letter by Unicode's simple mapping. Final sigma counts as sigma, because capitals do not tell them apart.
[[nodiscard]] char32_t to_lower(char32_t code_point);

/// The text in small letters; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string lowered(std::string_view text);

/// Compares a text that is in small letters already with the small letters of another, without allocation. In the order
/// of code points, which is the order of `lowered` texts by bytes.
[[nodiscard]] std::strong_ordering compare_lowered(std::string_view lowered, std::string_view text);

/// The same for texts that have the same small letters. For tables in memory only.
[[nodiscard]] std::uint64_t lowered_hash(std::string_view text);

}  // namespace splitplot::model::condition
