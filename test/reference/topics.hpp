/// Which function answers the cases of a topic. Each answers by method and inputs alone, and throws `Unanswered` for a method it does not
/// know.
#pragma once

#include "reference_case.hpp"

#include <span>
#include <string_view>

#include <boost/json.hpp>

namespace splitplot::reference {

using Answer = boost::json::object (*)(const ReferenceCase&);

struct Topic {
  std::string_view name;
  Answer answer;
};

std::span<const Topic> topics();

// topics/*.cpp
boost::json::object answer_two_proportion(const ReferenceCase& reference_case);
boost::json::object answer_proportion_ci(const ReferenceCase& reference_case);
boost::json::object answer_fisher_exact(const ReferenceCase& reference_case);
boost::json::object answer_barnard_boschloo(const ReferenceCase& reference_case);
boost::json::object answer_srm_gof(const ReferenceCase& reference_case);
boost::json::object answer_srm_sequential(const ReferenceCase& reference_case);
boost::json::object answer_chi2_contingency(const ReferenceCase& reference_case);
boost::json::object answer_welch_t(const ReferenceCase& reference_case);
boost::json::object answer_anova(const ReferenceCase& reference_case);
boost::json::object answer_delta_ratio(const ReferenceCase& reference_case);
boost::json::object answer_quantile_te(const ReferenceCase& reference_case);
boost::json::object answer_robust(const ReferenceCase& reference_case);
boost::json::object answer_cuped(const ReferenceCase& reference_case);
boost::json::object answer_lin_regression(const ReferenceCase& reference_case);
boost::json::object answer_distribution_functions(const ReferenceCase& reference_case);
boost::json::object answer_noncentral_t(const ReferenceCase& reference_case);
boost::json::object answer_multiplicity(const ReferenceCase& reference_case);
boost::json::object answer_dunnett(const ReferenceCase& reference_case);
boost::json::object answer_interaction(const ReferenceCase& reference_case);
boost::json::object answer_asymptotic_cs(const ReferenceCase& reference_case);
boost::json::object answer_msprt(const ReferenceCase& reference_case);
boost::json::object answer_group_sequential(const ReferenceCase& reference_case);
boost::json::object answer_bayes_beta_binomial(const ReferenceCase& reference_case);
boost::json::object answer_bayes_normal_effect(const ReferenceCase& reference_case);
boost::json::object answer_bayes_nig(const ReferenceCase& reference_case);
boost::json::object answer_thompson(const ReferenceCase& reference_case);
boost::json::object answer_empirical_bayes(const ReferenceCase& reference_case);
boost::json::object answer_hierarchical_normal(const ReferenceCase& reference_case);
boost::json::object answer_hierarchical_binomial(const ReferenceCase& reference_case);
boost::json::object answer_meta_analysis(const ReferenceCase& reference_case);
boost::json::object answer_power_proportions(const ReferenceCase& reference_case);
boost::json::object answer_power_noninferiority(const ReferenceCase& reference_case);
boost::json::object answer_power_means(const ReferenceCase& reference_case);
boost::json::object answer_dataset_e2e(const ReferenceCase& reference_case);

}  // namespace splitplot::reference
