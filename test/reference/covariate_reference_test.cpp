// CUPED against statsmodels and closed forms on real data.
#include "reference_cases.hpp"
#include "table_file.hpp"

#include <splitplot/stats/adjust/covariate.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

struct ObservedArms {
  CrossMoments control;
  CrossMoments treatment;
};

/// The arms of a case: a fixture with a 0/1 column `variant`, or the Hillstrom mailing with named arms.
ObservedArms observe(const Case& c, const std::vector<std::string>& covariates) {
  const bool fixture = c.has_input("data_file");
  const TableFile table(fixture ? shared_folder() + "/reference/stats/" + c.text("data_file")
                                : shared_folder() + "/data/hillstrom/hillstrom.csv");
  const auto& arm_of_row = table.column(fixture ? "variant" : "segment");
  const std::string control = fixture ? "0" : c.text("control");
  const std::string treatment = fixture ? "1" : c.text("treatment");
  std::vector<std::vector<double>> columns{table.numbers(c.text("y"))};
  for (const std::string& name : covariates) columns.push_back(table.numbers(name));
  ObservedArms arms{CrossMoments(columns.size()), CrossMoments(columns.size())};
  std::vector<double> row(columns.size());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    for (std::size_t k = 0; k < columns.size(); ++k) row[k] = columns[k][i];
    if (arm_of_row[i] == control) arms.control.add(row);
    if (arm_of_row[i] == treatment) arms.treatment.add(row);
  }
  return arms;
}

TEST(Reference, CupedWithOneCovariate) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("cuped", "cuped", [](const Case& c) {
    const ObservedArms observed = observe(c, {c.text("x")});
    const std::vector<CrossMoments> arms{observed.control, observed.treatment};
    const auto theta = cuped_coefficients(arms);
    ASSERT_TRUE(theta.has_value()) << theta.error().why;
    ASSERT_EQ(theta->size(), 1u);
    c.check("theta", theta->front());
    const std::vector<double> centre = covariate_centre(arms);
    const AdjustedMean control = adjust_mean(observed.control, *theta, centre);
    const AdjustedMean treatment = adjust_mean(observed.treatment, *theta, centre);
    c.check("adj_control_mean", control.mean);
    c.check("adj_treatment_mean", treatment.mean);
    const auto difference = compare_adjusted(control, treatment);
    ASSERT_TRUE(difference.has_value());
    c.check("diff", difference->value);
    c.check("se", difference->standard_error);
    // The case takes the normal distribution; ours is Student's with 40,000 degrees of freedom.
    c.check("p", 2 * normal_sf(std::abs(difference->value) / difference->standard_error));
    c.check("z", difference->value / difference->standard_error);
    const auto variance_of_mean = [](const CrossMoments& arm) {
      return arm.covariance(0, 0) / static_cast<double>(arm.count());
    };
    const double raw = variance_of_mean(observed.control) + variance_of_mean(observed.treatment);
    c.check("unadjusted_diff", observed.treatment.mean(0) - observed.control.mean(0));
    c.check("unadjusted_se", std::sqrt(raw));
    c.check("variance_reduction", 1 - difference->standard_error * difference->standard_error / raw);
  });
}

TEST(Reference, CupedWithSeveralCovariates) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("cuped", "multi_covariate_cuped", [](const Case& c) {
    std::vector<std::string> names;
    for (const auto& name : c.input("covariates").as_array()) names.emplace_back(name.as_string());
    const ObservedArms observed = observe(c, names);
    const std::vector<CrossMoments> arms{observed.control, observed.treatment};
    const auto theta = cuped_coefficients(arms);
    ASSERT_TRUE(theta.has_value()) << theta.error().why;
    c.check("theta", *theta);
    const std::vector<double> centre = covariate_centre(arms);
    c.check("effect", adjust_mean(observed.treatment, *theta, centre).mean -
                          adjust_mean(observed.control, *theta, centre).mean);
  });
}

}  // namespace
}  // namespace splitplot::reference
