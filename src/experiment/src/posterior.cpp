#include "posterior.hpp"

#include <splitplot/stats/bayes/best_arm.hpp>
#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/bayes/effect.hpp>

#include <cmath>
#include <optional>
#include <type_traits>

namespace splitplot::experiment {
namespace {

/// The prior of the rates where the answer comes from rates.
std::optional<stats::BetaPrior> prior_of_rates(const ComparisonSettings& settings) {
  if (settings.kind != MetricKind::Proportion || settings.cuped_coefficients) return std::nullopt;
  if (const auto* beta = std::get_if<stats::BetaPrior>(&settings.prior)) return *beta;
  if (std::holds_alternative<FlatPrior>(settings.prior)) return stats::BetaPrior{};
  return std::nullopt;
}

/// The prior in the metric's unit.
stats::EffectPrior effect_prior(const StatedPrior& prior, double control_mean) {
  return std::visit(
      [&](const auto& p) -> stats::EffectPrior {
        using Prior = std::decay_t<decltype(p)>;
        if constexpr (std::is_same_v<Prior, NormalPrior>) {
          return stats::NormalEffectPrior{p.mean.in_unit(control_mean), p.sd.in_unit(control_mean)};
        } else if constexpr (std::is_same_v<Prior, StudentPrior>) {
          return stats::StudentEffectPrior{0, p.scale.in_unit(control_mean), p.degrees};
        } else {
          return stats::FlatEffectPrior{};
        }
      },
      prior);
}

EffectAnswers without_answer(const stats::NotEstimable& reason) {
  return {tl::unexpected(reason), tl::unexpected(reason)};
}

}  // namespace

EffectAnswers effect_answers(const store::MetricAggregate& control, const store::MetricAggregate& treatment,
                             const stats::Estimated<stats::Difference>& one_look,
                             const ComparisonSettings& settings) {
  if (!one_look) return without_answer(one_look.error());
  const double confidence = 1 - settings.alpha;
  if (const auto rates = prior_of_rates(settings)) {
    const auto effect = stats::rate_effect(success_count(control), success_count(treatment),
                                           settings.direction, {*rates, confidence});
    if (!effect) return without_answer(effect.error());
    return {effect->beats, effect->difference};
  }
  const auto effect =
      stats::effect_posterior({one_look->value, one_look->standard_error}, settings.direction,
                              {effect_prior(settings.prior, control.moments.mean), confidence});
  if (!effect) return without_answer(effect.error());
  return {effect->beats, stats::Estimate{effect->mean, effect->interval}};
}

std::vector<double> best_chances(const std::vector<const store::MetricAggregate*>& arms,
                                 const ComparisonSettings& settings, const std::vector<double>& centre) {
  const auto rates = prior_of_rates(settings);
  if (!rates && !std::holds_alternative<FlatPrior>(settings.prior)) return {};
  std::vector<stats::NormalPosterior> posteriors;
  for (const store::MetricAggregate* arm : arms) {
    if (arm->moments.count < 2) return {};
    if (rates) {
      posteriors.push_back(stats::posterior_of_rate(success_count(*arm), *rates));
    } else {
      const auto mean = mean_of(*arm, settings, centre);
      posteriors.push_back({mean.mean, std::sqrt(mean.variance_of_mean)});
    }
  }
  auto chances = stats::chance_to_be_best(posteriors, settings.direction);
  if (!chances) return {};
  return *chances;
}

}  // namespace splitplot::experiment
