#include "topics.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/moments.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>
#include <splitplot/stats/sequential/group_sequential_power.hpp>
#include <splitplot/stats/sequential/msprt.hpp>

#include <cctype>
#include <cmath>
#include <string>
#include <vector>

namespace splitplot::reference {
namespace {

namespace json = boost::json;

template <typename T>
T answered(stats::Estimated<T> estimated) {
  if (!estimated) throw Unanswered(estimated.error().why);
  return *std::move(estimated);
}

json::array pair_of(const stats::Interval& interval) {
  return {json_of(interval.lower), json_of(interval.upper)};
}

/// Two arms by mean, variance of a unit and number of units.
struct Arms {
  explicit Arms(const ReferenceCase& c)
      : mean_control(c.number("mean_c")),
        mean_treatment(c.number("mean_t")),
        error_control(c.number("var_c") / c.number("n_c")),
        error_treatment(c.number("var_t") / c.number("n_t")),
        units(c.count("n_c") + c.count("n_t")),
        confidence(1 - c.number("alpha", 0.05)),
        tuned_for(c.count("tuning_n")),
        relative(c.flag("relative", false)) {}

  double mean_control, mean_treatment, error_control, error_treatment;
  std::uint64_t units;
  double confidence;
  std::uint64_t tuned_for;
  bool relative;

  [[nodiscard]] stats::RelativeConfidenceSequence lift() const {
    return answered(stats::relative_confidence_sequence(mean_control, error_control, mean_treatment,
                                                        error_treatment, units, tuned_for, confidence,
                                                        stats::RelativeMethod::Delta));
  }
  [[nodiscard]] double estimate() const {
    return relative ? lift().lift.value : mean_treatment - mean_control;
  }
  [[nodiscard]] double standard_error() const {
    return relative ? lift().standard_error : std::sqrt(error_control + error_treatment);
  }
};

json::object two_sided_sequence(const ReferenceCase& c) {
  const Arms arms(c);
  const double estimate = arms.estimate();
  const double error = arms.standard_error();
  const auto sequence = answered(
      stats::asymptotic_confidence_sequence(estimate, error, arms.units, arms.tuned_for, arms.confidence));
  return {{"estimate", json_of(estimate)},
          {"se", json_of(error)},
          {"rho", json_of(sequence.rho)},
          {"halfwidth", json_of(sequence.half_width)},
          {"ci", pair_of({estimate - sequence.half_width, estimate + sequence.half_width})},
          {"p", json_of(sequence.p_value)}};
}

json::object one_sided_sequence(const ReferenceCase& c, stats::Alternative alternative) {
  const Arms arms(c);
  const double estimate = arms.estimate();
  const auto bound = answered(stats::asymptotic_confidence_bound(
      estimate, arms.standard_error(), arms.units, arms.tuned_for, alternative, arms.confidence));
  json::object answer{{"estimate", json_of(estimate)},
                      {"se", json_of(arms.standard_error())},
                      {"rho", json_of(bound.rho)},
                      {"ci", pair_of(bound.interval)},
                      {"p", json_of(bound.p_value)}};
  if (alternative == stats::Alternative::Greater)
    answer["ci_lower"] = json_of(bound.interval.lower);
  else
    answer["ci_upper"] = json_of(bound.interval.upper);
  return answer;
}

/// The numbers after "n=" in "... at n=10,50,100 (...)".
std::vector<double> sizes_in(const std::string& operation) {
  std::vector<double> sizes;
  std::size_t at = operation.find("n=");
  if (at == std::string::npos) throw Unanswered("neither inputs nor operation say at which sizes");
  at += 2;
  while (at < operation.size() && std::isdigit(static_cast<unsigned char>(operation[at])) != 0) {
    std::size_t length = 0;
    sizes.push_back(std::stod(operation.substr(at), &length));
    at += length;
    if (at < operation.size() && operation[at] == ',') ++at;
  }
  return sizes;
}

json::object running_sequence(const ReferenceCase& c) {
  const std::vector<double> sizes = c.has("at") ? c.numbers("at") : sizes_in(c.operation());
  const std::vector<double> values = c.table().numbers(c.text("column", "x"));
  json::array rows;
  for (const double size : sizes) {
    stats::Moments moments;
    for (std::size_t i = 0; i < values.size() && static_cast<double>(i) < size; ++i) moments.add(values[i]);
    const auto mean =
        answered(stats::mean_confidence_sequence(moments, c.count("t_star"), 1 - c.number("alpha", 0.05)));
    rows.push_back(
        json::array{json_of(size), json_of(mean.mean.interval.lower), json_of(mean.mean.interval.upper)});
  }
  return {{"rows", rows}};
}

json::object exact_rho(const ReferenceCase& c) {
  const double alpha = c.number("alpha");
  const std::uint64_t units = c.count("t_star");
  return {{"rho", json_of(answered(stats::confidence_sequence_rho(alpha, units, stats::RhoTuning::Exact)))},
          {"rho_approx",
           json_of(answered(stats::confidence_sequence_rho(alpha, units, stats::RhoTuning::Approximate)))}};
}

stats::StoppingSides sides_of(const ReferenceCase& c, double otherwise) {
  return c.number("sides", otherwise) == 1 ? stats::StoppingSides::Upper : stats::StoppingSides::Symmetric;
}

stats::GroupSequentialOptions options_of(const ReferenceCase& c, double sides_otherwise) {
  return {.alpha = c.number("alpha"), .sides = sides_of(c, sides_otherwise)};
}

stats::SpendingFunction spending_of(const ReferenceCase& c) {
  using stats::SpendingFamily;
  // Where the inputs don't name the function, its parameter or the method does.
  const std::string by_method = c.method().rfind("pocock", 0) == 0 ? "Pocock" : "OBF";
  const std::string otherwise = c.has("gamma") ? "HSD" : c.has("phi") ? "power" : by_method;
  const std::string name = c.text("spending", otherwise);
  if (name == "OBF") return {SpendingFamily::OBrienFleming};
  if (name == "Pocock") return {SpendingFamily::Pocock};
  if (name == "HSD") return {SpendingFamily::HwangShihDeCani, c.number("gamma")};
  if (name == "power") return {SpendingFamily::KimDeMetsPower, c.number("phi")};
  throw Unanswered("no spending function '" + name + "'");
}

/// Information of the looks: as given, or K equal steps.
std::vector<double> information_of(const ReferenceCase& c) {
  if (c.has("info")) return c.numbers("info");
  if (c.has("t2")) return c.numbers("t2");
  if (c.has("t")) return c.numbers("t");
  return stats::equal_information(c.count("K"));
}

stats::GroupSequentialDesign spending_design_of(const ReferenceCase& c, double sides_otherwise) {
  const std::vector<double> times = c.has("t") ? c.numbers("t") : std::vector<double>{};
  return answered(
      stats::spending_design(information_of(c), spending_of(c), options_of(c, sides_otherwise), times));
}

double nominal_p(double critical, stats::StoppingSides sides) {
  return (sides == stats::StoppingSides::Symmetric ? 2 : 1) * stats::normal_sf(critical);
}

json::object boundaries(const stats::GroupSequentialDesign& design) {
  std::vector<double> nominal;
  for (const double critical : design.critical) nominal.push_back(nominal_p(critical, design.sides));
  return {{"critical", json_of(design.critical)},
          {"nominal_p", json_of(nominal)},
          {"cum_alpha", json_of(design.spent)}};
}

/// Critical values of a long design are listed at the looks 1, 2, 3, 5, 10, 20, 50, 100, 150 and the last.
json::object boundaries_at_some_looks(const stats::GroupSequentialDesign& design) {
  constexpr std::size_t kListed[] = {0, 1, 2, 4, 9, 19, 49, 99, 149};
  const std::size_t last = design.critical.size() - 1;
  json::array looks;
  json::array critical;
  const auto list = [&](std::size_t look) {
    looks.emplace_back(look);
    critical.push_back(json_of(design.critical[look]));
  };
  for (const std::size_t look : kListed) {
    if (look < last) list(look);
  }
  list(last);
  return {{"look_index_0based", looks}, {"critical", critical}};
}

json::object with_constant(const stats::GroupSequentialDesign& design) {
  json::object answer = boundaries(design);
  answer["constant"] = json_of(design.critical.back());
  return answer;
}

json::object pocock(const ReferenceCase& c) {
  const auto design = answered(stats::pocock_design(information_of(c), options_of(c, 2)));
  json::object answer = with_constant(design);
  answer["nominal_p"] = json_of(nominal_p(design.critical.back(), design.sides));
  return answer;
}

json::object characteristics(const ReferenceCase& c) {
  const auto design = spending_design_of(c, 1);
  const auto found = answered(stats::group_sequential_characteristics(design, 1 - c.number("beta")));
  json::object answer = boundaries(design);
  answer["drift"] = json_of(found.drift);
  answer["inflation"] = json_of(found.inflation_factor);
  answer["reject_h1"] = json_of(found.with_effect.upper);
  answer["asn_ratio_h1"] = json_of(found.expected_ratio_effect);
  answer["asn_ratio_h0"] = json_of(found.expected_ratio_null);
  return answer;
}

json::object sample_size(const stats::GroupSequentialSampleSize& size) {
  return {{"max_n_total", json_of(size.maximum_units)},
          {"expected_n_h1", json_of(size.expected_units_effect)},
          {"expected_n_h0", json_of(size.expected_units_null)},
          {"fixed_n_total", json_of(size.fixed_units)}};
}

json::object effects(const ReferenceCase& c) {
  const auto design = spending_design_of(c, 1);
  const double drift = answered(stats::drift_for_power(design, 1 - c.number("beta")));
  json::object answer = boundaries(design);
  answer["delta_at_bound"] =
      json_of(answered(stats::effects_at_boundaries(design, drift, c.number("delta1"))));
  return answer;
}

json::object conditional(const ReferenceCase& c) {
  const double critical = c.number("z_final", stats::normal_quantile(1 - c.number("alpha", 0.025)));
  const auto power =
      answered(stats::conditional_power(c.number("z"), c.number("t"), critical, c.number("design_drift")));
  return {{"design", json_of(power.design)},
          {"current", json_of(power.current_trend)},
          {"null", json_of(power.null)}};
}

}  // namespace

json::object answer_asymptotic_cs(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "two_sided_asymptotic_confidence_sequence") return two_sided_sequence(reference_case);
  if (method == "one_sided_lower_asymptotic_cs") {
    const bool less = reference_case.text("alternative", "greater") == "less";
    return one_sided_sequence(reference_case, less ? stats::Alternative::Less : stats::Alternative::Greater);
  }
  if (method == "one_sided_upper_asymptotic_cs")
    return one_sided_sequence(reference_case, stats::Alternative::Less);
  if (method == "exact_width_minimising_rho") return exact_rho(reference_case);
  if (method == "one_sample_running_cs_at_n") return running_sequence(reference_case);
  throw Unanswered("no method '" + method + "'");
}

json::object answer_msprt(const ReferenceCase& reference_case) {
  const ReferenceCase& c = reference_case;
  if (c.method() == "two_sample_normal_mixture_sprt") {
    const auto test =
        answered(stats::mixture_sprt(c.number("diff"), c.number("variance_sum"), c.number("n_per_arm"),
                                     c.number("tau2"), 1 - c.number("alpha", 0.05)));
    return {{"Lambda", json_of(std::exp(test.log_likelihood_ratio))},
            {"log_Lambda", json_of(test.log_likelihood_ratio)},
            {"p", json_of(test.p_value)},
            {"ci", pair_of(test.interval)}};
  }
  if (c.method() == "identity") {
    const auto test = answered(
        stats::mixture_sprt(0, c.number("V"), c.number("n"), c.number("tau2"), 1 - c.number("alpha", 0.05)));
    return {{"halfwidth", json_of(test.interval.upper)}};
  }
  throw Unanswered("no method '" + c.method() + "'");
}

json::object answer_group_sequential(const ReferenceCase& reference_case) {
  const ReferenceCase& c = reference_case;
  const std::string method = c.method();
  if (method == "pocock_constant_two_sided") return pocock(c);
  if (method == "obrien_fleming")
    return with_constant(answered(stats::obrien_fleming_design(information_of(c), options_of(c, 2))));
  if (method == "wang_tsiatis_delta")
    return with_constant(
        answered(stats::wang_tsiatis_design(information_of(c), c.number("delta"), options_of(c, 2))));
  if (method == "haybittle_peto_3")
    return boundaries(
        answered(stats::haybittle_peto_design(information_of(c), c.number("interim", 3), options_of(c, 1))));
  if (method == "symmetric_two_sided_alpha" || method == "two_sided_05" || method == "power_family_phi")
    return boundaries(spending_design_of(c, 2));
  if (method == "unequal_information" || method == "hsd_gamma" ||
      method == "lan_demets_obf_type_spending_alpha" || method == "pocock_type_spending_a_ln" ||
      method == "kim_demets_power_spending_t_1_5")
    return boundaries(spending_design_of(c, 1));
  if (method == "power_spending_alpha_t_2") return boundaries_at_some_looks(spending_design_of(c, 2));
  if (method == "one_sided_025") return characteristics(c);
  if (method == "total_max_n")
    return sample_size(answered(
        stats::group_sequential_units_for_means(spending_design_of(c, 1), c.number("delta"), c.number("sd"),
                                                1 - c.number("beta"), c.number("allocation", 1))));
  if (method == "total_max_n_rates_12_vs_10")
    return sample_size(answered(
        stats::group_sequential_units_for_rates(spending_design_of(c, 1), c.number("pi1"), c.number("pi2"),
                                                1 - c.number("beta"), c.number("allocation", 1))));
  if (method == "ldof_k") return effects(c);
  if (method == "conditional_power") return conditional(c);
  throw Unanswered("no method '" + method + "'");
}

}  // namespace splitplot::reference
