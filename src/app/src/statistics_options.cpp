#include "statistics_options.hpp"

#include "choice.hpp"

#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

using experiment::AnalysisRequest;
using experiment::MetricKind;
using stats::Correction;

constexpr std::uint64_t kMostUnits = 1'000'000'000'000;

/// A word for all metrics, or one for a single metric.
struct Choice {
  std::optional<std::string> metric;
  std::string word;
};

Result<Choice> choice_of(const std::string& text, std::string_view option) {
  if (text.find('=') == std::string::npos) return Choice{std::nullopt, text};
  auto pair = name_and_value(text, option);
  if (!pair) return tl::unexpected(pair.error());
  return Choice{std::move(pair->first), std::move(pair->second)};
}

Result<void> read_methods(const StatisticsOptions& options, AnalysisRequest& request) {
  request.methods.interval = options.interval;
  for (const std::string& text : options.methods) {
    const auto choice = choice_of(text, "--method");
    if (!choice) return tl::unexpected(choice.error());
    const auto method = experiment::comparison_method(choice->word);
    if (!method) return tl::unexpected(method.error());
    const auto kind = experiment::kind_of(*method);
    if (choice->metric) {
      request.methods.by_metric[*choice->metric] = *method;
    } else {
      if (kind != MetricKind::Mean) request.methods.proportions = *method;
      if (kind != MetricKind::Proportion) request.methods.means = *method;
    }
  }
  return {};
}

Result<void> read_priors(const StatisticsOptions& options, AnalysisRequest& request) {
  for (const std::string& text : options.priors) {
    const auto choice = choice_of(text, "--prior");
    if (!choice) return tl::unexpected(choice.error());
    auto prior = experiment::stated_prior(choice->word);
    if (!prior) return tl::unexpected(prior.error());
    (choice->metric ? request.priors.by_metric[*choice->metric] : request.priors.all) = *std::move(prior);
  }
  return {};
}

void add_method_options(CLI::App& command, StatisticsOptions& options, const std::string& group) {
  command
      .add_option("--method", options.methods,
                  "Test: auto (default); of proportions pooled-z, fisher, boschloo, barnard, score; of means "
                  "welch, student; NAME=WORD for one metric; repeat for more")
      ->allow_extra_args(false)
      ->option_text("WORD")
      ->group(group);
  add_choice<std::optional<stats::ProportionDifferenceInterval>>(
      command, "--interval", options.interval, "Of differences of proportions: newcombe (default), score",
      {{"newcombe", stats::ProportionDifferenceInterval::Newcombe},
       {"score", stats::ProportionDifferenceInterval::MiettinenNurminen}})
      ->group(group);
  command
      .add_option(
          "--prior", options.priors,
          "Beliefs before the data, for chances to win: flat (default), normal:SD, normal:MEAN,SD, "
          "t:SCALE,DF (0.02, or 5% of the control's mean), beta:A,B of rates; NAME=PRIOR for one metric")
      ->allow_extra_args(false)
      ->option_text("PRIOR")
      ->group(group);
  command
      .add_option(
          "--pool", options.pool,
          "How segments are pooled: adaptive (default), half-normal:SCALE, half-cauchy:SCALE, binomial "
          "(proportions by their counts), none")
      ->option_text("WORD")
      ->group(group);
}

void add_look_options(CLI::App& command, StatisticsOptions& options, AnalysisRequest& request,
                      const std::string& group) {
  const auto units = CLI::Range(std::uint64_t{1}, kMostUnits).description("");
  CLI::Option* sequential = command
                                .add_flag("--sequential", options.sequential,
                                          "The test was watched while it ran: always-valid intervals")
                                ->group(group);
  command
      .add_option("--tune-at", request.tuned_for_units,
                  "With --sequential: total units at which intervals are tightest (10000)")
      ->check(units)
      ->needs(sequential)
      ->group(group);
  CLI::Option* planned =
      command
          .add_option("--planned-units", options.planned_units,
                      "The test has planned looks (group sequential) and ends with so many units "
                      "in all")
          ->check(units)
          ->option_text("UINT")
          ->group(group);
  command
      .add_option("--looks-at", options.looks,
                  "With --planned-units: units at each look so far, the last being now: 10000,20000")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->option_text("UINT,...")
      ->needs(planned)
      ->group(group);
  command
      .add_option("--spending", options.spending,
                  "With --planned-units: obf (default), pocock, hsd:GAMMA, power:RHO")
      ->option_text("WORD")
      ->needs(planned)
      ->group(group);
}

}  // namespace

std::vector<std::pair<std::string, SegmentCorrection>> segment_correction_words() {
  std::vector<std::pair<std::string, SegmentCorrection>> words;
  for (const auto& [word, correction] : experiment::correction_words())
    words.push_back({word, {correction, experiment::FamilyStructure::Flat}});
  words.push_back({"hierarchical", {Correction::BenjaminiHochberg, experiment::FamilyStructure::BySegment}});
  return words;
}

Result<std::pair<std::string, std::string>> name_and_value(const std::string& text, std::string_view option) {
  const auto at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{} takes NAME=VALUE, not '{}'", option, text));
  }
  return std::pair{text.substr(0, at), text.substr(at + 1)};
}

void add_statistics_options(CLI::App& command, StatisticsOptions& options, AnalysisRequest& request) {
  const std::string group = "Statistics";
  command.add_option("--alpha", request.alpha, "Error rate; intervals hold 1 - alpha (0.05)")->group(group);
  command.add_option("--power", request.power, "Power of the detectable effects (0.8)")->group(group);
  add_method_options(command, options, group);
  add_choice(command, "--correction", request.correction,
             "Over metrics x variants: holm (default), hochberg, hommel, bonferroni, sidak, holm-sidak, "
             "hochberg-sidak, bh, by, none",
             experiment::correction_words())
      ->group(group);
  add_choice(command, "--segment-correction", options.segment_correction,
             "Over segments x metrics x variants: bh (default), hierarchical, or any of the above",
             segment_correction_words())
      ->group(group);
  add_look_options(command, options, request, group);
}

Result<void> read_statistics(const StatisticsOptions& options, AnalysisRequest& request) {
  request.segment_correction = options.segment_correction.correction;
  request.segment_structure = options.segment_correction.structure;
  if (options.sequential && options.planned_units > 0) {
    return fail(ErrorCode::InvalidArgument, "a test is either watched or has planned looks",
                "give --sequential or --planned-units, not both");
  }
  if (options.sequential) request.monitoring = experiment::Monitoring::Sequential;
  if (options.planned_units > 0) {
    request.monitoring = experiment::Monitoring::GroupSequential;
    request.look_plan.planned_units = options.planned_units;
    request.look_plan.looks = options.looks;
    if (!options.spending.empty()) {
      const auto spending = experiment::spending_function(options.spending);
      if (!spending) return tl::unexpected(spending.error());
      request.look_plan.spending = *spending;
    }
  }
  if (!options.pool.empty()) {
    auto pooling = experiment::pooling_choice(options.pool);
    if (!pooling) return tl::unexpected(pooling.error());
    request.pooling = *std::move(pooling);
  }
  if (auto read = read_methods(options, request); !read) return read;
  return read_priors(options, request);
}

}  // namespace splitplot::app
