#include "json_text.hpp"
#include "json_words.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/report/timeline.hpp>

#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace splitplot::report {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using experiment::Timeline;
using experiment::TimelineArm;
using experiment::TimelineVariant;

/// An end of an interval may be open: null.
value end_of(double x) {
  return std::isfinite(x) ? value(x) : value(nullptr);
}

object write_arm(const TimelineArm& arm) {
  object result{{"units", arm.units},
                {"missing", arm.missing},
                {"mean", nullptr},
                {"mean_interval", nullptr},
                {"difference", nullptr}};
  if (arm.mean) {
    result["mean"] = arm.mean->value;
    result["mean_interval"] = array{end_of(arm.mean->interval.lower), end_of(arm.mean->interval.upper)};
  }
  if (arm.difference && *arm.difference) {
    const stats::Estimate& difference = **arm.difference;
    result["difference"] = {{"estimate", difference.value},
                            {"lower", end_of(difference.interval.lower)},
                            {"upper", end_of(difference.interval.upper)}};
  } else if (arm.difference) {
    result["reason"] = arm.difference->error().why;
  } else if (!arm.mean) {
    result["reason"] = arm.mean.error().why;
  }
  return result;
}

object write_variant(const TimelineVariant& variant) {
  object result{{"key", valid_utf8(variant.name)}};
  for (auto& member : write_arm(variant.cumulative)) result[member.key()] = std::move(member.value());
  result["new_units"] = variant.cohort.units + variant.cohort.missing;
  result["daily"] = write_arm(variant.cohort);
  return result;
}

}  // namespace

std::string to_json(const Timeline& timeline) {
  array points;
  for (const auto& point : timeline.points) {
    array variants;
    for (const TimelineVariant& variant : point.variants) variants.push_back(write_variant(variant));
    points.push_back({{"until", rfc3339(point.until)}, {"variants", std::move(variants)}});
  }
  array notes;
  for (const std::string& note : timeline.notes) notes.push_back(value(valid_utf8(note)));
  const bool higher = timeline.direction == stats::Direction::HigherIsBetter;
  const object document{{"format", "splitplot.timeline"},
                        {"version", 1},
                        {"experiment", valid_utf8(timeline.experiment)},
                        {"metric",
                         {{"key", valid_utf8(timeline.metric)},
                          {"definition", valid_utf8(timeline.definition)},
                          {"role", word(timeline.role)},
                          {"kind", word(timeline.kind)},
                          {"direction", higher ? "higher_is_better" : "lower_is_better"}}},
                        {"control", valid_utf8(timeline.control)},
                        {"step_seconds", timeline.step.count()},
                        {"confidence", timeline.confidence},
                        {"method", "confidence sequence"},
                        {"tuned_for_units", timeline.tuned_for_units},
                        {"points", std::move(points)},
                        {"notes", std::move(notes)}};
  return json_text(document);
}

}  // namespace splitplot::report
