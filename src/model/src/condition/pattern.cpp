#include "condition/pattern.hpp"

#include "condition/ecmascript_syntax.hpp"

#include <string>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace splitplot::model::condition {
namespace {

constexpr std::size_t kLongestPattern = 4096;
constexpr std::uint32_t kMatchLimit = 200'000;
constexpr std::uint32_t kHeapLimitKibibytes = 1024;
constexpr std::size_t kFirstStack = std::size_t{32} * 1024;
constexpr std::size_t kLargestStack = std::size_t{512} * 1024;

template <auto Function>
struct Call {
  template <typename T>
  void operator()(T* object) const {
    Function(object);
  }
};

/// What a thread needs to match anything. PCRE2 answers null pointers where memory ends, and takes them for defaults.
struct MatchingRoom {
  MatchingRoom() {
    if (context == nullptr) return;
    pcre2_set_match_limit(context.get(), kMatchLimit);
    pcre2_set_heap_limit(context.get(), kHeapLimitKibibytes);
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  }

  std::unique_ptr<pcre2_match_data, Call<pcre2_match_data_free>> data{pcre2_match_data_create(1, nullptr)};
  std::unique_ptr<pcre2_match_context, Call<pcre2_match_context_free>> context{
      pcre2_match_context_create(nullptr)};
  std::unique_ptr<pcre2_jit_stack, Call<pcre2_jit_stack_free>> stack{
      pcre2_jit_stack_create(kFirstStack, kLargestStack, nullptr)};
};

/// What ECMAScript means: "$" is only the very end, \u0041 is a letter, a group that took no part matches nothing, []
/// is legal.
/// Without PCRE2_MATCH_INVALID_UTF: with it, compiled just in time, "\S", "\D" and "\W" match no character beyond ASCII
/// (10.42). What is not UTF-8 matches nothing.
constexpr std::uint32_t kOptions = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX |
                                   PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS |
                                   PCRE2_NEVER_BACKSLASH_C;

const char* hint_for(int error) {
  const bool is_too_large = error == PCRE2_ERROR_QUANTIFIER_TOO_BIG || error == PCRE2_ERROR_PATTERN_TOO_LARGE;
  return is_too_large ? "ask for fewer repetitions" : "a backslash makes a character stand for itself";
}

tl::unexpected<Error> refuse(int error, std::size_t offset) {
  char text[256] = {};
  pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof(text));
  return fail(ErrorCode::InvalidArgument,
              "the pattern is no regular expression at character " + std::to_string(offset + 1) + ": " + text,
              hint_for(error));
}

}  // namespace

void Pattern::Free::operator()(pcre2_real_code_8* code) const {
  pcre2_code_free(code);
}

Result<Pattern> Pattern::compile(std::string_view text, LetterCase letter_case) {
  if (text.size() > kLongestPattern) {
    return fail(ErrorCode::InvalidArgument,
                "the pattern is longer than " + std::to_string(kLongestPattern) + " bytes",
                "use $in for a list of texts");
  }
  const Result<std::string> translated = from_ecmascript(text);
  if (!translated) return tl::unexpected(translated.error());

  const std::unique_ptr<pcre2_compile_context, Call<pcre2_compile_context_free>> context{
      pcre2_compile_context_create(nullptr)};
  if (context != nullptr) pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  const std::uint32_t options = kOptions | (letter_case == LetterCase::Ignored ? PCRE2_CASELESS : 0u);
  int error = 0;
  std::size_t offset = 0;
  const auto compiled = [&](std::string_view pattern) {
    return Pattern(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options,
                                 &error, &offset, context.get()));
  };
  Pattern pattern = compiled(*translated);
  if (pattern.code_ == nullptr) {
    compiled(text);  // says where it is wrong as it was written
    return refuse(error, offset);
  }
  // Without a just-in-time compiler (a machine that forbids it) the interpreter answers the same.
  pcre2_jit_compile(pattern.code_.get(), PCRE2_JIT_COMPLETE);
  return pattern;
}

bool Pattern::matches(std::string_view subject) const {
  thread_local const MatchingRoom room;
  if (room.data == nullptr || room.context == nullptr) return false;
  // 0: it matches, and has more groups than the room holds.
  return pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), 0, 0,
                     room.data.get(), room.context.get()) >= 0;
}

}  // namespace splitplot::model::condition
