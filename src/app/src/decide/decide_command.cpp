// splitplot decide: what a flag answers to a user, or where a page redirects them, and why; by a server or by files.

#include "client/failure.hpp"
#include "command.hpp"
#include "decide/local_snapshot.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/decide/explanation.hpp>
#include <splitplot/decide/redirect.hpp>
#include <splitplot/model/json.hpp>

#include <iostream>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct DecideOptions {
  ServerAddress address;
  std::string flag;
  std::string user;
  std::string attributes;
  std::string url;
  std::vector<std::string> documents;
  std::string payload;
  std::string at;
  bool redirect = false;
  bool explain = false;
  bool json = false;
};

ExitCode failed(const ApiFailure& failure, const DecideOptions& options) {
  return print_failure(failure, options.json ? ErrorStyle::Json : ErrorStyle::Text);
}

ExitCode failed(const Error& error, const DecideOptions& options) {
  return failed(ApiFailure{error, {}}, options);
}

Result<Value> context_of(const DecideOptions& options) {
  Value context = Value::Object{};
  if (!options.attributes.empty()) {
    auto read = read_attributes(options.attributes);
    if (!read) return tl::unexpected(read.error());
    context = *std::move(read);
  }
  if (!options.user.empty()) context.set("id", options.user);
  return context;
}

void print_json(Value explanation, const DecideOptions& options) {
  if (!options.explain) {
    explanation.erase("checks");
    explanation.erase("rules");
  }
  std::cout << model::pretty_json(explanation) << '\n';
}

void print_text(const std::string& explanation, const DecideOptions& options) {
  std::cout << (options.explain ? explanation : explanation.substr(0, explanation.find('\n') + 1));
}

ExitCode ask_server(const DecideOptions& options, const Value& context) {
  Value question = Value::Object{{"context", context}};
  if (!options.redirect) question.set("flag", options.flag);
  if (!options.url.empty()) question.set("url", options.url);
  const std::string path = options.redirect ? "/redirect/explain" : "/decide/explain";
  const ApiClient client(options.address);
  if (options.json) {
    const auto answer = client.post(path, question);
    if (!answer) return failed(answer.error(), options);
    print_json(*answer, options);
  } else {
    const auto answer = client.post_text(path, question, {{"format", "text"}});
    if (!answer) return failed(answer.error(), options);
    print_text(*answer, options);
  }
  return ExitCode::Success;
}

Result<Timestamp> time_of(const DecideOptions& options) {
  if (options.at.empty()) return SystemClock().now();
  const auto time = parse_rfc3339(options.at);
  if (time) return *time;
  return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no time", options.at),
              "write 2026-12-01T12:00:00Z");
}

ExitCode ask_files(const DecideOptions& options, const Value& context) {
  const auto local = options.payload.empty() ? snapshot_of_documents(options.documents)
                                             : snapshot_of_payload(options.payload);
  if (!local) return failed(local.error(), options);
  const auto now = time_of(options);
  if (!now) return failed(now.error(), options);
  decide::Evaluation evaluation{model::Attributes(&context)};
  evaluation.url = options.url;
  evaluation.now = *now;
  const decide::Explanation explanation =
      options.redirect ? decide::explain_redirect(*local->snapshot, evaluation)
                       : decide::explain(*local->snapshot, options.flag, evaluation, &context);
  if (explanation.error == decide::DecisionError::FlagNotFound) {
    return failed(Error{ErrorCode::NotFound, fmt::format("there is no flag '{}'", options.flag),
                        decide::nearest_flag(*local->snapshot, options.flag)},
                  options);
  }
  const std::vector<std::string> unknown = unknown_seeds(*local, explanation);
  if (options.json) {
    Value answer = decide::explanation_value(explanation);
    answer.set("unknown_seeds", Value::Array(unknown.begin(), unknown.end()));
    print_json(std::move(answer), options);
    return ExitCode::Success;
  }
  print_text(decide::explanation_text(explanation), options);
  for (const std::string& what : unknown) {
    std::cerr << fmt::format(
        "note: {} has no seed in its document; the server has a secret one, and other buckets\n", what);
  }
  return ExitCode::Success;
}

ExitCode run_decide(const DecideOptions& options) {
  const auto context = context_of(options);
  if (!context) return failed(context.error(), options);
  const bool from_files = !options.documents.empty() || !options.payload.empty();
  return from_files ? ask_files(options, *context) : ask_server(options, *context);
}

}  // namespace

void add_decide_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DecideOptions>();
  CLI::App* command = program.add_subcommand("decide", "What a flag answers to a user, and why");
  auto* what = command->add_option_group("what is decided");
  what->add_option("--flag", options->flag, "The flag's key");
  what->add_flag("--redirect", options->redirect, "Where the user is sent from the page of --url");
  what->require_option(1);
  command->add_option("--user", options->user, "Id of the user");
  command
      ->add_option("--attributes", options->attributes, "What is known of the user: a JSON object, or a file")
      ->option_text("JSON|FILE");
  command->add_option("--url", options->url, "Address of the page");
  add_server_flags(*command, options->address);
  CLI::Option* documents = command
                               ->add_option("--documents", options->documents,
                                            "Instead of asking a server: files or folders of documents")
                               ->option_text("PATH ...");
  command
      ->add_option("--payload", options->payload,
                   "Instead of asking a server: a payload of GrowthBook's SDKs")
      ->option_text("FILE")
      ->excludes(documents);
  command->add_option("--at", options->at, "With files: the time for schedules and ramps (now)")
      ->option_text("TIME");
  command->add_flag("--explain", options->explain, "Print every rule and clause that was looked at");
  command->add_flag("--json", options->json, "Print JSON (docs/guides/explain-a-decision.md)");
  command->callback([options, &run] { run = [options] { return run_decide(*options); }; });
}

}  // namespace splitplot::app
