// Two proportions, two means, sample ratio, multiplicity, confidence sequence and the distribution functions
// against values of R, SciPy, statsmodels and mpmath.
#include "reference_cases.hpp"

#include <splitplot/stats/compare/contingency.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/many/multiplicity.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

double variance_of_rate(const SuccessCount& arm) {
  return arm.rate() * (1 - arm.rate()) / static_cast<double>(arm.units);
}

/// Fieller's interval of the ratio, as the cases give it: with the unpooled binomial variances.
void check_fieller(const Case& c, const SuccessCount& control, const SuccessCount& treatment, double alpha) {
  const auto lift = fieller_lift(control.rate(), variance_of_rate(control), treatment.rate(),
                                 variance_of_rate(treatment), normal_quantile(1 - alpha / 2));
  if (!c.expects("ratio_ci_fieller")) {
    EXPECT_FALSE(lift.has_value());
    return;
  }
  ASSERT_TRUE(lift.has_value()) << lift.error().why;
  c.check("ratio_ci_fieller", std::vector<double>{lift->interval.lower + 1, lift->interval.upper + 1});
  c.check("lift", lift->value);
}

TEST(Reference, TwoProportions) {
  SPLITPLOT_NEEDS_SHARED();
  int pooled = 0;
  for_each_case("two_proportion", "two_proportion_test", [&](const Case& c) {
    const SuccessCount control{c.count("x1"), c.count("n1")};
    const SuccessCount treatment{c.count("x2"), c.count("n2")};
    const double alpha = c.number("alpha");
    const auto difference = compare_proportions(control, treatment, 1 - alpha);
    ASSERT_TRUE(difference.has_value()) << difference.error().why;
    c.check("diff", difference->value);
    c.check("se_unpooled", difference->standard_error);
    c.check("newcombe_ci", std::vector<double>{difference->interval.lower, difference->interval.upper});
    if (difference->test == TestMethod::PooledZ) {
      ++pooled;
      c.check("p_pooled", difference->p_value);
      if (difference->p_value < 1) {
        c.check("z_pooled", std::copysign(normal_quantile(difference->p_value / 2), difference->value));
      }
    }
    check_fieller(c, control, treatment, alpha);
  });
  EXPECT_GE(pooled, 3) << "the pooled z test was hardly used";
}

TEST(Reference, WilsonInterval) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("proportion_ci", "single_proportion_ci", [](const Case& c) {
    const auto interval = wilson_interval({c.count("x"), c.count("n")}, 1 - c.number("alpha"));
    ASSERT_TRUE(interval.has_value());
    c.check("wilson", std::vector<double>{interval->lower, interval->upper});
  });
}

TEST(Reference, FisherExactTwoSided) {
  SPLITPLOT_NEEDS_SHARED();
  int two_sided = 0;
  for_each_case("fisher_exact", "fisher_exact_2x2", [&](const Case& c) {
    if (c.text("alternative") != "two-sided") return c.leave_out();
    ++two_sided;
    const auto cell = [&](std::size_t row, std::size_t column) {
      return c.input("table").at(row).at(column).to_number<std::uint64_t>();
    };
    c.check("p", fisher_exact_p_value({cell(0, 0), cell(0, 0) + cell(0, 1)},
                                      {cell(1, 0), cell(1, 0) + cell(1, 1)}));
  });
  EXPECT_GE(two_sided, 3);
}

void check_welch(const Case& c, const Moments& control, const Moments& treatment) {
  const auto difference = compare_means(control, treatment, 1 - c.number("alpha"));
  ASSERT_TRUE(difference.has_value()) << difference.error().why;
  c.check("diff", difference->value);
  c.check("se", difference->standard_error);
  c.check("df", welch_degrees_of_freedom(control, treatment));
  c.check("p", difference->p_value);
  c.check("ci", std::vector<double>{difference->interval.lower, difference->interval.upper});
  if (c.expects("t")) c.check("t", difference->value / difference->standard_error);
}

TEST(Reference, WelchFromValues) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("welch_t", "welch_t", [](const Case& c) {
    Moments control;
    Moments treatment;
    for (const double x : c.numbers("control")) control.add(x);
    for (const double x : c.numbers("treatment")) treatment.add(x);
    check_welch(c, control, treatment);
  });
}

Moments from_sums(const boost::json::value& sums) {
  const double n = number_of(sums.at("n"));
  Moments moments;
  moments.count = static_cast<std::uint64_t>(n);
  moments.mean = number_of(sums.at("sum")) / n;
  moments.m2 = number_of(sums.at("sum_squares")) - n * moments.mean * moments.mean;
  return moments;
}

TEST(Reference, WelchFromSufficientStatistics) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("welch_t", "welch_t_from_sufficient_statistics", [](const Case& c) {
    check_welch(c, from_sums(c.input("control")), from_sums(c.input("treatment")));
  });
}

TEST(Reference, SampleRatio) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("srm_gof", "chi2_goodness_of_fit_srm", [](const Case& c) {
    std::vector<std::uint64_t> observed;
    for (const double n : c.numbers("observed")) observed.push_back(static_cast<std::uint64_t>(n));
    const auto test = sample_ratio_test(observed, c.numbers("expected_weights"));
    ASSERT_TRUE(test.has_value()) << test.error().why;
    c.check("chi2", test->statistic);
    c.check("df", test->degrees_of_freedom);
    c.check("p", test->p_value);
  });
}

void check_independence(const Case& c) {
  if (c.has_input("yates")) return c.leave_out();  // a continuity correction is not offered
  std::vector<std::uint64_t> cells;
  std::size_t columns = 0;
  for (const auto& row : c.input("table").as_array()) {
    columns = row.as_array().size();
    for (const auto& cell : row.as_array()) cells.push_back(cell.to_number<std::uint64_t>());
  }
  const auto test = independence_test(cells, columns);
  ASSERT_TRUE(test.has_value()) << test.error().why;
  c.check("chi2", test->statistic);
  c.check("df", test->degrees_of_freedom);
  c.check("p", test->p_value);
}

TEST(Reference, Independence) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("chi2_contingency", "pearson", check_independence);
  for_each_case("chi2_contingency", "pearson_chi2_and_g_test_cramer_s_v", check_independence);
}

TEST(Reference, EqualityOfSeveralProportions) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("two_proportion", "k_sample_equality_of_proportions", [](const Case& c) {
    const std::vector<double> successes = c.numbers("x");
    const std::vector<double> units = c.numbers("n");
    std::vector<std::uint64_t> cells;
    for (std::size_t i = 0; i < units.size(); ++i) {
      cells.push_back(static_cast<std::uint64_t>(successes[i]));
      cells.push_back(static_cast<std::uint64_t>(units[i] - successes[i]));
    }
    const auto test = independence_test(cells, 2);
    ASSERT_TRUE(test.has_value());
    c.check("chi2", test->statistic);
    c.check("p", test->p_value);
  });
}

TEST(Reference, AdjustedPValues) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("multiplicity", "adjusted_p_values", [](const Case& c) {
    const std::vector<double> p = c.numbers("p");
    c.check("bonferroni", adjust_p_values(p, Correction::Bonferroni));
    c.check("holm", adjust_p_values(p, Correction::Holm));
    c.check("BH", adjust_p_values(p, Correction::BenjaminiHochberg));
  });
  for_each_case("multiplicity", "bh_over_experiments_x_metrics", [](const Case& c) {
    c.check("BH", adjust_p_values(c.numbers("p"), Correction::BenjaminiHochberg));
  });
}

TEST(Reference, ConfidenceSequence) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("asymptotic_cs", "two_sided_asymptotic_confidence_sequence", [](const Case& c) {
    const double n_c = c.number("n_c");
    const double n_t = c.number("n_t");
    double estimate = c.number("mean_t") - c.number("mean_c");
    double error = std::sqrt(c.number("var_c") / n_c + c.number("var_t") / n_t);
    if (c.input("relative")
            .as_bool()) {  // the delta method is the case's, not ours: take its estimate as given
      estimate = number_of(c.expected("estimate"));
      error = number_of(c.expected("se"));
    }
    const auto sequence = asymptotic_confidence_sequence(estimate, error, c.count("n_c") + c.count("n_t"),
                                                         c.count("tuning_n"), 1 - c.number("alpha"));
    ASSERT_TRUE(sequence.has_value()) << sequence.error().why;
    c.check("rho", sequence->rho);
    c.check("halfwidth", sequence->half_width);
    c.check("ci", std::vector<double>{estimate - sequence->half_width, estimate + sequence->half_width});
    c.check("p", sequence->p_value);
  });
}

TEST(Reference, DistributionFunctions) {
  SPLITPLOT_NEEDS_SHARED();
  const std::string_view topic = "distribution_functions";
  for_each_case(topic, "norm_cdf", [](const Case& c) { c.check("value", normal_cdf(c.number("x"))); });
  for_each_case(topic, "norm_sf", [](const Case& c) { c.check("value", normal_sf(c.number("x"))); });
  for_each_case(topic, "norm_ppf", [](const Case& c) { c.check("value", normal_quantile(c.number("p"))); });
  for_each_case(topic, "t_sf",
                [](const Case& c) { c.check("value", student_t_sf(c.number("t"), c.number("df"))); });
  for_each_case(topic, "chi2_sf",
                [](const Case& c) { c.check("value", chi_square_sf(c.number("x"), c.number("df"))); });
  for_each_case(topic, "beta_cdf", [](const Case& c) {
    c.check("value", beta_cdf(c.number("x"), c.number("a"), c.number("b")));
  });
  for_each_case(topic, "beta_ppf", [](const Case& c) {
    c.check("value", beta_quantile(c.number("p"), c.number("a"), c.number("b")));
  });
}

}  // namespace
}  // namespace splitplot::reference
