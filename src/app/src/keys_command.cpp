// splitplot keys: gives a connection of a running server another key, or takes the old ones away. Who has the data folder
// of a server that does not run can make a key without having one: the way back in when the first keys were lost.

#include "client/api_client.hpp"
#include "client/change_text.hpp"
#include "command.hpp"
#include "server/data_folder.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/json.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct KeysOptions {
  ServerAddress address;
  std::string data;  ///< of a stopped server; empty: ask the running one
  std::string connection;
  bool json = false;
};

ExitCode failed(const Error& error, const KeysOptions& options) {
  print_error(error, options.json ? ErrorStyle::Json : ErrorStyle::Text);
  return exit_code_of(error.code);
}

/// In the default environment, where the first keys are.
Result<Value> add_key_offline(const KeysOptions& options) {
  const DataFolder folder{options.data};
  std::error_code ignored;
  if (!std::filesystem::exists(folder.catalogue(), ignored)) {
    return fail(ErrorCode::NotFound, fmt::format("{} is no data folder of a server", options.data),
                "name it by --data");
  }
  const auto lock = FolderLock::take(folder);
  if (!lock) return tl::unexpected(lock.error());
  const SystemClock clock;
  catalogue::CatalogueOptions catalogue_options{folder.catalogue(), folder.secrets()};
  catalogue_options.last_good_path = folder.last_good();  // a start from it must know the new key too
  const auto opened = catalogue::open_catalogue(catalogue_options, clock);
  if (!opened) return tl::unexpected(opened.error());
  const auto made = opened->catalogue->add_key({}, options.connection);
  if (!made) return tl::unexpected(made.error());
  return Value(Value::Object{
      {"connection", made->connection}, {"kind", model::name_of(made->kind)}, {"secret", made->secret}});
}

Result<Value> add_key_to_server(const KeysOptions& options) {
  auto answer = ApiClient(options.address)
                    .post(fmt::format("/connections/{}/keys", path_segment(options.connection)),
                          Value(Value::Object{}));
  if (!answer) return tl::unexpected(answer.error().error);
  return *std::move(answer);
}

ExitCode run_add(const KeysOptions& options) {
  const auto made = options.data.empty() ? add_key_to_server(options) : add_key_offline(options);
  if (!made) return failed(made.error(), options);
  std::cout << (options.json ? model::pretty_json(*made) + "\n" : credential_text(*made));
  return ExitCode::Success;
}

ExitCode run_revoke_old(const KeysOptions& options) {
  const auto answer = ApiClient(options.address)
                          .remove(fmt::format("/connections/{}/keys/old", path_segment(options.connection)));
  if (!answer) return failed(answer.error().error, options);
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
  } else {
    std::cout << fmt::format("only the newest key of '{}' is accepted now\n", options.connection);
  }
  return ExitCode::Success;
}

CLI::App& add(CLI::App& keys, const std::shared_ptr<KeysOptions>& options, const std::string& name,
              const std::string& meaning) {
  CLI::App* command = keys.add_subcommand(name, meaning);
  command->add_option("connection", options->connection, "Its key in the documents")->required();
  add_server_flags(*command, options->address);
  command->add_flag("--json", options->json, "Print JSON");
  return *command;
}

}  // namespace

void add_keys_command(CLI::App& program, Run& run) {
  CLI::App* keys = program.add_subcommand("keys", "Give a connection a new key, or take the old ones away");
  keys->require_subcommand(1);
  const auto added = std::make_shared<KeysOptions>();
  CLI::App& another =
      add(*keys, added, "add", "Make another key for a connection; the old ones go on working");
  another.add_option(
      "--data", added->data,
      "Instead of asking a server: the data folder of one that is stopped, also without any key");
  another.callback([added, &run] { run = [added] { return run_add(*added); }; });
  const auto revoked = std::make_shared<KeysOptions>();
  CLI::App& revoke = add(*keys, revoked, "revoke-old", "Accept only the newest key of a connection");
  revoke.callback([revoked, &run] { run = [revoked] { return run_revoke_old(*revoked); }; });
}

}  // namespace splitplot::app
