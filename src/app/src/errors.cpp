#include "command.hpp"

#include <iostream>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

std::string_view code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "invalid_argument";
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::Unreadable:
      return "unreadable";
    case ErrorCode::BadData:
      return "bad_data";
    case ErrorCode::ResourceLimit:
      return "resource_limit";
    case ErrorCode::Cancelled:
      return "cancelled";
    case ErrorCode::Internal:
      return "internal";
  }
  return "internal";
}

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
      return ExitCode::Usage;
    case ErrorCode::BadData:
      return ExitCode::BadData;
    case ErrorCode::Unreadable:
      return ExitCode::Unreadable;
    case ErrorCode::ResourceLimit:
      return ExitCode::Limit;
    case ErrorCode::Cancelled:
    case ErrorCode::Internal:
      return ExitCode::Internal;
  }
  return ExitCode::Internal;
}

void print_error(const Error& error, ErrorStyle style) {
  if (style == ErrorStyle::Json) {
    std::cerr << fmt::format("{{\"error\": {{\"code\": \"{}\", \"message\": {}, \"hint\": {}}}}}\n",
                             code_name(error.code), json_text(error.message), json_text(error.hint));
    return;
  }
  std::cerr << "splitplot: " << error.message << '\n';
  if (!error.hint.empty()) std::cerr << "  " << error.hint << '\n';
}

}  // namespace splitplot::app
