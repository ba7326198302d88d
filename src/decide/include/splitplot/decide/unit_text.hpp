/// The text of a unit that was hashed: a text attribute is pointed to, a number's digits are kept here, so that nothing
/// is allocated. A plain value; a view of a text is valid as long as the attributes are.
#pragma once

#include <splitplot/base/number_text.hpp>
#include <splitplot/base/value.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace splitplot::decide {

class UnitText {
 public:
  UnitText() {}  // NOLINT(*-member-init): of `digits_`, only what is counted is read

  /// Digits are copied only where there are any: most units are texts.
  UnitText(const UnitText& other) : text_(other.text_), digit_count_(other.digit_count_) {
    if (digit_count_ > 0) digits_ = other.digits_;
  }
  UnitText& operator=(const UnitText& other) {
    text_ = other.text_;
    digit_count_ = other.digit_count_;
    if (digit_count_ > 0) digits_ = other.digits_;
    return *this;
  }
  ~UnitText() = default;

  /// What can be a unit: a text that is not empty, a number other than 0, which SDKs take for nobody, and `true`, which
  /// they take for somebody. Numbers are written as JavaScript does. Empty for all else, and for a null pointer.
  explicit UnitText(const Value* value) { read(value); }

  /// Becomes the unit that the value is, in place: a copy of what was just written would have to wait for it.
  void read(const Value* value) {
    text_ = {};
    digit_count_ = 0;
    if (value == nullptr) return;
    if (const std::string* text = value->if_text()) {
      text_ = *text;
    } else if (const std::int64_t* integer = value->if_integer()) {
      if (*integer == 0) return;
      const char* end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), *integer).ptr;
      digit_count_ = static_cast<std::uint8_t>(end - digits_.data());
    } else if (const double* number = value->if_float()) {
      if (*number != 0 && *number == *number) keep(ScriptNumber(*number).view());
    } else if (const bool* truth = value->if_boolean(); truth != nullptr && *truth) {
      text_ = "true";
    }
  }

  [[nodiscard]] std::string_view view() const {
    return digit_count_ > 0 ? std::string_view(digits_.data(), digit_count_) : text_;
  }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor): it is a text
  [[nodiscard]] bool empty() const { return view().empty(); }

 private:
  void keep(std::string_view digits) {
    digit_count_ = static_cast<std::uint8_t>(digits.copy(digits_.data(), digits_.size()));
  }

  std::string_view text_;
  std::array<char, 32> digits_;  ///< not initialised on purpose: most units are texts
  std::uint8_t digit_count_ = 0;
};

}  // namespace splitplot::decide
