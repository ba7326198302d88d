// A plan for +10 % on a rate of 5 %: the price of each method, and how long it takes.
#include <splitplot/stats/power/plan.hpp>

#include <cstdio>

int main() {
  using namespace splitplot::stats;
  DesignProblem problem;
  problem.metric = planned_proportion(0.05);
  const Traffic traffic{.new_units_per_day = {6000, 4500, 4000}, .weekly_season = {}, .share = 0.5};
  const struct {
    DesignMethod method;
    const char* name;
  } methods[] = {{DesignMethod::FixedHorizon, "one look"},
                 {DesignMethod::GroupSequential, "planned looks"},
                 {DesignMethod::AlwaysValid, "any look"}};
  for (const auto& [method, name] : methods) {
    problem.method = method;
    const auto plan = design_days(problem, 0.005, traffic);
    if (!plan) return 1;
    std::printf("%-14s %7.0f units, %d days; %.0f %% of them on average\n", name, plan->answer.total_units,
                plan->days, 100 * plan->answer.expected_share);
  }
}
