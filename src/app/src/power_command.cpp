// splitplot power: what a sample can see, and what it takes to see an effect.

#include "choice.hpp"
#include "command.hpp"
#include "segment_file.hpp"
#include "terminal.hpp"

#include <splitplot/report/power.hpp>
#include <splitplot/stats/power/plan.hpp>
#include <splitplot/stats/power/segment_plan.hpp>

#include <cmath>
#include <iostream>
#include <memory>
#include <optional>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

using report::PowerPlan;
using report::PowerQuestion;
using stats::DesignMethod;

/// The options as typed, before they are checked.
struct PowerCommandOptions {
  std::optional<double> rate, mean, sd, count;
  double dispersion = 1;
  std::optional<double> lift, effect, margin;
  std::optional<double> units;
  std::vector<double> per_day;
  std::vector<double> season;
  std::optional<int> days;
  std::optional<double> alpha;
  double power = 0.8;
  std::size_t variants = 2;
  double ratio = 1;
  double r_squared = 0;
  std::optional<DesignMethod> method;
  std::optional<std::size_t> looks;
  stats::Alternative alternative = stats::Alternative::TwoSided;
  bool lower_is_better = false;
  std::string segments;
  stats::SegmentCorrection segment_correction = stats::SegmentCorrection::Bonferroni;
  bool curve = false;
  bool json = false;
  ColourChoice colour = ColourChoice::Automatic;
};

constexpr const char* kExamples = R"(Examples:
  splitplot power --rate 0.05 --lift 0.1                      units for +10 %
  splitplot power --rate 0.05 --lift 0.1 --per-day 1500       and the days
  splitplot power --mean 12 --sd 30 --effect 1.5 --method fixed --curve
  splitplot power --rate 0.05 --units 20000                   detectable effect
  splitplot power --rate 0.05 --lift 0.1 --units 20000        power
  splitplot power --rate 0.05 --per-day 3000,2200,1800,1500 --days 28
  splitplot power --rate 0.1 --margin 0.01                    non-inferiority
  splitplot power --segments segments.csv --lift 0.1 --days 42

The answer is what is left out: power where effect and sample are given, effect
where only the sample is, units (and days) where only the effect is.

Exit codes: 0 done, 1 internal error, 2 options that make no sense or a question
without an answer, 3 a table of segments that cannot be used, 4 a file that
cannot be read or written, 5 a limit was reached.)";

constexpr std::size_t kAlwaysValidLooks = 14;
constexpr std::size_t kGroupSequentialLooks = 5;
constexpr double kNonInferiorityAlpha = 0.025;
constexpr int kSegmentHorizonDays = 28;

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(hint));
}

template <typename T>
Result<T> answered(stats::Estimated<T> estimate) {
  if (estimate) return *std::move(estimate);
  return wrong("there is no answer: " + estimate.error().why, "help: splitplot power --help");
}

Result<stats::PlannedMetric> metric_of(const PowerCommandOptions& options) {
  const int kinds = (options.rate ? 1 : 0) + (options.mean ? 1 : 0) + (options.count ? 1 : 0);
  if (kinds != 1) {
    return wrong(
        kinds == 0 ? "no metric was described" : "--rate, --mean and --count describe one metric each",
        "give one of --rate P, --mean M --sd S, --count M");
  }
  if (options.rate) {
    if (!(*options.rate > 0 && *options.rate < 1)) {
      return wrong(fmt::format("--rate must lie between 0 and 1, not {}", *options.rate),
                   "5 % is --rate 0.05");
    }
    return stats::planned_proportion(*options.rate);
  }
  if (options.count) {
    if (!(*options.count > 0)) return wrong(fmt::format("--count must be positive, not {}", *options.count));
    if (!(options.dispersion > 0))
      return wrong(fmt::format("--dispersion must be positive, not {}", options.dispersion));
    return stats::planned_count(*options.count, options.dispersion);
  }
  if (!options.sd) return wrong("--mean needs --sd, the standard deviation of a unit's value");
  if (!(*options.sd > 0)) return wrong(fmt::format("--sd must be positive, not {}", *options.sd));
  return stats::planned_mean(*options.mean, *options.sd);
}

Result<stats::DesignProblem> problem_of(const PowerCommandOptions& options) {
  stats::DesignProblem problem;
  problem.method =
      options.method.value_or(options.margin ? DesignMethod::NonInferiority : DesignMethod::AlwaysValid);
  const bool margin = problem.method == DesignMethod::NonInferiority;
  if (options.margin && !margin)
    return wrong("--margin is a question of non-inferiority", "leave --method out");
  if (options.margin && !(*options.margin > 0)) {
    return wrong(fmt::format("--margin must be positive, not {}", *options.margin),
                 "it is a size; for metrics that should go down add --lower-is-better");
  }
  problem.alpha = options.alpha.value_or(margin ? kNonInferiorityAlpha : problem.alpha);
  if (!(problem.alpha > 0 && problem.alpha < 1)) {
    return wrong(fmt::format("--alpha must lie between 0 and 1, not {}", problem.alpha));
  }
  problem.power = options.power;
  if (!(problem.power > problem.alpha && problem.power < 1)) {
    return wrong(fmt::format("--power must lie between --alpha and 1, not {}", problem.power),
                 "80 % is --power 0.8");
  }
  problem.variants = options.variants;
  if (problem.variants < 2) return wrong("--variants counts the control too, so it is at least 2");
  problem.treatment_per_control = options.ratio;
  if (!(problem.treatment_per_control > 0))
    return wrong(fmt::format("--ratio must be positive, not {}", options.ratio));
  problem.covariate_r_squared = options.r_squared;
  if (!(options.r_squared >= 0 && options.r_squared < 1)) {
    return wrong(fmt::format("--covariate-r2 must be at least 0 and below 1, not {}", options.r_squared));
  }
  problem.alternative = options.alternative;
  if (problem.method == DesignMethod::AlwaysValid && options.alternative != stats::Alternative::TwoSided) {
    return wrong(
        "--alternative goes with --method fixed or group-sequential: the confidence sequence has two sides");
  }
  const bool looks =
      problem.method == DesignMethod::AlwaysValid || problem.method == DesignMethod::GroupSequential;
  if (options.looks && !looks) return wrong("--looks goes with --method always-valid or group-sequential");
  problem.looks = options.looks.value_or(
      problem.method == DesignMethod::GroupSequential ? kGroupSequentialLooks : kAlwaysValidLooks);
  return problem;
}

/// The effect that was asked about, on the absolute scale: for non-inferiority the margin with its sign.
Result<std::optional<double>> effect_of(const PowerCommandOptions& options, stats::DesignProblem& problem) {
  if (options.lift && options.effect) return wrong("--lift and --effect say the same", "leave one out");
  std::optional<double> change = options.effect;
  if (options.lift) {
    if (problem.metric.baseline == 0) return wrong("--lift is relative, and the mean is 0", "use --effect");
    change = *options.lift * problem.metric.baseline;
  }
  if (problem.method == DesignMethod::NonInferiority) {
    problem.true_difference = change.value_or(0);
    if (!options.margin) return std::optional<double>();
    return options.lower_is_better ? -*options.margin : *options.margin;
  }
  if (change && problem.metric.kind == stats::PlannedKind::Proportion) {
    const double rate = problem.metric.baseline + *change;
    if (!(rate >= 0 && rate <= 1)) {
      return wrong(fmt::format("{} takes the rate from {} to {}, out of the range from 0 to 1",
                               options.lift ? "--lift" : "--effect", problem.metric.baseline, rate),
                   "--lift 0.1 is +10 %");
    }
  }
  return change;
}

Result<std::optional<stats::Traffic>> traffic_of(const PowerCommandOptions& options) {
  if (options.per_day.empty()) {
    if (!options.season.empty()) return wrong("--season goes with --per-day");
    return std::optional<stats::Traffic>();
  }
  const stats::Traffic traffic{options.per_day, options.season, 1};
  if (const auto checked = stats::units_after(traffic, 1); !checked)
    return wrong("--per-day: " + checked.error().why);
  return std::optional(traffic);
}

/// Choices that the user did not make.
void note_choices(const PowerCommandOptions& options, PowerPlan& plan) {
  const stats::DesignProblem& problem = plan.problem;
  const bool margin = problem.method == DesignMethod::NonInferiority;
  if (!options.method && !margin) {
    plan.chosen.push_back(
        {"The test will be watched, since people look every day and seldom know the final size.",
         "--method fixed, or --method group-sequential"});
  }
  if (!options.looks && problem.method == DesignMethod::AlwaysValid) {
    plan.chosen.push_back(
        {fmt::format("It is looked at {} times at equal distances; more looks find a little more.",
                     problem.looks),
         "--looks"});
  }
  if (!options.looks && problem.method == DesignMethod::GroupSequential) {
    plan.chosen.push_back({fmt::format("There are {} looks at equal distances.", problem.looks), "--looks"});
  }
  if (!options.alpha) {
    plan.chosen.push_back(
        {margin ? "The error rate is 0.025, one-sided." : "The error rate is 0.05, over both sides.",
         "--alpha"});
  }
  if (problem.variants > 2) {
    plan.chosen.push_back(
        {fmt::format(
             "The error rate is divided among the {} treatments (Bonferroni); the power is each one's own.",
             problem.variants - 1),
         ""});
  }
  if (margin && !options.effect && !options.lift) {
    plan.chosen.push_back({"The treatment truly changes nothing.", "--effect or --lift"});
  }
  if (plan.question == PowerQuestion::Segments) {
    if (options.segment_correction == stats::SegmentCorrection::Bonferroni) {
      plan.chosen.push_back(
          {"The error rate is divided among the segments, as a segment that works alone needs it.",
           "--segment-correction none"});
    }
    if (!options.days)
      plan.chosen.push_back({fmt::format("The test lasts {} days.", kSegmentHorizonDays), "--days"});
  }
}

/// The same effect by every method that asks the same question.
void add_methods(PowerPlan& plan, const PowerCommandOptions& options, double effect,
                 const std::optional<stats::Traffic>& traffic) {
  if (plan.problem.method == DesignMethod::NonInferiority) return;
  for (const DesignMethod method :
       {DesignMethod::FixedHorizon, DesignMethod::GroupSequential, DesignMethod::AlwaysValid}) {
    stats::DesignProblem other = plan.problem;
    other.method = method;
    if (method != plan.problem.method) {
      other.looks = options.looks.value_or(method == DesignMethod::GroupSequential ? kGroupSequentialLooks
                                                                                   : kAlwaysValidLooks);
    }
    report::MethodBeside beside{method, stats::design_units(other, effect), {}};
    if (beside.answer && traffic) {
      if (const auto days = stats::days_until(*traffic, beside.answer->total_units)) beside.days = *days;
    }
    plan.beside.push_back(std::move(beside));
  }
}

/// Power around the answer: over days where traffic is known, else over effects.
void add_curve(PowerPlan& plan, const std::optional<stats::Traffic>& traffic) {
  constexpr int kPoints = 10;
  const stats::DesignAnswer& answer = plan.answer;
  plan.curve_over_days = traffic && plan.days;
  const int step = plan.days ? std::max(1, static_cast<int>(std::lround(*plan.days * 1.5 / kPoints))) : 0;
  for (int i = 1; i <= kPoints; ++i) {
    double x = answer.effect * i / 5;
    double units = answer.control_units;
    double effect = x;
    if (plan.curve_over_days) {
      const auto arrived = stats::units_after(*traffic, step * i);
      if (!arrived) break;
      x = step * i;
      units = stats::control_units_of(plan.problem, *arrived);
      effect = answer.effect;
    }
    const auto point = stats::design_power(plan.problem, effect, units);
    if (point) plan.curve.push_back({x, point->power});
  }
}

Result<PowerPlan> plan_one(const PowerCommandOptions& options, PowerPlan plan) {
  auto metric = metric_of(options);
  if (!metric) return tl::unexpected(metric.error());
  plan.problem.metric = *metric;
  const auto effect = effect_of(options, plan.problem);
  if (!effect) return tl::unexpected(effect.error());
  const auto traffic = traffic_of(options);
  if (!traffic) return tl::unexpected(traffic.error());
  if (options.days && !*traffic) return wrong("--days needs --per-day, the new units that a day brings");
  if (options.days && options.units) return wrong("--days and --units say the same", "leave one out");

  std::optional<double> units = options.units;
  if (options.days) {
    const auto arrived = answered(stats::units_after(**traffic, *options.days));
    if (!arrived) return tl::unexpected(arrived.error());
    units = stats::control_units_of(plan.problem, *arrived);
  }
  if (!*effect && !units) {
    return wrong("neither an effect nor a sample was given",
                 "give --lift or --effect for units, --units or --per-day and --days for the effect, both "
                 "for the power");
  }
  const bool below = options.lower_is_better != (plan.problem.method == DesignMethod::NonInferiority);
  plan.question = !units ? PowerQuestion::Units : *effect ? PowerQuestion::Power : PowerQuestion::Effect;
  const auto answer =
      answered(!units    ? stats::design_units(plan.problem, **effect)
               : *effect ? stats::design_power(plan.problem, **effect, *units)
                         : stats::design_effect(plan.problem, *units,
                                                below ? stats::Side::Below : stats::Side::Above));
  if (!answer) return tl::unexpected(answer.error());
  plan.answer = *answer;
  plan.lift = options.lift;
  if (*traffic) {
    plan.answer.assumptions.insert(stats::Assumption::StableRate);
    const auto days = answered(stats::days_until(**traffic, plan.answer.total_units));
    if (!days) return tl::unexpected(days.error());
    plan.days = options.days ? *options.days : *days;
  }
  if (plan.question == PowerQuestion::Units) add_methods(plan, options, **effect, *traffic);
  if (options.curve) add_curve(plan, *traffic);
  note_choices(options, plan);
  return plan;
}

Result<stats::PlannedSegment> segment_of(const PowerCommandOptions& options, const SegmentRow& row) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::BadData, fmt::format("{}: segment '{}': {}", options.segments, row.name, why));
  };
  stats::PlannedSegment segment;
  segment.name = row.name;
  if (row.rate.has_value() == row.mean.has_value()) return refuse("give either a rate or a mean");
  if (row.rate) {
    if (!(*row.rate > 0 && *row.rate < 1)) return refuse("the rate must lie between 0 and 1");
    segment.metric = stats::planned_proportion(*row.rate);
  } else {
    if (!row.standard_deviation || !(*row.standard_deviation > 0))
      return refuse("a mean needs a positive sd");
    segment.metric = stats::planned_mean(*row.mean, *row.standard_deviation);
  }
  if (row.per_day.has_value() == row.share.has_value()) return refuse("give either per_day or share");
  if (row.share && options.per_day.empty())
    return refuse("a share needs --per-day, the traffic of all segments");
  if (row.share && !(*row.share > 0 && *row.share <= 1))
    return refuse("the share must lie above 0 and at most at 1");
  if (row.per_day && !(*row.per_day >= 0)) return refuse("per_day must be at least 0");
  segment.traffic = row.share ? stats::Traffic{options.per_day, options.season, *row.share}
                              : stats::Traffic{{*row.per_day}, options.season, 1};
  segment.effect = options.lift ? *options.lift * segment.metric.baseline : options.effect.value_or(0);
  return segment;
}

Result<PowerPlan> plan_by_segment(const PowerCommandOptions& options, PowerPlan plan) {
  if (options.rate || options.mean || options.count || options.units) {
    return wrong("--segments brings the metric and the traffic of each segment",
                 "leave out --rate, --mean, --count and --units");
  }
  if (options.curve) return wrong("--curve is for one design, not for --segments");
  const bool margin = plan.problem.method == DesignMethod::NonInferiority;
  if (margin ? !options.margin : options.lift.has_value() == options.effect.has_value()) {
    return wrong(margin ? "non-inferiority needs --margin"
                        : "--segments needs the effect to find: --lift or --effect");
  }
  if (!options.per_day.empty()) {
    if (const auto traffic = traffic_of(options); !traffic) return tl::unexpected(traffic.error());
  }
  const auto rows = read_segment_file(options.segments);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<stats::PlannedSegment> segments;
  for (const SegmentRow& row : *rows) {
    auto segment = segment_of(options, row);
    if (!segment) return tl::unexpected(segment.error());
    if (margin) segment->effect = options.lower_is_better ? -*options.margin : *options.margin;
    if (!segments.empty() && segment->metric.kind != segments.front().metric.kind) {
      return fail(ErrorCode::BadData,
                  fmt::format("{}: some segments have a rate and some a mean", options.segments));
    }
    segments.push_back(std::move(*segment));
  }
  plan.question = PowerQuestion::Segments;
  plan.problem.metric = segments.front().metric;
  if (margin) plan.problem.true_difference = options.effect.value_or(0);
  plan.segment_options.horizon_days = options.days.value_or(kSegmentHorizonDays);
  plan.segment_options.correction = options.segment_correction;
  plan.segments = stats::plan_segments(plan.problem, segments, plan.segment_options);
  plan.lift = options.lift;
  note_choices(options, plan);
  return plan;
}

ExitCode run_power(const PowerCommandOptions& options) {
  auto failed = [&](const Error& error) {
    print_error(error, options.json ? ErrorStyle::Json : ErrorStyle::Text);
    return exit_code_of(error.code);
  };
  auto problem = problem_of(options);
  if (!problem) return failed(problem.error());
  PowerPlan start;
  start.problem = *problem;
  const auto plan = options.segments.empty() ? plan_one(options, start) : plan_by_segment(options, start);
  if (!plan) return failed(plan.error());
  if (options.json) {
    std::cout << report::to_json(*plan) << '\n';
  } else {
    std::cout << report::to_terminal(*plan, style_of_standard_output(options.colour));
  }
  return ExitCode::Success;
}

void add_question_options(CLI::App& command, PowerCommandOptions& options) {
  const std::string metric = "Metric without the treatment";
  command.add_option("--rate", options.rate, "Share of units that convert, such as 0.05")->group(metric);
  command.add_option("--mean", options.mean, "Mean of a unit's value, with --sd")->group(metric);
  command
      .add_option(
          "--sd", options.sd,
          "Standard deviation of a unit's value; of a ratio or quantile: standard error x root of units")
      ->group(metric);
  command.add_option("--count", options.count, "Mean number of events of a unit")->group(metric);
  command.add_option("--dispersion", options.dispersion, "With --count: variance / mean (1, Poisson)")
      ->group(metric);

  const std::string effect = "Effect to find";
  command.add_option("--lift", options.lift, "Relative change, such as 0.1 for +10 %")->group(effect);
  command
      .add_option("--effect", options.effect, "Absolute change; with --margin what the treatment truly does")
      ->group(effect);
  command
      .add_option("--margin", options.margin, "Loss that is tolerated, absolute: plans for non-inferiority")
      ->group(effect);
  command.add_flag("--lower-is-better", options.lower_is_better, "The metric should go down")->group(effect);

  const std::string sample = "Sample";
  command.add_option("--units", options.units, "Units in the control")
      ->check(CLI::PositiveNumber.description(""))
      ->group(sample);
  command
      .add_option("--per-day", options.per_day,
                  "New units a day, all variants; a list for days 1, 2, ..., whose last goes on")
      ->delimiter(',')
      ->group(sample);
  command.add_option("--season", options.season, "With --per-day: seven weights for the days of a week")
      ->delimiter(',')
      ->group(sample);
  command.add_option("--days", options.days, "Length of the test; with --segments the horizon (28)")
      ->check(CLI::Range(1, stats::kMostDays).description(""))
      ->group(sample);
  command
      .add_option("--segments", options.segments,
                  "CSV with segment, rate or mean and sd, per_day or share: a verdict per segment")
      ->group(sample);
}

void add_design_options(CLI::App& command, PowerCommandOptions& options) {
  const std::string design = "Design";
  add_choice<std::optional<DesignMethod>>(command, "--method", options.method,
                                          "always-valid (default), fixed, group-sequential, non-inferiority",
                                          {{"always-valid", DesignMethod::AlwaysValid},
                                           {"fixed", DesignMethod::FixedHorizon},
                                           {"group-sequential", DesignMethod::GroupSequential},
                                           {"non-inferiority", DesignMethod::NonInferiority}})
      ->group(design);
  command.add_option("--looks", options.looks, "Looks at equal distances (14; group-sequential 5)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}).description(""))
      ->group(design);
  command.add_option("--alpha", options.alpha, "Error rate (0.05; non-inferiority 0.025, one-sided)")
      ->group(design);
  command.add_option("--power", options.power, "Power to reach (0.8)")->group(design);
  add_choice<stats::Alternative>(command, "--alternative", options.alternative,
                                 "two-sided (default), greater, less",
                                 {{"two-sided", stats::Alternative::TwoSided},
                                  {"greater", stats::Alternative::Greater},
                                  {"less", stats::Alternative::Less}})
      ->group(design);
  command.add_option("--variants", options.variants, "Variants, the control included (2)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}).description(""))
      ->group(design);
  command.add_option("--ratio", options.ratio, "Units of each treatment per control unit (1)")->group(design);
  command
      .add_option("--covariate-r2", options.r_squared, "Share of the variance that covariates explain (0)")
      ->group(design);
  add_choice<stats::SegmentCorrection>(
      command, "--segment-correction", options.segment_correction,
      "Over segments: bonferroni (default), none",
      {{"bonferroni", stats::SegmentCorrection::Bonferroni}, {"none", stats::SegmentCorrection::None}})
      ->group(design);
}

}  // namespace

void add_power_command(CLI::App& program, Run& run) {
  auto options = std::make_shared<PowerCommandOptions>();
  CLI::App* command =
      program.add_subcommand("power", "Plan an experiment: power, detectable effect, units, days");
  add_question_options(*command, *options);
  add_design_options(*command, *options);
  const std::string output = "Output";
  command->add_flag("--curve", options->curve, "Draw the power over effects, or over days with --per-day")
      ->group(output);
  command->add_flag("--json", options->json, "Print JSON (docs/formats/power-json.md)")->group(output);
  add_choice<ColourChoice>(
      *command, "--color", options->colour, "auto (default), always, never",
      {{"auto", ColourChoice::Automatic}, {"always", ColourChoice::Always}, {"never", ColourChoice::Never}})
      ->group(output);
  command->footer(kExamples);
  command->callback([options, &run] { run = [options] { return run_power(*options); }; });
}

}  // namespace splitplot::app
