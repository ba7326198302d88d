#include "json_answer.hpp"
#include "json_text.hpp"
#include "json_values.hpp"
#include "json_words.hpp"
#include "text.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/report/report.hpp>

#include <cmath>
#include <type_traits>
#include <variant>

#include <boost/json.hpp>

namespace splitplot::report {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using experiment::Analysis;
using experiment::MetricResult;
using experiment::SegmentTable;
using report::write;  // beside the ones below

array texts(const std::vector<std::string>& contents) {
  array result;
  for (const auto& content : contents) result.push_back(text(content));
  return result;
}

value optional_text(const std::optional<std::string>& content) {
  return content ? text(*content) : value(nullptr);
}

value optional_sign(std::optional<char> sign) {
  return sign ? text(std::string(1, *sign)) : value(nullptr);
}

object write(double x) {
  return {{"value", number(x)}};
}

object write(const stats::Difference& x) {
  return {{"value", number(x.value)},
          {"interval", interval(x.interval)},
          {"standard_error", number(x.standard_error)},
          {"p_value", number(x.p_value)},
          {"test", code_of(x.test)},
          {"interval_method", code_of(x.interval_method)}};
}

object write(const stats::Beats& x) {
  return {{"chance_to_win", number(x.chance_to_win)},
          {"expected_loss", number(x.expected_loss)},
          {"expected_loss_of_keeping", number(x.expected_loss_of_keeping)}};
}

object write(const stats::PooledEffect& x) {
  return {{"value", number(x.mean)},
          {"interval", interval(x.interval)},
          {"standard_deviation", number(x.sd)},
          {"chance_above_zero", number(x.chance_above_zero)}};
}

object write(const stats::ChiSquareTest& x) {
  return {{"statistic", number(x.statistic)},
          {"degrees_of_freedom", number(x.degrees_of_freedom)},
          {"p_value", number(x.p_value)}};
}

object write(const stats::HeterogeneityTest& x) {
  return {{"q", number(x.q)},
          {"degrees_of_freedom", number(x.degrees_of_freedom)},
          {"p_value", number(x.p_value)}};
}

array write(const stats::Assumptions& assumptions) {
  array result;
  for (const stats::Assumption one : assumptions.members())
    result.push_back({{"code", word(one)}, {"text", stats::text_of(one)}});
  return result;
}

/// The pooled effects of the segments stand with the segments.
object write(const stats::PooledSegments& x) {
  return {{"overall", write(x.overall)},
          {"spread_mean", number(x.spread_mean)},
          {"spread", write(x.spread)},
          {"real_share", write(x.real_share)},
          {"assumptions", write(x.assumptions)}};
}

object write(const stats::MetaAnalysis& x) {
  return {{"value", number(x.mean)},
          {"interval", interval(x.interval)},
          {"standard_error", number(x.standard_error)},
          {"p_value", number(x.p_value)},
          {"prediction_interval", interval(x.prediction_interval)},
          {"spread", number(std::sqrt(x.tau_squared))}};
}

template <typename T>
object estimated(const stats::Estimated<T>& x) {
  return x ? write(*x) : reason(x.error());
}

array write(const std::vector<experiment::Finding>& findings) {
  array result;
  for (const auto& finding : findings) {
    result.push_back({{"severity", word(finding.severity)},
                      {"code", text(finding.code)},
                      {"message", text(finding.message)}});
  }
  return result;
}

object write(const experiment::Family& family) {
  return {{"description", text(family.description)},
          {"tests", family.tests},
          {"correction", word(family.structure, family.correction)}};
}

object write(const experiment::PoolingChoice& pooling) {
  return std::visit(
      [](const auto& p) -> object {
        using Pooling = std::decay_t<decltype(p)>;
        if constexpr (std::is_same_v<Pooling, experiment::NoPooling>) {
          return {{"family", "none"}};
        } else if constexpr (std::is_same_v<Pooling, experiment::AdaptivePooling>) {
          return {{"family", "adaptive"}, {"typical_errors", number(p.typical_errors)}};
        } else if constexpr (std::is_same_v<Pooling, experiment::BinomialPooling>) {
          return {{"family", "adaptive"},
                  {"typical_errors", number(p.typical_errors)},
                  {"proportions", "binomial"}};
        } else {
          const bool normal = std::is_same_v<Pooling, experiment::HalfNormalPooling>;
          return {{"family", normal ? "half_normal" : "half_cauchy"},
                  {"scale", number(p.scale.value)},
                  {"of_control_mean", p.scale.relative}};
        }
      },
      pooling);
}

value optional_number(const std::optional<double>& x) {
  return x ? number(*x) : value(nullptr);
}

object write(const experiment::MethodChoices& methods) {
  object by_metric;
  for (const auto& [name, method] : methods.by_metric) by_metric[valid_utf8(name)] = word_of(method);
  const bool newcombe = methods.interval == stats::ProportionDifferenceInterval::Newcombe;
  return {{"proportions", word_of(methods.proportions)},
          {"means", word_of(methods.means)},
          {"by_metric", std::move(by_metric)},
          {"interval", methods.interval ? value(newcombe ? "newcombe" : "score") : value(nullptr)}};
}

object write(const experiment::PriorChoices& priors) {
  object by_metric;
  for (const auto& [name, prior] : priors.by_metric) by_metric[valid_utf8(name)] = text(text_of(prior));
  return {{"all", text(text_of(priors.all))}, {"by_metric", std::move(by_metric)}};
}

value write_look_plan(const experiment::AnalysisRequest& request) {
  if (request.monitoring != experiment::Monitoring::GroupSequential) return nullptr;
  const experiment::LookPlan& plan = request.look_plan;
  array looks;
  for (const std::uint64_t units : plan.looks) looks.push_back(units);
  return {{"planned_units", plan.planned_units},
          {"looks", std::move(looks)},
          {"spending", text(experiment::text_of(plan.spending))}};
}

object write_request(const experiment::AnalysisRequest& request) {
  array metrics;
  for (const auto& metric : request.metrics) metrics.push_back(text(metric));
  object kinds;
  for (const auto& [name, kind] : request.kinds) kinds[valid_utf8(name)] = word(kind);
  object weights;
  for (const auto& [name, weight] : request.weights) weights[valid_utf8(name)] = number(weight);
  return {{"path", text(request.path)},
          {"events_path", optional_text(request.events_path)},
          {"delimiter", optional_sign(request.read_options.delimiter)},
          {"decimal_separator", optional_sign(request.read_options.decimal_separator)},
          {"variant_column", text(request.variant_column)},
          {"control", optional_text(request.control)},
          {"metrics", std::move(metrics)},
          {"kinds", std::move(kinds)},
          {"lower_is_better", texts(request.lower_is_better)},
          {"dimensions", texts(request.dimensions)},
          {"covariates", texts(request.covariates)},
          {"unit_column", optional_text(request.unit_column)},
          {"time_column", optional_text(request.time_column)},
          {"event_time_column", optional_text(request.event_time_column)},
          {"repeated_units", word(request.repeated_units)},
          {"missing", request.missing == store::MissingValue::Zero ? "zero" : "leave_out"},
          {"weights", std::move(weights)},
          {"alpha", number(request.alpha)},
          {"power", number(request.power)},
          {"worthwhile_lift", number(request.worthwhile_lift)},
          {"correction", word(request.correction)},
          {"segment_correction", word(request.segment_structure, request.segment_correction)},
          {"methods", write(request.methods)},
          {"priors", write(request.priors)},
          {"spread_prior", write(request.pooling)},
          {"monitoring", word(request.monitoring)},
          {"tuned_for_units", request.tuned_for_units},
          {"look_plan", write_look_plan(request)},
          {"with_distributions", request.with_distributions}};
}

object write_sample_ratio(const experiment::SampleRatio& ratio) {
  array by_dimension;
  for (const auto& split : ratio.by_dimension) {
    by_dimension.push_back(
        {{"dimension", text(split.dimension)}, {"test", estimated(split.test)}, {"differs", split.differs}});
  }
  const auto& look = ratio.at_every_look;
  return {{"overall", estimated(ratio.overall)},
          {"at_every_look", look ? value{{"p_value", number(look->p_value)},
                                         {"log_bayes_factor", number(look->log_bayes_factor)}}
                                 : value(nullptr)},
          {"mismatch", ratio.mismatch},
          {"by_dimension", std::move(by_dimension)}};
}

array write_variants(const Analysis& analysis) {
  array result;
  for (const auto& variant : analysis.variants) {
    result.push_back({{"name", text(variant.name)},
                      {"units", variant.units},
                      {"planned_share", number(variant.planned_share)},
                      {"is_control", variant.is_control}});
  }
  return result;
}

array write_arms(const Analysis& analysis, const MetricResult& metric) {
  array result;
  for (std::size_t i = 0; i < metric.arms.size(); ++i) {
    const experiment::Arm& arm = metric.arms[i];
    result.push_back({{"variant", variant_value(analysis, i)},
                      {"units", arm.units},
                      {"missing", arm.missing},
                      {"mean", estimated(arm.mean)},
                      {"successes", arm.successes ? value(*arm.successes) : value(nullptr)},
                      {"standard_deviation", number(arm.standard_deviation)}});
  }
  return result;
}

array write_comparisons(const Analysis& analysis, const MetricResult& metric) {
  array result;
  for (const auto& comparison : metric.comparisons) {
    result.push_back({{"variant", variant_value(analysis, comparison.variant)},
                      {"difference", estimated(comparison.difference)},
                      {"lift", estimated(comparison.lift)},
                      {"adjusted_p_value", number(comparison.adjusted_p_value)},
                      {"significant", comparison.significant},
                      {"verdict_withheld", comparison.verdict_withheld},
                      {"verdict", name_of(comparison.verdict)},
                      {"z", optional_number(comparison.z)},
                      {"bayes", estimated(comparison.bayes)},
                      {"posterior", estimated(comparison.posterior)},
                      {"detectable_difference", estimated(comparison.detectable_difference)}});
  }
  return result;
}

array write_histograms(const std::vector<store::Histogram>& histograms) {
  array result;
  for (const auto& histogram : histograms) {
    array bars;
    for (const auto& bar : histogram.bars) {
      bars.push_back({{"lower", number(bar.lower)}, {"upper", number(bar.upper)}, {"units", bar.units}});
    }
    result.push_back({{"variant", text(histogram.variant)},
                      {"zeros", histogram.zeros},
                      {"below", histogram.below},
                      {"above", histogram.above},
                      {"bars", std::move(bars)}});
  }
  return result;
}

object write_metric(const Analysis& analysis, const MetricResult& metric) {
  array adjustments;
  for (const auto& adjustment : metric.adjustments) {
    adjustments.push_back({{"variant", variant_value(analysis, adjustment.variant)},
                           {"unadjusted", estimated(adjustment.unadjusted)},
                           {"variance_reduction", number(adjustment.variance_reduction)}});
  }
  array best;
  for (std::size_t i = 0; i < metric.chance_to_be_best.size(); ++i) {
    best.push_back(
        {{"variant", variant_value(analysis, i)}, {"probability", number(metric.chance_to_be_best[i])}});
  }
  return {{"name", text(metric.name)},
          {"definition", text(metric.definition)},
          {"role", metric.role ? value(word(*metric.role)) : value(nullptr)},
          {"kind", word(metric.kind)},
          {"direction",
           metric.direction == stats::Direction::HigherIsBetter ? "higher_is_better" : "lower_is_better"},
          {"prior", text(text_of(metric.prior))},
          {"arms", write_arms(analysis, metric)},
          {"comparisons", write_comparisons(analysis, metric)},
          {"adjustments", std::move(adjustments)},
          {"chance_to_be_best", std::move(best)},
          {"histograms", write_histograms(metric.histograms)},
          {"findings", write(metric.findings)}};
}

object write_segment(const experiment::SegmentResult& segment) {
  object result{{"segment", text(segment.segment)},
                {"control_units", segment.control_units},
                {"treatment_units", segment.treatment_units},
                {"control_mean", estimated(segment.control_mean)},
                {"raw", estimated(segment.raw)},
                {"raw_lift", estimated(segment.raw_lift)},
                {"adjusted_p_value", number(segment.adjusted_p_value)},
                {"significant", segment.significant},
                {"verdict_withheld", segment.verdict_withheld},
                {"verdict", name_of(segment.verdict)},
                {"estimate", estimate_json(segment)},
                {"pooled", estimated(segment.pooled)},
                {"detectable_difference", estimated(segment.detectable_difference)},
                {"too_small", segment.too_small},
                {"best_probability", optional_number(segment.best_probability)}};
  if (segment.pooled_odds_ratio) result["pooled_odds_ratio"] = write(*segment.pooled_odds_ratio);
  return result;
}

value write_heterogeneity(const SegmentTable& table) {
  object result = estimated(table.heterogeneity);
  if (table.heterogeneity) result["adjusted_p_value"] = number(table.adjusted_heterogeneity_p_value);
  return result;
}

object write_segment_table(const Analysis& analysis, const SegmentTable& table) {
  array segments;
  for (const auto& segment : table.segments) segments.push_back(write_segment(segment));
  const bool known = table.metric < analysis.metrics.size();
  object result{{"dimension", text(table.dimension)},
                {"metric", known ? text(analysis.metrics[table.metric].name) : value(nullptr)},
                {"variant", variant_value(analysis, table.variant)},
                {"segments", std::move(segments)},
                {"pooling", estimated(table.pooling)},
                {"meta_analysis", table.meta_analysis ? value(write(*table.meta_analysis)) : value(nullptr)},
                {"heterogeneity", write_heterogeneity(table)},
                {"findings", write(table.findings)}};
  if (table.pooled_odds_ratio) result["pooled_odds_ratio"] = write(*table.pooled_odds_ratio);
  return result;
}

array write_methods(const Analysis& analysis) {
  array methods;
  for (const experiment::MethodUsed& used : analysis.methods) {
    array uses;
    for (const auto& use : used.uses) {
      uses.push_back({{"metric", text(analysis.metrics[use.metric].name)},
                      {"variant", variant_value(analysis, use.variant)}});
    }
    methods.push_back({{"test", code_of(used.test)},
                       {"interval_method", code_of(used.interval_method)},
                       {"uses", std::move(uses)},
                       {"why", text(used.why)},
                       {"change", text(used.change)},
                       {"assumptions", write(used.assumptions)}});
  }
  return methods;
}

value optional_time(const std::optional<Timestamp>& time) {
  return time ? text(rfc3339(*time)) : value(nullptr);
}

value write_served(const std::optional<experiment::ServedFacts>& served) {
  if (!served) return nullptr;
  return {{"environment", text(served->environment)},
          {"experiment", text(served->experiment)},
          {"hypothesis", text(served->hypothesis)},
          {"unit", text(served->unit)},
          {"plan",
           {{"fingerprint", text(served->fingerprint)},
            {"revision", served->revision},
            {"planned_units", served->planned_units ? value(*served->planned_units) : value(nullptr)},
            {"before_horizon", served->before_horizon}}},
          {"started", text(rfc3339(served->started))},
          {"stopped", optional_time(served->stopped)},
          {"exposures",
           {{"count", served->exposures},
            {"first", optional_time(served->first_exposure)},
            {"last", optional_time(served->last_exposure)},
            {"first_revision", served->first_revision},
            {"last_revision", served->last_revision}}},
          {"watermark",
           {{"journal_offset", served->watermark}, {"received", optional_time(served->last_received)}}},
          {"deviations", texts(served->deviations)}};
}

value write_look(const std::optional<experiment::LookStatus>& look) {
  if (!look) return nullptr;
  return {{"look", look->look},
          {"units", look->units},
          {"information", number(look->information)},
          {"boundary", number(look->boundary)},
          {"spent", number(look->spent_now)},
          {"nominal_alpha", number(look->nominal_alpha)},
          {"plan_is_over", look->plan_is_over}};
}

}  // namespace

std::string to_json(const Analysis& analysis) {
  array metrics;
  for (const auto& metric : analysis.metrics) metrics.push_back(write_metric(analysis, metric));
  array tables;
  for (const auto& table : analysis.segment_tables) tables.push_back(write_segment_table(analysis, table));
  array assumptions;
  for (const auto& assumption : analysis.assumptions) {
    assumptions.push_back({{"what", text(assumption.what)}, {"change", text(assumption.change)}});
  }
  const object document{
      {"format", "splitplot.analysis"},
      {"version", 1},
      {"source",
       {{"name", text(analysis.source)},
        {"format", text(analysis.source_format)},
        {"rows", analysis.rows},
        {"units", analysis.units}}},
      {"served", write_served(analysis.served)},
      {"request", write_request(analysis.request)},
      {"conclusion", conclusion_json(analysis)},
      {"answer", answer_json(analysis)},
      {"next", next_json(analysis)},
      {"findings", write(analysis.findings)},
      {"sample_ratio", write_sample_ratio(analysis.sample_ratio)},
      {"variants", write_variants(analysis)},
      {"family", write(analysis.family)},
      {"segment_family", analysis.segment_family ? value(write(*analysis.segment_family)) : value(nullptr)},
      {"methods", write_methods(analysis)},
      {"look", write_look(analysis.look)},
      {"metrics", std::move(metrics)},
      {"segment_tables", std::move(tables)},
      {"assumptions", std::move(assumptions)}};
  return json_text(document);
}

}  // namespace splitplot::report
