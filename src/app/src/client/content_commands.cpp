// splitplot render, items import, lists import: what a user is shown, and what is uploaded as a file.

#include "client/api_client.hpp"
#include "client/document_files.hpp"
#include "client/failure.hpp"
#include "command.hpp"
#include "decide/local_snapshot.hpp"
#include "files.hpp"

#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <ranges>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::app {
namespace {

/// As the route takes it.
constexpr std::size_t kLargestListFile = std::size_t{64} << 20;

struct RenderOptions {
  ServerAddress address;
  std::string flag;
  std::string variant;
  std::string attributes;
  std::vector<std::string> documents;
  bool json = false;
};

struct ImportOptions {
  ServerAddress address;
  std::string items;
  std::string file;
  bool dry_run = false;
  bool json = false;
};

struct ListOptions {
  ServerAddress address;
  std::string list;
  std::string file;
  std::string column;
  bool add = false;
  bool remove = false;
  bool dry_run = false;
  bool json = false;
};

ExitCode failed(const ApiFailure& failure, bool json) {
  return print_failure(failure, json ? ErrorStyle::Json : ErrorStyle::Text);
}

ExitCode failed(const Error& error, bool json) {
  return failed(ApiFailure{error, {}}, json);
}

std::string text_of(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

/// What is asked of a server, answered from documents: {"variant", "value", "failure"}. Who gets which variant may depend on
/// seeds that only the server has; what a variant shows does not.
Result<Value> rendered_here(const decide::Snapshot& snapshot, const RenderOptions& options,
                            const Value& user) {
  const auto& flags = snapshot.configuration().flags;
  const auto flag = flags.find(options.flag);
  if (flag == flags.end())
    return fail(ErrorCode::NotFound, fmt::format("there is no flag '{}'", options.flag));
  const std::vector<model::FlagVariant>& variants = flag->second.variants;
  const auto variant = std::ranges::find(variants, options.variant, &model::FlagVariant::key);
  if (variant == variants.end())
    return fail(ErrorCode::NotFound,
                fmt::format("the flag '{}' has no variant '{}'", options.flag, options.variant),
                fmt::format("name one with --variant: {}",
                            fmt::join(variants | std::views::transform(&model::FlagVariant::key), ", ")));
  const auto rendering = snapshot.render(&variant->value, model::Attributes(&user), &user);
  Value answer;
  answer.set("flag", options.flag);
  answer.set("variant", rendering ? std::string(rendering->variant) : variant->key);
  answer.set("value", rendering ? rendering->value : variant->value);
  if (rendering && !rendering->failure.empty()) answer.set("failure", rendering->failure);
  answer.set("cut", rendering && rendering->is_cut);
  return answer;
}

ExitCode print_rendered(const Value& answer, bool json) {
  if (json) {
    std::cout << model::pretty_json(answer) << '\n';
    return ExitCode::Success;
  }
  if (const std::string failure = text_of(answer, "failure"); !failure.empty())
    std::cerr << fmt::format("the variant '{}' is shown: {}\n", text_of(answer, "variant"), failure);
  if (const Value* cut = answer.find("cut"); cut != nullptr && *cut == Value(true))
    std::cerr << "it was longer than content.max_bytes, and is cut\n";
  const Value* value = answer.find("value");
  if (value == nullptr || value->is_null()) {
    std::cerr << "nothing: the application shows its own default\n";
  } else if (const std::string* text = value->if_text()) {
    std::cout << *text << '\n';
  } else {
    std::cout << model::pretty_json(*value) << '\n';
  }
  return ExitCode::Success;
}

ExitCode run_render(const RenderOptions& options) {
  Value user = Value::Object{};
  if (!options.attributes.empty()) {
    Result<Value> read = read_attributes(options.attributes);
    if (!read) return failed(read.error(), options.json);
    user = *std::move(read);
  }
  if (!options.documents.empty()) {
    const auto local = snapshot_of_documents(options.documents);
    if (!local) return failed(local.error(), options.json);
    const Result<Value> answer = rendered_here(*local->snapshot, options, user);
    return answer ? print_rendered(*answer, options.json) : failed(answer.error(), options.json);
  }
  Value body;
  body.set("flag", options.flag);
  if (!options.variant.empty()) body.set("variant", options.variant);
  body.set("context", std::move(user));
  const ApiResult<Value> answer = ApiClient(options.address).post("/content/preview", body);
  return answer ? print_rendered(*answer, options.json) : failed(answer.error(), options.json);
}

ExitCode run_import(const ImportOptions& options) {
  const auto file = read_document_files({options.file});
  if (!file) return failed(file.error(), options.json);
  std::vector<Parameter> query;
  if (options.dry_run) query.push_back({"dry_run", "true"});
  const ApiResult<Value> answer =
      ApiClient(options.address)
          .post_file("/items/" + path_segment(options.items), query, file->front().text);
  if (!answer) return failed(answer.error(), options.json);
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
    return ExitCode::Success;
  }
  print_warnings(*answer);
  const Value* count = answer->find("items");
  if (count == nullptr || count->if_integer() == nullptr) {
    std::cout << "the items are right; nothing was changed\n";
    return ExitCode::Success;
  }
  std::cout << fmt::format("{}: {} items, revision {}\n", options.items, *count->if_integer(),
                           answer->find("revision")->number().value_or(0));
  if (const Value* columns = answer->find("columns"); columns != nullptr && columns->if_object() != nullptr) {
    for (const Member& column : *columns->if_object())
      std::cout << fmt::format("  {:<24} {}\n", column.name, text_of(*columns, column.name));
  }
  return ExitCode::Success;
}

std::int64_t count_of(const Value& answer, std::string_view name) {
  const Value* member = answer.find(name);
  return member != nullptr && member->if_integer() != nullptr ? *member->if_integer() : 0;
}

ExitCode run_list_import(const ListOptions& options) {
  const auto file = read_whole_file(options.file, kLargestListFile,
                                    "split it, and send all parts but the first with --add");
  if (!file) return failed(file.error(), options.json);
  std::vector<Parameter> query{{"mode", options.add ? "add" : options.remove ? "remove" : "replace"}};
  if (!options.column.empty()) query.push_back({"column", options.column});
  if (options.dry_run) query.push_back({"dry_run", "true"});
  const ApiResult<Value> answer =
      ApiClient(options.address).post_file("/lists/" + path_segment(options.list), query, *file);
  if (!answer) return failed(answer.error(), options.json);
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
    return ExitCode::Success;
  }
  print_warnings(*answer);
  std::string text =
      fmt::format("{}: {} values ({} added, {} removed)", options.list, count_of(*answer, "values"),
                  count_of(*answer, "added"), count_of(*answer, "removed"));
  if (const auto repeated = count_of(*answer, "repeated"); repeated > 0)
    text += fmt::format("; {} came more than once", repeated);
  std::cout << text
            << (options.dry_run ? std::string("; nothing was changed")
                                : fmt::format(", revision {}", count_of(*answer, "revision")))
            << '\n';
  return ExitCode::Success;
}

void add_render(CLI::App& program, Run& run) {
  const auto options = std::make_shared<RenderOptions>();
  CLI::App* command = program.add_subcommand("render", "Show what a user is shown for a flag");
  add_server_flags(*command, options->address);
  command->add_option("--flag", options->flag, "The flag")->required();
  command->add_option("--variant", options->variant, "Its variant; without one, what the rules decide");
  command
      ->add_option("--attributes", options->attributes, "What is known of the user: a JSON object, or a file")
      ->option_text("JSON|FILE");
  command
      ->add_option("--documents", options->documents,
                   "Instead of asking a server: files or folders of documents")
      ->option_text("PATH ...");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &run] { run = [options] { return run_render(*options); }; });
}

void add_items(CLI::App& program, Run& run) {
  CLI::App* items = program.add_subcommand("items", "Items that content shows");
  items->require_subcommand(1);
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = items->add_subcommand(
      "import", "Put a file (CSV or a JSON list) in the place of the items of a document");
  add_server_flags(*command, options->address);
  command->add_option("items", options->items, "Key of the document of items; it is made if there is none")
      ->required();
  command->add_option("file", options->file, "The file")->required();
  command->add_flag("--dry-run", options->dry_run, "Check; change nothing");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &run] { run = [options] { return run_import(*options); }; });
}

void add_lists(CLI::App& program, Run& run) {
  CLI::App* lists = program.add_subcommand("lists", "Lists that conditions ask for by $inGroup");
  lists->require_subcommand(1);
  const auto options = std::make_shared<ListOptions>();
  CLI::App* command = lists->add_subcommand(
      "import", "Put the values of a file (CSV, a JSON list, JSON lines) in the place of those of a list");
  add_server_flags(*command, options->address);
  command->add_option("list", options->list, "Key of the list; it is made if there is none")->required();
  command->add_option("file", options->file, "The file: a value a line, or one column of a CSV file")
      ->required();
  command->add_option("--column", options->column, "The column or member to take (id)")->option_text("NAME");
  CLI::Option* add = command->add_flag("--add", options->add, "Add the values to those that are on it");
  command->add_flag("--remove", options->remove, "Take the values off it")->excludes(add);
  command->add_flag("--dry-run", options->dry_run, "Count; change nothing");
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([options, &run] { run = [options] { return run_list_import(*options); }; });
}

}  // namespace

void add_content_commands(CLI::App& program, Run& run) {
  add_render(program, run);
  add_items(program, run);
  add_lists(program, run);
}

}  // namespace splitplot::app
