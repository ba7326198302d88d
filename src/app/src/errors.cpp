#include "command.hpp"

#include <splitplot/report/report.hpp>

#include <iostream>

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
  std::cerr << "splitplot: " << error.message << '\n';
  if (!error.hint.empty()) std::cerr << "  " << error.hint << '\n';
}

}  // namespace splitplot::app
