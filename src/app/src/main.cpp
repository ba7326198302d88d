// The program `splitplot`: chooses a command and answers its exit code.

#include "command.hpp"
#include "files.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using splitplot::app::ErrorStyle;
using splitplot::app::ExitCode;
using splitplot::app::print_error;

/// An option or command that does not exist, with the nearest one that does. Empty if all that was typed
/// exists.
std::string unknown_word(const CLI::App& program, const CLI::App& command) {
  std::vector<std::string> known;
  const auto add_options = [&known](const CLI::App& of) {
    for (const CLI::Option* option : of.get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  };
  add_options(command);
  for (const CLI::App* group : command.get_subcommands(nullptr)) {
    if (group->get_name().empty()) add_options(*group);  // a group of options is a command without a name
  }
  if (&command == &program) {
    for (const CLI::App* other : program.get_subcommands(nullptr)) known.push_back(other->get_name());
  }
  for (const std::string& word : command.remaining(true)) {
    const auto nearest = splitplot::nearest_name(word, known);
    if (!word.starts_with("--") && &command != &program) continue;  // the value of a mistyped option
    return "there is no '" + word + "'" + (nearest ? "; did you mean " + *nearest + "?" : "");
  }
  return "";
}

/// Options that could not be understood may still have asked for JSON.
ErrorStyle error_style(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv, argv + argc);
  return std::ranges::find(arguments, "--json") == arguments.end() ? ErrorStyle::Text : ErrorStyle::Json;
}

ExitCode usage_error(const CLI::App& program, const CLI::ParseError& error, ErrorStyle style) {
  const auto chosen = program.get_subcommands();
  const CLI::App& command = chosen.empty() ? program : *chosen.front();
  const std::string unknown = unknown_word(program, command);
  const std::string name = chosen.empty() ? "splitplot" : "splitplot " + command.get_name();
  print_error({splitplot::ErrorCode::InvalidArgument, unknown.empty() ? error.what() : unknown,
               "help: " + name + " --help"},
              style);
  return ExitCode::Usage;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program{"Splitplot: experiments and personalisation, measured honestly.", "splitplot"};
  program.set_version_flag("--version", std::string("splitplot ") + SPLITPLOT_VERSION);
  program.require_subcommand(1);
  program.footer("Help on a command: splitplot COMMAND --help");
  splitplot::app::Run run;
  splitplot::app::add_serve_command(program, run);
  splitplot::app::add_config_command(program, run);
  splitplot::app::add_document_commands(program, run);
  splitplot::app::add_content_commands(program, run);
  splitplot::app::add_decide_command(program, run);
  splitplot::app::add_balance_command(program, run);
  splitplot::app::add_check_assignment_command(program, run);
  splitplot::app::add_assign_command(program, run);
  splitplot::app::add_keys_command(program, run);
  splitplot::app::add_experiments_command(program, run);
  splitplot::app::add_results_command(program, run);
  splitplot::app::add_analyze_command(program, run);
  splitplot::app::add_power_command(program, run);
  splitplot::app::add_example_command(program, run);
  splitplot::app::add_demo_command(program, run);
  splitplot::app::add_simulate_command(program, run);
  splitplot::app::add_maintenance_commands(program, run);
  splitplot::app::add_journal_command(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return program.exit(success);
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(usage_error(program, error, error_style(argc, argv)));
  }
  try {
    const ExitCode code = run();
    const auto flushed = splitplot::app::flush_standard_output();
    if (flushed || code != ExitCode::Success) return static_cast<int>(code);
    print_error(flushed.error(), error_style(argc, argv));
    return static_cast<int>(ExitCode::Unreadable);
  } catch (const std::exception& error) {
    print_error({splitplot::ErrorCode::Internal, std::string("internal error: ") + error.what(),
                 "please report it with the command"},
                error_style(argc, argv));
    return static_cast<int>(ExitCode::Internal);
  }
}
