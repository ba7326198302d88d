#include "embedded_data.hpp"

#include <cstddef>

// The assembler takes the files in; the compiler sees where they begin and end only.
// NOLINTBEGIN(cppcoreguidelines-macro-usage): the name of a symbol is a part of the text
#define SPLITPLOT_EMBED(symbol, path)                                                            \
  asm(".section .rodata\n.balign 16\n.hidden " symbol "_begin\n.globl " symbol "_begin\n" symbol \
      "_begin:\n.incbin \"" path "\"\n.hidden " symbol "_end\n.globl " symbol "_end\n" symbol    \
      "_end:\n.byte 0\n.previous\n")
// NOLINTEND(cppcoreguidelines-macro-usage)

SPLITPLOT_EMBED("splitplot_countries", SPLITPLOT_COUNTRIES_FILE);
SPLITPLOT_EMBED("splitplot_user_agent_rules", SPLITPLOT_USER_AGENT_RULES_FILE);

// NOLINTBEGIN(readability-identifier-naming): the names of symbols
extern "C" {
extern const char splitplot_countries_begin[];
extern const char splitplot_countries_end[];
extern const char splitplot_user_agent_rules_begin[];
extern const char splitplot_user_agent_rules_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace splitplot::context {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view embedded_countries() {
  return between(splitplot_countries_begin, splitplot_countries_end);
}

std::string_view embedded_user_agent_rules() {
  return between(splitplot_user_agent_rules_begin, splitplot_user_agent_rules_end);
}

}  // namespace splitplot::context
