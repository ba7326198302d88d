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
  Internal = 1,     ///< a bug of ours
  Usage = 2,        ///< options that make no sense, a name that does not exist
  BadData = 3,      ///< the file was read, and cannot be analysed as asked
  Unreadable = 4,   ///< the file is missing or cannot be read
  Limit = 5,        ///< memory, disk, or a stated limit
  Unavailable = 6,  ///< a server cannot be reached, or cannot do it now
};

[[nodiscard]] ExitCode exit_code_of(ErrorCode code);

enum class ErrorStyle { Text, Json };

/// Prints an error to standard error: what is wrong, then what to do; as one line of JSON for programs.
void print_error(const Error& error, ErrorStyle style);

/// What has to be done, once the options are understood.
using Run = std::function<ExitCode()>;

/// Adds a command, or a few that belong together, to the program; `run` is set if one was chosen.
void add_assign_command(CLI::App& program, Run& run);
void add_analyze_command(CLI::App& program, Run& run);
void add_balance_command(CLI::App& program, Run& run);
void add_check_assignment_command(CLI::App& program, Run& run);
void add_config_command(CLI::App& program, Run& run);
void add_document_commands(CLI::App& program,
                           Run& run);                    ///< apply, diff, get, export, history, rollback
void add_content_commands(CLI::App& program, Run& run);  ///< render, items, lists
void add_decide_command(CLI::App& program, Run& run);
void add_demo_command(CLI::App& program, Run& run);
void add_experiments_command(CLI::App& program, Run& run);
void add_example_command(CLI::App& program, Run& run);
void add_journal_command(CLI::App& program, Run& run);
void add_keys_command(CLI::App& program, Run& run);
void add_maintenance_commands(CLI::App& program, Run& run);  ///< backup, restore, verify, rebuild
void add_power_command(CLI::App& program, Run& run);
void add_results_command(CLI::App& program, Run& run);
void add_serve_command(CLI::App& program, Run& run);
void add_simulate_command(CLI::App& program, Run& run);

}  // namespace splitplot::app
