#include "json_text.hpp"

#include <splitplot/base/number_text.hpp>
#include <splitplot/base/utf8.hpp>
#include <splitplot/report/assignment_check.hpp>

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace splitplot::report {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using experiment::AssignmentCheck;
using experiment::AssignmentSample;
using experiment::OtherExperiment;

double percent(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

/// Below, only that it is small is of interest.
constexpr double kSmallestShown = 0.0001;

std::string p_text(double p_value) {
  return p_value < kSmallestShown ? "p < 0.0001" : fmt::format("p = {:.3g}", p_value);
}

std::string split_text(const stats::Estimated<stats::ChiSquareTest>& test) {
  return test ? "chi-square " + p_text(test->p_value) : "not tested: " + test.error().why;
}

std::string others_text(const AssignmentSample& sample) {
  if (sample.others.empty()) return "  no other experiment runs on these units\n";
  std::string text;
  for (const OtherExperiment& pair : sample.others) {
    text += fmt::format("  independent of '{}'? ", pair.key);
    if (!pair.independence) {
      text += fmt::format("not tested: {}\n", pair.independence.error().why);
      continue;
    }
    text += p_text(pair.independence->p_value);
    if (sample.others.size() > 1) text += ", corrected " + p_text(*pair.corrected_p_value);
    text += fmt::format(", {} in both\n", grouped(pair.units_in_both));
  }
  return text;
}

std::string sample_text(const AssignmentSample& sample) {
  const bool simulated = sample.ids == AssignmentSample::Ids::Simulated;
  std::string text = fmt::format("{} {} ids\n", grouped(sample.units), simulated ? "simulated" : "known");
  if (sample.outside > 0)
    text += fmt::format("  {} are in another slice of the layer, or held out\n", grouped(sample.outside));
  const auto inside = static_cast<double>(sample.units - sample.outside);
  text +=
      fmt::format("  {} take part: {:.2f} %, planned {:.2f} %", grouped(sample.taking_part),
                  percent(static_cast<double>(sample.taking_part), inside), 100 * sample.planned_coverage);
  text +=
      sample.coverage_p_value ? fmt::format(", p = {:.3g}\n", *sample.coverage_p_value) : std::string("\n");
  std::size_t width = 0;
  for (const auto& variant : sample.variants) width = std::max(width, variant.key.size());
  for (const auto& variant : sample.variants) {
    text += fmt::format("  {:<{}}  {:>12}  {:6.2f} %  (planned {:.2f} %)\n", variant.key, width,
                        grouped(variant.units),
                        percent(static_cast<double>(variant.units), static_cast<double>(sample.taking_part)),
                        100 * variant.planned_share);
  }
  text += fmt::format("  split as planned? {}\n", split_text(sample.split));
  return text + others_text(sample);
}

object test_value(const stats::Estimated<stats::ChiSquareTest>& test) {
  if (!test) return {{"not_estimable", valid_utf8(test.error().why)}};
  return {{"chi_square", test->statistic},
          {"degrees_of_freedom", test->degrees_of_freedom},
          {"p_value", test->p_value}};
}

object sample_value(const AssignmentSample& sample) {
  array variants;
  for (const auto& variant : sample.variants)
    variants.push_back(
        object{{"key", variant.key}, {"units", variant.units}, {"planned_share", variant.planned_share}});
  array others;
  for (const OtherExperiment& pair : sample.others) {
    object other{{"experiment", pair.key},
                 {"units_in_both", pair.units_in_both},
                 {"independence", test_value(pair.independence)}};
    if (pair.corrected_p_value) other["corrected_p_value"] = *pair.corrected_p_value;
    others.push_back(std::move(other));
  }
  array alarms;
  for (const std::string& alarm : sample.alarms) alarms.emplace_back(valid_utf8(alarm));
  const value coverage = sample.coverage_p_value
                             ? value(*sample.coverage_p_value)
                             : value(object{{"not_estimable", sample.coverage_p_value.error().why}});
  return {{"ids", sample.ids == AssignmentSample::Ids::Simulated ? "simulated" : "known"},
          {"units", sample.units},
          {"outside", sample.outside},
          {"taking_part", sample.taking_part},
          {"planned_coverage", sample.planned_coverage},
          {"coverage_p_value", coverage},
          {"variants", std::move(variants)},
          {"split", test_value(sample.split)},
          {"others", std::move(others)},
          {"alarms", std::move(alarms)}};
}

}  // namespace

std::string assignment_check_text(const AssignmentCheck& check) {
  std::string text;
  if (check.as_planned()) {
    text = fmt::format("The assignment of '{}' is as planned.\n", check.experiment);
  } else {
    text = fmt::format("Do not start '{}' yet.\n", check.experiment);
    for (const AssignmentSample& sample : check.samples) {
      const bool simulated = sample.ids == AssignmentSample::Ids::Simulated;
      for (const std::string& alarm : sample.alarms)
        text += fmt::format("  {} ids: {}\n", simulated ? "simulated" : "known", alarm);
    }
  }
  for (const AssignmentSample& sample : check.samples) text += "\n" + sample_text(sample);
  return text;
}

std::string assignment_check_json(const AssignmentCheck& check) {
  array samples;
  for (const AssignmentSample& sample : check.samples) samples.push_back(sample_value(sample));
  return json_text(object{{"experiment", check.experiment},
                          {"as_planned", check.as_planned()},
                          {"alarm_below", experiment::kAssignmentAlarm},
                          {"samples", std::move(samples)}});
}

}  // namespace splitplot::report
