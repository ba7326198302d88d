#include "numeric/root.hpp"
#include "sequential/design_recursion.hpp"

#include <splitplot/stats/sequential/group_sequential_monitor.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace splitplot::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastLogAlpha = -644;  // 1e-280
constexpr double kSmallestStep = 1e-6;   // of information, between the last look and a planned one

/// When looks happen and by which share of the plan they may spend.
struct Schedule {
  std::vector<double> information;
  std::vector<double> spending_times;
};

std::optional<std::string> refusal_of(const GroupSequentialPlan& plan, std::span<const ObservedLook> looks) {
  if (auto refusal = refusal_of_information(plan.information)) return refusal;
  if (looks.empty()) return "there are no looks";
  for (std::size_t k = 0; k < looks.size(); ++k) {
    if (!(looks[k].standard_error > 0) || !std::isfinite(looks[k].standard_error))
      return "a look has no standard error";
    if (!std::isfinite(looks[k].estimate / looks[k].standard_error))
      return "a look's estimate is not a finite number";
    if (k > 0 && looks[k - 1].information >= plan.information.back())
      return "all of alpha was spent at an earlier look";
  }
  return std::nullopt;
}

/// The looks so far, then, unless the test ends here, the planned ones that lie ahead.
Schedule schedule_of(const GroupSequentialPlan& plan, std::span<const ObservedLook> looks,
                     LastLook last_look) {
  const double maximum = plan.information.back();
  Schedule schedule;
  for (const ObservedLook& look : looks) {
    schedule.information.push_back(look.information);
    schedule.spending_times.push_back(std::min(1.0, look.information / maximum));
  }
  if (last_look == LastLook::Yes) schedule.spending_times.back() = 1;
  if (schedule.spending_times.back() == 1) return schedule;
  for (const double planned : plan.information) {
    if (planned - schedule.information.back() < kSmallestStep * planned) continue;
    schedule.information.push_back(planned);
    schedule.spending_times.push_back(planned / maximum);
  }
  // A look that came within a millionth of the maximum is the last.
  schedule.spending_times.back() = 1;
  return schedule;
}

/// z in the direction that counts.
double towards_boundary(const ObservedLook& look, StoppingSides sides) {
  const double z = look.estimate / look.standard_error;
  return sides == StoppingSides::Symmetric ? std::abs(z) : z;
}

/// From standard errors to the unit of the data.
void scale(StoppedInference& inference, double standard_error) {
  inference.observed *= standard_error;
  inference.median_unbiased *= standard_error;
  inference.interval.lower *= standard_error;
  inference.interval.upper *= standard_error;
  inference.bias_adjusted *= standard_error;
}

}  // namespace

Estimated<GroupSequentialStatus> monitor_group_sequential(const GroupSequentialPlan& plan,
                                                          std::span<const ObservedLook> looks,
                                                          LastLook last_look) {
  if (const auto refusal = refusal_of(plan, looks)) return not_estimable(*refusal);
  const Schedule schedule = schedule_of(plan, looks, last_look);
  auto design = spending_design(schedule.information, plan.spending, plan.options, schedule.spending_times);
  if (!design) return tl::unexpected(design.error());

  GroupSequentialStatus status;
  status.looks = looks.size();
  for (std::size_t k = 0; k < looks.size() && !status.crossed_look; ++k) {
    if (towards_boundary(looks[k], plan.options.sides) >= design->critical[k]) {
      status.crossed_look = k;
      status.crossing = looks[k].estimate > 0 ? Crossing::Upper : Crossing::Lower;
    }
  }
  const std::size_t now = looks.size() - 1;
  const ObservedLook& look = looks[now];
  status.z = look.estimate / look.standard_error;
  status.critical = design->critical[now];
  status.spent = design->spent[now];
  const double reach = status.critical * look.standard_error;
  status.repeated_interval = {look.estimate - reach, look.estimate + reach};
  if (plan.options.sides == StoppingSides::Upper) status.repeated_interval.upper = kInfinity;
  status.ended = status.crossed_look.has_value() || schedule.information.size() == looks.size();
  if (status.ended) {
    const std::size_t end = status.crossed_look.value_or(now);
    const double confidence =
        plan.options.sides == StoppingSides::Symmetric ? 1 - plan.options.alpha : 1 - 2 * plan.options.alpha;
    auto inference =
        inference_after_stopping(*design, end, looks[end].estimate / looks[end].standard_error, confidence);
    if (!inference) return tl::unexpected(inference.error());
    scale(*inference, looks[end].standard_error);
    status.inference = *inference;
  }
  status.design = std::move(*design);
  return status;
}

Estimated<double> repeated_p_value(const GroupSequentialPlan& plan, std::span<const ObservedLook> looks,
                                   LastLook last_look) {
  if (const auto refusal = refusal_of(plan, looks)) return not_estimable(*refusal);
  Schedule schedule = schedule_of(plan, looks, last_look);
  schedule.information.resize(looks.size());
  schedule.spending_times.resize(looks.size());
  GroupSequentialOptions options = plan.options;
  const auto valid = spending_design(schedule.information, plan.spending, options, schedule.spending_times);
  if (!valid) return tl::unexpected(valid.error());
  const auto beyond = [&](double log_alpha) {
    options.alpha = std::exp(log_alpha);
    const auto design =
        spending_design(schedule.information, plan.spending, options, schedule.spending_times);
    double most = -kInfinity;
    for (std::size_t k = 0; k < looks.size(); ++k)
      most = std::max(most, towards_boundary(looks[k], options.sides) - design->critical[k]);
    return std::max(most, -1e3);  // boundaries may be infinite, a root finder needs numbers
  };
  const double sides = plan.options.sides == StoppingSides::Symmetric ? 2 : 1;
  const double highest = std::log(0.5 * sides) - 1e-9;
  if (beyond(highest) < 0) return 1;
  if (beyond(kLeastLogAlpha) >= 0) return std::exp(kLeastLogAlpha);
  const auto log_alpha = root_between(beyond, kLeastLogAlpha, highest);
  if (!log_alpha) return not_estimable("the looks are too far out to be worked with");
  return std::exp(*log_alpha);
}

}  // namespace splitplot::stats
