#include "client/failure.hpp"

#include "shell_text.hpp"

#include <iostream>

#include <fmt/format.h>

namespace splitplot::app {

ExitCode print_failure(const ApiFailure& failure, ErrorStyle style) {
  Error error = failure.error;
  const bool is_json = style == ErrorStyle::Json;
  if (is_json && !failure.lines.empty()) error.message = fmt::format("{}", fmt::join(failure.lines, "; "));
  print_error(error, style);
  if (!is_json) {
    for (const std::string& line : failure.lines)
      std::cerr << "  " << without_control_characters(line) << '\n';
  }
  return exit_code_of(error.code);
}

void print_warnings(const Value& answer) {
  const Value* warnings = answer.find("warnings");
  if (warnings == nullptr || warnings->if_array() == nullptr) return;
  for (const Value& warning : *warnings->if_array())
    std::cerr << "warning: " << without_control_characters(line_of_problem(warning)) << '\n';
}

}  // namespace splitplot::app
