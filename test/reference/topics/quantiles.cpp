#include "topics.hpp"

#include <splitplot/stats/compare/clustered_quantiles.hpp>
#include <splitplot/stats/compare/quantile_regression.hpp>
#include <splitplot/stats/compare/quantiles.hpp>
#include <splitplot/stats/compare/robust.hpp>
#include <splitplot/stats/compare/trimmed_means.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/moments.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace splitplot::reference {
namespace {

namespace json = boost::json;

template <typename T>
T known(const stats::Estimated<T>& estimate) {
  if (!estimate) throw Unanswered(estimate.error().why);
  return *estimate;
}

bool starts_with(const std::string& text, std::string_view start) {
  return std::string_view(text).substr(0, start.size()) == start;
}

struct Arms {
  std::vector<double> control, treatment;
};

/// Values of y by arm: by the labels that a case names, or 0 and 1 in its column treat.
Arms arms_of(const ReferenceCase& reference_case) {
  const bool named = reference_case.has("control");
  const std::string control = named ? reference_case.text("control") : "0";
  const std::string treatment = named ? reference_case.text("treatment") : "1";
  const TableFile& table = reference_case.table();
  const std::vector<std::string>& labels =
      table.column(reference_case.text("treat", reference_case.text("arm", named ? "segment" : "variant")));
  const std::vector<double> values = table.numbers(reference_case.text("y"));
  Arms arms;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == control) arms.control.push_back(values[i]);
    if (labels[i] == treatment) arms.treatment.push_back(values[i]);
  }
  return arms;
}

double confidence_of(const ReferenceCase& reference_case) {
  return 1 - reference_case.number("alpha", 1 - reference_case.number("confidence", 0.95));
}

stats::Alternative alternative_of(const ReferenceCase& reference_case) {
  const std::string name = reference_case.text("alternative", "two-sided");
  if (name == "less" || name == "smaller") return stats::Alternative::Less;
  if (name == "greater" || name == "larger") return stats::Alternative::Greater;
  return stats::Alternative::TwoSided;
}

json::object quantile_difference(const ReferenceCase& reference_case) {
  Arms arms = arms_of(reference_case);
  std::sort(arms.control.begin(), arms.control.end());
  std::sort(arms.treatment.begin(), arms.treatment.end());
  json::object answer;
  for (int type = 1; type <= 9; ++type) {
    const auto definition = static_cast<stats::QuantileType>(type);
    answer["type" + std::to_string(type)] =
        known(stats::sample_quantile(arms.treatment, reference_case.number("q"), definition)) -
        known(stats::sample_quantile(arms.control, reference_case.number("q"), definition));
  }
  return answer;
}

json::object quantile_ranks(const ReferenceCase& reference_case) {
  const stats::QuantileRanks ranks = known(stats::quantile_interval_ranks(
      reference_case.count("n"), reference_case.number("q"), confidence_of(reference_case)));
  return {{"lower_rank", ranks.lower}, {"upper_rank", ranks.upper}, {"coverage", ranks.coverage}};
}

stats::QuantileSummary summary_of(const json::object& arm) {
  stats::QuantileSummary summary;
  summary.units = number_of(arm.at("n"));
  summary.rows = arm.contains("n_star") ? number_of(arm.at("n_star")) : summary.units;
  summary.quantile = number_of(arm.at("q"));
  summary.interval = {number_of(arm.at("lower")), number_of(arm.at("upper"))};
  return summary;
}

json::object summary_difference(const ReferenceCase& reference_case) {
  stats::QuantileSummaryComparison options;
  options.confidence = confidence_of(reference_case);
  if (reference_case.has("prior")) {
    const json::object& prior = reference_case.input("prior").as_object();
    const bool relative = prior.contains("variance_relative");
    options.prior = stats::QuantilePrior{
        number_of(prior.at("mean")), number_of(prior.at(relative ? "variance_relative" : "variance")),
        relative ? stats::QuantilePriorUnit::ControlQuantile : stats::QuantilePriorUnit::Metric};
  }
  const stats::QuantilePosterior posterior = known(
      stats::compare_quantile_summaries(summary_of(reference_case.input("control").as_object()),
                                        summary_of(reference_case.input("treatment").as_object()), options));
  return {{"diff", posterior.mean},
          {"se", posterior.sd},
          {"ci", json_of({posterior.interval.lower, posterior.interval.upper})},
          {"chance_to_win", posterior.chance_above_zero}};
}

json::object clustered(const ReferenceCase& reference_case) {
  const TableFile& table = reference_case.table();
  const std::vector<double> values = table.numbers(reference_case.text("y", "latency"));
  std::map<std::string, std::uint64_t> numbers;
  std::vector<std::uint64_t> units;
  for (const std::string& label : table.column(reference_case.text("cluster", "cluster"))) {
    units.push_back(numbers.try_emplace(label, numbers.size()).first->second);
  }
  const stats::ClusteredQuantile quantile = known(
      stats::clustered_quantile({values, units}, reference_case.number("q"), confidence_of(reference_case)));
  return {{"quantile", quantile.value},
          {"se_cdf", quantile.share.standard_error},
          {"se_cdf_iid", quantile.independent_standard_error},
          {"deff", quantile.design_effect},
          {"ci", json_of({quantile.interval.lower, quantile.interval.upper})},
          {"ranks", json::array{quantile.ranks.lower, quantile.ranks.upper}}};
}

/// Outcome and regressors stand in the inputs, or in the operation as "y~x" or "y~x1+x2".
json::object regression(const ReferenceCase& reference_case) {
  static const std::regex kFormula(R"((\w+) ?~ ?(\w+(?: ?\+ ?\w+)*))");
  std::smatch formula;
  const std::string operation = reference_case.operation();
  const bool written = std::regex_search(operation, formula, kFormula);
  if (!written && !(reference_case.has("y") && reference_case.has("x"))) throw Unanswered("no formula");
  const std::string outcome = reference_case.text("y", written ? formula[1].str() : "");
  const std::string right = reference_case.text("x", written ? formula[2].str() : "");
  static const std::regex kName(R"(\w+)");
  std::vector<std::vector<double>> columns;
  for (std::sregex_iterator name(right.begin(), right.end(), kName), end; name != end; ++name) {
    columns.push_back(reference_case.table().numbers(name->str()));
  }
  const std::vector<double> y = reference_case.table().numbers(outcome);
  const stats::QuantileRegression fit = known(stats::quantile_regression(
      y, std::vector<stats::ColumnView>(columns.begin(), columns.end()), reference_case.number("tau")));
  json::array coefficients{fit.intercept};
  for (const double slope : fit.coefficients) coefficients.push_back(slope);
  return {{"coef", coefficients}};
}

json::object winsorised(const ReferenceCase& reference_case) {
  const Arms arms = arms_of(reference_case);
  stats::Winsorisation winsorisation;
  winsorisation.upper_quantile = reference_case.number("q");
  winsorisation.lower_quantile = reference_case.number("q_lower", 0);
  const stats::Interval caps = known(stats::winsorisation_caps(arms.control, arms.treatment, winsorisation));
  const stats::CappedDifference difference = known(stats::compare_capped(
      arms.control, arms.treatment, caps, {confidence_of(reference_case), alternative_of(reference_case)}));
  const double z = difference.value / difference.standard_error;
  return {{"cap", caps.upper},
          {"diff", difference.value},
          {"se", difference.standard_error},
          {"z", z},
          {"t", z},
          {"df", difference.degrees_of_freedom},
          {"p", difference.p_value},
          {"raw_diff", difference.raw_value}};
}

/// The case's t is y against x.
json::object yuen(const ReferenceCase& reference_case) {
  const stats::TrimmedDifference difference = known(stats::compare_trimmed_means(
      reference_case.numbers("x"), reference_case.numbers("y"), reference_case.number("trim", 0.2),
      {confidence_of(reference_case), alternative_of(reference_case)}));
  return {{"t", difference.statistic},
          {"p", difference.p_value},
          {"df", difference.degrees_of_freedom},
          {"diff", difference.value},
          {"se", difference.standard_error},
          {"trimmed_mean_x", difference.control},
          {"trimmed_mean_y", difference.treatment}};
}

json::object huber(const ReferenceCase& reference_case) {
  stats::HuberOptions options;
  options.threshold = reference_case.number("t", options.threshold);
  options.scale = stats::HuberScale::AboutLocation;
  const stats::HuberLocation found = known(stats::huber_location(reference_case.numbers("x"), options));
  return {{"location", found.location}, {"scale", found.scale}};
}

json::object spread(const ReferenceCase& reference_case) {
  const std::vector<double> values = reference_case.numbers("x");
  stats::Moments moments;
  for (const double value : values) moments.add(value);
  return {{"mad", known(stats::median_absolute_deviation(values))},
          {"iqr", known(stats::interquartile_range(values))},
          {"skew", moments.skewness()},
          {"kurtosis_excess", known(stats::excess_kurtosis(values))}};
}

}  // namespace

json::object answer_quantile_te(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "difference_of_sample_quantiles") return quantile_difference(reference_case);
  if (method == "distribution_free_quantile_ci") return quantile_ranks(reference_case);
  if (method == "quantile_difference_with_variance_from_o" || method == "same_with_n") {
    return summary_difference(reference_case);
  }
  if (method == "quantile_ci_with_clustered_units") return clustered(reference_case);
  if (method == "quantile_regression") return regression(reference_case);
  throw Unanswered("no method '" + method + "'");
}

json::object answer_robust(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "yuen_trimmed_t") return yuen(reference_case);
  if (method == "median_of_means") {
    return {{"mom", known(stats::median_of_means(reference_case.numbers("x"), reference_case.count("k")))}};
  }
  if (method == "huber_m_estimate_of_location") return huber(reference_case);
  if (method == "mad") return spread(reference_case);
  if (starts_with(method, "one_sided_winsorisation")) return winsorised(reference_case);
  throw Unanswered("no method '" + method + "'");
}

}  // namespace splitplot::reference
