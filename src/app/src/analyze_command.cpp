// splitplot analyze: one experiment file in, one honest report out.

#include "analysis_options.hpp"
#include "analyze_columns.hpp"
#include "choice.hpp"
#include "command.hpp"
#include "files.hpp"
#include "terminal.hpp"

#include <splitplot/experiment/analysis.hpp>
#include <splitplot/report/report.hpp>
#include <splitplot/store/warehouse.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

using experiment::AnalysisRequest;

/// The options as typed, before they are checked.
struct AnalyzeOptions : AnalysisOptions {
  std::string file;
  std::string exposures;
  std::string html_path;
  bool json = false;
  bool full = false;
  bool quiet = false;
  ColourChoice colour = ColourChoice::Automatic;
  store::EmbeddedWarehouseOptions warehouse;
};

constexpr const char* kExamples = R"(Examples:
  splitplot analyze test.csv --variant group --metric converted --metric revenue
  splitplot analyze hillstrom.csv --variant segment --control "No E-Mail" \
      --metric visit --metric spend --by channel --by newbie --covariate history \
      --html report.html
  splitplot analyze --exposures seen.parquet --events events.parquet \
      --unit user_id --variant variant \
      --metric "revenue=sum(value) where event='purchase'"

Metrics: a column, or [name=]REDUCTION(column) [where CONDITION], REDUCTION one of
sum count count_distinct mean min max any first last.

Exit codes: 0 done (read the findings), 1 internal error, 2 wrong options or
names, 3 data that cannot be analysed, 4 file that cannot be read or written,
5 a limit was reached.)";

Result<void> finish_request(AnalyzeOptions& options) {
  AnalysisRequest& request = options.request;
  if (options.file.empty() == options.exposures.empty()) {
    return fail(
        ErrorCode::InvalidArgument,
        options.file.empty() ? "no file was named" : "a file was named twice: as FILE and with --exposures",
        "Usage: splitplot analyze FILE --variant COLUMN --metric COLUMN, or --exposures FILE --events FILE");
  }
  request.path = options.file.empty() ? options.exposures : options.file;
  for (const std::string& input : {request.path, request.events_path.value_or(std::string())}) {
    if (!options.html_path.empty() && same_file(options.html_path, input)) {
      return fail(ErrorCode::InvalidArgument, fmt::format("--html names the file to read, {}", input),
                  "give the report a name of its own");
    }
  }
  request.with_distributions = !options.html_path.empty();
  return read_options(options);
}

Result<experiment::Analysis> analyse(const AnalyzeOptions& options) {
  auto warehouse = store::open_embedded_warehouse(options.warehouse);
  if (!warehouse) return tl::unexpected(warehouse.error());
  if (options.request.variant_column.empty() || options.request.metrics.empty())
    return tl::unexpected(what_is_missing(**warehouse, options.request));
  ProgressLine progress("Reading " + options.request.path);
  return experiment::analyze_file(**warehouse, options.request,
                                  options.quiet ? store::Progress{} : progress.callback());
}

ExitCode run_analyze(AnalyzeOptions& options) {
  const ErrorStyle error_style = options.json ? ErrorStyle::Json : ErrorStyle::Text;
  auto failed = [&](const Error& error) {
    print_error(error, error_style);
    return exit_code_of(error.code);
  };
  if (auto finished = finish_request(options); !finished) return failed(finished.error());
  const auto analysis = analyse(options);
  if (!analysis) return failed(analysis.error());
  if (!options.html_path.empty()) {
    if (auto written = write_file(options.html_path, report::to_html(*analysis, current_time_iso()));
        !written) {
      return failed(written.error());
    }
  }
  if (options.json) {
    std::cout << report::to_json(*analysis) << '\n';
  } else {
    report::TerminalStyle style = style_of_standard_output(options.colour);
    style.detail = options.full ? report::Detail::Full : report::Detail::Summary;
    std::cout << report::to_terminal(*analysis, style);
    if (!options.html_path.empty()) std::cout << "\nReport: " << options.html_path << '\n';
  }
  return ExitCode::Success;
}

void add_data_options(CLI::App& command, AnalyzeOptions& options) {
  command.add_option("FILE", options.file,
                     "Experiment file, a row per unit: CSV, TSV, Parquet, JSON lines, also gzip or zstd");
  command.add_option("--variant", options.request.variant_column,
                     "Column that says which variant a unit saw; without it the columns are listed");
  command.add_option("--control", options.request.control, "Variant to compare with (guessed when left out)");
  command
      .add_option("--metric", options.request.metrics,
                  "Metric: a column, or a reduction of one; repeat for more, the most important first")
      ->allow_extra_args(false);
  command
      .add_option("--by", options.request.dimensions,
                  "Dimension to segment by; \"a*b\" crosses two; repeat for more")
      ->allow_extra_args(false);
  command
      .add_option("--covariate", options.request.covariates,
                  "Column from before the test, to reduce noise (CUPED); repeat for more")
      ->allow_extra_args(false);
  command.add_option("--unit", options.request.unit_column,
                     "Column that identifies the unit; without it every row is one");

  const std::string files = "Reading";
  command.add_option("--exposures", options.exposures, "Exposures, with --events instead of FILE")
      ->group(files);
  command
      .add_option("--events", options.request.events_path, "Events in a file of their own, joined by --unit")
      ->group(files);
  command.add_option("--time", options.time, "Time column(s): COLUMN, or EXPOSURE_COLUMN,EVENT_COLUMN")
      ->group(files);
  command.add_option("--delimiter", options.delimiter, "Column separator of a text file (detected)")
      ->group(files);
  command.add_option("--decimal", options.decimal, "Decimal separator, . or ,")->group(files);
  add_choice<store::RepeatedUnits>(command, "--duplicates", options.request.repeated_units,
                                   "What several rows of a unit mean: refuse (default), first, sum",
                                   {{"refuse", store::RepeatedUnits::Refuse},
                                    {"first", store::RepeatedUnits::First},
                                    {"sum", store::RepeatedUnits::Sum}})
      ->group(files);
  add_choice<store::MissingValue>(
      command, "--missing", options.request.missing,
      "What an empty metric cell means: leave-out (default), zero",
      {{"leave-out", store::MissingValue::LeaveOut}, {"zero", store::MissingValue::Zero}})
      ->group(files);
  command.add_option("--threads", options.warehouse.threads, "Threads for reading (one per processor)")
      ->group(files);
  command
      .add_option("--memory", options.warehouse.memory_limit,
                  "Memory for reading, such as 2GB; beyond it the disk is used")
      ->group(files);
}

void add_metric_options(CLI::App& command, AnalyzeOptions& options) {
  const std::string statistics = "Statistics";
  AnalysisRequest& request = options.request;
  command.add_option("--weights", options.weights, "Planned split, such as A=50,B=50 (equal)")
      ->allow_extra_args(false)
      ->group(statistics);
  command
      .add_option("--lower-is-better", request.lower_is_better, "Metric that should go down; repeat for more")
      ->allow_extra_args(false)
      ->group(statistics);
  command
      .add_option("--kind", options.kinds, "NAME=proportion or NAME=mean, where the detected kind is wrong")
      ->allow_extra_args(false)
      ->group(statistics);
  command
      .add_option("--worthwhile", request.worthwhile_lift,
                  "Relative change a segment must be able to see, or it is too small (0.2)")
      ->group(statistics);
}

void add_output_options(CLI::App& command, AnalyzeOptions& options) {
  const std::string output = "Output";
  command.add_option("--html", options.html_path, "Write a self-contained HTML report")->group(output);
  command.add_flag("--full", options.full, "Print all that was found, not only the answer")->group(output);
  command.add_flag("--json", options.json, "Print JSON (docs/formats/analysis-json.md)")->group(output);
  command.add_flag("--quiet", options.quiet, "No progress line")->group(output);
  add_choice<ColourChoice>(
      command, "--color", options.colour, "auto (default), always, never",
      {{"auto", ColourChoice::Automatic}, {"always", ColourChoice::Always}, {"never", ColourChoice::Never}})
      ->group(output);
}

}  // namespace

void add_analyze_command(CLI::App& program, Run& run) {
  auto options = std::make_shared<AnalyzeOptions>();
  CLI::App* command = program.add_subcommand("analyze", "Analyse an experiment file, per segment");
  add_data_options(*command, *options);
  add_statistics_options(*command, options->statistics, options->request);
  add_metric_options(*command, *options);
  add_output_options(*command, *options);
  command->footer(kExamples);
  command->callback([options, &run] { run = [options] { return run_analyze(*options); }; });
}

}  // namespace splitplot::app
