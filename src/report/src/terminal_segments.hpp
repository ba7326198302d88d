/// The segments' part of a terminal report.
#pragma once

#include "terminal_page.hpp"

#include <splitplot/experiment/analysis.hpp>

namespace splitplot::report {

/// Every segment table: raw above pooled on one scale, with what each segment can see.
void write_segments(TerminalPage& page, const experiment::Analysis& analysis);

}  // namespace splitplot::report
