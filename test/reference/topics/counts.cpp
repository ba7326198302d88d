#include "topics.hpp"

#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/sequential/sample_ratio_sequence.hpp>

#include <algorithm>

namespace splitplot::reference {
namespace {

namespace json = boost::json;
namespace stats = splitplot::stats;

std::vector<std::uint64_t> counts_of(const json::value& value) {
  std::vector<std::uint64_t> counts;
  for (const json::value& count : value.as_array()) counts.push_back(count.to_number<std::uint64_t>());
  return counts;
}

template <typename T>
T must(const stats::Estimated<T>& value) {
  if (!value) throw Unanswered(value.error().why);
  return *value;
}

json::object two_arm_test(const ReferenceCase& c, stats::TwoArmRatioTest method) {
  return {{"p", json_of(must(stats::two_arm_ratio_p_value(counts_of(c.input("observed")),
                                                          c.numbers("expected_weights"), method)))}};
}

}  // namespace

json::object answer_srm_gof(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "exact_two_sided_binomial_srm")
    return two_arm_test(reference_case, stats::TwoArmRatioTest::ExactBinomial);
  if (method == "normal_approx_with_continuity_correction") {
    return two_arm_test(reference_case, reference_case.flag("continuity", true)
                                            ? stats::TwoArmRatioTest::NormalCorrected
                                            : stats::TwoArmRatioTest::Normal);
  }
  if (method != "chi2_goodness_of_fit_srm") throw Unanswered("no method '" + method + "'");
  const auto test = must(stats::sample_ratio_test(counts_of(reference_case.input("observed")),
                                                  reference_case.numbers("expected_weights")));
  return {{"chi2", json_of(test.statistic)},
          {"df", json_of(test.degrees_of_freedom)},
          {"p", json_of(test.p_value)}};
}

json::object answer_srm_sequential(const ReferenceCase& reference_case) {
  if (reference_case.method() != "always_valid_srm_p")
    throw Unanswered("no method '" + reference_case.method() + "'");
  // "observed" is the counts now, or a list of looks.
  const json::array& observed = reference_case.input("observed").as_array();
  const bool several = !observed.empty() && observed[0].is_array();
  const json::array looks = several ? observed : json::array{observed};
  stats::SampleRatioSequenceOptions options;
  options.concentration = reference_case.number("concentration", stats::kSampleRatioConcentration);
  stats::SampleRatioLook look;
  for (const json::value& counts : looks) {
    look =
        must(stats::sample_ratio_sequence_look(counts_of(counts), reference_case.numbers("theta"), options));
    options.p_value_before = look.p_value;
  }
  return {{"log_bayes_factor", json_of(look.log_bayes_factor)},
          {"p_current", json_of(look.p_value_now)},
          {"p_running", json_of(look.p_value)}};
}

json::object answer_chi2_contingency(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method != "pearson" && method != "pearson_chi2_and_g_test_cramer_s_v")
    throw Unanswered("no method '" + method + "'");
  const json::array& rows = reference_case.input("table").as_array();
  std::vector<std::uint64_t> table;
  for (const json::value& row : rows) {
    const auto counts = counts_of(row);
    table.insert(table.end(), counts.begin(), counts.end());
  }
  const std::size_t columns = rows.at(0).as_array().size();
  const stats::Continuity continuity =
      reference_case.flag("yates", false) ? stats::Continuity::Yates : stats::Continuity::None;
  const auto test = must(stats::independence_test(table, columns, {.continuity = continuity}));
  const auto likelihood =
      must(stats::independence_test(table, columns, {stats::TableStatistic::LikelihoodRatio, continuity}));
  json::array expected;
  const auto counts = must(stats::expected_counts(table, columns));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(row * columns);
    expected.push_back(json_of(std::vector<double>(first, first + static_cast<std::ptrdiff_t>(columns))));
  }
  return {{"chi2", json_of(test.statistic)},
          {"df", json_of(test.degrees_of_freedom)},
          {"p", json_of(test.p_value)},
          {"G", json_of(likelihood.statistic)},
          {"G_p", json_of(likelihood.p_value)},
          {"cramers_v", json_of(must(stats::cramers_v(table, columns)))},
          {"expected", expected}};
}

}  // namespace splitplot::reference
