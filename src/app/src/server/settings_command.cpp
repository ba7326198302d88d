// splitplot config: every setting of the server, what holds, and where it comes from.

#include "command.hpp"
#include "server/settings.hpp"

#include <splitplot/model/json.hpp>

#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct ConfigOptions {
  TypedSettings typed;
  bool json = false;
};

ExitCode run_config(const ConfigOptions& options) {
  const auto settings = resolve_settings(options.typed);
  if (!settings) {
    print_error(settings.error(), options.json ? ErrorStyle::Json : ErrorStyle::Text);
    return exit_code_of(settings.error().code);
  }
  if (options.json) {
    Value::Object out;
    for (const SettingDefinition& definition : setting_definitions()) {
      const Setting& setting = settings->resolved.find(definition.name)->second;
      out.push_back({std::string(definition.name),
                     Value(Value::Object{{"value", setting.value}, {"origin", name_of(setting.origin)}})});
    }
    std::cout << model::pretty_json(Value(std::move(out))) << '\n';
    return ExitCode::Success;
  }
  for (const SettingDefinition& definition : setting_definitions()) {
    const Setting& setting = settings->resolved.find(definition.name)->second;
    std::cout << fmt::format("{:<17} = {:<16} # {}; {}\n", definition.name, setting.value,
                             name_of(setting.origin), definition.meaning);
  }
  return ExitCode::Success;
}

}  // namespace

void add_config_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<ConfigOptions>();
  CLI::App* command =
      program.add_subcommand("config", "Print the server's settings and where each comes from");
  add_setting_flags(*command, options->typed);
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &run] { run = [options] { return run_config(*options); }; });
}

}  // namespace splitplot::app
