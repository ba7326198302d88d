#include "command.hpp"
#include "shell_text.hpp"

#include <splitplot/report/report.hpp>

#include <iostream>
#include <string_view>

namespace splitplot::app {

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::Forbidden:
      return ExitCode::Usage;
    case ErrorCode::BadData:
    case ErrorCode::Conflict:
      return ExitCode::BadData;
    case ErrorCode::Unreadable:
      return ExitCode::Unreadable;
    case ErrorCode::ResourceLimit:
      return ExitCode::Limit;
    case ErrorCode::Unavailable:
      return ExitCode::Unavailable;
    case ErrorCode::Cancelled:
    case ErrorCode::Internal:
      return ExitCode::Internal;
  }
  return ExitCode::Internal;
}

void print_error(const Error& error, ErrorStyle style) {
  if (style == ErrorStyle::Json) {
    std::cerr << report::to_json(error) << '\n';
    return;
  }
  std::cerr << "splitplot: " << without_control_characters(error.message) << '\n';
  if (error.hint.empty()) return;
  std::cerr << "  ";
  // A hint may have lines of its own; they are ours.
  std::string_view rest = error.hint;
  for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    std::cerr << without_control_characters(rest.substr(0, end)) << '\n';
    rest.remove_prefix(end + 1);
  }
  std::cerr << without_control_characters(rest) << '\n';
}

}  // namespace splitplot::app
