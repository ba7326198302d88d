/// The middle of the text for people who want the answer: what was checked, one line per comparison, verdicts of segments.
#pragma once

#include "terminal_page.hpp"

#include <splitplot/experiment/analysis.hpp>

namespace splitplot::report {

void write_summary(TerminalPage& page, const experiment::Analysis& analysis);

}  // namespace splitplot::report
