#include "json_answer.hpp"

#include "json_values.hpp"

#include <utility>

namespace splitplot::report {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using experiment::Analysis;
using experiment::SegmentTable;

namespace {

object write_place(const Analysis& analysis, const experiment::SegmentPlace& place) {
  const SegmentTable& table = analysis.segment_tables[place.table];
  return {{"variant", variant_value(analysis, table.variant)},
          {"dimension", text(table.dimension)},
          {"segment", text(table.segments[place.segment].segment)}};
}

}  // namespace

array conclusion_json(const Analysis& analysis) {
  array result;
  for (const experiment::Sentence& sentence : analysis.conclusion) result.push_back(text(sentence.text));
  return result;
}

object answer_json(const Analysis& analysis) {
  array sentences;
  for (const experiment::Sentence& sentence : analysis.conclusion)
    sentences.push_back({{"kind", name_of(sentence.kind)}, {"text", text(sentence.text)}});
  array segments;
  for (const experiment::SegmentPlace& place : analysis.named_segments) {
    const SegmentTable& table = analysis.segment_tables[place.table];
    const experiment::SegmentResult& segment = table.segments[place.segment];
    object named = write_place(analysis, place);
    named["metric"] = text(analysis.metrics[table.metric].name);
    named["verdict"] = name_of(segment.verdict);
    named["estimate"] = estimate_json(segment);
    named["adjusted_p_value"] = number(segment.adjusted_p_value);
    segments.push_back(std::move(named));
  }
  return {{"headline", analysis.conclusion.empty() ? value(nullptr) : text(headline_of(analysis))},
          {"sentences", std::move(sentences)},
          {"segments", std::move(segments)}};
}

object next_json(const Analysis& analysis) {
  const experiment::NextStep& next = analysis.next;
  array targets;
  for (const auto& target : next.targets) {
    object written = write_place(analysis, target.place);
    written["use"] = target.use;
    written["population"] = target.population ? boost::json::parse(*target.population) : value(nullptr);
    targets.push_back(std::move(written));
  }
  return {{"step", name_of(next.step)},
          {"text", text(next.text)},
          {"reason", text(next.reason)},
          {"missing_units", next.missing_units ? value(*next.missing_units) : value(nullptr)},
          {"targets", std::move(targets)}};
}

object estimate_json(const experiment::SegmentResult& segment) {
  const auto estimate = experiment::estimate_of(segment);
  if (!estimate) return reason(segment.raw.error());
  object result = write(estimate->effect);
  result["pooled"] = estimate->is_pooled;
  return result;
}

}  // namespace splitplot::report
