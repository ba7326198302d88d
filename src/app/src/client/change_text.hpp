// A change of the configuration as people read it.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/report/report.hpp>

#include <string>

namespace splitplot::app {

/// The answer of apply or rollback: a line per document that changes, and below it a line per member that differs.
[[nodiscard]] std::string change_text(const Value& answer, const report::TerminalStyle& style);

/// A key that was made, for the eyes of the one who asked for it: {"connection", "kind", "secret"}.
[[nodiscard]] std::string credential_text(const Value& credential);

}  // namespace splitplot::app
