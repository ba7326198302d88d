#include "topics.hpp"

#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <functional>
#include <map>
#include <string>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

using Function = std::function<double(const ReferenceCase&)>;

double x_of(const ReferenceCase& c) {
  return c.number("x");
}

std::map<std::string, Function> normal_and_t() {
  return {
      {"norm_pdf", [](const ReferenceCase& c) { return normal_pdf(x_of(c)); }},
      {"norm_cdf", [](const ReferenceCase& c) { return normal_cdf(x_of(c)); }},
      {"norm_sf", [](const ReferenceCase& c) { return normal_sf(x_of(c)); }},
      {"norm_ppf", [](const ReferenceCase& c) { return normal_quantile(c.number("p")); }},
      {"norm_isf", [](const ReferenceCase& c) { return -normal_quantile(c.number("p")); }},
      {"t_pdf", [](const ReferenceCase& c) { return student_t_pdf(c.number("t"), c.number("df")); }},
      {"t_cdf", [](const ReferenceCase& c) { return student_t_cdf(c.number("t"), c.number("df")); }},
      {"t_sf", [](const ReferenceCase& c) { return student_t_sf(c.number("t"), c.number("df")); }},
      {"t_ppf", [](const ReferenceCase& c) { return student_t_quantile(c.number("p"), c.number("df")); }},
      {"chi2_sf", [](const ReferenceCase& c) { return chi_square_sf(x_of(c), c.number("df")); }},
      {"chi2_ppf", [](const ReferenceCase& c) { return chi_square_quantile(c.number("p"), c.number("df")); }},
      {"f_sf", [](const ReferenceCase& c) { return f_sf(x_of(c), c.number("df1"), c.number("df2")); }},
      {"f_ppf",
       [](const ReferenceCase& c) { return f_quantile(c.number("p"), c.number("df1"), c.number("df2")); }},
  };
}

std::map<std::string, Function> the_others() {
  return {
      {"beta_cdf", [](const ReferenceCase& c) { return beta_cdf(x_of(c), c.number("a"), c.number("b")); }},
      {"beta_pdf", [](const ReferenceCase& c) { return beta_pdf(x_of(c), c.number("a"), c.number("b")); }},
      {"beta_ppf",
       [](const ReferenceCase& c) { return beta_quantile(c.number("p"), c.number("a"), c.number("b")); }},
      {"binom_cdf",
       [](const ReferenceCase& c) { return binomial_cdf(c.number("k"), c.number("n"), c.number("p")); }},
      {"binom_sf",
       [](const ReferenceCase& c) {
         return binomial_cdf(c.number("n") - c.number("k") - 1, c.number("n"), 1 - c.number("p"));
       }},
      {"binom_pmf",
       [](const ReferenceCase& c) { return binomial_pmf(c.number("k"), c.number("n"), c.number("p")); }},
      {"ptukey_sf",
       [](const ReferenceCase& c) {
         return studentized_range_sf(c.number("q"), c.number("k"), c.number("df"));
       }},
      {"ptukey_ppf",
       [](const ReferenceCase& c) {
         return studentized_range_quantile(c.number("p"), c.number("k"), c.number("df"));
       }},
      {"lgamma", [](const ReferenceCase& c) { return log_gamma(x_of(c)); }},
      {"digamma", [](const ReferenceCase& c) { return digamma(x_of(c)); }},
  };
}

}  // namespace

boost::json::object answer_distribution_functions(const ReferenceCase& reference_case) {
  static const std::map<std::string, Function> kFunctions = [] {
    std::map<std::string, Function> functions = normal_and_t();
    functions.merge(the_others());
    return functions;
  }();
  const auto found = kFunctions.find(reference_case.method());
  if (found == kFunctions.end()) throw Unanswered("no method '" + reference_case.method() + "'");
  return {{"value", json_of(found->second(reference_case))}};
}

boost::json::object answer_noncentral_t(const ReferenceCase& reference_case) {
  if (reference_case.method() != "noncentral_t_cdf") {
    throw Unanswered("no method '" + reference_case.method() + "'");
  }
  const double t = reference_case.number("t");
  const double degrees = reference_case.number("df");
  const double noncentrality = reference_case.number("ncp");
  return {{"cdf", json_of(noncentral_t_cdf(t, degrees, noncentrality))},
          {"sf", json_of(noncentral_t_sf(t, degrees, noncentrality))}};
}

}  // namespace splitplot::reference
