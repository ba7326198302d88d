#include <splitplot/report/power.hpp>

#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace splitplot::report {
namespace {

stats::DesignProblem problem_of(const stats::PlannedMetric& metric) {
  stats::DesignProblem problem;
  problem.metric = metric;
  problem.method = stats::DesignMethod::FixedHorizon;
  return problem;
}

PowerPlan units_plan() {
  PowerPlan plan;
  plan.problem = problem_of(stats::planned_proportion(0.05));
  plan.answer = *stats::design_units(plan.problem, 0.005);
  plan.days = 42;
  plan.beside.push_back({stats::DesignMethod::FixedHorizon, plan.answer, 42});
  plan.beside.push_back({stats::DesignMethod::AlwaysValid, stats::not_estimable("for a reason"), {}});
  plan.curve = {{0.005, 0.5}, {0.01, 0.99999}};
  plan.chosen.push_back({"Something was chosen.", "--option"});
  return plan;
}

PowerPlan segments_plan() {
  PowerPlan plan;
  plan.problem = problem_of(stats::planned_proportion(0.05));
  plan.question = PowerQuestion::Segments;
  std::vector<stats::PlannedSegment> segments;
  for (const char* name : {"phone", "a name \x1b[31m that is far too long for any table\n", "\xff\xfe"}) {
    segments.push_back({name, stats::planned_proportion(0.05), 0.005, {{100}, {}, 1}});
  }
  segments.back().traffic.new_units_per_day = {0};
  plan.segments = stats::plan_segments(plan.problem, segments, plan.segment_options);
  return plan;
}

TEST(PowerText, KeepsToItsColumnsAndItsCharacters) {
  for (const PowerPlan& plan : {units_plan(), segments_plan()}) {
    for (const int columns : {60, 80, 100}) {
      std::istringstream lines(to_terminal(plan, {columns, false, false}));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), static_cast<std::size_t>(columns)) << line;
        for (const char c : line) EXPECT_TRUE(c >= ' ' && c < 127) << line;
      }
    }
  }
}

TEST(PowerText, SaysTheAnswerAndWhyThereIsNone) {
  const std::string text = to_terminal(units_plan(), {100, false, true});
  EXPECT_NE(text.find("31,234 units in each of 2 variants"), std::string::npos)
      << text;  // R: power.prop.test(p1=.05, p2=.055, power=.8)
  EXPECT_NE(text.find("for a reason"), std::string::npos);
  EXPECT_NE(text.find("> 99.9"), std::string::npos);
  EXPECT_NE(text.find("--option"), std::string::npos);
  EXPECT_NE(to_terminal(segments_plan(), {100, false, true}).find("never"), std::string::npos);
}

TEST(PowerJson, HoldsEveryMember) {
  const std::string units = to_json(units_plan());
  for (const char* key :
       {"\"format\": \"splitplot.power\"", "\"question\": \"units\"", "\"control_units\": ", "\"methods\": [",
        "\"not_estimable\": \"for a reason\"", "\"curve\": [", "\"days\": 42"}) {
    EXPECT_NE(units.find(key), std::string::npos) << key;
  }
  const std::string segments = to_json(segments_plan());
  for (const char* key :
       {"\"answer\": null", "\"horizon_days\": 28", "\"verdict\": \"hopeless\"", "\xEF\xBF\xBD"}) {
    EXPECT_NE(segments.find(key), std::string::npos) << key;
  }
  for (const std::string& text : {units, segments}) {
    EXPECT_EQ(text.find("nan"), std::string::npos);
    EXPECT_EQ(text.find("inf,"), std::string::npos);
  }
}

}  // namespace
}  // namespace splitplot::report
