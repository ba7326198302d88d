#include "json_text.hpp"
#include "power_wording.hpp"
#include "text.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/report/power.hpp>

#include <boost/json.hpp>

namespace splitplot::report {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value optional_number(const std::optional<double>& number) {
  return number ? value(*number) : value(nullptr);
}

value optional_days(const std::optional<int>& days) {
  return days ? value(*days) : value(nullptr);
}

object reason(const stats::NotEstimable& missing) {
  return {{"not_estimable", valid_utf8(missing.why)}};
}

object written(const stats::DesignAnswer& answer) {
  array assumptions;
  for (const auto assumption : answer.assumptions.members())
    assumptions.emplace_back(stats::text_of(assumption));
  array concerns;
  for (const auto concern : answer.concerns.members()) concerns.emplace_back(stats::text_of(concern));
  return {{"effect", answer.effect},
          {"control_units", answer.control_units},
          {"treatment_units", answer.treatment_units},
          {"total_units", answer.total_units},
          {"power", answer.power},
          {"comparison_alpha", answer.comparison_alpha},
          {"expected_share", answer.expected_share},
          {"fixed_units_factor", answer.fixed_units_factor},
          {"assumptions", assumptions},
          {"concerns", concerns}};
}

object written(const stats::Estimated<stats::DesignAnswer>& answer) {
  return answer ? written(*answer) : reason(answer.error());
}

std::string_view question_word(PowerQuestion question) {
  switch (question) {
    case PowerQuestion::Power:
      return "power";
    case PowerQuestion::Effect:
      return "effect";
    case PowerQuestion::Units:
      return "units";
    case PowerQuestion::Segments:
      break;
  }
  return "segments";
}

std::string_view alternative_word(stats::Alternative alternative) {
  switch (alternative) {
    case stats::Alternative::Greater:
      return "greater";
    case stats::Alternative::Less:
      return "less";
    case stats::Alternative::TwoSided:
      break;
  }
  return "two_sided";
}

object design(const PowerPlan& plan) {
  const stats::DesignProblem& problem = plan.problem;
  const bool segments = plan.question == PowerQuestion::Segments;
  const bool proportion = problem.metric.kind == stats::PlannedKind::Proportion;
  const bool looks = problem.method == stats::DesignMethod::AlwaysValid ||
                     problem.method == stats::DesignMethod::GroupSequential;
  return {{"kind", segments ? value(nullptr) : value(proportion ? "proportion" : "mean")},
          {"baseline", segments ? value(nullptr) : value(problem.metric.baseline)},
          {"unit_variance", segments || proportion ? value(nullptr) : value(problem.metric.variance)},
          {"method", word_of(problem.method)},
          {"looks", looks ? value(problem.looks) : value(nullptr)},
          {"alpha", problem.alpha},
          {"power", problem.power},
          {"alternative", alternative_word(problem.alternative)},
          {"variants", problem.variants},
          {"treatment_per_control", problem.treatment_per_control},
          {"covariate_r_squared", problem.covariate_r_squared},
          {"true_difference", problem.true_difference}};
}

array segments(const PowerPlan& plan) {
  array result;
  for (const auto& segment : plan.segments) {
    const value days = segment.alone ? value(segment.alone->days) : value(reason(segment.alone.error()));
    const value alone =
        segment.alone ? value(written(segment.alone->answer)) : value(reason(segment.alone.error()));
    result.push_back(object{{"segment", valid_utf8(segment.name)},
                            {"effect", segment.effect},
                            {"at_horizon", written(segment.at_horizon)},
                            {"days", days},
                            {"alone", alone},
                            {"verdict", word_of(segment.verdict)}});
  }
  return result;
}

}  // namespace

std::string to_json(const PowerPlan& plan) {
  const bool by_segment = plan.question == PowerQuestion::Segments;
  array beside;
  for (const auto& other : plan.beside) {
    beside.push_back(object{{"method", word_of(other.method)},
                            {"answer", written(other.answer)},
                            {"days", optional_days(other.days)}});
  }
  array curve;
  for (const auto& point : plan.curve) {
    curve.push_back(object{{plan.curve_over_days ? "days" : "effect", point.x}, {"power", point.power}});
  }
  array chosen;
  for (const auto& choice : plan.chosen) {
    chosen.push_back(object{{"what", valid_utf8(choice.what)}, {"change", valid_utf8(choice.change)}});
  }
  return json_text(
      object{{"format", "splitplot.power"},
             {"version", 1},
             {"question", question_word(plan.question)},
             {"design", design(plan)},
             {"answer", by_segment ? value(nullptr) : value(written(plan.answer))},
             {"lift", optional_number(plan.lift)},
             {"days", optional_days(plan.days)},
             {"methods", beside},
             {"curve", curve},
             {"horizon_days", by_segment ? value(plan.segment_options.horizon_days) : value(nullptr)},
             {"segments", segments(plan)},
             {"assumptions", chosen}});
}

}  // namespace splitplot::report
