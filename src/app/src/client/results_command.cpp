// splitplot results: what a served experiment has found so far.

#include "client/api_client.hpp"
#include "command.hpp"
#include "files.hpp"
#include "terminal.hpp"

#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

struct ResultsOptions {
  ServerAddress address;
  std::string experiment;
  std::string html;
  std::string metric;  // of the timeline; empty: the first of the plan
  bool timeline = false;
  bool full = false;
  bool json = false;
};

ExitCode failed(const Error& error, const ResultsOptions& options) {
  print_error(error, options.json ? ErrorStyle::Json : ErrorStyle::Text);
  return exit_code_of(error.code);
}

ExitCode run_results(const ResultsOptions& options) {
  const ApiClient client(options.address);
  const std::string path = fmt::format("/experiments/{}/{}", path_segment(options.experiment),
                                       options.timeline ? "timeline" : "results");
  if (!options.html.empty()) {
    const auto html = client.get_text(path, {{"format", "html"}});
    if (!html) return failed(html.error().error, options);
    if (const auto written = write_file(options.html, *html); !written)
      return failed(written.error(), options);
  }
  std::vector<Parameter> query{{"format", options.json ? "json" : "text"}};
  if (!options.json) {
    const report::TerminalStyle style = style_of_standard_output(ColourChoice::Automatic);
    query.push_back({"columns", std::to_string(style.columns)});
    query.push_back({"colour", style.colour ? "yes" : "no"});
    query.push_back({"unicode", style.unicode ? "yes" : "no"});
    if (options.full) query.push_back({"detail", "full"});
  }
  if (!options.metric.empty()) query.push_back({"metric", options.metric});
  const auto text = client.get_text(path, query);
  if (!text) return failed(text.error().error, options);
  std::cout << *text;
  if (!text->ends_with('\n')) std::cout << '\n';
  if (!options.html.empty() && !options.json) std::cout << fmt::format("\nReport: {}\n", options.html);
  return ExitCode::Success;
}

}  // namespace

void add_results_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<ResultsOptions>();
  CLI::App* command = program.add_subcommand("results", "What an experiment on the server has found so far");
  command->add_option("experiment", options->experiment, "Its key")->required();
  add_server_flags(*command, options->address);
  CLI::Option* html =
      command->add_option("--html", options->html, "Also write the report, one file that opens anywhere");
  CLI::Option* timeline = command
                              ->add_flag("--timeline", options->timeline,
                                         "The effect over time, with the interval that holds at every step")
                              ->excludes(html);
  command->add_option("--metric", options->metric, "With --timeline: key of the metric (the first primary)")
      ->needs(timeline);
  command->add_flag("--full", options->full, "Print all that was found, not only the answer")
      ->excludes(timeline);
  command->add_flag("--json", options->json,
                    "Print JSON (docs/formats/analysis-json.md; --timeline: http-api.md)");
  command->callback([options, &run] { run = [options] { return run_results(*options); }; });
}

}  // namespace splitplot::app
