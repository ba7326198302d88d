#include "client/failure.hpp"

#include <iostream>

#include <fmt/format.h>

namespace splitplot::app {

ExitCode print_failure(const ApiFailure& failure, ErrorStyle style) {
  Error error = failure.error;
  const bool is_json = style == ErrorStyle::Json;
  if (is_json && !failure.lines.empty()) error.message = fmt::format("{}", fmt::join(failure.lines, "; "));
  print_error(error, style);
  if (!is_json) {
    for (const std::string& line : failure.lines) std::cerr << "  " << line << '\n';
  }
  return exit_code_of(error.code);
}

}  // namespace splitplot::app
