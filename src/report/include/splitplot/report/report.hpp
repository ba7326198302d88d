/// An analysis as people and programs read it: text for a terminal, one self-contained HTML file, JSON. Pure
/// functions of the analysis: they choose words, digits and pictures, and compute no statistic.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/experiment/analysis.hpp>

#include <string>

namespace splitplot::report {

enum class Detail {
  Summary,  ///< the answer: conclusion, next step, what weakens it, one line per comparison, verdicts of segments
  Full,  ///< all that was found
};

struct TerminalStyle {
  int columns = 80;     ///< no line is wider
  bool colour = false;  ///< ANSI colours
  bool unicode = true;  ///< box and bar characters; plain ASCII otherwise
  Detail detail = Detail::Full;
};

/// Aligned text with interval bars.
[[nodiscard]] std::string to_terminal(const experiment::Analysis& analysis, const TerminalStyle& style = {});

/// One file, no outside request, prints well: interval chart, forest plots (raw and pooled), distributions, a
/// table behind each chart. `generated_at` is shown as given (ISO 8601), so that the function stays pure.
[[nodiscard]] std::string to_html(const experiment::Analysis& analysis, const std::string& generated_at);

/// The document described in docs/formats/analysis-json.md, version "1".
[[nodiscard]] std::string to_json(const experiment::Analysis& analysis);

/// An error as one line: {"error":{"code":"not_found","message":"...","hint":"..."}}; the codes stand in
/// docs/guides/exit-codes.md.
[[nodiscard]] std::string to_json(const Error& error);

}  // namespace splitplot::report
