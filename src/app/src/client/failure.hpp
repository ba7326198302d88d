// A failed answer, printed.
#pragma once

#include "client/api_client.hpp"
#include "command.hpp"

namespace splitplot::app {

/// Prints the error, then each thing that is wrong on a line of its own; as JSON, all of it on one. Answers the exit code
/// that belongs to it.
[[nodiscard]] ExitCode print_failure(const ApiFailure& failure, ErrorStyle style);

/// Prints the warnings of an answer to standard error, a line each.
void print_warnings(const Value& answer);

}  // namespace splitplot::app
