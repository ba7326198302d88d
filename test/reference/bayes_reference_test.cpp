// Chance to win, expected loss and chance to be best against exact values of mpmath and SciPy.
#include "reference_cases.hpp"

#include <splitplot/stats/bayes/chance_to_win.hpp>
#include <splitplot/stats/distributions.hpp>

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

TEST(Reference, BetaPosterior) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("bayes_beta_binomial", "posterior_beta", [](const Case& c) {
    const SuccessCount control{c.count("xA"), c.count("nA")};
    const SuccessCount treatment{c.count("xB"), c.count("nB")};
    const BetaPrior prior{c.number("prior_a"), c.number("prior_b")};
    const auto beats = beats_proportions(control, treatment, Direction::HigherIsBetter, prior);
    ASSERT_TRUE(beats.has_value()) << beats.error().why;
    c.check("prob_b_beats_a", beats->chance_to_win);
    c.check("loss_choose_b", beats->expected_loss);
    c.check("loss_choose_a", beats->expected_loss_of_keeping);
    const auto credible = [&](const SuccessCount& arm) {
      const double a = prior.a + static_cast<double>(arm.successes);
      const double b = prior.b + static_cast<double>(arm.units - arm.successes);
      return std::vector<double>{beta_quantile(0.025, a, b), beta_quantile(0.975, a, b)};
    };
    c.check("cri_a", credible(control));
    c.check("cri_b", credible(treatment));
  });
}

TEST(Reference, NormalEffect) {
  SPLITPLOT_NEEDS_SHARED();
  const auto check = [](const Case& c, double mean, double error) {
    const auto beats = beats_normal(mean, error, Direction::HigherIsBetter);
    ASSERT_TRUE(beats.has_value());
    if (c.expects("chance_to_win")) c.check("chance_to_win", beats->chance_to_win);
    c.check("risk_treatment", beats->expected_loss);
    c.check("risk_control", beats->expected_loss_of_keeping);
  };
  for_each_case("bayes_normal_effect", "relative_lift", [&](const Case& c) {
    if (c.has_input("mu")) {
      check(c, c.number("mu"), c.number("sigma"));
    } else {  // the delta method for the lift is the case's, not ours
      check(c, number_of(c.expected("lift")), number_of(c.expected("se")));
    }
  });
  for_each_case("bayes_normal_effect", "mu_sigma_1e6_must_not_overflow",
                [&](const Case& c) { check(c, c.number("mu"), c.number("sigma")); });
}

void check_normal_arms(const Case& c) {
  std::vector<NormalPosterior> arms;
  const std::vector<double> means = c.numbers("means");
  const std::vector<double> sds = c.numbers("sds");
  for (std::size_t i = 0; i < means.size(); ++i) arms.push_back({means[i], sds[i]});
  const auto chances = chance_to_be_best(arms, Direction::HigherIsBetter);
  ASSERT_TRUE(chances.has_value());
  c.check("prob_best", *chances);
}

TEST(Reference, ChanceToBeBest) {
  SPLITPLOT_NEEDS_SHARED();
  for_each_case("thompson", "p_best_top_two", check_normal_arms);
  for_each_case("thompson", "two_normal_arms", check_normal_arms);
}

}  // namespace
}  // namespace splitplot::reference
