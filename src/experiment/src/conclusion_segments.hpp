// What the conclusion says of segments.
#pragma once

#include <splitplot/experiment/analysis.hpp>

#include <string>
#include <vector>

namespace splitplot::experiment {

/// What was established inside segments on a metric: every treatment and level by name, in the order of the tables, which no number
/// decides, so that it stays from look to look. Adds to `conclusion` and to `named_segments`. False where there is nothing.
bool conclude_segments_of(Analysis& analysis, std::size_t metric);

/// How to read the numbers of those sentences.
void conclude_basis(Analysis& analysis);

/// Effects inside segments on the other metrics, as counts, and where segments differ.
void conclude_other_segments(Analysis& analysis);

/// "loyal"; of a segment's members "those in", "those not in".
[[nodiscard]] std::string level_words(const SegmentTable& table, const SegmentResult& segment);

}  // namespace splitplot::experiment
