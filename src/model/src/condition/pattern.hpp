/// Regular expressions of conditions: ECMAScript's, as far as PCRE2 reads them the same; the rest is refused. Matching is
/// bounded in time and does not allocate after a thread's first match.
#pragma once

#include "condition/text_set.hpp"

#include <splitplot/base/result.hpp>

#include <memory>
#include <string_view>

struct pcre2_real_code_8;

namespace splitplot::model::condition {

class Pattern {
 public:
  /// Errors: InvalidArgument, with the place in the pattern.
  [[nodiscard]] static Result<Pattern> compile(std::string_view text, LetterCase letter_case);

  /// Whether any part of the subject matches. A match that takes too long counts as none.
  [[nodiscard]] bool matches(std::string_view subject) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };
  explicit Pattern(pcre2_real_code_8* code) : code_(code) {}

  std::unique_ptr<pcre2_real_code_8, Free> code_;
};

}  // namespace splitplot::model::condition
