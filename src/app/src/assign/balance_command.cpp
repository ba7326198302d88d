// splitplot balance: before an experiment starts, the salt that spreads known covariates most evenly over the variants.

#include "assign/list_assigner.hpp"
#include "assign/unit_list.hpp"
#include "client/failure.hpp"
#include "command.hpp"
#include "decide/local_snapshot.hpp"
#include "terminal.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/decide/assigner.hpp>
#include <splitplot/experiment/balanced_salt.hpp>
#include <splitplot/report/balance.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct BalanceOptions {
  std::string list;
  std::vector<std::string> covariates;
  std::string experiment;
  std::vector<std::string> documents;
  std::string split;
  std::string id_column;
  std::string prefix;
  std::uint64_t salts = 1000;
  bool json = false;
};

ExitCode failed(const ApiFailure& failure, const BalanceOptions& options) {
  return print_failure(failure, options.json ? ErrorStyle::Json : ErrorStyle::Text);
}

/// Who would be in the experiment, whatever its seed: by documents, or everybody.
struct Eligibility {
  std::optional<LocalSnapshot> local;
  std::optional<decide::Assigner> assigner;
  std::string unit_attribute = "id";

  bool includes(const Value& unit) {
    if (!assigner) return unit.find(unit_attribute) != nullptr;
    const decide::AssignedUnit answer = assigner->assign(model::Attributes(&unit));
    return answer.counts ||
           (!answer.variant && answer.refusal == decide::refusal_word(decide::Check::What::Variant));
  }
};

ApiResult<Eligibility> plan_by_split(const BalanceOptions& options, experiment::BalanceRequest& request) {
  const auto split = read_split(options.split);
  if (!split) return tl::unexpected(ApiFailure{split.error(), {}});
  request.variants = split->variants;
  request.weights = split->weights;
  request.salt_prefix = options.prefix.empty() ? "salt" : options.prefix;
  return Eligibility{};
}

ApiResult<Eligibility> plan_by_documents(const BalanceOptions& options, experiment::BalanceRequest& request) {
  auto local = snapshot_of_documents(options.documents);
  if (!local) return tl::unexpected(local.error());
  const auto failure = [](const Error& error) { return tl::unexpected(ApiFailure{error, {}}); };
  auto assigner = decide::Assigner::of(*local->snapshot, options.experiment, "", SystemClock().now(),
                                       decide::Evaluation::Rehearsal::AsIfLaunched);
  if (!assigner) return failure(assigner.error());
  const model::Experiment& planned = assigner->experiment();
  if (planned.status == model::ExperimentStatus::Running) {
    return failure({ErrorCode::Conflict,
                    fmt::format("the experiment '{}' runs: another seed would move its units", planned.key),
                    "balance before an experiment starts"});
  }
  // That of the experiment itself is what is looked for.
  local->without_seed.erase(fmt::format("experiment '{}'", planned.key));
  if (const auto known = require_seeds(*local, planned); !known) return failure(known.error());
  for (const model::ExperimentVariant& variant : planned.variants) {
    request.variants.push_back(variant.key);
    request.weights.push_back(variant.weight);
  }
  request.control = planned.control;
  request.coverage = planned.ramp.empty() ? planned.coverage : planned.ramp.back().share;
  request.present_salt = planned.seed;
  request.salt_prefix = options.prefix.empty() ? planned.key : options.prefix;
  Eligibility eligibility;
  eligibility.unit_attribute = planned.attribute;
  eligibility.assigner = *std::move(assigner);
  eligibility.local = *std::move(local);
  return eligibility;
}

Result<std::vector<std::size_t>> covariate_columns(const BalanceOptions& options, const UnitList& list,
                                                   const std::vector<std::string>& header) {
  std::vector<std::size_t> columns;
  for (const std::string& name : options.covariates) {
    const auto found = std::ranges::find(header, name);
    if (found == header.end()) {
      const auto nearest = nearest_name(name, header);
      return fail(ErrorCode::NotFound, fmt::format("{} has no column '{}'", options.list, name),
                  nearest ? fmt::format("did you mean '{}'?", *nearest)
                          : fmt::format("its columns are '{}'", fmt::join(header, "', '")));
    }
    const auto at = static_cast<std::size_t>(found - header.begin());
    if (at == list.id_at())
      return fail(ErrorCode::InvalidArgument, fmt::format("'{}' names the units: it is no covariate", name),
                  "");
    columns.push_back(at);
  }
  return columns;
}

Result<void> read_units(const BalanceOptions& options, Eligibility& eligibility,
                        experiment::BalanceRequest& request) {
  auto list = UnitList::open(options.list, options.id_column);
  if (!list) return tl::unexpected(list.error());
  const auto columns = covariate_columns(options, *list, list->rows().header());
  if (!columns) return tl::unexpected(columns.error());
  for (const std::string& name : options.covariates) request.covariates.push_back({name, {}});
  std::vector<std::string> cells;
  while (true) {
    const auto more = list->rows().next(cells);
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    if (cells[list->id_at()].empty() ||
        !eligibility.includes(list->attributes(cells, eligibility.unit_attribute)))
      continue;
    request.ids.push_back(cells[list->id_at()]);
    for (std::size_t i = 0; i < columns->size(); ++i)
      request.covariates[i].cells.push_back(cells[(*columns)[i]]);
  }
  if (request.ids.empty())
    return fail(ErrorCode::BadData, fmt::format("nobody in {} would be in the experiment", options.list),
                "'splitplot decide --explain' says why of one of them");
  return {};
}

ExitCode run_balance(const BalanceOptions& options) {
  if (options.split.empty() == options.experiment.empty() ||
      options.experiment.empty() != options.documents.empty()) {
    return failed(
        {{ErrorCode::InvalidArgument, "give either --experiment KEY with --documents PATH, or --split 50/50",
          "'splitplot export' writes the documents of a server to files"},
         {}},
        options);
  }
  experiment::BalanceRequest request;
  request.salts = options.salts;
  auto eligibility =
      options.split.empty() ? plan_by_documents(options, request) : plan_by_split(options, request);
  if (!eligibility) return failed(eligibility.error(), options);
  if (const auto read = read_units(options, *eligibility, request); !read)
    return failed({read.error(), {}}, options);
  ProgressLine progress("Trying salts");
  const store::Progress tell = progress.callback();
  const auto result =
      experiment::find_balanced_salt(request, [&](double share) { return !tell || tell(share); });
  if (!result) return failed({result.error(), {}}, options);
  std::cout << (options.json ? report::balance_json(*result) + "\n" : report::balance_text(*result));
  return ExitCode::Success;
}

}  // namespace

void add_balance_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<BalanceOptions>();
  CLI::App* command = program.add_subcommand(
      "balance", "Before an experiment starts: the seed that spreads known covariates most evenly");
  command->add_option("list", options->list, "CSV file with a unit per row, and what is known of it")
      ->required()
      ->option_text("LIST.csv");
  command->add_option("--covariates", options->covariates, "Columns to balance, with commas between them")
      ->required()
      ->delimiter(',')
      ->option_text("COLUMN,...");
  command->add_option("--experiment", options->experiment, "Key of the experiment, with --documents")
      ->option_text("KEY");
  command->add_option("--documents", options->documents, "Files or folders of documents")
      ->option_text("PATH ...");
  command->add_option("--split", options->split, "Instead of an experiment: 50/50, or control=90,new=10")
      ->option_text("SHARES");
  command->add_option("--salts", options->salts, "How many are tried (1000)")->option_text("NUMBER");
  command->add_option("--prefix", options->prefix, "What salts begin with (the experiment's key)")
      ->option_text("TEXT");
  command->add_option("--id", options->id_column, "The column that names the unit ('id', else the first)")
      ->option_text("COLUMN");
  command->add_flag("--json", options->json, "Print JSON (docs/methods/covariate-balance.md)");
  command->callback([options, &run] { run = [options] { return run_balance(*options); }; });
}

}  // namespace splitplot::app
