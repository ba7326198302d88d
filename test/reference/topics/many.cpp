#include "topics.hpp"

#include <splitplot/stats/many/combination.hpp>
#include <splitplot/stats/many/dunnett.hpp>
#include <splitplot/stats/many/heterogeneity.hpp>
#include <splitplot/stats/many/interaction.hpp>
#include <splitplot/stats/many/multiplicity.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;
using boost::json::array;
using boost::json::object;

template <typename T>
const T& required(const Estimated<T>& estimated) {
  if (!estimated) throw Unanswered(estimated.error().why);
  return *estimated;
}

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  for (const double value : values) moments.add(value);
  return moments;
}

array zeros_and_ones(const std::vector<bool>& flags) {
  array result;
  for (const bool flag : flags) result.emplace_back(flag ? 1 : 0);
  return result;
}

/// Adjusted p-values under each of the names, and the decisions at alpha.
object corrected(const ReferenceCase& c, Correction correction, std::initializer_list<const char*> names) {
  const std::vector<double> p = c.numbers("p");
  const FamilyDecision decision = decide_family(p, correction, c.number("alpha", 0.05));
  object result;
  for (const char* name : names) result[name] = json_of(decision.adjusted_p_values);
  result["alpha_adj"] = json_of(decision.levels);
  result["reject"] = zeros_and_ones(decision.rejected);
  return result;
}

/// Every procedure under the names that R and statsmodels give it.
object all_procedures(const ReferenceCase& c) {
  const std::vector<double> p = c.numbers("p");
  const std::vector<std::pair<const char*, Correction>> names = {
      {"bonferroni", Correction::Bonferroni},
      {"sidak", Correction::Sidak},
      {"holm", Correction::Holm},
      {"holm-sidak", Correction::HolmSidak},
      {"hochberg", Correction::Hochberg},
      {"simes-hochberg", Correction::Hochberg},
      {"hommel", Correction::Hommel},
      {"BH", Correction::BenjaminiHochberg},
      {"fdr_bh", Correction::BenjaminiHochberg},
      {"BY", Correction::BenjaminiYekutieli},
      {"fdr_by", Correction::BenjaminiYekutieli},
      {"hochberg_sidak", Correction::HochbergSidak},
      {"holm_sidak", Correction::HolmSidak}};
  object result;
  for (const auto& [name, correction] : names) result[name] = json_of(adjust_p_values(p, correction));
  result["fdr_tsbky"] = json_of(two_stage_benjamini_hochberg(p, c.number("alpha", 0.05)).adjusted_p_values);
  return result;
}

object e_bh(const ReferenceCase& c) {
  const std::vector<double> adjusted = adjust_e_values(c.numbers("e"));
  const double alpha = c.number("alpha", 0.05);
  array rejected;
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    if (adjusted[i] <= alpha) rejected.emplace_back(i);
  }
  return {{"k", rejected.size()}, {"rejected", rejected}};
}

object combination(const ReferenceCase& c) {
  const std::vector<double> p = c.numbers("p");
  object result{{"fisher", json_of(required(combine_fisher(p)).p_value)},
                {"stouffer", json_of(required(combine_stouffer(p)).p_value)}};
  if (c.has("weights")) {
    result["stouffer_weighted"] = json_of(required(combine_stouffer(p, c.numbers("weights"))).p_value);
  }
  return result;
}

array p_values(const DunnettTest& test) {
  array result;
  for (const DunnettComparison& comparison : test.comparisons)
    result.push_back(json_of(comparison.adjusted_p_value));
  return result;
}

object many_to_one(const ReferenceCase& c) {
  std::vector<Moments> treatments;
  for (const std::vector<double>& values : c.rows("treatments")) treatments.push_back(moments_of(values));
  const Moments control = moments_of(c.numbers("control"));
  const double confidence = 1 - c.number("alpha", 0.05);
  const DunnettTest two_sided =
      required(dunnett_test(control, treatments, {Alternative::TwoSided, confidence}));
  const DunnettTest greater = required(dunnett_test(control, treatments, {Alternative::Greater, confidence}));
  const DunnettTest less = required(dunnett_test(control, treatments, {Alternative::Less, confidence}));
  array statistics;
  array intervals;
  for (const DunnettComparison& comparison : two_sided.comparisons) {
    statistics.push_back(json_of(comparison.statistic));
    intervals.push_back(array{json_of(comparison.interval.lower), json_of(comparison.interval.upper)});
  }
  return {{"t", statistics},
          {"df", json_of(two_sided.degrees_of_freedom)},
          {"p_two_sided", p_values(two_sided)},
          {"p_greater", p_values(greater)},
          {"p_less", p_values(less)},
          {"critical_two_sided", json_of(two_sided.critical_value)},
          {"critical_one_sided", json_of(greater.critical_value)},
          {"ci", intervals}};
}

object equal_size_critical_value(const ReferenceCase& c) {
  ManyToOne family{{}, c.number("df")};
  family.loadings.assign(c.count("k"), std::sqrt(c.number("rho", 0.5)));
  const Alternative alternative = c.flag("two_sided", true) ? Alternative::TwoSided : Alternative::Greater;
  return {{"critical", json_of(dunnett_critical_value(c.number("alpha"), family, alternative))}};
}

FactorialCounts counts_of(const ReferenceCase& c) {
  const object& cells = c.input("cells").as_object();
  const std::vector<double> a = numbers_of(cells.at("a")), b = numbers_of(cells.at("b")),
                            n = numbers_of(cells.at("n")), x = numbers_of(cells.at("x"));
  FactorialCounts counts;
  for (std::size_t i = 0; i < n.size(); ++i) {
    SuccessCount& cell = a.at(i) != 0 ? (b.at(i) != 0 ? counts.both : counts.only_a)
                                      : (b.at(i) != 0 ? counts.only_b : counts.neither);
    cell.successes += static_cast<std::uint64_t>(x.at(i));
    cell.units += static_cast<std::uint64_t>(n.at(i));
  }
  return counts;
}

object described(const Contrast& interaction) {
  return {{"interaction", json_of(interaction.value)},
          {"se", json_of(interaction.standard_error)},
          {"z", json_of(interaction.z)},
          {"p", json_of(interaction.p_value)}};
}

object additive(const ReferenceCase& c) {
  const FactorialCounts counts = counts_of(c);
  const FactorialEffects effects =
      required(factorial_effects({required(cell_mean(counts.neither)), required(cell_mean(counts.only_a)),
                                  required(cell_mean(counts.only_b)), required(cell_mean(counts.both))}));
  object result = described(effects.interaction);
  result["main_a"] = json_of(effects.main_a.value);
  result["main_b"] = json_of(effects.main_b.value);
  return result;
}

object per_segment(const ReferenceCase& c) {
  struct Arms {
    Moments control;
    Moments treatment;
  };
  const TableFile& table = c.table();
  const std::vector<std::string>& segment = table.column(c.text("segment"));
  const std::vector<std::string>& variant = table.column(c.text("arm", "segment"));
  const std::vector<double> y = table.numbers(c.text("y"));
  const std::string treatment_name = c.text("treatment");
  const std::string control_name = c.text("control");
  std::map<std::string, Arms> arms;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (variant[row] == treatment_name) arms[segment[row]].treatment.add(y[row]);
    if (variant[row] == control_name) arms[segment[row]].control.add(y[row]);
  }
  array names;
  std::vector<Moments> controls;
  std::vector<Moments> treatments;
  for (const auto& [name, pair] : arms) {
    names.emplace_back(name);
    controls.push_back(pair.control);
    treatments.push_back(pair.treatment);
  }
  const std::vector<SegmentEffect> effects = required(segment_effects(controls, treatments));
  array values;
  array errors;
  for (const SegmentEffect& effect : effects) {
    values.push_back(json_of(effect.value));
    errors.push_back(json_of(effect.standard_error));
  }
  const HeterogeneityTest q = required(cochran_q(effects));
  const QualitativeInteractionTest crossover = required(gail_simon(effects));
  return {{"segments", names},
          {"effects", values},
          {"ses", errors},
          {"pooled", json_of(q.common_effect)},
          {"cochran_Q", json_of(q.q)},
          {"df", json_of(q.degrees_of_freedom)},
          {"p", json_of(q.p_value)},
          {"I2", json_of(q.i_squared)},
          {"gail_simon_q", json_of(crossover.q)},
          {"gail_simon_p", json_of(crossover.p_value)}};
}

object crossover(const ReferenceCase& c) {
  const std::vector<double> values = c.numbers("effects");
  const std::vector<double> errors = c.numbers("ses");
  std::vector<SegmentEffect> effects;
  for (std::size_t i = 0; i < values.size(); ++i) effects.push_back({values[i], errors.at(i)});
  const QualitativeInteractionTest test = required(gail_simon(effects));
  return {{"q", json_of(test.q)}, {"p", json_of(test.p_value)}};
}

}  // namespace

boost::json::object answer_multiplicity(const ReferenceCase& c) {
  const std::string method = c.method();
  if (method == "adjusted_p_values" || method == "sidak") return all_procedures(c);
  if (method == "bh_over_experiments_x_metrics") return corrected(c, Correction::BenjaminiHochberg, {"BH"});
  if (method == "benjamini_yekutieli") return corrected(c, Correction::BenjaminiYekutieli, {"BY"});
  if (method == "hochberg_sidak_step_up") return corrected(c, Correction::HochbergSidak, {"hochberg_sidak"});
  if (method == "holm_sidak_step_down") return corrected(c, Correction::HolmSidak, {"holm_sidak"});
  if (method == "e_bh_at_alpha") return e_bh(c);
  if (method == "fisher_and_stouffer_combination") return combination(c);
  if (method == "weighted_bonferroni_p_w_capped_at_1") {
    return {{"adj", json_of(required(weighted_bonferroni(c.numbers("p"), c.numbers("w"))))}};
  }
  throw Unanswered("no method '" + method + "'");
}

boost::json::object answer_dunnett(const ReferenceCase& c) {
  const std::string method = c.method();
  if (method == "dunnett_many_to_one_vs_control") return many_to_one(c);
  if (method == "equal_n") return equal_size_critical_value(c);
  throw Unanswered("no method '" + method + "'");
}

boost::json::object answer_interaction(const ReferenceCase& c) {
  const std::string method = c.method();
  if (method == "two_overlapping_a_b_tests") return additive(c);
  if (method == "same_on_the_logit_scale") return described(required(logit_interaction(counts_of(c))));
  if (method == "per_segment_welch_effects") return per_segment(c);
  if (method == "gail_simon_with_opposite_signs") return crossover(c);
  throw Unanswered("no method '" + method + "'");
}

}  // namespace splitplot::reference
