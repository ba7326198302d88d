#include "numeric/root.hpp"
#include "sequential/crossing.hpp"
#include "sequential/design_recursion.hpp"
#include "sequential/log_spending.hpp"

#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastGrowth = 1e-6;
constexpr double kLeastShare = 1e-9;

constexpr Assumptions kDesignAssumptions = {Assumption::PlannedLooks, Assumption::LargeSample,
                                            Assumption::IndependentUnits};

double side_count(StoppingSides sides) {
  return sides == StoppingSides::Symmetric ? 2 : 1;
}

GroupSequentialDesign empty_design(std::span<const double> information,
                                   const GroupSequentialOptions& options) {
  GroupSequentialDesign design;
  design.alpha = options.alpha;
  design.sides = options.sides;
  design.information.assign(information.begin(), information.end());
  design.critical.reserve(information.size());
  design.spent.reserve(information.size());
  design.assumptions = kDesignAssumptions;
  return design;
}

std::optional<std::string> refusal_of_plan(std::span<const double> information,
                                           const GroupSequentialOptions& options) {
  if (!(options.alpha > 0 && options.alpha < 1)) return "alpha must lie between 0 and 1";
  if (!(options.alpha / side_count(options.sides) < 0.5))
    return "an alpha of a half or more on a side leaves no boundary";
  return refusal_of_information(information);
}

std::optional<std::string> refusal_of_spending_times(std::span<const double> times, std::size_t looks) {
  if (times.size() != looks) return "there must be as many spending times as looks";
  double before = 0;
  for (const double time : times) {
    if (!(time > before)) return "spending times must be positive and increase";
    before = time;
  }
  if (times.back() > 1) return "spending times are shares of the plan and must not be above 1";
  return std::nullopt;
}

/// The chance to cross `critical` by each look, all sides together, cumulated into `spent`.
void fill_spent(GroupSequentialDesign& design) {
  CrossingRecursion recursion(shares_of_last(design.information), 0);
  const double sides = side_count(design.sides);
  double total = 0;
  for (std::size_t look = 0; look < design.critical.size(); ++look) {
    const double bound = design.critical[look] * std::sqrt(recursion.time(look));
    total += sides * recursion.upper_exit(look, bound);
    design.spent.push_back(total);
    if (look + 1 < design.critical.size()) {
      advance_by_critical(recursion, design.critical[look], design.sides);
    }
  }
}

/// log(what `critical` spends) - log(alpha).
double excess(GroupSequentialDesign& design) {
  design.spent.clear();
  fill_spent(design);
  return std::log(design.spent.back()) - std::log(design.alpha);
}

}  // namespace

std::optional<std::string> refusal_of_information(std::span<const double> information) {
  if (information.empty()) return "there are no looks";
  if (information.size() > kMostLooks) return "there are too many looks";
  double before = 0;
  for (const double now : information) {
    if (!(now > 0) || !std::isfinite(now)) return "information must be positive and finite";
    if (!(now > before)) return "information must increase from look to look";
    if (!(now - before >= kLeastGrowth * now))
      return "two looks are too close together in information to be told apart";
    before = now;
  }
  if (!(information.front() / before >= kLeastShare))
    return "the first look has less than a billionth of the last look's information";
  return std::nullopt;
}

std::optional<std::string> refusal_of(const GroupSequentialDesign& design) {
  if (design.critical.size() != design.information.size())
    return "a design needs a critical value for each look";
  for (const double critical : design.critical) {
    if (!(critical > 0)) return "critical values must be positive";
  }
  return refusal_of_information(design.information);
}

std::vector<double> shares_of_last(std::span<const double> information) {
  std::vector<double> shares(information.begin(), information.end());
  for (double& share : shares) share /= information.back();
  return shares;
}

void advance_by_critical(CrossingRecursion& recursion, double critical, StoppingSides sides) {
  const double bound = critical * std::sqrt(recursion.time(recursion.looks_done()));
  recursion.advance(sides == StoppingSides::Symmetric ? -bound : -kInfinity, bound);
}

CrossingRecursion recursion_of(const GroupSequentialDesign& design, double drift, double open_reach) {
  CrossingRecursion recursion(shares_of_last(design.information), drift, open_reach);
  for (std::size_t look = 0; look + 1 < design.critical.size(); ++look) {
    advance_by_critical(recursion, design.critical[look], design.sides);
  }
  return recursion;
}

Estimated<GroupSequentialDesign> spending_design(std::span<const double> information,
                                                 const SpendingFunction& spending,
                                                 const GroupSequentialOptions& options,
                                                 std::span<const double> spending_times) {
  if (const auto refusal = refusal_of_plan(information, options)) return not_estimable(*refusal);
  if (const auto refusal = refusal_of(spending)) return not_estimable(*refusal);
  if (spending_times.empty()) spending_times = information;
  if (const auto refusal = refusal_of_spending_times(spending_times, information.size()))
    return not_estimable(*refusal);

  GroupSequentialDesign design = empty_design(information, options);
  const double sides = side_count(options.sides);
  const double side_alpha = options.alpha / sides;
  CrossingRecursion recursion(shares_of_last(information), 0);
  double log_spent = -kInfinity;
  for (std::size_t look = 0; look < information.size(); ++look) {
    const double log_now = log_spent_alpha(spending, side_alpha, spending_times[look]);
    const double bound = recursion.upper_bound_for(log_difference(log_now, log_spent));
    design.critical.push_back(bound / std::sqrt(recursion.time(look)));
    design.spent.push_back(sides * std::exp(log_now));
    if (look + 1 < information.size()) advance_by_critical(recursion, design.critical.back(), options.sides);
    log_spent = log_now;
  }
  return design;
}

Estimated<GroupSequentialDesign> wang_tsiatis_design(std::span<const double> information, double delta,
                                                     const GroupSequentialOptions& options) {
  if (const auto refusal = refusal_of_plan(information, options)) return not_estimable(*refusal);
  if (!(delta >= -1 && delta <= 1)) return not_estimable("delta must lie between -1 and 1");
  GroupSequentialDesign design = empty_design(information, options);
  const std::vector<double> shares = shares_of_last(information);
  std::vector<double> shape(shares.size());
  for (std::size_t k = 0; k < shares.size(); ++k) shape[k] = std::pow(shares[k], delta - 0.5);
  const auto at = [&](double constant) {
    design.critical.clear();
    for (const double factor : shape) design.critical.push_back(constant * factor);
    return excess(design);
  };
  // One look alone spends less than all, and Bonferroni's share at each look spends more than all.
  const double side_alpha = options.alpha / side_count(options.sides);
  const double least = -normal_quantile(side_alpha);
  const double most = -normal_quantile(side_alpha / static_cast<double>(shares.size()));
  const double smallest_factor = *std::min_element(shape.begin(), shape.end());
  const auto constant = root_between(at, least * (1 - 1e-9), most / smallest_factor * (1 + 1e-9));
  if (!constant) return not_estimable("no boundary of this shape spends alpha");
  at(*constant);
  return design;
}

Estimated<GroupSequentialDesign> pocock_design(std::span<const double> information,
                                               const GroupSequentialOptions& options) {
  return wang_tsiatis_design(information, 0.5, options);
}

Estimated<GroupSequentialDesign> obrien_fleming_design(std::span<const double> information,
                                                       const GroupSequentialOptions& options) {
  return wang_tsiatis_design(information, 0, options);
}

Estimated<GroupSequentialDesign> haybittle_peto_design(std::span<const double> information,
                                                       double interim_critical,
                                                       const GroupSequentialOptions& options) {
  if (const auto refusal = refusal_of_plan(information, options)) return not_estimable(*refusal);
  if (!(interim_critical > 0)) return not_estimable("critical values must be positive");
  GroupSequentialDesign design = empty_design(information, options);
  const double sides = side_count(options.sides);
  CrossingRecursion recursion(shares_of_last(information), 0);
  double spent = 0;
  for (std::size_t look = 0; look + 1 < information.size(); ++look) {
    const double root_time = std::sqrt(recursion.time(look));
    spent += sides * recursion.upper_exit(look, interim_critical * root_time);
    if (!(spent < options.alpha)) return not_estimable("the looks before the last use up alpha on their own");
    design.critical.push_back(interim_critical);
    design.spent.push_back(spent);
    advance_by_critical(recursion, interim_critical, options.sides);
  }
  design.critical.push_back(recursion.upper_bound_for(std::log((options.alpha - spent) / sides)));
  design.spent.push_back(options.alpha);
  return design;
}

Estimated<GroupSequentialDesign> design_from_boundaries(std::span<const double> information,
                                                        std::span<const double> critical,
                                                        StoppingSides sides) {
  GroupSequentialDesign design = empty_design(information, {.alpha = 0, .sides = sides});
  design.critical.assign(critical.begin(), critical.end());
  if (const auto refusal = refusal_of(design)) return not_estimable(*refusal);
  fill_spent(design);
  design.alpha = design.spent.back();
  return design;
}

std::vector<double> equal_information(std::size_t looks) {
  std::vector<double> information(looks);
  for (std::size_t k = 0; k < looks; ++k)
    information[k] = static_cast<double>(k + 1) / static_cast<double>(looks);
  return information;
}

}  // namespace splitplot::stats
