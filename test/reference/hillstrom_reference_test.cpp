// A whole analysis of the Hillstrom mailing (64,000 customers, three arms) against SciPy on the same file.
#include "reference_cases.hpp"
#include "table_file.hpp"

#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/pooling/segments.hpp>

#include <filesystem>
#include <map>

#include <gtest/gtest.h>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

const TableFile& hillstrom() {
  static const TableFile kTable(shared_folder() + "/data/hillstrom/hillstrom.csv");
  return kTable;
}

struct Arms {
  Moments control;
  Moments treatment;
};

/// The arms of a case, by value of the column `segment_column`; all under "" where there is none.
std::map<std::string, Arms> arms_by_segment(const Case& c, const std::string& segment_column) {
  const TableFile& table = hillstrom();
  const std::vector<double> values = table.numbers(c.text("y"));
  const auto& arm_of_row = table.column("segment");
  const auto* segment_of_row = segment_column.empty() ? nullptr : &table.column(segment_column);
  std::map<std::string, Arms> result;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    Arms& arms = result[segment_of_row == nullptr ? "" : (*segment_of_row)[i]];
    if (arm_of_row[i] == c.text("control")) arms.control.add(values[i]);
    if (arm_of_row[i] == c.text("treatment")) arms.treatment.add(values[i]);
  }
  return result;
}

SuccessCount successes_of(const Moments& moments) {
  return {static_cast<std::uint64_t>(moments.mean * static_cast<double>(moments.count) + 0.5), moments.count};
}

TEST(Reference, HillstromArmAgainstNoMail) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("dataset_e2e", "a_b_analysis_vs_no_e_mail", [](const Case& c) {
    const Arms arms = arms_by_segment(c, "").at("");
    c.check("n_c", static_cast<double>(arms.control.count));
    c.check("n_t", static_cast<double>(arms.treatment.count));
    c.check("mean_c", arms.control.mean);
    c.check("mean_t", arms.treatment.mean);
    const auto means = compare_means(arms.control, arms.treatment);
    ASSERT_TRUE(means.has_value());
    c.check("diff", means->value);
    c.check("welch_se", means->standard_error);
    c.check("welch_df", welch_degrees_of_freedom(arms.control, arms.treatment));
    c.check("t", means->value / means->standard_error);
    c.check("p_welch", means->p_value);
    c.check("ci_welch", std::vector<double>{means->interval.lower, means->interval.upper});
    const auto lift = fieller_lift(arms.control.mean, arms.control.variance_of_mean(), arms.treatment.mean,
                                   arms.treatment.variance_of_mean(), 1.96);
    ASSERT_TRUE(lift.has_value());
    c.check("lift", lift->value);
    if (!c.expects("ci_newcombe")) return;
    const auto rates = compare_proportions(successes_of(arms.control), successes_of(arms.treatment));
    ASSERT_TRUE(rates.has_value());
    EXPECT_EQ(rates->test, TestMethod::PooledZ);
    c.check("p_pooled", rates->p_value);
    c.check("ci_newcombe", std::vector<double>{rates->interval.lower, rates->interval.upper});
  });
}

TEST(Reference, HillstromSegmentEffects) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("dataset_e2e", "per_segment_effects", [](const Case& c) {
    for (const auto& [segment, arms] : arms_by_segment(c, c.text("segment"))) {
      SCOPED_TRACE(segment);
      const auto means = compare_means(arms.control, arms.treatment);
      ASSERT_TRUE(means.has_value());
      const auto& want = c.expected(segment);
      c.check_part(segment, want.at("n_c"), static_cast<double>(arms.control.count));
      c.check_part(segment, want.at("mean_c"), arms.control.mean);
      c.check_part(segment, want.at("mean_t"), arms.treatment.mean);
      c.check_part(segment, want.at("diff"), means->value);
      c.check_part(segment, want.at("welch_se"), means->standard_error);
      c.check_part(segment, want.at("p_welch"), means->p_value);
      c.check_part(segment, want.at("ci_welch").at(0), means->interval.lower);
      c.check_part(segment, want.at("ci_welch").at(1), means->interval.upper);
    }
  });
}

TEST(Reference, HillstromHeterogeneity) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("interaction", "per_segment_welch_effects", [](const Case& c) {
    std::vector<SegmentEffect> effects;
    std::vector<double> values;
    std::vector<double> errors;
    for (const auto& [segment, arms] : arms_by_segment(c, c.text("segment"))) {
      const auto means = compare_means(arms.control, arms.treatment);
      ASSERT_TRUE(means.has_value()) << segment;
      effects.push_back({means->value, means->standard_error});
      values.push_back(means->value);
      errors.push_back(means->standard_error);
    }
    c.check("effects", values);
    c.check("ses", errors);
    const auto test = cochran_q(effects);
    ASSERT_TRUE(test.has_value());
    c.check("cochran_Q", test->q);
    c.check("df", test->degrees_of_freedom);
    c.check("p", test->p_value);
  });
}

TEST(Reference, HillstromSampleRatio) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("dataset_e2e", "srm_3_arms", [](const Case& c) {
    std::map<std::string, std::uint64_t> counts;
    for (const std::string& arm : hillstrom().column("segment")) ++counts[arm];
    std::vector<std::uint64_t> observed;
    for (const auto& [arm, count] : counts) observed.push_back(count);
    const auto test = sample_ratio_test(observed, std::vector<double>(observed.size(), 1.0));
    ASSERT_TRUE(test.has_value());
    c.check("chi2", test->statistic);
    c.check("df", test->degrees_of_freedom);
    c.check("p", test->p_value);
  });
}

TEST(Reference, AggregateCounts) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("dataset_e2e", "visit_conversion_lifts_from_aggregate_co", [](const Case& c) {
    const auto& counts = c.input("counts");
    const auto count = [&](std::string_view arm, std::string_view key) {
      return counts.at(arm).at(key).to_number<std::uint64_t>();
    };
    for (const char* metric : {"visit", "conversion"}) {
      const SuccessCount control{count("control", metric), count("control", "n")};
      const SuccessCount treatment{count("treatment", metric), count("treatment", "n")};
      const auto difference = compare_proportions(control, treatment);
      ASSERT_TRUE(difference.has_value());
      const auto& want = c.expected(metric);
      c.check_part(metric, want.at("diff"), difference->value);
      c.check_part(metric, want.at("p_pooled"), difference->p_value);
      c.check_part(metric, want.at("newcombe_ci").at(0), difference->interval.lower);
      c.check_part(metric, want.at("newcombe_ci").at(1), difference->interval.upper);
    }
    const std::vector<std::uint64_t> observed{count("treatment", "n"), count("control", "n")};
    const auto split = sample_ratio_test(observed, std::vector<double>{85, 15});
    ASSERT_TRUE(split.has_value());
    c.check_part("srm_85_15", c.expected("srm_85_15").at("chi2"), split->statistic);
    c.check_part("srm_85_15", c.expected("srm_85_15").at("p"), split->p_value);
  });
}

}  // namespace
}  // namespace splitplot::reference
