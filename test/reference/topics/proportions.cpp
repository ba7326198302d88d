#include "barnard_by_scipy.hpp"
#include "fisher_by_r.hpp"
#include "topics.hpp"

#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/compare/fisher.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/compare/risk.hpp>
#include <splitplot/stats/compare/score_interval.hpp>
#include <splitplot/stats/compare/unconditional_tests.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>

namespace splitplot::reference {
namespace {

namespace json = boost::json;
namespace stats = splitplot::stats;

json::array pair_of(const stats::Interval& interval) {
  return json_of(std::vector<double>{interval.lower, interval.upper});
}

/// Keys whose numbers cannot be given are left out.
void put(json::object& answer, std::string_view key, const stats::Estimated<stats::Interval>& interval) {
  if (interval) answer[key] = pair_of(*interval);
}

template <typename T>
T must(const stats::Estimated<T>& value) {
  if (!value) throw Unanswered(value.error().why);
  return *value;
}

stats::Alternative alternative_of(const ReferenceCase& reference_case) {
  std::string text = reference_case.text("alternative", "two-sided");
  for (char& letter : text) letter = letter == '.' || letter == '_' ? '-' : letter;
  if (text == "two-sided") return stats::Alternative::TwoSided;
  if (text == "greater" || text == "larger") return stats::Alternative::Greater;
  if (text == "less" || text == "smaller") return stats::Alternative::Less;
  throw Unanswered("no alternative '" + text + "'");
}

double confidence_of(const ReferenceCase& reference_case) {
  for (const std::string_view key : {"conf", "confidence", "conf_level"}) {
    if (reference_case.has(key)) return reference_case.number(key);
  }
  return 1 - reference_case.number("alpha", 0.05);
}

struct Arms {
  stats::SuccessCount control;
  stats::SuccessCount treatment;
};

Arms arms_of(const ReferenceCase& c) {
  return {{c.count("x1"), c.count("n1")}, {c.count("x2"), c.count("n2")}};
}

/// The table's first line (row or column) against its second: "greater" says that the first has the higher rate, so it is the treatment.
enum class Groups { Rows, Columns };

Arms arms_of_table(const ReferenceCase& reference_case, Groups groups) {
  const json::array& table = reference_case.input("table").as_array();
  const auto cell = [&](std::size_t group, std::size_t outcome) {
    const std::size_t row = groups == Groups::Rows ? group : outcome;
    const std::size_t column = groups == Groups::Rows ? outcome : group;
    return table.at(row).as_array().at(column).to_number<std::uint64_t>();
  };
  const auto arm = [&](std::size_t group) {
    return stats::SuccessCount{cell(group, 0), cell(group, 0) + cell(group, 1)};
  };
  return {arm(1), arm(0)};
}

json::object two_proportion_test(const ReferenceCase& c) {
  using stats::Alternative;
  using stats::DifferenceVariance;
  const auto [control, treatment] = arms_of(c);
  const double confidence = confidence_of(c);
  const auto comparison = must(stats::compare_proportions(control, treatment, confidence));
  json::object answer;
  answer["diff"] = json_of(comparison.value);
  answer["se_unpooled"] = json_of(comparison.standard_error);
  answer["newcombe_ci"] = pair_of(comparison.interval);
  put(answer, "wald_ci", stats::wald_interval(control, treatment, {.confidence = confidence}));
  put(answer, "agresti_caffo_ci", stats::agresti_caffo_interval(control, treatment, confidence));
  put(answer, "miettinen_nurminen_ci", stats::score_interval(control, treatment, {.confidence = confidence}));
  const auto z_test = [&](DifferenceVariance variance, Alternative alternative) {
    return stats::proportion_z_test(control, treatment, {.variance = variance, .alternative = alternative});
  };
  for (const auto& [variance, name] : {std::pair{DifferenceVariance::Pooled, "pooled"},
                                       std::pair{DifferenceVariance::Unpooled, "unpooled"}}) {
    const auto test = z_test(variance, Alternative::TwoSided);
    if (!test) continue;
    answer[std::string("z_") + name] = json_of(test->statistic);
    answer[std::string("p_") + name] = json_of(test->p_value);
    answer[std::string("p_") + name + "_greater"] = json_of(z_test(variance, Alternative::Greater)->p_value);
    answer[std::string("p_") + name + "_less"] = json_of(z_test(variance, Alternative::Less)->p_value);
  }
  const std::vector<stats::SuccessCount> both{control, treatment};
  if (const auto test = stats::equal_proportions_test(both)) answer["chi2"] = json_of(test->statistic);
  if (const auto ratio = stats::risk_ratio(control, treatment, confidence)) {
    answer["risk_ratio"] = json_of(ratio->value);
    answer["rr_ci_katz"] = pair_of(ratio->interval);
  }
  if (const auto ratio = stats::odds_ratio(control, treatment, confidence)) {
    answer["odds_ratio"] = json_of(ratio->value);
    answer["or_ci_woolf"] = pair_of(ratio->interval);
  }
  if (const auto lift = stats::delta_method_lift(
          stats::arm_mean(control), stats::arm_mean(treatment),
          {.confidence = confidence, .distribution = stats::ReferenceDistribution::Normal})) {
    answer["lift"] = json_of(lift->value);
    answer["lift_se_delta"] = json_of(lift->standard_error);
    answer["lift_ci_delta"] = pair_of(lift->interval);
  }
  const auto variance = [](const stats::SuccessCount& arm) {
    return arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
  };
  if (const auto lift =
          stats::fieller_lift(control.rate(), variance(control), treatment.rate(), variance(treatment),
                              -stats::normal_quantile((1 - confidence) / 2))) {
    answer["ratio_ci_fieller"] = pair_of({lift->interval.lower + 1, lift->interval.upper + 1});
  }
  return answer;
}

/// R's prop.test of two groups, treatment first: chi-square, p-value, and Wald's interval cut to what a difference can be.
json::object prop_test(const ReferenceCase& c, bool corrected_by_default) {
  const auto [control, treatment] = arms_of(c);
  const stats::Continuity continuity =
      c.flag("continuity", corrected_by_default) ? stats::Continuity::Yates : stats::Continuity::None;
  const stats::Alternative alternative = alternative_of(c);
  const auto test = must(
      stats::proportion_z_test(control, treatment, {.continuity = continuity, .alternative = alternative}));
  json::object answer;
  answer["chi2"] = json_of(test.statistic * test.statistic);
  answer["p"] = json_of(test.p_value);
  put(answer, "ci",
      stats::wald_interval(control, treatment,
                           {.confidence = confidence_of(c),
                            .alternative = alternative,
                            .continuity = continuity,
                            .ends = stats::IntervalEnds::CutToRange}));
  return answer;
}

json::object equal_proportions(const ReferenceCase& c) {
  const json::array& successes = c.input("x").as_array();
  const json::array& units = c.input("n").as_array();
  if (successes.size() != units.size()) throw Unanswered("x and n differ in length");
  std::vector<stats::SuccessCount> arms;
  for (std::size_t i = 0; i < units.size(); ++i) {
    arms.push_back({successes[i].to_number<std::uint64_t>(), units[i].to_number<std::uint64_t>()});
  }
  const auto test = must(stats::equal_proportions_test(arms));
  return {{"chi2", json_of(test.statistic)},
          {"df", json_of(test.degrees_of_freedom)},
          {"p", json_of(test.p_value)}};
}

json::object relative_lift(const ReferenceCase& c) {
  const auto [control, treatment] = arms_of(c);
  const auto lift = must(stats::delta_method_lift(stats::arm_mean(control), stats::arm_mean(treatment),
                                                  {.confidence = confidence_of(c)}));
  return {{"lift", json_of(lift.value)},
          {"lift_se", json_of(lift.standard_error)},
          {"ci", pair_of(lift.interval)},
          {"p", json_of(lift.p_value)}};
}

/// R writes infinity as "Inf".
json::value r_json_of(double value) {
  if (std::isinf(value)) return value > 0 ? "Inf" : "-Inf";
  return json_of(value);
}

json::object fisher_2x2(const ReferenceCase& c) {
  const auto [control, treatment] = arms_of_table(c, Groups::Rows);
  const auto test = must(stats::fisher_exact_test(
      control, treatment, {.alternative = alternative_of(c), .confidence = confidence_of(c)}));
  const OddsRatioByR odds_ratio =
      odds_ratio_by_r({{{treatment.successes, treatment.units - treatment.successes},
                        {control.successes, control.units - control.successes}}},
                      alternative_of(c), confidence_of(c));
  return {{"p", json_of(test.p_value)},
          {"odds_ratio_cmle", r_json_of(odds_ratio.estimate)},
          {"ci", json::array{r_json_of(odds_ratio.interval.lower), r_json_of(odds_ratio.interval.upper)}}};
}

json::object fisher_table(const ReferenceCase& c) {
  const json::array& rows = c.input("table").as_array();
  std::vector<std::uint64_t> counts;
  for (const json::value& row : rows) {
    for (const json::value& count : row.as_array()) counts.push_back(count.to_number<std::uint64_t>());
  }
  return {{"p", json_of(must(stats::fisher_table_p_value(counts, rows.at(0).as_array().size())))}};
}

json::object answer_of(const stats::UnconditionalTest& test) {
  return {{"statistic", json_of(test.statistic)}, {"p", json_of(test.p_value)}};
}

}  // namespace

json::object answer_two_proportion(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "two_proportion_test") return two_proportion_test(reference_case);
  if (method == "chi2_with_yates_continuity_correction") return prop_test(reference_case, true);
  if (method.starts_with("prop_test")) return prop_test(reference_case, false);
  if (method == "k_sample_equality_of_proportions") return equal_proportions(reference_case);
  if (method == "relative_lift") return relative_lift(reference_case);
  throw Unanswered("no method '" + method + "'");
}

json::object answer_proportion_ci(const ReferenceCase& reference_case) {
  using stats::ProportionInterval;
  if (reference_case.method() != "single_proportion_ci")
    throw Unanswered("no method '" + reference_case.method() + "'");
  const stats::SuccessCount arm{reference_case.count("x"), reference_case.count("n")};
  json::object answer;
  for (const auto& [method, name] : {std::pair{ProportionInterval::Wilson, "wilson"},
                                     std::pair{ProportionInterval::ClopperPearson, "clopper_pearson"},
                                     std::pair{ProportionInterval::Jeffreys, "jeffreys"},
                                     std::pair{ProportionInterval::AgrestiCoull, "agresti_coull"},
                                     std::pair{ProportionInterval::Wald, "wald"}}) {
    put(answer, name, stats::proportion_interval(arm, method, confidence_of(reference_case)));
  }
  return answer;
}

json::object answer_fisher_exact(const ReferenceCase& reference_case) {
  if (reference_case.method() == "fisher_exact_2x2") return fisher_2x2(reference_case);
  if (reference_case.method() == "fisher_exact_r_x_c") return fisher_table(reference_case);
  throw Unanswered("no method '" + reference_case.method() + "'");
}

/// SciPy's convention: the columns are the groups, the rows the outcomes.
json::object answer_barnard_boschloo(const ReferenceCase& reference_case) {
  const auto [control, treatment] = arms_of_table(reference_case, Groups::Columns);
  const stats::Alternative alternative = alternative_of(reference_case);
  if (reference_case.method() == "barnard") {
    const auto variance = reference_case.flag("pooled", true) ? stats::BarnardVariance::Pooled
                                                              : stats::BarnardVariance::Unpooled;
    stats::UnconditionalTest test = must(stats::barnard_test(control, treatment, {alternative, variance}));
    // The treatment is SciPy's first column.
    if (const auto p_value = barnard_p_value_by_scipy(treatment, control, alternative, variance))
      test.p_value = *p_value;
    return answer_of(test);
  }
  if (reference_case.method() == "boschloo_exact") {
    return answer_of(
        must(stats::boschloo_test(control, treatment, {alternative, stats::BoschlooSides::DoubledOneSided})));
  }
  throw Unanswered("no method '" + reference_case.method() + "'");
}

}  // namespace splitplot::reference
