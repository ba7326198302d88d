// splitplot experiments: all experiments of a server, with progress and what was found.

#include "client/api_client.hpp"
#include "command.hpp"

#include <splitplot/experiment/numbers.hpp>
#include <splitplot/model/json.hpp>

#include <iostream>
#include <limits>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct ExperimentsOptions {
  ServerAddress address;
  bool json = false;
};

std::string text_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

std::uint64_t count_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  const std::int64_t* number = member != nullptr ? member->if_integer() : nullptr;
  return number != nullptr ? static_cast<std::uint64_t>(*number) : 0;
}

Value::Array list_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_array() != nullptr ? *member->if_array() : Value::Array{};
}

// An end that is open is null.
double number_in(const Value& object, std::string_view name, double otherwise) {
  const Value* member = object.find(name);
  return member != nullptr ? member->number().value_or(otherwise) : otherwise;
}

std::string day_in(const Value& object, std::string_view name) {
  return text_in(object, name).substr(0, 10);
}

std::string status_of(const Value& experiment) {
  const std::string started = day_in(experiment, "started");
  const std::string stopped = day_in(experiment, "stopped");
  std::string text = text_in(experiment, "status");
  if (!started.empty()) text += (stopped.empty() ? " since " : ", ") + started;
  if (!stopped.empty()) text += " to " + stopped;
  return text;
}

std::string units_of(const Value& experiment) {
  std::string variants;
  for (const Value& variant : list_in(experiment, "variants")) {
    variants += fmt::format("{}{} {}", variants.empty() ? "" : ", ", text_in(variant, "key"),
                            experiment::count(count_in(variant, "units")));
  }
  const std::uint64_t planned = count_in(experiment, "planned_units");
  return fmt::format("{}{} ({}), {}", experiment::counted(count_in(experiment, "units"), "unit"),
                     planned > 0 ? " of " + experiment::count(planned) + " planned" : "", variants,
                     experiment::counted(count_in(experiment, "exposures"), "exposure"));
}

std::string effect_of(const Value& effect, experiment::Quantity quantity) {
  constexpr double kOpen = std::numeric_limits<double>::infinity();
  const std::string why = text_in(effect, "not_estimable");
  if (!why.empty()) return "no difference: " + why;
  return experiment::change({number_in(effect, "estimate", 0),
                             {number_in(effect, "lower", -kOpen), number_in(effect, "upper", kOpen)}},
                            quantity)
      .text();
}

void print(const Value& experiment) {
  std::cout << fmt::format("{}  {}\n", text_in(experiment, "key"), status_of(experiment));
  if (const std::string hypothesis = text_in(experiment, "hypothesis"); !hypothesis.empty())
    std::cout << "  " << hypothesis << '\n';
  if (day_in(experiment, "started").empty()) return;
  std::cout << "  " << units_of(experiment) << '\n';
  const Value* metric = experiment.find("primary_metric");
  const bool rate = metric != nullptr && text_in(*metric, "kind") == "proportion";
  for (const Value& effect : list_in(experiment, "effects")) {
    std::cout << fmt::format(
        "  {}, {}: {}\n", text_in(*metric, "key"), text_in(effect, "variant"),
        effect_of(effect, rate ? experiment::Quantity::Rate : experiment::Quantity::Plain));
  }
  if (const std::string headline = text_in(experiment, "headline"); !headline.empty())
    std::cout << "  - " << headline << '\n';
  const Value* next = experiment.find("next");
  if (next != nullptr && next->if_object() != nullptr)
    std::cout << "  What now: " << text_in(*next, "text") << '\n';
  for (const Value& problem : list_in(experiment, "problems"))
    std::cout << "  ! " << (problem.if_text() != nullptr ? *problem.if_text() : "") << '\n';
  if (text_in(experiment, "computed").empty())
    std::cout << "  What it found is being computed: ask again in a moment.\n";
}

ExitCode run_experiments(const ExperimentsOptions& options) {
  const auto answer = ApiClient(options.address).get("/experiments");
  if (!answer) {
    print_error(answer.error().error, options.json ? ErrorStyle::Json : ErrorStyle::Text);
    return exit_code_of(answer.error().error.code);
  }
  if (options.json) {
    std::cout << model::pretty_json(*answer) << '\n';
    return ExitCode::Success;
  }
  const Value::Array experiments = list_in(*answer, "experiments");
  if (experiments.empty()) std::cout << "There are no experiments yet.\n";
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    if (i > 0) std::cout << '\n';
    print(experiments[i]);
  }
  return ExitCode::Success;
}

}  // namespace

void add_experiments_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<ExperimentsOptions>();
  CLI::App* command =
      program.add_subcommand("experiments", "All experiments on the server: progress, and what was found");
  add_server_flags(*command, options->address);
  command->add_flag("--json", options->json, "Print JSON (docs/formats/http-api.md)");
  command->callback([options, &run] { run = [options] { return run_experiments(*options); }; });
}

}  // namespace splitplot::app
