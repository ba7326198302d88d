#include "topics.hpp"

#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportion_intervals.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/compare/risk.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace splitplot::reference {
namespace {

namespace json = boost::json;
using namespace splitplot::stats;

template <typename T>
T must(const Estimated<T>& value) {
  if (!value) throw Unanswered(value.error().why);
  return *value;
}

json::array pair_of(const Interval& interval) {
  return json_of(std::vector<double>{interval.lower, interval.upper});
}

double confidence_of(const ReferenceCase& c) {
  return 1 - c.number("alpha", 1 - c.number("confidence", 0.95));
}

/// Hillstrom's column of arms is called "segment", so that a case that means a segment of customers names its column.
std::string arm_column(const ReferenceCase& c) {
  return c.text("arm", "segment");
}

struct Arms {
  Moments control;
  Moments treatment;
};

/// Arms of every value of `key`, or of all rows under the name "" where it is empty.
std::map<std::string, Arms> arms_by(const ReferenceCase& c, const std::string& key) {
  const TableFile& table = c.table();
  const std::vector<std::string>& variants = table.column(arm_column(c));
  const std::vector<double> values = table.numbers(c.text("y"));
  const std::vector<std::string> everyone(key.empty() ? table.rows() : 0);
  const std::vector<std::string>& keys = key.empty() ? everyone : table.column(key);
  const std::string control = c.text("control");
  const std::string treatment = c.text("treatment");
  std::map<std::string, Arms> arms;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (variants[row] == control) arms[keys[row]].control.add(values[row]);
    if (variants[row] == treatment) arms[keys[row]].treatment.add(values[row]);
  }
  return arms;
}

json::object means_compared(const Arms& arms, double confidence) {
  const Difference difference = must(compare_means(arms.control, arms.treatment, confidence));
  return {{"n_c", arms.control.count},
          {"n_t", arms.treatment.count},
          {"mean_c", json_of(arms.control.mean)},
          {"mean_t", json_of(arms.treatment.mean)},
          {"diff", json_of(difference.value)},
          {"welch_se", json_of(difference.standard_error)},
          {"welch_df", json_of(difference.degrees_of_freedom)},
          {"t", json_of(difference.value / difference.standard_error)},
          {"p_welch", json_of(difference.p_value)},
          {"ci_welch", pair_of(difference.interval)}};
}

/// What is said of two rates: pooled z-test, and Wald's and Newcombe's intervals under the name that the caller has for them.
struct RateNames {
  const char* wald;
  const char* newcombe;
};

void put_rates(json::object& answer, const SuccessCount& control, const SuccessCount& treatment,
               double confidence, const RateNames& names) {
  const auto test = must(proportion_z_test(control, treatment, {.variance = DifferenceVariance::Pooled}));
  answer["z_pooled"] = json_of(test.statistic);
  answer["p_pooled"] = json_of(test.p_value);
  answer[names.wald] = pair_of(must(wald_interval(control, treatment, {.confidence = confidence})));
  answer[names.newcombe] = pair_of(must(compare_proportions(control, treatment, confidence)).interval);
}

bool is_binary(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == 0 || value == 1; });
}

SuccessCount successes_of(const Moments& arm) {
  return {static_cast<std::uint64_t>(std::llround(arm.mean * static_cast<double>(arm.count))), arm.count};
}

json::object two_arms(const ReferenceCase& c) {
  const double confidence = confidence_of(c);
  const Arms arms = arms_by(c, "").at("");
  json::object answer = means_compared(arms, confidence);
  const MeansOptions options{.confidence = confidence, .distribution = ReferenceDistribution::Normal};
  if (const auto lift = delta_method_lift(arm_mean(arms.control), arm_mean(arms.treatment), options)) {
    answer["lift"] = json_of(lift->value);
    answer["lift_se"] = json_of(lift->standard_error);
    answer["lift_ci"] = pair_of(lift->interval);
  }
  if (!is_binary(c.table().numbers(c.text("y")))) return answer;
  const SuccessCount control = successes_of(arms.control);
  const SuccessCount treatment = successes_of(arms.treatment);
  answer["x_c"] = control.successes;
  answer["x_t"] = treatment.successes;
  put_rates(answer, control, treatment, confidence, {"ci_wald", "ci_newcombe"});
  return answer;
}

json::object per_segment(const ReferenceCase& c) {
  json::object answer;
  for (const auto& [segment, arms] : arms_by(c, c.text("segment"))) {
    answer[segment] = means_compared(arms, confidence_of(c));
  }
  return answer;
}

json::object written(const ChiSquareTest& test) {
  return {{"chi2", json_of(test.statistic)},
          {"df", json_of(test.degrees_of_freedom)},
          {"p", json_of(test.p_value)}};
}

/// Equal shares of the arms unless weights are given, in the order of the arms' names.
json::object sample_ratio(const ReferenceCase& c) {
  std::map<std::string, std::uint64_t> units;
  for (const std::string& variant : c.table().column(arm_column(c))) ++units[variant];
  std::vector<std::uint64_t> observed;
  for (const auto& [variant, count] : units) observed.push_back(count);
  const std::vector<double> weights =
      c.has("expected_weights") ? c.numbers("expected_weights") : std::vector<double>(observed.size(), 1.0);
  return written(must(sample_ratio_test(observed, weights)));
}

/// Treatment against control by counts alone, for every outcome but exposure; where units were exposed (in the treatment alone), the
/// effect on these, the difference divided by the share of the exposed. The design's shares stand in the operation: "SRM vs 85/15".
json::object from_counts(const ReferenceCase& c) {
  const json::object& arms = c.input("counts").as_object();
  const json::object& control = arms.at("control").as_object();
  const json::object& treatment = arms.at("treatment").as_object();
  const auto count = [](const json::object& arm, std::string_view key) {
    return arm.at(key).to_number<std::uint64_t>();
  };
  const double confidence = confidence_of(c);
  json::object answer;
  for (const auto& [outcome, unused] : treatment) {
    if (outcome == "n" || outcome == "exposure") continue;
    const SuccessCount one{count(control, outcome), count(control, "n")};
    const SuccessCount other{count(treatment, outcome), count(treatment, "n")};
    json::object compared{{"diff", json_of(must(compare_proportions(one, other, confidence)).value)}};
    put_rates(compared, one, other, confidence, {"wald_ci", "newcombe_ci"});
    if (const auto lift =
            delta_method_lift(arm_mean(one), arm_mean(other),
                              {.confidence = confidence, .distribution = ReferenceDistribution::Normal})) {
      compared["lift"] = json_of(lift->value);
      compared["lift_ci_delta"] = pair_of(lift->interval);
    }
    if (treatment.contains("exposure")) {
      const double exposed_rate =
          static_cast<double>(count(treatment, "exposure")) / static_cast<double>(other.units);
      compared["cace_exposed"] = json_of((other.rate() - one.rate()) / exposed_rate);
    }
    answer[outcome] = compared;
  }
  static const std::regex kShares(R"(SRM vs ([0-9.]+)/([0-9.]+))");
  std::smatch shares;
  const std::string operation = c.operation();
  if (std::regex_search(operation, shares, kShares)) {
    const std::array<std::uint64_t, 2> observed{count(treatment, "n"), count(control, "n")};
    const std::array<double, 2> weights{std::stod(shares[1]), std::stod(shares[2])};
    answer["srm_" + shares[1].str() + "_" + shares[2].str()] =
        written(must(sample_ratio_test(observed, weights)));
  }
  return answer;
}

/// Customers who subscribed ("y" is "yes") by how they were called.
json::object subscription_by_contact(const ReferenceCase& c) {
  const std::vector<std::string>& contacts = c.table().column("contact");
  const std::vector<std::string>& subscribed = c.table().column("y");
  std::map<std::string, std::array<std::uint64_t, 2>> counts;
  std::uint64_t successes = 0;
  for (std::size_t row = 0; row < contacts.size(); ++row) {
    const bool yes = subscribed[row] == "yes";
    ++counts[contacts[row]][yes ? 0 : 1];
    successes += yes ? 1 : 0;
  }
  std::vector<std::uint64_t> table;
  for (const auto& [contact, own] : counts) table.insert(table.end(), own.begin(), own.end());
  json::object answer = written(must(independence_test(table, 2)));
  answer["n"] = contacts.size();
  answer["rate"] = json_of(static_cast<double>(successes) / static_cast<double>(contacts.size()));
  return answer;
}

}  // namespace

json::object answer_dataset_e2e(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method.starts_with("a_b_analysis")) return two_arms(reference_case);
  if (method == "per_segment_effects") return per_segment(reference_case);
  if (method.starts_with("srm_")) return sample_ratio(reference_case);
  if (method.starts_with("exact_hierarchical_normal")) return answer_hierarchical_normal(reference_case);
  if (method.starts_with("visit_conversion_lifts")) return from_counts(reference_case);
  if (method.starts_with("chi2_of_subscription")) return subscription_by_contact(reference_case);
  throw Unanswered("no method '" + method + "'");
}

}  // namespace splitplot::reference
