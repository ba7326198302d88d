#include "topics.hpp"

#include <splitplot/stats/compare/wald_margin.hpp>
#include <splitplot/stats/power/means.hpp>
#include <splitplot/stats/power/non_inferiority.hpp>
#include <splitplot/stats/power/proportions.hpp>
#include <splitplot/stats/sequential/group_sequential_power.hpp>

#include <cmath>

namespace splitplot::reference {
namespace {

using boost::json::object;

template <typename T>
T answered(const stats::Estimated<T>& estimate) {
  if (!estimate) throw Unanswered(estimate.error().why);
  return *estimate;
}

stats::Alternative alternative_of(const ReferenceCase& reference_case, double effect) {
  const std::string word = reference_case.text("alternative", "");
  if (word == "greater" || word == "larger") return stats::Alternative::Greater;
  if (word == "less" || word == "smaller") return stats::Alternative::Less;
  if (!word.empty() && word != "two-sided" && word != "two.sided" && word != "two_sided") {
    throw Unanswered("no alternative '" + word + "'");
  }
  if (!word.empty() || reference_case.number("sides", 2) == 2) return stats::Alternative::TwoSided;
  return effect < 0 ? stats::Alternative::Less : stats::Alternative::Greater;
}

/// R's programs ignore the far tail unless `strict`; the pwr package and statsmodels count it.
stats::PowerOptions options_of(const ReferenceCase& reference_case, bool strict, double effect = 1) {
  return {reference_case.number("alpha", 0.05), alternative_of(reference_case, effect),
          reference_case.flag("strict", strict) ? stats::FarTail::Counted : stats::FarTail::Ignored};
}

double ratio_of(const ReferenceCase& reference_case) {
  return reference_case.number("ratio", 1);
}

stats::SuccessCount arm(const ReferenceCase& reference_case, const char* successes, const char* units) {
  return {reference_case.count(successes), reference_case.count(units)};
}

double units_of_proportions(const ReferenceCase& reference_case) {
  const double p1 = reference_case.number("p1");
  const double p2 = reference_case.number("p2");
  return answered(stats::units_for_two_proportions(p1, p2, reference_case.number("power"),
                                                   options_of(reference_case, false, p2 - p1),
                                                   ratio_of(reference_case)));
}

/// Units of the control at `n1`, or `n`, or `n_per_arm`; of the treatment at `n2` or times the ratio.
std::pair<double, double> units_of(const ReferenceCase& reference_case) {
  if (reference_case.has("n1")) return {reference_case.number("n1"), reference_case.number("n2")};
  const double units = reference_case.number(reference_case.has("n") ? "n" : "n_per_arm");
  return {units, units * ratio_of(reference_case)};
}

object power_of_proportions(const ReferenceCase& reference_case, bool strict) {
  const double p1 = reference_case.number("p1");
  const double p2 = reference_case.number("p2");
  const auto [control, treatment] = units_of(reference_case);
  return {{"power", answered(stats::power_two_proportions(p1, p2, control, treatment,
                                                          options_of(reference_case, strict, p2 - p1)))}};
}

object by_arcsine(const ReferenceCase& reference_case) {
  const double h = answered(stats::cohen_h(reference_case.number("p1"), reference_case.number("p2")));
  const double units = answered(stats::units_by_arcsine(
      h, reference_case.number("power"), options_of(reference_case, true, h), ratio_of(reference_case)));
  return {{"h", h}, {"n_per_arm", units}};
}

/// The standardised difference: given, or of a difference and its standard deviation.
double standardised(const ReferenceCase& reference_case) {
  if (reference_case.has("d")) return reference_case.number("d");
  const double sd = reference_case.has("variance") ? std::sqrt(reference_case.number("variance"))
                                                   : reference_case.number("sd", 1);
  return reference_case.number(reference_case.has("mde") ? "mde" : "delta") / sd;
}

stats::PowerOptions with_far_tail(stats::PowerOptions options, stats::FarTail far_tail) {
  options.far_tail = far_tail;
  return options;
}

object power_of_means(const ReferenceCase& reference_case) {
  const double d = standardised(reference_case);
  const auto [control, treatment] = units_of(reference_case);
  const auto options = options_of(reference_case, false, d);
  const auto power = [&, c = control, t = treatment](stats::FarTail far_tail) {
    return answered(stats::power_two_means(d, c, t, with_far_tail(options, far_tail)));
  };
  return {{"power_r_onetail", power(stats::FarTail::Ignored)},
          {"power_both_tails", power(stats::FarTail::Counted)}};
}

object power_of_pairs(const ReferenceCase& reference_case) {
  const double d = reference_case.number("delta") / reference_case.number("sd_diff");
  const double pairs = reference_case.number("n_pairs");
  const auto options = options_of(reference_case, false, d);
  const auto power = [&](stats::FarTail far_tail) {
    return answered(stats::power_paired_means(d, pairs, with_far_tail(options, far_tail)));
  };
  return {{"power_r_onetail", power(stats::FarTail::Ignored)},
          {"power_both_tails", power(stats::FarTail::Counted)}};
}

object power_of_unequal_means(const ReferenceCase& reference_case) {
  const double d = standardised(reference_case);
  const auto [control, treatment] = units_of(reference_case);
  return {{"power",
           answered(stats::power_two_means(d, control, treatment, options_of(reference_case, true, d)))}};
}

/// Units per arm by the normal formula, of standard deviation and effect.
double normal_units(const ReferenceCase& reference_case) {
  const double d = standardised(reference_case);
  const double root = answered(stats::normal_drift_for_power(
                          reference_case.number("power"), options_of(reference_case, false, std::abs(d)))) /
                      d;
  return 2 * root * root;
}

object total_units_of_means(const ReferenceCase& reference_case) {
  const double d = standardised(reference_case);
  const double exact = answered(
      stats::units_for_two_means(d, reference_case.number("power"), options_of(reference_case, false, d)));
  return {{"n_total_z", 2 * normal_units(reference_case)}, {"n_total_gpower", 2 * std::ceil(exact)}};
}

object units_with_covariate(const ReferenceCase& reference_case) {
  const double rho = reference_case.number("rho");
  const double plain = normal_units(reference_case);
  return {{"n_plain", plain}, {"n_cuped", plain * answered(stats::covariate_variance_factor(rho * rho))}};
}

object power_of_anova(const ReferenceCase& reference_case) {
  const double groups = reference_case.number("groups");
  const double f = std::sqrt(reference_case.number("between_var") * (groups - 1) / groups /
                             reference_case.number("within_var"));
  return {{"power", answered(stats::power_one_way_anova(groups, reference_case.number("n"), f,
                                                        reference_case.number("alpha", 0.05)))}};
}

object inflation_factors(const ReferenceCase& reference_case) {
  const auto looks = stats::equal_information(reference_case.count("K"));
  const stats::GroupSequentialOptions options{
      reference_case.number("alpha", 0.05),
      reference_case.number("sides", 2) == 1 ? stats::StoppingSides::Upper : stats::StoppingSides::Symmetric};
  const double power = reference_case.number("power", 1 - reference_case.number("beta", 0.1));
  const auto factor = [&](const stats::Estimated<stats::GroupSequentialDesign>& design) {
    return answered(stats::group_sequential_characteristics(answered(design), power)).inflation_factor;
  };
  return {{"obf", factor(stats::obrien_fleming_design(looks, options))},
          {"pocock", factor(stats::pocock_design(looks, options))}};
}

stats::NonInferiorityPlan margin_of(const ReferenceCase& reference_case) {
  return {reference_case.number("margin"), reference_case.number("alpha", 0.025)};
}

object non_inferior_proportions(const ReferenceCase& reference_case) {
  const bool equal = reference_case.has("p");
  const double p1 = reference_case.number(equal ? "p" : "p1");
  const double p2 = equal ? p1 + reference_case.number("true_diff", 0) : reference_case.number("p2");
  const double ratio = ratio_of(reference_case);
  const auto units = [&](stats::MarginVariance variance) {
    return answered(stats::units_for_non_inferior_proportions(p1, p2, reference_case.number("power"),
                                                              margin_of(reference_case), ratio, variance));
  };
  return {{"n_per_arm_unpooled", units(stats::MarginVariance::Unpooled)},
          {"n_total_farrington_manning", (1 + ratio) * units(stats::MarginVariance::FarringtonManning)}};
}

object non_inferior_means(const ReferenceCase& reference_case, stats::ReferenceDistribution reference) {
  const double ratio = ratio_of(reference_case);
  const double units = answered(stats::units_for_non_inferior_means(
      reference_case.number("sd", 1), reference_case.number("true_diff", 0), reference_case.number("power"),
      margin_of(reference_case), ratio, reference));
  return {{"n_total", (1 + ratio) * units}};
}

object equivalence(const ReferenceCase& reference_case) {
  const auto test = answered(stats::wald_equivalence(
      arm(reference_case, "x1", "n1"), arm(reference_case, "x2", "n2"),
      {reference_case.number("low"), reference_case.number("high")}, reference_case.number("alpha", 0.05)));
  return {{"p_lower", test.p_lower}, {"p_upper", test.p_upper}, {"p", test.p_value}};
}

object wald_non_inferiority(const ReferenceCase& reference_case) {
  const auto test = answered(
      stats::wald_non_inferiority(arm(reference_case, "x1", "n1"), arm(reference_case, "x2", "n2"),
                                  reference_case.number("margin"), reference_case.number("alpha", 0.025)));
  return {{"z", test.z}, {"p", test.p_value}, {"lower_97_5", test.lower_limit}};
}

}  // namespace

object answer_power_proportions(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "per_arm_n") return {{"n_per_arm", units_of_proportions(reference_case)}};
  if (method == "total_n_both_arms") {
    const double control = std::ceil(units_of_proportions(reference_case));
    return {{"n_total", control + std::ceil(control * ratio_of(reference_case))}};
  }
  if (method == "power_for_n") return power_of_proportions(reference_case, false);
  if (method == "power_with_both_rejection_tails") return power_of_proportions(reference_case, true);
  if (method == "per_arm_n_by_arcsine_effect_size") return by_arcsine(reference_case);
  if (method == "p2_giving_90_power") {
    const auto [control, treatment] = units_of(reference_case);
    return {{"p2", answered(stats::detectable_treatment_rate(reference_case.number("p1"), control, treatment,
                                                             reference_case.number("power"),
                                                             options_of(reference_case, false)))}};
  }
  if (method == "power_two_unequal_samples") {
    const double h = reference_case.number("h");
    return {{"power",
             answered(stats::power_by_arcsine(h, reference_case.number("n1"), reference_case.number("n2"),
                                              options_of(reference_case, true, h)))}};
  }
  throw Unanswered("no method '" + method + "'");
}

object answer_power_noninferiority(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "non_inferiority_of_proportions") return non_inferior_proportions(reference_case);
  if (method == "non_inferiority_of_means_using_noncentra") {
    return non_inferior_means(reference_case, stats::ReferenceDistribution::StudentT);
  }
  if (method == "non_inferiority_of_means") {
    return non_inferior_means(reference_case, stats::ReferenceDistribution::Normal);
  }
  if (method.starts_with("tost_equivalence")) return equivalence(reference_case);
  if (method.starts_with("wald_non_inferiority")) return wald_non_inferiority(reference_case);
  throw Unanswered("no method '" + method + "'");
}

object answer_power_means(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "power_two_sample_t" || method == "power") return power_of_means(reference_case);
  if (method == "paired_t_power") return power_of_pairs(reference_case);
  if (method == "strict_both_tails" || method == "one_sided_unequal_n") {
    return power_of_unequal_means(reference_case);
  }
  if (method == "per_arm_n_two_sample_t") {
    const double d = standardised(reference_case);
    return {{"n_per_arm", answered(stats::units_for_two_means(d, reference_case.number("power"),
                                                              options_of(reference_case, false, d)))}};
  }
  if (method == "detectable_delta_for_n") {
    const auto [control, treatment] = units_of(reference_case);
    const double d = answered(stats::detectable_two_means(control, treatment, reference_case.number("power"),
                                                          options_of(reference_case, false)));
    return {{"delta", d * reference_case.number("sd", 1)}};
  }
  if (method == "total_n_both_arms") return total_units_of_means(reference_case);
  if (method == "n_per_arm_with_cuped_rho") return units_with_covariate(reference_case);
  if (method == "power_anova_test_n") return power_of_anova(reference_case);
  if (method == "group_sequential_inflation_factor") return inflation_factors(reference_case);
  if (method == "one_way_anova_n_per_group") {
    return {{"n_per_group", answered(stats::units_for_one_way_anova(
                                reference_case.number("k"), reference_case.number("f"),
                                reference_case.number("power"), reference_case.number("alpha", 0.05)))}};
  }
  if (method == "chi2_power") {
    return {{"power", answered(stats::power_chi_square(reference_case.number("w"), reference_case.number("N"),
                                                       reference_case.number("df"),
                                                       reference_case.number("alpha", 0.05)))}};
  }
  throw Unanswered("no method '" + method + "'");
}

}  // namespace splitplot::reference
