/// The part of an analysis' JSON that answers: conclusion, named segments, next step.
#pragma once

#include <splitplot/experiment/analysis.hpp>

#include <boost/json.hpp>

namespace splitplot::report {

[[nodiscard]] boost::json::array conclusion_json(const experiment::Analysis& analysis);
[[nodiscard]] boost::json::object answer_json(const experiment::Analysis& analysis);
[[nodiscard]] boost::json::object next_json(const experiment::Analysis& analysis);
/// The one number to read of a segment.
[[nodiscard]] boost::json::object estimate_json(const experiment::SegmentResult& segment);

}  // namespace splitplot::report
