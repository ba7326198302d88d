/// Numbers as people read them, and as JavaScript writes them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace splitplot {

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

/// A number as JavaScript writes it (ECMA-262, 6.1.6.1.20): the shortest digits that read back as the same, without an
/// exponent from 1e-6 to 1e21; "NaN", "Infinity". A plain value that holds its text: nothing is allocated.
class ScriptNumber {
 public:
  explicit ScriptNumber(double number);
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  void write(double number);
  void write(std::string_view text);

  std::array<char, 32> text_;
  std::uint8_t size_ = 0;
};

}  // namespace splitplot
