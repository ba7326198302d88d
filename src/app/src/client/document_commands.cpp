// splitplot apply, diff, get, export, history, rollback: the configuration of a running server.

#include "client/api_client.hpp"
#include "client/change_text.hpp"
#include "client/document_files.hpp"
#include "client/failure.hpp"
#include "command.hpp"
#include "shell_text.hpp"
#include "terminal.hpp"

#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <iostream>
#include <memory>
#include <optional>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

enum class Execution { Real, DryRun };

struct DocumentOptions {
  ServerAddress address;
  std::vector<std::string> paths;
  std::string kind;
  std::string key;
  std::string folder;
  std::string message;
  std::optional<std::uint64_t> at;
  std::uint64_t revision = 0;
  std::size_t limit = 20;
  bool dry_run = false;
  bool prune = false;
  bool json = false;

  [[nodiscard]] ErrorStyle error_style() const { return json ? ErrorStyle::Json : ErrorStyle::Text; }
};

ExitCode failed(const ApiFailure& failure, const DocumentOptions& options) {
  Error error = failure.error;
  if (!failure.lines.empty()) {
    if (options.json) {
      error.message = fmt::format("{}", fmt::join(failure.lines, "; "));
    } else {
      for (const std::string& line : failure.lines) std::cerr << without_control_characters(line) << '\n';
      error.message = fmt::format("nothing was changed: {} problem{} to mend", failure.lines.size(),
                                  failure.lines.size() == 1 ? "" : "s");
    }
  }
  print_error(error, options.error_style());
  return exit_code_of(error.code);
}

ExitCode failed(const Error& error, const DocumentOptions& options) {
  return failed(ApiFailure{error, {}}, options);
}

std::string text_of(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

std::int64_t integer_of(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_integer() != nullptr ? *member->if_integer() : 0;
}

const Value::Array& list_of(const Value& object, std::string_view name) {
  static const Value::Array kNone;
  const Value* member = object.find(name);
  return member != nullptr && member->if_array() != nullptr ? *member->if_array() : kNone;
}

/// What apply and rollback print.
ExitCode print_change(const ApiResult<Value>& answer, const DocumentOptions& options, Execution execution) {
  if (!answer) return failed(answer.error(), options);
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
    return ExitCode::Success;
  }
  print_warnings(*answer);
  std::cout << change_text(*answer, style_of_standard_output(ColourChoice::Automatic));
  if (execution == Execution::Real) {
    std::cout << fmt::format("revision {}\n", integer_of(*answer, "revision"));
    for (const Value& credential : list_of(*answer, "credentials")) std::cout << credential_text(credential);
  }
  return ExitCode::Success;
}

ExitCode run_apply(const DocumentOptions& options, Execution execution) {
  const auto texts = read_document_files(options.paths);
  if (!texts) return failed(texts.error(), options);
  Value::Array files;
  for (const NamedText& text : *texts)
    files.push_back(Value::Object{{"name", text.name}, {"text", text.text}});
  const Value body(Value::Object{{"files", std::move(files)},
                                 {"dry_run", execution == Execution::DryRun},
                                 {"prune", options.prune},
                                 {"message", options.message}});
  return print_change(ApiClient(options.address).post("/apply", body), options, execution);
}

ExitCode run_rollback(const DocumentOptions& options) {
  const Value body(Value::Object{
      {"revision", options.revision}, {"dry_run", options.dry_run}, {"message", options.message}});
  return print_change(ApiClient(options.address).post("/rollback", body), options,
                      options.dry_run ? Execution::DryRun : Execution::Real);
}

std::vector<Parameter> query_of(const DocumentOptions& options) {
  std::vector<Parameter> query;
  if (!options.kind.empty() && options.key.empty()) query.push_back({"kind", options.kind});
  if (options.at) query.push_back({"at", std::to_string(*options.at)});
  return query;
}

/// {"kind", "key", members...} as a document.
Result<model::Document> document_of(const Value& object) {
  const auto kind = model::document_kind(text_of(object, "kind"));
  if (!kind) {
    return fail(
        ErrorCode::Internal,
        fmt::format("the server answered a document of an unknown kind '{}'", text_of(object, "kind")),
        "is the server newer than this program?");
  }
  model::Document document{{*kind, text_of(object, "key")}, object};
  document.body.erase("kind");
  document.body.erase("key");
  return document;
}

Result<std::vector<model::Document>> documents_of(const Value::Array& objects) {
  std::vector<model::Document> documents;
  for (const Value& object : objects) {
    auto document = document_of(object);
    if (!document) return tl::unexpected(document.error());
    documents.push_back(*std::move(document));
  }
  return documents;
}

ExitCode run_get(const DocumentOptions& options) {
  const bool one = !options.key.empty();
  const std::string path =
      one ? fmt::format("/documents/{}/{}", path_segment(options.kind), path_segment(options.key))
          : "/documents";
  const auto answer = ApiClient(options.address).get(path, query_of(options));
  if (!answer) return failed(answer.error(), options);
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
    return ExitCode::Success;
  }
  const auto documents = documents_of(one ? Value::Array{*answer} : list_of(*answer, "documents"));
  if (!documents) return failed(documents.error(), options);
  bool first = true;
  for (const model::Document& document : *documents) {
    std::cout << (first ? "" : "---\n") << model::to_yaml(document);
    first = false;
  }
  return ExitCode::Success;
}

ExitCode run_export(const DocumentOptions& options) {
  const auto answer = ApiClient(options.address).get("/documents", query_of(options));
  if (!answer) return failed(answer.error(), options);
  const auto documents = documents_of(list_of(*answer, "documents"));
  if (!documents) return failed(documents.error(), options);
  const auto written = write_document_files(options.folder, *documents);
  if (!written) return failed(written.error(), options);
  std::cout << fmt::format("{} documents written to {}\n", *written, options.folder);
  return ExitCode::Success;
}

ExitCode run_history(const DocumentOptions& options) {
  std::vector<Parameter> query{{"limit", std::to_string(options.limit)}};
  if (!options.kind.empty()) query.push_back({"kind", options.kind});
  if (!options.key.empty()) query.push_back({"key", options.key});
  const auto answer = ApiClient(options.address).get("/history", query);
  if (!answer) return failed(answer.error(), options);
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
    return ExitCode::Success;
  }
  for (const Value& change : list_of(*answer, "changes")) {
    const std::string message = text_of(change, "message");
    std::cout << fmt::format("{:>6}  {}  {}{}{}\n", integer_of(change, "revision"), text_of(change, "time"),
                             text_of(change, "author"), message.empty() ? "" : ": ", message);
    for (const Value& document : list_of(change, "documents")) {
      std::cout << fmt::format("        {} {} {}\n", text_of(document, "change"), text_of(document, "kind"),
                               text_of(document, "key"));
    }
  }
  return ExitCode::Success;
}

using Options = std::shared_ptr<DocumentOptions>;

/// A subcommand with what all of them have.
CLI::App& add(CLI::App& program, const Options& options, const std::string& name,
              const std::string& meaning) {
  CLI::App* command = program.add_subcommand(name, meaning);
  add_server_flags(*command, options->address);
  command->add_flag("--json", options->json, "Print JSON");
  return *command;
}

void add_kind_and_key(CLI::App& command, const Options& options) {
  std::vector<std::string> kinds;
  for (const model::DocumentKind kind : model::kDocumentKinds) kinds.emplace_back(model::name_of(kind));
  command.add_option("kind", options->kind, "flag, experiment, metric, segment, layer or connection")
      ->check(CLI::IsMember(kinds));
  command.add_option("name", options->key, "The document's key");
}

void add_apply(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DocumentOptions>();
  CLI::App& command =
      add(program, options, "apply", "Bring documents (YAML or JSON) to the server: all of them, or none");
  command.add_option("path", options->paths, "Files and folders")->required();
  command.add_flag("--dry-run", options->dry_run, "Check and show the difference; change nothing");
  command.add_flag("--prune", options->prune, "Also delete documents that are not in the files");
  command.add_option("--message", options->message, "Why; stands in the history");
  command.callback([options, &run] {
    run = [options] { return run_apply(*options, options->dry_run ? Execution::DryRun : Execution::Real); };
  });
}

void add_diff(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DocumentOptions>();
  CLI::App& command = add(program, options, "diff", "Show what apply would change");
  command.add_option("path", options->paths, "Files and folders")->required();
  command.add_flag("--prune", options->prune, "As of apply");
  command.callback([options, &run] { run = [options] { return run_apply(*options, Execution::DryRun); }; });
}

void add_get(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DocumentOptions>();
  CLI::App& command = add(program, options, "get", "Print documents as YAML: all, of one kind, or one");
  add_kind_and_key(command, options);
  command.add_option("--at", options->at, "As of this revision");
  command.callback([options, &run] { run = [options] { return run_get(*options); }; });
}

void add_export(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DocumentOptions>();
  CLI::App& command =
      add(program, options, "export", "Write all documents to files, one each, to keep them in git");
  command.add_option("folder", options->folder, "Where to")->required();
  command.add_option("--at", options->at, "As of this revision");
  command.callback([options, &run] { run = [options] { return run_export(*options); }; });
}

void add_history(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DocumentOptions>();
  CLI::App& command = add(program, options, "history", "Who changed what, newest first");
  add_kind_and_key(command, options);
  command.add_option("--limit", options->limit, "Changes at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 500));
  command.callback([options, &run] { run = [options] { return run_history(*options); }; });
}

void add_rollback(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DocumentOptions>();
  CLI::App& command =
      add(program, options, "rollback", "Bring all documents back to how they were at a revision");
  command.add_option("revision", options->revision, "See splitplot history")->required();
  command.add_flag("--dry-run", options->dry_run, "Show the difference; change nothing");
  command.add_option("--message", options->message, "Why; stands in the history");
  command.callback([options, &run] { run = [options] { return run_rollback(*options); }; });
}

}  // namespace

void add_document_commands(CLI::App& program, Run& run) {
  add_apply(program, run);
  add_diff(program, run);
  add_get(program, run);
  add_export(program, run);
  add_history(program, run);
  add_rollback(program, run);
}

}  // namespace splitplot::app
