// splitplot check-assignment: before an experiment starts, whether it will split units as planned and independently of the
// others.

#include "assign/unit_list.hpp"
#include "client/failure.hpp"
#include "command.hpp"
#include "decide/local_snapshot.hpp"

#include <splitplot/experiment/assignment_check.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/report/assignment_check.hpp>

#include <iostream>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct CheckOptions {
  ServerAddress address;
  std::string experiment;
  std::string list;
  std::string id_column;
  std::vector<std::string> documents;
  std::uint64_t simulated = 100'000;
  std::uint64_t seed = 1;
  bool json = false;
};

ExitCode failed(const ApiFailure& failure, const CheckOptions& options) {
  return print_failure(failure, options.json ? ErrorStyle::Json : ErrorStyle::Text);
}

Result<std::vector<std::string>> known_ids(const CheckOptions& options) {
  std::vector<std::string> ids;
  if (options.list.empty()) return ids;
  auto list = UnitList::open(options.list, options.id_column);
  if (!list) return tl::unexpected(list.error());
  std::vector<std::string> cells;
  while (true) {
    const auto more = list->rows().next(cells);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    if (!cells[list->id_at()].empty()) ids.push_back(std::move(cells[list->id_at()]));
  }
  if (ids.empty()) return fail(ErrorCode::BadData, fmt::format("{} has no ids", options.list), "");
  return ids;
}

ExitCode ask_server(const CheckOptions& options, const std::vector<std::string>& ids) {
  const Value body = Value::Object{{"simulated", options.simulated},
                                   {"seed", options.seed},
                                   {"ids", Value::Array(ids.begin(), ids.end())}};
  const std::string path = fmt::format("/experiments/{}/assignment-check", path_segment(options.experiment));
  const ApiClient client(options.address);
  const auto answer = client.post(path, body);
  if (!answer) return failed(answer.error(), options);
  const Value* as_planned = answer->find("as_planned");
  const bool good = as_planned != nullptr && *as_planned == Value(true);
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
  } else {
    const auto text = client.post_text(path, body, {{"format", "text"}});
    if (!text) return failed(text.error(), options);
    std::cout << *text;
  }
  return good ? ExitCode::Success : ExitCode::BadData;
}

ExitCode check_files(const CheckOptions& options, const std::vector<std::string>& ids) {
  const auto local = snapshot_of_documents(options.documents);
  if (!local) return failed(local.error(), options);
  const auto& experiments = local->snapshot->configuration().experiments;
  const auto tested = experiments.find(options.experiment);
  if (tested != experiments.end()) {
    if (const auto known = require_seeds(*local, tested->second); !known)
      return failed({known.error(), {}}, options);
  }
  experiment::AssignmentCheckRequest request;
  request.experiment = options.experiment;
  request.simulated_ids = options.simulated;
  request.seed = options.seed;
  request.known_ids = ids;
  std::vector<std::string> unknown;
  for (const auto& [key, other] : experiments) {
    const bool counts = other.status == model::ExperimentStatus::Running && !other.holdout &&
                        tested != experiments.end() && other.attribute == tested->second.attribute;
    if (counts && key != options.experiment && !require_seeds(*local, other)) unknown.push_back(key);
  }
  request.others_without_seed = unknown;
  const auto check = experiment::check_assignment(*local->snapshot, request);
  if (!check) return failed({check.error(), {}}, options);
  std::cout << (options.json ? report::assignment_check_json(*check) + "\n"
                             : report::assignment_check_text(*check));
  return check->as_planned() ? ExitCode::Success : ExitCode::BadData;
}

ExitCode run_check(const CheckOptions& options) {
  const auto ids = known_ids(options);
  if (!ids) return failed({ids.error(), {}}, options);
  return options.documents.empty() ? ask_server(options, *ids) : check_files(options, *ids);
}

}  // namespace

void add_check_assignment_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command = program.add_subcommand(
      "check-assignment", "Before an experiment starts: does it split as planned, independently of others?");
  command->add_option("--experiment", options->experiment, "Its key")->required()->option_text("KEY");
  command->add_option("--simulated", options->simulated, "How many made-up ids (100,000)")
      ->option_text("NUMBER");
  command->add_option("--seed", options->seed, "Of the made-up ids (1)")->option_text("NUMBER");
  command->add_option("--ids", options->list, "CSV file with known ids, a row each")->option_text("LIST.csv");
  command
      ->add_option("--id", options->id_column,
                   "With --ids: the column that names the unit ('id', else the first)")
      ->option_text("COLUMN");
  add_server_flags(*command, options->address);
  command
      ->add_option("--documents", options->documents,
                   "Instead of asking a server: files or folders of documents")
      ->option_text("PATH ...");
  command->add_flag("--json", options->json, "Print JSON (docs/methods/assignment-uniformity.md)");
  command->callback([options, &run] { run = [options] { return run_check(*options); }; });
}

}  // namespace splitplot::app
