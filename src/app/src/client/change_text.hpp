// A change of the configuration as people read it.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/report/report.hpp>

#include <string>

namespace splitplot::app {

/// The answer of apply or rollback: a line per document that changes, and below it a line per member that differs.
[[nodiscard]] std::string change_text(const Value& answer, const report::TerminalStyle& style);

}  // namespace splitplot::app
