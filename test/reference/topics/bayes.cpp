#include "topics.hpp"

#include <splitplot/stats/bayes/best_arm.hpp>
#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/bayes/effect.hpp>
#include <splitplot/stats/bayes/empirical_prior.hpp>
#include <splitplot/stats/bayes/normal_inverse_gamma.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace splitplot::reference {
namespace {

using namespace splitplot::stats;

template <typename T>
T answered(const Estimated<T>& estimate) {
  if (!estimate) throw Unanswered(estimate.error().why);
  return *estimate;
}

boost::json::array json_of(const Interval& interval) {
  return reference::json_of(std::vector<double>{interval.lower, interval.upper});
}

double confidence_of(const ReferenceCase& c) {
  if (c.has("alpha")) return 1 - c.number("alpha");
  return c.number("confidence", c.number("conf", 0.95));
}

Direction direction_of(const ReferenceCase& c) {
  if (c.has("direction")) {
    const std::string text = c.text("direction");
    if (text == "lower" || text == "lower_is_better") return Direction::LowerIsBetter;
    if (text != "higher" && text != "higher_is_better") throw Unanswered("no direction '" + text + "'");
  }
  return c.flag("lower_is_better", c.flag("inverse", false)) ? Direction::LowerIsBetter
                                                             : Direction::HigherIsBetter;
}

boost::json::object posterior_beta(const ReferenceCase& c) {
  const SuccessCount control{c.count("xA"), c.count("nA")};
  const SuccessCount treatment{c.count("xB"), c.count("nB")};
  RateEffectOptions options;
  options.prior = {c.number("prior_a", 1), c.number("prior_b", 1)};
  options.confidence = confidence_of(c);
  const Direction direction = direction_of(c);
  // The general path throughout: chance and losses here, `rate_effect` for what only it has.
  const Beats beats = answered(beats_proportions(control, treatment, direction, options.prior));
  const RateEffect effect = answered(rate_effect(control, treatment, direction, options));
  const auto interval = [&](const SuccessCount& arm) {
    return json_of(answered(credible_interval(beta_posterior(arm, options.prior), options.confidence)));
  };
  boost::json::object out;
  out["prob_b_beats_a"] = reference::json_of(beats.chance_to_win);
  out["loss_choose_b"] = reference::json_of(beats.expected_loss);
  out["loss_choose_a"] = reference::json_of(beats.expected_loss_of_keeping);
  out["mean_diff"] = reference::json_of(effect.difference.value);
  out["cri_a"] = interval(control);
  out["cri_b"] = interval(treatment);
  out["cri_diff"] = json_of(effect.difference.interval);
  out["cri_lift"] = json_of(effect.lift.interval);
  for (const char* key : {"target", "threshold", "rope"}) {
    if (!c.has(key)) continue;
    const double target = c.number(key);
    out["prob_diff_at_least"] = reference::json_of(answered(
        chance_of_rate_effect(control, treatment, target, EffectScale::Absolute, direction, options.prior)));
    out["prob_lift_at_least"] = reference::json_of(answered(
        chance_of_rate_effect(control, treatment, target, EffectScale::Relative, direction, options.prior)));
  }
  return out;
}

/// An arm as sums, or as mean and variance.
Moments moments_of(const boost::json::object& arm) {
  const auto number = [&](const char* key) {
    if (!arm.contains(key)) throw Unanswered(std::string("an arm has no '") + key + "'");
    return number_of(arm.at(key));
  };
  Moments moments;
  moments.count = static_cast<std::uint64_t>(number("n"));
  const auto n = static_cast<double>(moments.count);
  if (arm.contains("sum")) {
    moments.mean = number("sum") / n;
    moments.m2 = number("sum_squares") - number("sum") * moments.mean;
    return moments;
  }
  moments.mean = number("mean");
  if (arm.contains("sum_sq_dev")) {
    moments.m2 = number("sum_sq_dev");
  } else if (arm.contains("sd")) {
    moments.m2 = number("sd") * number("sd") * (n - 1);
  } else {
    moments.m2 = number(arm.contains("var") ? "var" : "variance") * (n - 1);
  }
  return moments;
}

EffectPrior prior_of(const ReferenceCase& c) {
  if (!c.has("prior") || c.input("prior").is_null()) return FlatEffectPrior{};
  if (c.input("prior").is_string()) {
    if (c.text("prior") == "flat") return FlatEffectPrior{};
    throw Unanswered("no prior '" + c.text("prior") + "'");
  }
  const boost::json::object& prior = c.input("prior").as_object();
  const auto number = [&](std::initializer_list<const char*> keys, double otherwise) {
    for (const char* key : keys) {
      if (prior.contains(key)) return number_of(prior.at(key));
    }
    return otherwise;
  };
  if (prior.contains("proper") && !prior.at("proper").as_bool()) return FlatEffectPrior{};
  const double mean = number({"mean", "mu", "m", "location", "loc"}, 0);
  const double variance = number({"variance", "var", "tau2"}, 1);
  const double sd = number({"sd", "sigma", "scale", "tau", "s"}, std::sqrt(variance));
  const double degrees = number({"df", "nu", "degrees"}, std::numeric_limits<double>::infinity());
  if (std::isfinite(degrees)) return StudentEffectPrior{mean, sd, degrees};
  return NormalEffectPrior{mean, sd};
}

boost::json::object effect_answer(const ReferenceCase& c) {
  MeasuredEffect measured;
  if (c.has("control")) {
    const Moments control = moments_of(c.input("control").as_object());
    const Moments treatment = moments_of(c.input("treatment").as_object());
    measured = answered(relative_effect(control, treatment));
  } else {
    measured = {c.number("mu", c.number("effect", 0)), c.number(c.has("sigma") ? "sigma" : "se")};
  }
  EffectOptions options;
  options.prior = prior_of(c);
  options.confidence = confidence_of(c);
  const EffectPosterior posterior = answered(effect_posterior(measured, direction_of(c), options));
  boost::json::object out;
  out["lift"] = reference::json_of(posterior.mean);
  out["se"] = reference::json_of(posterior.sd);
  out["posterior_mean"] = reference::json_of(posterior.mean);
  out["posterior_sd"] = reference::json_of(posterior.sd);
  out["chance_to_win"] = reference::json_of(posterior.beats.chance_to_win);
  out["ci"] = json_of(posterior.interval);
  out["risk_treatment"] = reference::json_of(posterior.beats.expected_loss);
  out["risk_control"] = reference::json_of(posterior.beats.expected_loss_of_keeping);
  if (c.has("target")) {
    out["prob_at_least"] = reference::json_of(
        answered(chance_of_effect(measured, c.number("target"), direction_of(c), options.prior)));
  }
  return out;
}

boost::json::object inverse_gamma_update(const ReferenceCase& c) {
  const boost::json::object& given = c.input("prior").as_object();
  const NormalInverseGamma prior{number_of(given.at("m")), number_of(given.at("kappa")),
                                 number_of(given.at("alpha")), number_of(given.at("beta"))};
  boost::json::object out;
  StudentPosterior means[2];
  int i = 0;
  for (const char* arm : {"A", "B"}) {
    const auto posterior = answered(normal_inverse_gamma_update(prior, moments_of(c.input(arm).as_object())));
    const StudentPosterior mean = posterior.marginal_mean();
    out[std::string("posterior_") + arm] = reference::json_of(
        std::vector<double>{posterior.mean, posterior.kappa, posterior.alpha, posterior.beta});
    out[std::string("t_") + arm] =
        reference::json_of(std::vector<double>{mean.location, mean.scale, mean.degrees});
    means[i++] = mean;
  }
  const MeanEffect effect = answered(mean_effect(means[0], means[1], direction_of(c), confidence_of(c)));
  out["prob_b_beats_a"] = reference::json_of(effect.beats.chance_to_win);
  out["loss_choose_b"] = reference::json_of(effect.beats.expected_loss);
  out["loss_choose_a"] = reference::json_of(effect.beats.expected_loss_of_keeping);
  out["mean_diff"] = reference::json_of(effect.difference);
  out["cri_diff"] = json_of(effect.interval);
  return out;
}

template <typename Posterior>
boost::json::object best_arm_answer(const ReferenceCase& c, const std::vector<Posterior>& arms) {
  const BestArm best = answered(best_arm(arms, direction_of(c)));
  const std::vector<double> two = answered(top_two_shares(arms, direction_of(c)));
  boost::json::object out;
  out["prob_best"] = reference::json_of(best.chances);
  out["expected_loss"] = reference::json_of(best.expected_losses);
  out["expected_max"] = reference::json_of(best.expected_best);
  out["value_remaining"] = reference::json_of(best.value_remaining);
  out["top_two"] = reference::json_of(two);
  if (c.has("floor"))
    out["floored"] = reference::json_of(answered(with_floor(best.chances, c.number("floor"))));
  return out;
}

boost::json::object thompson_answer(const ReferenceCase& c) {
  if (c.has("beta_params")) {
    std::vector<BetaPosterior> arms;
    for (const auto& row : c.rows("beta_params")) arms.push_back({row.at(0), row.at(1)});
    return best_arm_answer(c, arms);
  }
  const std::vector<double> means = c.numbers("means");
  const std::vector<double> sds = c.numbers("sds");
  if (means.size() != sds.size()) throw Unanswered("means and sds differ in number");
  std::vector<NormalPosterior> arms;
  for (std::size_t i = 0; i < means.size(); ++i) arms.push_back({means[i], sds[i]});
  return best_arm_answer(c, arms);
}

boost::json::object james_stein_answer(const JamesStein& result) {
  return {{"shrunk", reference::json_of(result.shrunk)},
          {"factor", reference::json_of(result.factor)},
          {"shrink_B", reference::json_of(1 - result.factor)},
          {"grand_mean", reference::json_of(result.grand_mean)}};
}

boost::json::object baseball(const ReferenceCase& c) {
  std::vector<SuccessCount> arms;
  for (const double hits : c.numbers("hits"))
    arms.push_back({static_cast<std::uint64_t>(hits), c.count("n")});
  return james_stein_answer(answered(james_stein(arms)));
}

boost::json::object normal_normal(const ReferenceCase& c) {
  const std::vector<double> values = c.numbers("yi");
  const std::vector<double> variances = c.numbers("vi");
  if (values.size() != variances.size()) throw Unanswered("yi and vi differ in number");
  std::vector<MeasuredEffect> experiments;
  for (std::size_t i = 0; i < values.size(); ++i) experiments.push_back({values[i], std::sqrt(variances[i])});
  const NormalPriorFit fit = answered(fit_normal_prior(experiments));
  return {{"mu", reference::json_of(fit.mean)},
          {"tau2", reference::json_of(fit.variance)},
          {"log_likelihood", reference::json_of(fit.log_likelihood)},
          {"shrunk", reference::json_of(fit.shrunk)}};
}

[[noreturn]] void unknown(const ReferenceCase& c) {
  throw Unanswered("no method '" + c.method() + "'");
}

}  // namespace

boost::json::object answer_bayes_beta_binomial(const ReferenceCase& reference_case) {
  if (reference_case.method() == "posterior_beta") return posterior_beta(reference_case);
  unknown(reference_case);
}

boost::json::object answer_bayes_normal_effect(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "relative_lift" || method == "mu_sigma_1e6_must_not_overflow")
    return effect_answer(reference_case);
  unknown(reference_case);
}

boost::json::object answer_bayes_nig(const ReferenceCase& reference_case) {
  if (reference_case.method() == "normal_inverse_gamma_update") return inverse_gamma_update(reference_case);
  unknown(reference_case);
}

boost::json::object answer_thompson(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "p_best" || method == "p_best_top_two" || method == "two_normal_arms") {
    return thompson_answer(reference_case);
  }
  unknown(reference_case);
}

boost::json::object answer_empirical_bayes(const ReferenceCase& reference_case) {
  const std::string method = reference_case.method();
  if (method == "positive_part_james_stein_toward_the_gra") {
    return james_stein_answer(
        answered(james_stein(reference_case.numbers("y"), reference_case.number("sigma"))));
  }
  if (method == "baseball_first_45_at_bats") return baseball(reference_case);
  if (method == "conditional_mle_of_the_z_effect_given_z_") {
    return {{"mle", json_of(answered(conditional_z_effect(reference_case.number("z"),
                                                          reference_case.number("threshold"))))}};
  }
  if (method == "normal_normal_marginal_ml") return normal_normal(reference_case);
  unknown(reference_case);
}

}  // namespace splitplot::reference
