#include "topics.hpp"

#include <splitplot/stats/compare/anova.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/rank.hpp>
#include <splitplot/stats/compare/ratio.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>

namespace splitplot::reference {
namespace {

namespace json = boost::json;
using namespace splitplot::stats;

template <typename T>
const T& given(const Estimated<T>& estimated) {
  if (!estimated) throw Unanswered(estimated.error().why);
  return *estimated;
}

double confidence_of(const ReferenceCase& reference_case) {
  for (const char* key : {"confidence", "confidence_level", "conf_level"}) {
    if (reference_case.has(key)) return reference_case.number(key);
  }
  return 1 - reference_case.number("alpha", 0.05);
}

Alternative alternative_of(const ReferenceCase& reference_case) {
  const std::string text = reference_case.text("alternative", "two-sided");
  if (text == "greater" || text == "larger") return Alternative::Greater;
  if (text == "less" || text == "smaller") return Alternative::Less;
  if (text == "two-sided" || text == "two_sided" || text == "two.sided") return Alternative::TwoSided;
  throw Unanswered("no alternative '" + text + "'");
}

MeansOptions options_of(const ReferenceCase& reference_case) {
  MeansOptions options;
  options.confidence = confidence_of(reference_case);
  options.alternative = alternative_of(reference_case);
  const bool pooled = reference_case.flag("equal_var", false) || reference_case.flag("pooled", false);
  if (pooled) options.variance = VarianceModel::Pooled;
  if (!reference_case.flag("use_t", true)) options.distribution = ReferenceDistribution::Normal;
  return options;
}

std::optional<double> first_of(const json::object& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (object.contains(key)) return number_of(object.at(key));
  }
  return std::nullopt;
}

/// An arm as values, as sums, or as count, mean and spread.
Moments moments_in(const json::value& arm) {
  if (arm.is_array()) return given(moments_of(numbers_of(arm)));
  const json::object& object = arm.as_object();
  const auto count = first_of(object, {"n", "count"});
  if (!count) throw Unanswered("an arm without its number of units");
  if (const auto sum = first_of(object, {"sum"})) {
    const auto squares = first_of(object, {"sum_squares", "sum_of_squares"});
    if (!squares) throw Unanswered("an arm without its sum of squares");
    return given(moments_from_sums(static_cast<std::uint64_t>(*count), *sum, *squares));
  }
  const auto mean = first_of(object, {"mean"});
  auto variance = first_of(object, {"var", "variance"});
  if (const auto deviation = first_of(object, {"sd", "std", "stddev"})) variance = *deviation * *deviation;
  if (!mean || !variance) throw Unanswered("an arm without values, sums, or mean and variance");
  Moments result;
  result.count = static_cast<std::uint64_t>(*count);
  result.mean = *mean;
  result.m2 = *variance * (*count - 1);
  return result;
}

void put_interval(json::object& result, const std::string& prefix, const Interval& interval) {
  result[prefix + "ci"] = json_of(std::vector<double>{interval.lower, interval.upper});
  result[prefix + "ci_lower"] = json_of(interval.lower);
  result[prefix + "ci_upper"] = json_of(interval.upper);
}

void put_difference(json::object& result, const Difference& difference) {
  result["diff"] = json_of(difference.value);
  result["se"] = json_of(difference.standard_error);
  result["t"] = result["z"] = json_of(difference.value / difference.standard_error);
  result["df"] = json_of(difference.degrees_of_freedom);
  result["p"] = json_of(difference.p_value);
  put_interval(result, "", difference.interval);
}

void put_lift(json::object& result, const std::string& prefix, const RelativeLift& lift) {
  result["lift"] = json_of(lift.value);
  result[prefix + "se"] = json_of(lift.standard_error);
  put_interval(result, prefix, lift.interval);
}

Difference compared_pairs(const ReferenceCase& reference_case, const MeansOptions& options) {
  const std::vector<double> control = reference_case.numbers("control");
  std::vector<double> differences = reference_case.numbers("treatment");
  if (control.size() != differences.size()) throw Unanswered("the pairs are not complete");
  for (std::size_t i = 0; i < control.size(); ++i) differences[i] -= control[i];
  return given(compare_pairs(given(moments_of(differences)), options));
}

/// The tables of these cases have their variants as 0 and 1, or as other words in order.
std::array<std::vector<std::size_t>, 2> rows_of_arms(const ReferenceCase& reference_case) {
  const std::vector<std::string>& variants =
      reference_case.table().column(reference_case.text("variant_col", "variant"));
  std::map<std::string, std::vector<std::size_t>> rows;
  for (std::size_t i = 0; i < variants.size(); ++i) rows[variants[i]].push_back(i);
  if (rows.size() != 2) throw Unanswered("there are not two variants");
  return {rows.begin()->second, rows.rbegin()->second};
}

CrossMoments totals_of(const std::vector<double>& numerator, const std::vector<double>& denominator) {
  if (numerator.size() != denominator.size()) throw Unanswered("numerator and denominator differ in length");
  CrossMoments result(2);
  for (std::size_t i = 0; i < numerator.size(); ++i) result.add(std::array{numerator[i], denominator[i]});
  return result;
}

std::vector<double> picked(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
  std::vector<double> result;
  for (const std::size_t row : rows) result.push_back(values[row]);
  return result;
}

/// Control and treatment as totals of (numerator, denominator) per unit.
std::array<CrossMoments, 2> arms_of_ratio(const ReferenceCase& reference_case) {
  if (!reference_case.has("data_file") && !reference_case.has("dataset")) {
    std::array<CrossMoments, 2> arms;
    for (std::size_t i = 0; i < 2; ++i) {
      const json::object& arm = reference_case.input(i == 0 ? "control" : "treatment").as_object();
      arms[i] = totals_of(numbers_of(arm.at("numer")), numbers_of(arm.at("denom")));
    }
    return arms;
  }
  const std::vector<double> numerator = reference_case.table().numbers(reference_case.text("numer"));
  const std::vector<double> denominator = reference_case.table().numbers(reference_case.text("denom"));
  const auto rows = rows_of_arms(reference_case);
  return {totals_of(picked(numerator, rows[0]), picked(denominator, rows[0])),
          totals_of(picked(numerator, rows[1]), picked(denominator, rows[1]))};
}

/// Everything there is to say of two arms; which way the lift is judged is the method's convention.
using LiftMethod = Estimated<RelativeLift> (*)(const ArmMean&, const ArmMean&, const MeansOptions&);

json::object described(const ArmMean& control, const ArmMean& treatment, const Difference& difference,
                       LiftMethod lift_method, const MeansOptions& options) {
  json::object result{{"control", json_of(control.value)}, {"treatment", json_of(treatment.value)}};
  put_difference(result, difference);
  if (const auto lift = lift_method(control, treatment, options)) put_lift(result, "lift_", *lift);
  return result;
}

/// Values by group: an array, an object by name, or a file of NIST's.
struct Groups {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;

  [[nodiscard]] std::vector<std::span<const double>> spans() const { return {values.begin(), values.end()}; }
};

Groups groups_of_file(const ReferenceCase& reference_case) {
  std::vector<std::string> columns;
  for (const json::value& column : reference_case.input("columns").as_array()) {
    columns.emplace_back(column.as_string());
  }
  const auto found = std::find(columns.begin(), columns.end(), "response");
  const std::size_t response =
      found == columns.end() ? columns.size() - 1 : static_cast<std::size_t>(found - columns.begin());
  const std::size_t group = response == 0 ? 1 : 0;
  std::ifstream stream(reference_case.data_file());
  std::string line;
  for (std::uint64_t i = 1; i < reference_case.count("data_start_line_1based"); ++i)
    std::getline(stream, line);
  if (!stream) throw Unanswered("cannot read " + reference_case.data_file());
  std::map<std::string, std::vector<double>> values;
  while (std::getline(stream, line)) {
    std::istringstream words(line);
    std::vector<std::string> row;
    for (std::string word; words >> word;) row.push_back(word);
    if (row.size() >= columns.size()) values[row[group]].push_back(std::stod(row[response]));
  }
  Groups result;
  for (auto& [name, own] : values) {
    result.names.push_back(name);
    result.values.push_back(std::move(own));
  }
  return result;
}

Groups groups_of(const ReferenceCase& reference_case) {
  if (reference_case.has("data_file")) return groups_of_file(reference_case);
  Groups result;
  const json::value& groups = reference_case.input("groups");
  if (groups.is_object()) {
    for (const auto& [name, values] : groups.as_object()) {
      result.names.emplace_back(name);
      result.values.push_back(numbers_of(values));
    }
  } else {
    for (const json::value& values : groups.as_array()) {
      result.names.push_back(std::to_string(result.names.size() + 1));
      result.values.push_back(numbers_of(values));
    }
  }
  return result;
}

std::vector<Moments> moments_of_groups(const Groups& groups) {
  std::vector<Moments> result;
  for (const std::vector<double>& values : groups.values) result.push_back(given(moments_of(values)));
  return result;
}

json::object written(const FTest& test) {
  return {{"F", json_of(test.statistic)},
          {"df", json_of(std::vector<double>{test.degrees_between, test.degrees_within})},
          {"p", json_of(test.p_value)}};
}

json::object one_way(const Groups& groups) {
  const AnalysisOfVariance analysis = given(one_way_anova(groups.spans()));
  json::object result = written(analysis.test);
  result["F_exact_on_parsed_doubles"] = json_of(analysis.test.statistic);
  result["ss"] =
      json_of(std::vector<double>{analysis.sum_of_squares_between, analysis.sum_of_squares_within});
  result["ss_between"] = json_of(analysis.sum_of_squares_between);
  result["ss_within"] = json_of(analysis.sum_of_squares_within);
  result["r_squared"] = json_of(analysis.r_squared);
  result["residual_sd"] = json_of(analysis.residual_deviation);
  return result;
}

json::object levene(const Groups& groups) {
  const FTest mean = given(levene_test(groups.spans(), SpreadCentre::Mean));
  const FTest median = given(levene_test(groups.spans(), SpreadCentre::Median));
  return {{"levene_W", json_of(mean.statistic)},
          {"levene_p", json_of(mean.p_value)},
          {"brown_forsythe_W", json_of(median.statistic)},
          {"bf_p", json_of(median.p_value)}};
}

json::object kruskal(const Groups& groups) {
  const RankTest test = given(kruskal_wallis(groups.spans()));
  return {
      {"H", json_of(test.statistic)}, {"df", json_of(test.degrees_of_freedom)}, {"p", json_of(test.p_value)}};
}

/// Rows of difference, lower, upper, p, in R's order of pairs.
json::object tukey(const Groups& groups, double confidence) {
  const AllPairs all = given(tukey_all_pairs(moments_of_groups(groups), confidence));
  json::array pairs, values;
  for (const PairDifference& pair : all.pairs) {
    pairs.emplace_back(groups.names[pair.second] + "-" + groups.names[pair.first]);
    values.emplace_back(
        json_of(std::vector<double>{pair.value, pair.interval.lower, pair.interval.upper, pair.p_value}));
  }
  return {{"pairs", pairs}, {"values", values}, {"df", json_of(all.degrees_within)}};
}

}  // namespace

json::object answer_welch_t(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  MeansOptions options = options_of(reference_case);
  json::object result;
  if (method == "paired_t" || reference_case.flag("paired", false)) {
    put_difference(result, compared_pairs(reference_case, options));
    return result;
  }
  const Moments control = moments_in(reference_case.input("control"));
  const Moments treatment = moments_in(reference_case.input("treatment"));
  if (method == "relative_lift_with_delta_method_se") {
    const RelativeLift lift = given(delta_method_lift(arm_mean(control), arm_mean(treatment), options));
    put_lift(result, "", lift);
    result["t"] = json_of(lift.value / lift.standard_error);
    result["df"] = json_of(lift.degrees_of_freedom);
    result["p"] = json_of(lift.p_value);
    return result;
  }
  if (method == "student_pooled_variance_t") {
    options.variance = VarianceModel::Pooled;
  } else if (method != "welch_t" && method != "welch_t_from_sufficient_statistics" && method != "one_sided") {
    throw Unanswered("no method '" + method + "'");
  }
  put_difference(result, given(compare_means(control, treatment, options)));
  return result;
}

json::object answer_anova(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  const Groups groups = groups_of(reference_case);
  if (method == "one_way") return one_way(groups);
  if (method == "welch") return written(given(welch_anova(moments_of_groups(groups))));
  if (method == "levene") return levene(groups);
  if (method == "kruskal_wallis") return kruskal(groups);
  if (method == "tukey_hsd_all_pairs_diff") return tukey(groups, confidence_of(reference_case));
  throw Unanswered("no method '" + method + "'");
}

json::object answer_delta_ratio(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  MeansOptions options = options_of(reference_case);
  if (method == "mean_metric") {
    const std::vector<double> values = reference_case.table().numbers(reference_case.text("metric"));
    const auto rows = rows_of_arms(reference_case);
    const Moments control = given(moments_of(picked(values, rows[0])));
    const Moments treatment = given(moments_of(picked(values, rows[1])));
    return described(arm_mean(control), arm_mean(treatment),
                     given(compare_means(control, treatment, options)), &log_ratio_lift, options);
  }
  const bool large_sample = method == "ratio_metric" || method == "ratio_metric_revenue_orders" ||
                            method == "ctr_clicks_views_by_user";
  if (!large_sample && method != "ratio_of_means") throw Unanswered("no method '" + method + "'");
  if (large_sample && !reference_case.flag("use_t", false))
    options.distribution = ReferenceDistribution::Normal;
  const auto arms = arms_of_ratio(reference_case);
  return described(given(ratio_of_totals(arms[0])), given(ratio_of_totals(arms[1])),
                   given(compare_ratios(arms[0], arms[1], options)),
                   large_sample ? &delta_method_lift : &log_ratio_lift, options);
}

}  // namespace splitplot::reference
