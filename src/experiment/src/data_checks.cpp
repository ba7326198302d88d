#include "data_checks.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/base/spelling.hpp>
#include <splitplot/experiment/numbers.hpp>
#include <splitplot/stats/compare/means.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::experiment {
namespace {

/// Sample-ratio mismatch is called at this level: false alarms must be rare, because every result then waits
/// (Fabijan et al. 2019, KDD, use .0005 to .001).
constexpr double kMismatchAlarm = 0.001;
/// A covariate that differs between variants at this level was hardly measured before the exposure.
constexpr double kImbalanceAlarm = 0.001;
/// More values than this in the variant column, and it is none.
constexpr std::size_t kMaximumVariants = 50;

Result<std::string> find_control(const std::vector<std::string>& names, const AnalysisRequest& request,
                                 std::vector<Assumption>& assumptions) {
  if (request.control) {
    if (std::ranges::find(names, *request.control) != names.end()) return *request.control;
    const auto nearest = nearest_name(*request.control, names);
    return fail(
        ErrorCode::NotFound,
        fmt::format("no unit has the variant '{}', which was named as the control", *request.control),
        fmt::format("{}the variants are '{}'", nearest ? fmt::format("did you mean '{}'? ", *nearest) : "",
                    fmt::join(names, "', '")));
  }
  const auto guess = guess_control(names);
  const std::string control = guess.value_or(names.front());
  assumptions.push_back({fmt::format("'{}' is the control{}.", control,
                                     guess ? "" : " (the first by name, since none is called control)"),
                         "--control NAME"});
  return control;
}

Result<void> set_planned_shares(std::vector<Variant>& variants, const FramePlan& plan,
                                const AnalysisRequest& request) {
  if (request.weights.empty()) {
    for (Variant& variant : variants) variant.planned_share = 1.0 / static_cast<double>(variants.size());
    return {};
  }
  std::vector<std::string> names;
  for (const Variant& variant : variants) names.push_back(variant.name);
  double total = 0;
  for (const auto& [name, weight] : request.weights) {
    if (!(weight >= 0) || !std::isfinite(weight)) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("the weight of '{}' is {}, which is not a number of 0 or more", name, weight));
    }
    total += weight;
  }
  if (!(total > 0))
    return fail(ErrorCode::InvalidArgument, "all weights are zero",
                "give the planned split, such as --weights A=50,B=50");
  for (const auto& [name, weight] : request.weights) {
    if (std::ranges::find(names, name) != names.end() || weight == 0) continue;
    const auto nearest = nearest_name(name, names);
    return fail(ErrorCode::NotFound,
                fmt::format("a weight is given for '{}', but no unit has that variant", name),
                nearest ? fmt::format("did you mean '{}'?", *nearest)
                        : fmt::format("the variants are '{}'", fmt::join(names, "', '")));
  }
  for (Variant& variant : variants) {
    const auto weight = request.weights.find(variant.name);
    if (weight == request.weights.end()) {
      if (!plan.planned_variants.empty()) continue;  // nobody planned it: it has no share
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("no weight is given for the variant '{}'", variant.name),
                  "give one for every variant, such as --weights A=50,B=50");
    }
    variant.planned_share = weight->second / total;
  }
  return {};
}

void note(Analysis& analysis, Severity severity, std::string code, std::string message) {
  analysis.findings.push_back({severity, std::move(code), std::move(message)});
}

}  // namespace

std::optional<std::string> guess_control(const std::vector<std::string>& names) {
  // Most telling first.
  constexpr std::array<std::string_view, 12> kControls{"control", "ctrl",    "baseline", "original",
                                                       "holdout", "default", "placebo",  "off",
                                                       "a",       "0",       "false",    "none"};
  for (const std::string_view wanted : kControls) {
    for (const std::string& name : names) {
      if (equal_ignoring_case(name, wanted)) return name;
    }
  }
  // "No E-Mail", "no_banner": a variant that is called by what it lacks.
  for (const std::string& name : names) {
    if (name.size() > 3 && equal_ignoring_case(name.substr(0, 2), "no") &&
        (name[2] == ' ' || name[2] == '_' || name[2] == '-'))
      return name;
  }
  return std::nullopt;
}

std::size_t index_of(const std::vector<Variant>& variants, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(variants, name, &Variant::name) - variants.begin());
}

Result<std::vector<Variant>> find_variants(const store::Frame& frame, const FramePlan& plan,
                                           const AnalysisRequest& request,
                                           std::vector<Assumption>& assumptions) {
  std::map<std::string, std::uint64_t> units;
  for (const std::string& name : plan.planned_variants) units[name] = 0;
  for (const store::Cell& cell : frame.cells) units[cell.variant] += cell.units;
  const std::string& column = request.variant_column;
  if (units.empty() && frame.units_in_several_variants > 0) {
    return fail(
        ErrorCode::BadData,
        fmt::format("every unit has more than one variant in '{}' ({} units), so none can be compared",
                    column, grouped(frame.units_in_several_variants)),
        "check that --unit names the column that identifies the unit that was randomised");
  }
  if (units.empty()) {
    return fail(ErrorCode::BadData, fmt::format("no row of {} has a variant in '{}'", request.path, column),
                "check that the column is the right one and that it is filled");
  }
  if (units.size() == 1) {
    return fail(ErrorCode::BadData,
                fmt::format("'{}' has one variant only, '{}' ({} units): there is nothing to compare it with",
                            column, units.begin()->first, grouped(units.begin()->second)),
                "a test needs at least two variants; check that the file was not filtered to one of them");
  }
  if (units.size() > kMaximumVariants) {
    return fail(
        ErrorCode::BadData,
        fmt::format("'{}' has {} different values, which is too many for a variant column", column,
                    grouped(units.size())),
        fmt::format("name the column that says which variant a unit saw; at most {} variants are compared",
                    kMaximumVariants));
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : units) names.push_back(name);
  auto control = find_control(names, request, assumptions);
  if (!control) return tl::unexpected(control.error());
  std::vector<Variant> variants{{*control, units[*control], 0, true}};
  for (const auto& [name, count] : units) {
    if (name != *control) variants.push_back({name, count, 0, false});
  }
  if (auto done = set_planned_shares(variants, plan, request); !done) return tl::unexpected(done.error());
  return variants;
}

std::string describe_format(const store::TabularFile& file) {
  std::string text;
  switch (file.kind.format) {
    case store::FileFormat::Parquet:
      text = "Parquet";
      break;
    case store::FileFormat::JsonLines:
      text = "JSON lines";
      break;
    case store::FileFormat::Relation:
      text = "the event warehouse";
      break;
    case store::FileFormat::DelimitedText:
      if (file.options.delimiter == '\t') {
        text = "TSV";
      } else {
        text = file.options.delimiter && file.options.delimiter != ','
                   ? fmt::format("CSV ('{}')", *file.options.delimiter)
                   : "CSV";
      }
      break;
  }
  if (file.kind.compression == store::Compression::Gzip) text += ", gzip";
  if (file.kind.compression == store::Compression::Zstd) text += ", zstd";
  return text;
}

void note_horizon(Analysis& analysis) {
  if (!analysis.served || analysis.request.monitoring != Monitoring::FixedHorizon) return;
  ServedFacts& served = *analysis.served;
  if (!served.planned_units || analysis.units >= *served.planned_units) return;
  served.before_horizon = true;
  note(analysis, Severity::Problem, "before_horizon",
       fmt::format("This result is not valid before its horizon: the plan is to look once, at {} units, and "
                   "{} {}. Until then p-values and intervals say nothing that may be acted on.",
                   grouped(*served.planned_units),
                   served.stopped ? "the experiment was stopped at" : "there are", grouped(analysis.units)));
}

void check_sample_ratio(Analysis& analysis) {
  std::vector<std::uint64_t> observed;
  std::vector<double> weights;
  for (const Variant& variant : analysis.variants) {
    observed.push_back(variant.units);
    weights.push_back(variant.planned_share);
    if (variant.planned_share == 0 && variant.units > 0) {
      analysis.sample_ratio.mismatch = true;
      note(analysis, Severity::Problem, "unplanned_variant",
           fmt::format("{} saw '{}', which the plan gives no share.", counted(variant.units, "unit"),
                       variant.name));
    }
  }
  SampleRatio& ratio = analysis.sample_ratio;
  ratio.overall = stats::sample_ratio_test(observed, weights);
  if (!ratio.overall) return;
  double p_value = ratio.overall->p_value;
  if (analysis.request.monitoring != Monitoring::FixedHorizon) {
    if (const auto look = stats::sample_ratio_sequence_look(observed, weights)) {
      ratio.at_every_look = *look;
      p_value = look->p_value;
    }
  }
  if (p_value >= kMismatchAlarm) return;
  analysis.sample_ratio.mismatch = true;
  std::vector<std::string> shares;
  for (const Variant& variant : analysis.variants) {
    shares.push_back(
        fmt::format("{} {:.2f} % (planned {:.2f} %)", variant.name,
                    100 * static_cast<double>(variant.units) / static_cast<double>(analysis.units),
                    100 * variant.planned_share));
  }
  note(analysis, Severity::Problem, "srm",
       fmt::format("Sample-ratio mismatch: the units arrived as {}. Chance alone does this less than once in "
                   "a thousand tests, so units were "
                   "lost or gained by variant and no effect below can be trusted until that is explained.{}",
                   fmt::join(shares, ", "),
                   analysis.served ? "" : " If the split was planned to be unequal, say so with --weights."));
}

stats::Estimated<stats::ChiSquareTest> split_by_segment(const std::vector<Segment>& segments) {
  std::vector<std::uint64_t> table;
  std::size_t columns = 0;
  for (const Segment& segment : segments) {
    columns = segment.arms.size();
    for (const ArmAggregate& arm : segment.arms) table.push_back(arm.units);
  }
  return stats::independence_test(table, columns);
}

void check_variant_names(Analysis& analysis) {
  auto trimmed = [](std::string_view name) {
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    return name;
  };
  const auto& variants = analysis.variants;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (std::size_t j = i + 1; j < variants.size(); ++j) {
      if (!equal_ignoring_case(trimmed(variants[i].name), trimmed(variants[j].name))) continue;
      note(analysis, Severity::Warning, "similar_variants",
           fmt::format("The variants '{}' and '{}' differ in blanks or case alone. If they are one, mend the "
                       "file: here they are two.",
                       variants[i].name, variants[j].name));
    }
  }
}

void check_split_by_segment(Analysis& analysis) {
  // One question per dimension: the alarm level is shared between them.
  const auto dimensions = static_cast<double>(analysis.sample_ratio.by_dimension.size());
  for (auto& [dimension, test, differs] : analysis.sample_ratio.by_dimension) {
    if (!test || test->p_value * dimensions >= kMismatchAlarm) continue;
    differs = true;
    analysis.sample_ratio.differs_by_segment = true;
    note(analysis, Severity::Problem, "split_by_segment",
         fmt::format("The split between variants is not the same in every segment by {}. Either units were "
                     "lost by variant, or the "
                     "dimension was measured after the exposure; an overall effect may then come from the "
                     "mix of segments alone.",
                     dimension));
  }
}

void check_frame(Analysis& analysis, const store::Frame& frame, const store::UnitFrameQuery& query) {
  if (frame.rows_without_variant > 0) {
    note(analysis, Severity::Warning, "no_variant",
         fmt::format("{} without a variant in '{}' {} left out.", counted(frame.rows_without_variant, "row"),
                     query.variant_column, frame.rows_without_variant == 1 ? "is" : "are"));
  }
  if (frame.rows_without_unit > 0) {
    note(analysis, Severity::Warning, "no_unit",
         fmt::format("{} without a unit in '{}' {} left out.", counted(frame.rows_without_unit, "row"),
                     query.unit_column.value_or(""), frame.rows_without_unit == 1 ? "is" : "are"));
  }
  if (frame.units_in_several_variants > 0) {
    const double share = static_cast<double>(frame.units_in_several_variants) /
                         static_cast<double>(frame.units_in_several_variants + analysis.units);
    note(analysis, share > 0.01 ? Severity::Problem : Severity::Warning, "several_variants",
         fmt::format("{} saw more than one variant and {} left out ({:.2g} % of all).",
                     counted(frame.units_in_several_variants, "unit"),
                     frame.units_in_several_variants == 1 ? "is" : "are", share * 100));
  }
  if (frame.repeated_units > 0) {
    note(analysis, Severity::Note, "repeated_units",
         analysis.served ? fmt::format("{} met the experiment more than once and {} from the first time on.",
                                       counted(frame.repeated_units, "unit"),
                                       frame.repeated_units == 1 ? "counts" : "count")
                         : fmt::format("{} had more than one row in the file and {}.",
                                       counted(frame.repeated_units, "unit"),
                                       frame.repeated_units == 1 ? "counts once" : "count once each"));
  }
  if (frame.units_in_several_levels > 0) {
    note(analysis, Severity::Note, "several_levels",
         fmt::format("{} changed a dimension between rows and stay in the segment of their first row.",
                     counted(frame.units_in_several_levels, "unit")));
  }
  if (frame.events_without_exposure > 0) {
    note(analysis, Severity::Note, "events_left_out",
         fmt::format("{} of {} events {}, and are left out.", grouped(frame.events_without_exposure),
                     grouped(frame.events),
                     analysis.served
                         ? "of exposed units happened before their exposure"
                         : "are of units that were never exposed, or happened before their exposure"));
  }
  for (const std::string& text : frame.notes) note(analysis, Severity::Note, "reading", text);
}

void check_covariates(Analysis& analysis, const store::UnitFrameQuery& query,
                      const std::vector<const store::MetricAggregate*>& arms) {
  for (std::size_t i = 0; i < query.covariates.size(); ++i) {
    for (std::size_t variant = 1; variant < arms.size(); ++variant) {
      auto moments = [&](const store::MetricAggregate& arm) {
        const stats::CrossMoments& cross = arm.with_covariates;
        stats::Moments one;
        if (cross.dimensions() < i + 2) return one;
        one.count = cross.count();
        one.mean = cross.mean(i + 1);
        one.m2 = cross.comoment(i + 1, i + 1);
        return one;
      };
      const auto difference = stats::compare_means(moments(*arms[0]), moments(*arms[variant]));
      if (!difference || difference->p_value >= kImbalanceAlarm) continue;
      note(analysis, Severity::Problem, "covariate_imbalance",
           fmt::format("The covariate '{}' differs between '{}' and '{}' more than chance allows. If it was "
                       "measured after the exposure, the "
                       "adjustment takes away part of the effect: leave it out.",
                       query.covariates[i].name, analysis.variants[0].name, analysis.variants[variant].name));
    }
  }
}

}  // namespace splitplot::experiment
