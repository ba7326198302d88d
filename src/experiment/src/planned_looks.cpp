#include "planned_looks.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/sequential/group_sequential_monitor.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

/// A number given for the look of now may be rounded by this share of it.
constexpr double kRounding = 0.01;
constexpr double kLeastPValue = 1e-300;

stats::GroupSequentialPlan group_sequential_plan(const LookPlan& plan, double alpha) {
  return {plan.spending, {.alpha = alpha}, {static_cast<double>(plan.planned_units)}};
}

/// The looks so far, the last with this z. Earlier ones did not cross: whether they would have is not known, and the boundary of now
/// does not depend on it.
std::vector<stats::ObservedLook> observed_looks(const LookPlan& plan, std::uint64_t units_now, double z) {
  std::vector<stats::ObservedLook> looks;
  for (std::size_t i = 0; i + 1 < plan.looks.size(); ++i)
    looks.push_back({static_cast<double>(plan.looks[i]), 0, 1});
  looks.push_back({static_cast<double>(units_now), z, 1});
  return looks;
}

Result<void> check_looks(const LookPlan& plan, std::uint64_t units_now) {
  constexpr const char* kExample =
      "--looks-at names the units at each look so far, the last being now: --looks-at 10000,20000";
  for (std::size_t i = 0; i < plan.looks.size(); ++i) {
    if (plan.looks[i] > (i == 0 ? 0 : plan.looks[i - 1])) continue;
    return fail(ErrorCode::InvalidArgument, "the units at the looks do not increase", kExample);
  }
  if (plan.looks.size() > stats::kMostLooks) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{} looks are more than the {} that are supported", grouped(plan.looks.size()),
                            grouped(stats::kMostLooks)));
  }
  if (plan.looks.empty()) return {};
  const double last = static_cast<double>(plan.looks.back());
  const double now = static_cast<double>(units_now);
  if (std::abs(last - now) > kRounding * now) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("the last look was said to be at {} units, and there are {} now",
                            grouped(plan.looks.back()), grouped(units_now)),
                kExample);
  }
  if (plan.looks.size() > 1 && plan.looks[plan.looks.size() - 2] >= units_now) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("an earlier look was said to be at {} units, and there are {} now",
                            grouped(plan.looks[plan.looks.size() - 2]), grouped(units_now)),
                kExample);
  }
  return {};
}

}  // namespace

Result<LookStatus> look_status(const LookPlan& plan, double alpha, std::uint64_t units_now) {
  if (auto checked = check_looks(plan, units_now); !checked) return tl::unexpected(checked.error());
  const auto status =
      stats::monitor_group_sequential(group_sequential_plan(plan, alpha), observed_looks(plan, units_now, 0));
  if (!status) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("the planned looks give no boundary: {}", status.error().why),
                "give --planned-units for the end of the test, and --looks-at for the looks so far");
  }
  LookStatus look;
  look.look = std::max<std::size_t>(plan.looks.size(), 1);
  look.units = units_now;
  look.information = static_cast<double>(units_now) / static_cast<double>(plan.planned_units);
  look.boundary = status->critical;
  look.spent_now = status->spent;
  look.nominal_alpha = std::isfinite(status->critical) ? 2 * stats::normal_sf(status->critical) : 0;
  look.plan_is_over = units_now >= plan.planned_units;
  return look;
}

double z_of(const stats::Difference& difference) {
  const double size = std::max(0.0, -stats::normal_quantile(std::max(difference.p_value, kLeastPValue) / 2));
  return std::copysign(size, difference.value);
}

double p_value_at_look(const LookPlan& plan, const LookStatus& look, double alpha, double z) {
  const auto p =
      stats::repeated_p_value(group_sequential_plan(plan, alpha), observed_looks(plan, look.units, z));
  if (!p) return 1;
  // The root is found to a tolerance; the decision is the boundary's.
  return std::abs(z) >= look.boundary ? std::min(*p, alpha) : std::max(*p, std::nextafter(alpha, 1.0));
}

stats::Assumptions at_planned_looks(const stats::Assumptions& assumptions) {
  stats::Assumptions result{stats::Assumption::PlannedLooks};
  for (const stats::Assumption one : assumptions.members()) {
    if (one != stats::Assumption::OneLook) result.insert(one);
  }
  return result;
}

}  // namespace splitplot::experiment
