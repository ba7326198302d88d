#include "assign/assignment_summary.hpp"

#include <splitplot/base/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

/// As for the sample ratio of an analysis: an alarm that is false must be rare.
constexpr double kAlarm = 0.001;

double percent(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

std::string split_text(const AssignmentSummary& summary) {
  if (summary.rows == 0) return "The list has no units: there is nothing to say of the split.\n";
  const auto test = summary.split();
  if (!test) return fmt::format("Whether the split is as planned cannot be said: {}.\n", test.error().why);
  if (test->p_value >= kAlarm)
    return fmt::format("The split is as planned (chi-square p = {:.3f}).\n", test->p_value);
  return fmt::format(
      "The split is not as planned (chi-square p = {:.2g}): are there ids twice, or picked by their form? Do "
      "not use it "
      "before that is known.\n",
      test->p_value);
}

}  // namespace

void AssignmentSummary::add(const ListedUnit& unit, const std::vector<std::string>& known_variants) {
  ++rows;
  units.resize(known_variants.size(), 0);
  counted.resize(known_variants.size(), 0);
  if (unit.variant.empty()) {
    ++reasons[unit.reason];
    return;
  }
  const auto at =
      static_cast<std::size_t>(std::ranges::find(known_variants, unit.variant) - known_variants.begin());
  if (at == known_variants.size()) return;
  ++units[at];
  if (unit.counts) ++counted[at];
}

stats::Estimated<stats::ChiSquareTest> AssignmentSummary::split() const {
  return stats::sample_ratio_test(counted, planned);
}

std::string summary_text(const AssignmentSummary& summary) {
  const std::uint64_t assigned =
      std::accumulate(summary.units.begin(), summary.units.end(), std::uint64_t{0});
  const double planned = std::accumulate(summary.planned.begin(), summary.planned.end(), 0.0);
  std::string text = fmt::format("{} of {} units have a variant of {}.\n", grouped(assigned),
                                 grouped(summary.rows), summary.title);
  std::size_t width = 0;
  for (const std::string& variant : summary.variants) width = std::max(width, variant.size());
  for (std::size_t i = 0; i < summary.variants.size(); ++i) {
    text += fmt::format("  {:<{}}  {:>12}  {:6.2f} %  (planned {:.2f} %)\n", summary.variants[i], width,
                        grouped(summary.units[i]),
                        percent(static_cast<double>(summary.units[i]), static_cast<double>(assigned)),
                        percent(summary.planned[i], planned));
  }
  if (!summary.reasons.empty()) {
    std::string reasons;
    for (const auto& [reason, units] : summary.reasons)
      reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", reason, grouped(units));
    text += fmt::format("  in none: {}\n", reasons);
  }
  text += split_text(summary);
  if (summary.guarded_cells > 0) {
    text += fmt::format(
        "{} cell{} began like a formula and {} written with a ' before it (--keep-formulas: as it is).\n",
        grouped(summary.guarded_cells), summary.guarded_cells == 1 ? "" : "s",
        summary.guarded_cells == 1 ? "is" : "are each");
  }
  if (summary.unportable > 0) {
    text += fmt::format(
        "note: {} {} characters outside ASCII: SDKs of some languages hash {} differently, and may show "
        "another "
        "variant.\n",
        grouped(summary.unportable), summary.unportable == 1 ? "id has" : "ids have",
        summary.unportable == 1 ? "it" : "them");
  }
  for (const std::string& note : summary.notes) text += "note: " + note + "\n";
  return text;
}

Value summary_value(const AssignmentSummary& summary) {
  Value::Array variants;
  for (std::size_t i = 0; i < summary.variants.size(); ++i) {
    variants.push_back(Value::Object{{"key", summary.variants[i]},
                                     {"units", summary.units[i]},
                                     {"assigned_by_hash", summary.counted[i]},
                                     {"planned_units", summary.planned[i]}});
  }
  Value reasons = Value::Object{};
  for (const auto& [reason, units] : summary.reasons) reasons.set(reason, units);
  Value object = Value::Object{
      {"rows", summary.rows}, {"variants", std::move(variants)}, {"not_in_experiment", std::move(reasons)}};
  const auto test = summary.split();
  if (test) {
    object.set("split", Value::Object{{"chi_square", test->statistic},
                                      {"degrees_of_freedom", test->degrees_of_freedom},
                                      {"p_value", test->p_value},
                                      {"as_planned", test->p_value >= kAlarm}});
  } else {
    object.set("split", Value::Object{{"not_estimable", test.error().why}});
  }
  object.set("ids_outside_ascii", summary.unportable);
  object.set("guarded_cells", summary.guarded_cells);
  object.set("notes", Value::Array(summary.notes.begin(), summary.notes.end()));
  return object;
}

}  // namespace splitplot::app
