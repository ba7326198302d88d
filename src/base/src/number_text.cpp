#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>

namespace splitplot {

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

ScriptNumber::ScriptNumber(double number) {
  write(number);
}

void ScriptNumber::write(double number) {
  if (std::isnan(number)) return write("NaN");
  if (number == 0) return write("0");
  if (number < 0) write("-");
  if (std::isinf(number)) return write("Infinity");

  char scientific[32];
  const char* end = std::to_chars(std::begin(scientific), std::end(scientific), std::fabs(number),
                                  std::chars_format::scientific)
                        .ptr;
  const char* letter = std::find<const char*>(scientific, end, 'e');
  int exponent = 0;
  std::from_chars(letter[1] == '+' ? letter + 2 : letter + 1, end, exponent);
  char digits[20] = {scientific[0]};
  std::size_t count = 1;
  for (const char* digit = scientific + 2; digit < letter; ++digit) digits[count++] = *digit;

  constexpr std::string_view kZeros = "000000000000000000000";
  const std::string_view all(digits, count);
  const int point = exponent + 1;  // how many digits stand before it
  if (point > 0 && point <= 21) {
    const auto whole = static_cast<std::size_t>(point);
    write(all.substr(0, whole));
    if (whole > count) write(kZeros.substr(0, whole - count));
    if (whole < count) write(".");
    if (whole < count) write(all.substr(whole));
  } else if (point > -6 && point <= 0) {
    write("0.");
    write(kZeros.substr(0, static_cast<std::size_t>(-point)));
    write(all);
  } else {
    write(all.substr(0, 1));
    if (count > 1) write(".");
    write(all.substr(1));
    write(exponent < 0 ? "e-" : "e+");
    char power[8];
    const char* power_end = std::to_chars(std::begin(power), std::end(power), std::abs(exponent)).ptr;
    write({power, static_cast<std::size_t>(power_end - power)});
  }
}

void ScriptNumber::write(std::string_view text) {
  std::ranges::copy(text, text_.begin() + size_);
  size_ = static_cast<std::uint8_t>(size_ + text.size());
}

}  // namespace splitplot
