#include "condition/ecmascript_syntax.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace splitplot::model::condition {
namespace {

/// What ECMAScript's "\s" matches beside PCRE2's, as members of a class: U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029,
/// U+202F, U+205F, U+3000, U+FEFF.
constexpr std::string_view kOtherSpaces = "\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";

class Scanner {
 public:
  explicit Scanner(std::string_view pattern) : pattern_(pattern) {}

  Result<std::string> run() {
    while (at_ < pattern_.size()) {
      const std::size_t begin = at_;
      const bool in_class = in_class_;
      const Result<void> step = in_class ? inside_class() : outside_class();
      if (!step) return tl::unexpected(step.error());
      write(pattern_.substr(begin, at_ - begin), in_class);
    }
    return std::move(translated_);
  }

 private:
  void write(std::string_view piece, bool in_class) {
    if (piece == "\\s") {
      translated_.append(in_class ? "\\s" : "[\\s").append(kOtherSpaces).append(in_class ? "" : "]");
    } else if (piece == "\\S" && !in_class) {
      translated_.append("[^\\s").append(kOtherSpaces).append("]");
    } else {
      translated_.append(piece);
    }
  }

  [[nodiscard]] bool here(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }

  [[nodiscard]] tl::unexpected<Error> refuse(std::string_view what, std::string_view hint) const {
    return fail(ErrorCode::InvalidArgument,
                "'" + std::string(what) + "' at character " + std::to_string(at_ + 1) +
                    " of the pattern is not part of ECMAScript's regular expressions",
                std::string(hint));
  }

  Result<void> escape() {
    // Digits are references, punctuation stands for itself.
    constexpr std::string_view kLetters = "bBcdDfknrsStuvwWx";
    if (at_ + 1 < pattern_.size()) {
      const char letter = pattern_[at_ + 1];
      if (std::isalpha(static_cast<unsigned char>(letter)) != 0 && kLetters.find(letter) == kLetters.npos) {
        return refuse(pattern_.substr(at_, 2), "a letter stands for itself without a backslash");
      }
    }
    at_ = std::min(at_ + 2, pattern_.size());
    return {};
  }

  Result<void> inside_class() {
    if (here("\\")) return escape();
    for (const std::string_view opening : {"[:", "[.", "[="}) {
      if (here(opening)) return refuse(opening, "write '\\[' for the bracket itself, or ranges such as a-z");
    }
    if (here("]")) in_class_ = false;
    ++at_;
    return {};
  }

  Result<void> group() {
    if (here("(*")) return refuse("(*", "write '\\(' for the parenthesis itself");
    if (here("(?")) {
      const auto known = {"(?:", "(?=", "(?!", "(?<"};
      if (std::ranges::none_of(known, [this](std::string_view start) { return here(start); })) {
        return refuse(pattern_.substr(at_, 3),
                      "groups begin with '(', '(?:', '(?=', '(?!', '(?<=', '(?<!' or '(?<name>'");
      }
      at_ += 2;
    }
    ++at_;
    return {};
  }

  /// A quantifier and the '?' that makes it lazy. Another '+' would be PCRE2's possessive form.
  Result<void> quantifier(std::size_t length) {
    at_ += length;
    if (here("?")) ++at_;
    if (here("+")) return refuse("+", "a quantifier cannot be repeated; put a group around what it repeats");
    return {};
  }

  Result<void> outside_class() {
    if (here("\\")) return escape();
    if (here("(")) return group();
    if (here("[")) {
      in_class_ = true;
      ++at_;
      if (here("^")) ++at_;
      return {};
    }
    if (here("*") || here("+") || here("?")) return quantifier(1);
    if (here("{")) {
      // "{2}", "{2,}" and "{2,3}"; any other brace stands for itself.
      const std::size_t end = pattern_.find_first_not_of("0123456789,", at_ + 1);
      if (end != pattern_.npos && pattern_[end] == '}' && end > at_ + 1) return quantifier(end + 1 - at_);
    }
    ++at_;
    return {};
  }

  std::string_view pattern_;
  std::string translated_;
  std::size_t at_ = 0;
  bool in_class_ = false;
};

}  // namespace

Result<std::string> from_ecmascript(std::string_view pattern) {
  return Scanner(pattern).run();
}

}  // namespace splitplot::model::condition
