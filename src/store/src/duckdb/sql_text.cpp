#include "sql_text.hpp"

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string answer(1, quote);
  for (const char c : text) {
    if (c == quote) answer += quote;
    answer += c;
  }
  return answer + quote;
}

}  // namespace

std::string quoted_identifier(std::string_view name) {
  return quoted(name, '"');
}

std::string quoted_text(std::string_view text) {
  return quoted(text, '\'');
}

std::string double_literal(double value) {
  return fmt::format("CAST('{}' AS DOUBLE)", value);
}

std::string quoted_path(std::string_view path) {
  // DuckDB knows no escape character in globs; a class of one character stands for that character.
  std::string escaped;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      escaped += '[';
      escaped += c;
      escaped += ']';
    } else {
      escaped += c;
    }
  }
  return quoted_text(escaped);
}

}  // namespace splitplot::store::duckdb
