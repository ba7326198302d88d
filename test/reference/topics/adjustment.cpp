#include "topics.hpp"

#include <splitplot/stats/adjust/covariate.hpp>
#include <splitplot/stats/adjust/lin.hpp>
#include <splitplot/stats/adjust/linearised_ratio.hpp>
#include <splitplot/stats/adjust/post_stratification.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace splitplot::reference {
namespace {

namespace json = boost::json;
using stats::Assignment;
using stats::CovarianceEstimator;
using stats::CrossMoments;

template <typename T>
T known(const stats::Estimated<T>& estimate) {
  if (!estimate) throw Unanswered(estimate.error().why);
  return *estimate;
}

bool starts_with(const std::string& text, std::string_view start) {
  return std::string_view(text).substr(0, start.size()) == start;
}

std::vector<std::string> names_in(const ReferenceCase& reference_case, std::string_view key) {
  std::vector<std::string> names;
  if (!reference_case.has(key)) return names;
  const json::value& value = reference_case.input(key);
  if (value.is_string()) return {std::string(value.as_string())};
  for (const json::value& name : value.as_array()) names.emplace_back(name.as_string());
  return names;
}

/// The rows of the two arms that a case compares, by their places in its table.
class ComparedRows {
 public:
  explicit ComparedRows(const ReferenceCase& reference_case) : table_(reference_case.table()) {
    const bool named = reference_case.has("control") && reference_case.input("control").is_string();
    const std::string column =
        reference_case.text("treat", reference_case.text("arm", named ? "segment" : "variant"));
    const std::string control = named ? reference_case.text("control") : "0";
    const std::string treatment = named ? reference_case.text("treatment") : "1";
    const std::vector<std::string>& labels = table_.column(column);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] != control && labels[i] != treatment) continue;
      rows_.push_back(i);
      arms_.push_back(labels[i] == treatment ? Assignment::Treatment : Assignment::Control);
    }
  }

  [[nodiscard]] const std::vector<Assignment>& arms() const { return arms_; }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

  /// A column of numbers, or "column=value": 1 where the column has this value. "zip" may stand for "zip_code".
  [[nodiscard]] std::vector<double> numbers(const std::string& name) const {
    std::vector<double> result;
    const std::size_t equals = name.find('=');
    if (equals == std::string::npos) {
      for (const std::string& text : texts(name)) result.push_back(std::stod(text));
      return result;
    }
    const std::string value = name.substr(equals + 1);
    for (const std::string& text : texts(name.substr(0, equals))) result.push_back(text == value ? 1 : 0);
    return result;
  }

  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const {
    const std::vector<std::string>* column = nullptr;
    try {
      column = &table_.column(name);
    } catch (const std::runtime_error&) {
      column = &table_.column(name + "_code");
    }
    std::vector<std::string> result;
    for (const std::size_t row : rows_) result.push_back((*column)[row]);
    return result;
  }

  [[nodiscard]] std::vector<std::vector<double>> columns(const std::vector<std::string>& names) const {
    std::vector<std::vector<double>> result;
    for (const std::string& name : names) result.push_back(numbers(name));
    return result;
  }

  /// Aggregates of some columns: control, treatment.
  [[nodiscard]] std::array<CrossMoments, 2> moments(const std::vector<std::string>& names) const {
    const std::vector<std::vector<double>> values = columns(names);
    std::array<CrossMoments, 2> result{CrossMoments(names.size()), CrossMoments(names.size())};
    std::vector<double> row(names.size());
    for (std::size_t i = 0; i < size(); ++i) {
      for (std::size_t j = 0; j < names.size(); ++j) row[j] = values[j][i];
      result[arms_[i] == Assignment::Treatment ? 1 : 0].add(row);
    }
    return result;
  }

 private:
  const TableFile& table_;
  std::vector<std::size_t> rows_;
  std::vector<Assignment> arms_;
};

stats::Alternative alternative_of(const ReferenceCase& reference_case) {
  const std::string name = reference_case.text("alternative", "two-sided");
  if (name == "less" || name == "smaller") return stats::Alternative::Less;
  if (name == "greater" || name == "larger") return stats::Alternative::Greater;
  return stats::Alternative::TwoSided;
}

double confidence_of(const ReferenceCase& reference_case) {
  if (reference_case.has("alpha")) return 1 - reference_case.number("alpha");
  return reference_case.number("confidence_level", reference_case.number("confidence", 0.95));
}

stats::AdjustedComparison comparison_of(const ReferenceCase& reference_case, bool student_t) {
  stats::AdjustedComparison comparison;
  comparison.confidence = confidence_of(reference_case);
  comparison.alternative = alternative_of(reference_case);
  comparison.reference = reference_case.flag("use_t", student_t) ? stats::ReferenceDistribution::StudentT
                                                                 : stats::ReferenceDistribution::Normal;
  return comparison;
}

std::vector<double> theta_of(const ReferenceCase& reference_case, const std::array<CrossMoments, 2>& arms) {
  const std::string convention = reference_case.text("theta", "within_arm_pooled");
  if (starts_with(convention, "control")) return known(stats::cuped_coefficients({&arms[0], 1}));
  if (convention == "within_arm_pooled" || convention == "within_arm" || convention == "pooled_within_arm") {
    return known(stats::cuped_coefficients(arms));
  }
  if (convention == "pooled" || convention == "total" || convention == "pooled_total" ||
      convention == "all") {
    CrossMoments everyone = arms[0];
    everyone.merge(arms[1]);
    return known(stats::cuped_coefficients({&everyone, 1}));
  }
  throw Unanswered("no convention '" + convention + "' for theta");
}

json::object cuped(const ReferenceCase& reference_case) {
  const ComparedRows rows(reference_case);
  std::vector<std::string> names{reference_case.text("y")};
  for (const std::string& name : names_in(reference_case, "x")) names.push_back(name);
  const std::array<CrossMoments, 2> arms = rows.moments(names);
  const std::vector<double> theta = theta_of(reference_case, arms);
  const std::vector<double> centre = stats::covariate_centre(arms);
  const stats::AdjustedMean control = stats::adjust_mean(arms[0], theta, centre);
  const stats::AdjustedMean treatment = stats::adjust_mean(arms[1], theta, centre);
  const stats::Difference adjusted =
      known(stats::compare_adjusted(control, treatment, comparison_of(reference_case, false)));
  double raw_variance = 0;
  for (const CrossMoments& arm : arms)
    raw_variance += arm.covariance(0, 0) / static_cast<double>(arm.count());
  return {{"theta", theta.size() == 1 ? json::value(theta[0]) : json::value(json_of(theta))},
          {"adj_control_mean", control.mean},
          {"adj_treatment_mean", treatment.mean},
          {"diff", adjusted.value},
          {"se", adjusted.standard_error},
          {"unadjusted_diff", arms[1].mean(0) - arms[0].mean(0)},
          {"unadjusted_se", std::sqrt(raw_variance)},
          {"variance_reduction", 1 - adjusted.standard_error * adjusted.standard_error / raw_variance},
          {"z", adjusted.value / adjusted.standard_error},
          {"ci", json_of({adjusted.interval.lower, adjusted.interval.upper})},
          {"ci_lower", json_of(adjusted.interval.lower)},
          {"ci_upper", json_of(adjusted.interval.upper)},
          {"p", adjusted.p_value}};
}

json::object ratio_of_means(const ReferenceCase& reference_case) {
  const ComparedRows rows(reference_case);
  const std::array<CrossMoments, 2> arms =
      rows.moments({reference_case.text("numer"), reference_case.text("denom"),
                    reference_case.text("numer_covariate"), reference_case.text("denom_covariate")});
  const stats::RatioAdjustment options{stats::RatioCoefficient::AllUnits,
                                       comparison_of(reference_case, true)};
  const stats::AdjustedRatios ratios = known(stats::compare_ratios_with_covariate(arms[0], arms[1], options));
  const stats::AdjustedLift lift = known(stats::lift_on_log_scale(ratios, options.comparison));
  const stats::Difference& difference = ratios.difference;
  const double statistic = difference.value / difference.standard_error;
  return {{"control", ratios.control.mean},
          {"treatment", ratios.treatment.mean},
          {"diff", difference.value},
          {"se", difference.standard_error},
          {"ci_lower", json_of(difference.interval.lower)},
          {"ci_upper", json_of(difference.interval.upper)},
          {"lift", lift.value},
          {"lift_ci_lower", json_of(std::max(-1.0, lift.interval.lower))},
          {"lift_ci_upper", json_of(lift.interval.upper)},
          {"theta", ratios.coefficient},
          {"df", ratios.degrees_of_freedom},
          {"p", difference.p_value},
          {"t", statistic},
          {"z", statistic}};
}

/// An arm of GrowthBook's ratio statistic, from sums and sums of products, as numerator, denominator, and the same before exposure.
CrossMoments ratio_arm(const json::object& arm) {
  const std::array<std::string, 4> names{"post_numer", "post_denom", "pre_numer", "pre_denom"};
  const double n = number_of(arm.at("n"));
  std::vector<double> sums;
  for (const std::string& name : names) sums.push_back(numbers_of(arm.at(name + "(sum,sumsq)")).at(0));
  std::vector<double> means;
  std::vector<double> comoments;
  for (std::size_t i = 0; i < names.size(); ++i) {
    means.push_back(sums[i] / n);
    for (std::size_t j = 0; j < names.size(); ++j) {
      const std::string one = "sum(" + names[i] + "*" + names[j] + ")";
      const std::string other = "sum(" + names[j] + "*" + names[i] + ")";
      const double products = i == j ? numbers_of(arm.at(names[i] + "(sum,sumsq)")).at(1)
                                     : number_of(arm.contains(one) ? arm.at(one) : arm.at(other));
      comoments.push_back(products - sums[i] * sums[j] / n);
    }
  }
  return CrossMoments::from_parts(static_cast<std::uint64_t>(n), std::move(means), std::move(comoments));
}

json::object ratio_metric(const ReferenceCase& reference_case) {
  const stats::RatioAdjustment options{stats::RatioCoefficient::WithinArms,
                                       comparison_of(reference_case, true)};
  const stats::AdjustedRatios ratios = known(stats::compare_ratios_with_covariate(
      ratio_arm(reference_case.input("control").as_object()),
      ratio_arm(reference_case.input("treatment").as_object()), options));
  const stats::AdjustedLift lift = known(stats::lift_over_unadjusted_control(ratios, options.comparison));
  return {{"theta", ratios.coefficient},
          {"lift", lift.value},
          {"lift_se", lift.standard_error},
          {"ci_gb", json_of({lift.interval.lower, lift.interval.upper})},
          {"p_gb", lift.p_value},
          {"abs_diff", ratios.difference.value},
          {"abs_se", ratios.difference.standard_error}};
}

/// A regression's effect under the names that cases use for its errors, p-values and intervals.
using Estimate = stats::Estimated<stats::AdjustedEffect> (*)(stats::ColumnView, std::span<const Assignment>,
                                                             std::span<const stats::ColumnView>,
                                                             const stats::RegressionAdjustment&);

json::object adjusted(const ReferenceCase& reference_case, const ComparedRows& rows,
                      const std::vector<std::vector<double>>& covariates, Estimate estimate) {
  static const std::map<std::string, CovarianceEstimator> kEstimators{
      {"classical", CovarianceEstimator::Classical},
      {"HC0", CovarianceEstimator::HC0},
      {"HC1", CovarianceEstimator::HC1},
      {"HC2", CovarianceEstimator::HC2},
      {"HC3", CovarianceEstimator::HC3}};
  const std::vector<double> outcome = rows.numbers(reference_case.text("y"));
  const std::vector<stats::ColumnView> columns(covariates.begin(), covariates.end());
  json::object answer;
  for (const auto& [name, estimator] : kEstimators) {
    stats::RegressionAdjustment options;
    options.estimator = estimator;
    options.confidence = confidence_of(reference_case);
    options.alternative = alternative_of(reference_case);
    const stats::AdjustedEffect effect = known(estimate(outcome, rows.arms(), columns, options));
    answer[name] = effect.standard_error;
    answer["se_" + name] = effect.standard_error;
    answer["p_" + name] = effect.p_value;
    answer["ci_" + name] = json_of({effect.interval.lower, effect.interval.upper});
    answer["est"] = answer["effect"] = effect.value;
    answer["df"] = effect.degrees_of_freedom;
    answer["theta"] = json_of(effect.slopes_in_control);
    answer["unadjusted_est"] = effect.unadjusted_value;
    if (estimator == CovarianceEstimator::HC2) answer["variance_reduction"] = effect.variance_reduction();
  }
  return answer;
}

json::object regression(const ReferenceCase& reference_case, Estimate estimate) {
  const ComparedRows rows(reference_case);
  return adjusted(reference_case, rows, rows.columns(names_in(reference_case, "covariates")), estimate);
}

/// The prediction that stands in the operation: "g=a ln(X)+b(12-Y)/12+c Z" with columns X, Y, Z.
std::vector<double> prediction_of(const ReferenceCase& reference_case, const ComparedRows& rows) {
  if (reference_case.has("prediction")) return rows.numbers(reference_case.text("prediction"));
  static const std::regex kFormula(
      R"(g=([0-9.]+) ?\*?ln\((\w+)\)\+([0-9.]+)\*?\(([0-9.]+)-(\w+)\)/([0-9.]+)\+([0-9.]+) ?\*?(\w+))");
  std::smatch part;
  const std::string operation = reference_case.operation();
  if (!std::regex_search(operation, part, kFormula)) throw Unanswered("no prediction that can be read");
  const std::vector<double> logged = rows.numbers(part[2]);
  const std::vector<double> counted = rows.numbers(part[5]);
  const std::vector<double> plain = rows.numbers(part[8]);
  std::vector<double> prediction;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    prediction.push_back(std::stod(part[1]) * std::log(logged[i]) +
                         std::stod(part[3]) * (std::stod(part[4]) - counted[i]) / std::stod(part[6]) +
                         std::stod(part[7]) * plain[i]);
  }
  return prediction;
}

json::object post_stratified(const ReferenceCase& reference_case) {
  const ComparedRows rows(reference_case);
  const std::vector<double> outcome = rows.numbers(reference_case.text("y"));
  std::vector<std::string> keys(rows.size());
  for (const std::string& name :
       names_in(reference_case, reference_case.has("strata") ? "strata" : "blocks")) {
    const std::vector<std::string> values = rows.texts(name);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] += values[i] + '\n';
  }
  std::map<std::string, stats::MeanStratum> strata;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    stats::MeanStratum& stratum = strata[keys[i]];
    (rows.arms()[i] == Assignment::Treatment ? stratum.treatment : stratum.control).add(outcome[i]);
  }
  std::vector<stats::MeanStratum> list;
  for (const auto& [key, stratum] : strata) list.push_back(stratum);
  stats::PostStratification options;
  options.confidence = confidence_of(reference_case);
  options.alternative = alternative_of(reference_case);
  const stats::StratifiedEffect effect = known(stats::post_stratified_effect(list, options));
  return {{"diff", effect.value},
          {"est", effect.value},
          {"se", effect.standard_error},
          {"df", effect.degrees_of_freedom},
          {"p", effect.p_value},
          {"ci", json_of({effect.interval.lower, effect.interval.upper})},
          {"t", effect.value / effect.standard_error},
          {"z", effect.value / effect.standard_error}};
}

}  // namespace

json::object answer_cuped(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "cuped") return cuped(reference_case);
  if (method == "multi_covariate_cuped") return regression(reference_case, stats::ancova_effect);
  if (method == "ratio_of_means_with_ratio_covariate") return ratio_of_means(reference_case);
  if (starts_with(method, "cuped_for_a_ratio_metric")) return ratio_metric(reference_case);
  if (starts_with(method, "post_stratified_difference")) return post_stratified(reference_case);
  throw Unanswered("no method '" + method + "'");
}

json::object answer_lin_regression(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "ols" || method == "lin") {
    const bool interacted = reference_case.flag("interactions", method == "lin");
    return regression(reference_case,
                      interacted ? Estimate(stats::lin_effect) : Estimate(stats::ancova_effect));
  }
  if (starts_with(method, "mlrate")) {
    const ComparedRows rows(reference_case);
    return adjusted(reference_case, rows, {prediction_of(reference_case, rows)}, stats::lin_effect);
  }
  if (starts_with(method, "post_stratified_difference")) return post_stratified(reference_case);
  throw Unanswered("no method '" + method + "'");
}

}  // namespace splitplot::reference
