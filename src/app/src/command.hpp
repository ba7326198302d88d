// The commands of the program, one function each. A command parses its own options, prints its own output,
// and answers the exit code.
#pragma once

#include <splitplot/base/result.hpp>

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

namespace splitplot::app {

/// Exit codes, the same for every command (docs/guides/exit-codes.md).
enum class ExitCode : int {
  Success = 0,
  Internal = 1,    ///< a bug of ours
  Usage = 2,       ///< options that make no sense, a name that does not exist
  BadData = 3,     ///< the file was read, and cannot be analysed as asked
  Unreadable = 4,  ///< the file is missing or cannot be read
  Limit = 5,       ///< memory, disk, or a stated limit
};

[[nodiscard]] ExitCode exit_code_of(ErrorCode code);

/// Prints an error to standard error: what is wrong, then what to do. As a JSON object with --json.
enum class ErrorStyle { Text, Json };
void print_error(const Error& error, ErrorStyle style);

/// Adds a command to the program; `run` is set to what has to be done if it was chosen.
using Run = std::function<ExitCode()>;
void add_analyze_command(CLI::App& program, Run& run);
void add_example_command(CLI::App& program, Run& run);

}  // namespace splitplot::app
