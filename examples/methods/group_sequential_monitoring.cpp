// A planned experiment, looked at when it suits: 2,700 units instead of 2,500, then 5,300.
#include <splitplot/stats/sequential/group_sequential_monitor.hpp>

#include <cstdio>
#include <span>
#include <vector>

int main() {
  using namespace splitplot::stats;
  const GroupSequentialPlan plan{.spending = {.family = SpendingFamily::OBrienFleming},
                                 .options = {.alpha = 0.05, .sides = StoppingSides::Symmetric},
                                 .information = {2500, 5000, 7500, 10000}};
  const std::vector<ObservedLook> looks{{2700, 0.021, 0.0125}, {5300, 0.028, 0.0088}};
  for (std::size_t count = 1; count <= looks.size(); ++count) {
    const auto so_far = std::span(looks).first(count);
    const auto status = monitor_group_sequential(plan, so_far);
    if (!status) return 1;
    std::printf("%.0f units: z = %.2f, boundary %.2f, %s; repeated interval %+.3f to %+.3f, p = %.4f\n",
                so_far.back().information, status->z, status->critical,
                status->crossing == Crossing::None ? "go on" : "crossed", status->repeated_interval.lower,
                status->repeated_interval.upper, *repeated_p_value(plan, so_far));
    if (status->inference)
      std::printf("ended: estimate %.4f (median-unbiased), %.4f to %.4f, p = %.4f\n",
                  status->inference->median_unbiased, status->inference->interval.lower,
                  status->inference->interval.upper, status->inference->p_value);
  }
}
