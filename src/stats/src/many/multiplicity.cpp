#include "many/ascending_order.hpp"

#include <splitplot/stats/many/multiplicity.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

namespace splitplot::stats {
namespace {

using Order = std::vector<std::size_t>;

double sidak(double p, double tests) {
  return -std::expm1(tests * std::log1p(-p));
}

/// The p-value of rank 1, 2, ... among `tests` as a test of its own step, and the raw p-value that just meets alpha there. Both are
/// monotone in p.
struct Step {
  double adjusted = 1;
  double level = 0;
};

/// `harmonic` is 1 + 1/2 + ... + 1/tests.
Step step(Correction correction, double p, double rank, double tests, double harmonic, double alpha) {
  const double left = tests - rank + 1;
  switch (correction) {
    case Correction::None:
      return {p, alpha};
    case Correction::Bonferroni:
      return {p * tests, alpha / tests};
    case Correction::Sidak:
      return {sidak(p, tests), sidak(alpha, 1 / tests)};
    case Correction::Holm:
    case Correction::Hochberg:
      return {p * left, alpha / left};
    case Correction::HolmSidak:
    case Correction::HochbergSidak:
      return {sidak(p, left), sidak(alpha, 1 / left)};
    case Correction::BenjaminiHochberg:
      return {p * (tests / rank), alpha * rank / tests};
    case Correction::BenjaminiYekutieli:
      return {p * (tests / rank) * harmonic, alpha * rank / tests / harmonic};
    case Correction::Hommel:
      break;
  }
  return {p, alpha};
}

enum class Direction { Single, Down, Up };

Direction direction_of(Correction correction) {
  switch (correction) {
    case Correction::Holm:
    case Correction::HolmSidak:
      return Direction::Down;
    case Correction::Hochberg:
    case Correction::HochbergSidak:
    case Correction::Hommel:
    case Correction::BenjaminiHochberg:
    case Correction::BenjaminiYekutieli:
      return Direction::Up;
    case Correction::None:
    case Correction::Bonferroni:
    case Correction::Sidak:
      break;
  }
  return Direction::Single;
}

/// Fills adjusted p-values and levels of everything but Hommel's procedure, walking from the smallest p-value (step-down) or from the
/// largest (step-up) and keeping the worst or the best seen so far.
void walk(std::span<const double> p_values, Correction correction, double alpha, FamilyDecision& decision) {
  const Order order = ascending_order(p_values);
  const Direction direction = direction_of(correction);
  const auto tests = static_cast<double>(order.size());
  double harmonic = 0;
  for (double i = tests; i >= 1; --i) harmonic += 1 / i;
  double running = direction == Direction::Up ? 1 : 0;
  double settled = std::numeric_limits<double>::quiet_NaN();  // the level of the first that fails or passes
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t rank = direction == Direction::Up ? order.size() - i : i + 1;
    const std::size_t index = order[rank - 1];
    const double p = p_values[index];
    const Step here = step(correction, p, static_cast<double>(rank), tests, harmonic, alpha);
    double adjusted = std::min(here.adjusted, 1.0);
    if (direction == Direction::Down) adjusted = running = std::max(running, adjusted);
    if (direction == Direction::Up) adjusted = running = std::min(running, adjusted);
    decision.adjusted_p_values[index] = adjusted;
    const bool settles =
        (direction == Direction::Down && p > here.level) || (direction == Direction::Up && p <= here.level);
    if (std::isnan(settled) && settles) settled = here.level;
    decision.levels[index] = std::isnan(settled) ? here.level : settled;
  }
}

/// Closure of Simes' test by the algorithm of Wright (1992), Biometrics 48.
std::vector<double> hommel(std::span<const double> p_values) {
  const Order order = ascending_order(p_values);
  const std::size_t n = order.size();
  std::vector<double> sorted(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = p_values[order[i]];
  double simes = 1;
  for (std::size_t i = 0; i < n; ++i)
    simes = std::min(simes, static_cast<double>(n) * sorted[i] / static_cast<double>(i + 1));
  std::vector<double> adjusted(n, simes);
  for (std::size_t size = n; size-- > 2;) {
    const auto subset = static_cast<double>(size);
    const std::size_t first_of_rest = n - size + 1;
    double best = 1;
    for (std::size_t i = first_of_rest; i < n; ++i)
      best = std::min(best, subset * sorted[i] / static_cast<double>(i - first_of_rest + 2));
    for (std::size_t i = 0; i < first_of_rest; ++i)
      adjusted[i] = std::max(adjusted[i], std::min(subset * sorted[i], best));
    const double of_rest = std::min(subset * sorted[first_of_rest - 1], best);
    for (std::size_t i = first_of_rest; i < n; ++i) adjusted[i] = std::max(adjusted[i], of_rest);
  }
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) result[order[i]] = std::max(adjusted[i], sorted[i]);
  return result;
}

/// alpha / h, h the size of the largest subset of the largest p-values that Simes' test does not reject.
double hommel_level(std::span<const double> p_values, double alpha) {
  const Order order = ascending_order(p_values);
  const std::size_t n = order.size();
  for (std::size_t size = n; size > 0; --size) {
    bool rejected = false;
    for (std::size_t k = 1; k <= size && !rejected; ++k) {
      rejected =
          p_values[order[n - size + k - 1]] <= static_cast<double>(k) * alpha / static_cast<double>(size);
    }
    if (!rejected) return alpha / static_cast<double>(size);
  }
  return alpha;
}

std::vector<double> clean(std::span<const double> p_values) {
  std::vector<double> result(p_values.begin(), p_values.end());
  for (double& p : result) {
    assert(!std::isnan(p));
    p = std::clamp(p, 0.0, 1.0);
  }
  return result;
}

void fill_rejected(FamilyDecision& decision, double alpha) {
  decision.rejected.clear();
  for (const double p : decision.adjusted_p_values) decision.rejected.push_back(p <= alpha);
}

}  // namespace

std::string_view name_of(Correction correction) {
  switch (correction) {
    case Correction::None:
      return "none";
    case Correction::Bonferroni:
      return "Bonferroni";
    case Correction::Sidak:
      return "Sidak";
    case Correction::Holm:
      return "Holm";
    case Correction::HolmSidak:
      return "Holm-Sidak";
    case Correction::Hochberg:
      return "Hochberg";
    case Correction::HochbergSidak:
      return "Hochberg-Sidak";
    case Correction::Hommel:
      return "Hommel";
    case Correction::BenjaminiHochberg:
      return "Benjamini-Hochberg";
    case Correction::BenjaminiYekutieli:
      return "Benjamini-Yekutieli";
  }
  return "unknown";
}

FamilyDecision decide_family(std::span<const double> p_values, Correction correction, double alpha) {
  assert(alpha > 0 && alpha < 1);
  const std::vector<double> p = clean(p_values);
  FamilyDecision decision{std::vector<double>(p.size()), {}, std::vector<double>(p.size())};
  if (correction == Correction::Hommel) {
    decision.adjusted_p_values = hommel(p);
    decision.levels.assign(p.size(), hommel_level(p, alpha));
  } else {
    walk(p, correction, alpha, decision);
  }
  fill_rejected(decision, alpha);
  return decision;
}

std::vector<double> adjust_p_values(std::span<const double> p_values, Correction correction) {
  const std::vector<double> p = clean(p_values);
  if (correction == Correction::Hommel) return hommel(p);
  FamilyDecision decision{std::vector<double>(p.size()), {}, std::vector<double>(p.size())};
  walk(p, correction, 0.5, decision);  // adjusted p-values know of no alpha
  return decision.adjusted_p_values;
}

Estimated<std::vector<double>> weighted_bonferroni(std::span<const double> p_values,
                                                   std::span<const double> weights) {
  if (p_values.size() != weights.size()) return not_estimable("there must be a weight for each test");
  constexpr double kRounding = 1e-9;
  double sum = 0;
  for (const double weight : weights) {
    if (!(weight >= 0) || !std::isfinite(weight))
      return not_estimable("a weight is negative or not a finite number");
    sum += weight;
  }
  if (sum > 1 + kRounding) return not_estimable("the weights sum to more than 1");
  std::vector<double> adjusted;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!(p_values[i] >= 0 && p_values[i] <= 1)) return not_estimable("a p-value lies outside 0 to 1");
    adjusted.push_back(weights[i] > 0 ? std::min(1.0, p_values[i] / weights[i]) : 1);
  }
  return adjusted;
}

FamilyDecision two_stage_benjamini_hochberg(std::span<const double> p_values, double alpha) {
  const double first_alpha = alpha / (1 + alpha);
  FamilyDecision decision = decide_family(p_values, Correction::BenjaminiHochberg, first_alpha);
  const auto tests = static_cast<double>(p_values.size());
  const auto rejections =
      static_cast<double>(std::count(decision.rejected.begin(), decision.rejected.end(), true));
  // Nothing or everything rejected: the first stage stands.
  const double true_hypotheses = rejections == tests ? tests : tests - rejections;
  const double shrink = true_hypotheses / tests;
  if (shrink < 1) {
    const double second_alpha = std::min(first_alpha / shrink, 1 - std::numeric_limits<double>::epsilon());
    decision.levels = decide_family(p_values, Correction::BenjaminiHochberg, second_alpha).levels;
  }
  for (double& p : decision.adjusted_p_values) p = std::min(1.0, p * shrink * (1 + alpha));
  fill_rejected(decision, alpha);
  return decision;
}

std::vector<double> adjust_e_values(std::span<const double> e_values) {
  // e-BH is Benjamini-Hochberg on 1 / e, whatever the dependence. Values below 1 are no evidence and cannot be rejected.
  std::vector<double> p_values;
  p_values.reserve(e_values.size());
  for (const double e : e_values) {
    assert(e >= 0);
    p_values.push_back(1 / std::max(e, 1.0));
  }
  return adjust_p_values(p_values, Correction::BenjaminiHochberg);
}

}  // namespace splitplot::stats
