#include "topics.hpp"

namespace splitplot::reference {
namespace {

constexpr Topic kTopics[] = {
    {"two_proportion", &answer_two_proportion},
    {"proportion_ci", &answer_proportion_ci},
    {"fisher_exact", &answer_fisher_exact},
    {"barnard_boschloo", &answer_barnard_boschloo},
    {"srm_gof", &answer_srm_gof},
    {"srm_sequential", &answer_srm_sequential},
    {"chi2_contingency", &answer_chi2_contingency},
    {"welch_t", &answer_welch_t},
    {"anova", &answer_anova},
    {"delta_ratio", &answer_delta_ratio},
    {"quantile_te", &answer_quantile_te},
    {"robust", &answer_robust},
    {"cuped", &answer_cuped},
    {"lin_regression", &answer_lin_regression},
    {"distribution_functions", &answer_distribution_functions},
    {"noncentral_t", &answer_noncentral_t},
    {"multiplicity", &answer_multiplicity},
    {"dunnett", &answer_dunnett},
    {"interaction", &answer_interaction},
    {"asymptotic_cs", &answer_asymptotic_cs},
    {"msprt", &answer_msprt},
    {"group_sequential", &answer_group_sequential},
    {"bayes_beta_binomial", &answer_bayes_beta_binomial},
    {"bayes_normal_effect", &answer_bayes_normal_effect},
    {"bayes_nig", &answer_bayes_nig},
    {"thompson", &answer_thompson},
    {"empirical_bayes", &answer_empirical_bayes},
    {"hierarchical_normal", &answer_hierarchical_normal},
    {"hierarchical_binomial", &answer_hierarchical_binomial},
    {"meta_analysis", &answer_meta_analysis},
    {"power_proportions", &answer_power_proportions},
    {"power_noninferiority", &answer_power_noninferiority},
    {"power_means", &answer_power_means},
    {"dataset_e2e", &answer_dataset_e2e},
};

}  // namespace

std::span<const Topic> topics() {
  return kTopics;
}

}  // namespace splitplot::reference
