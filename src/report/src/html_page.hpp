/// The parts of the HTML report, in the order of the page.
#pragma once

#include "charts.hpp"
#include "markup.hpp"
#include "wording.hpp"

#include <splitplot/experiment/analysis.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::report {

/// The style sheet.
[[nodiscard]] std::string_view style_sheet();

/// A span in what an axis shows: percent or percentage points for rates.
[[nodiscard]] Span on_axis(const Span& span, Quantity quantity);

/// One column of a table: its heading and its class.
struct Column {
  Html heading;
  std::string css_class;
};

/// A cell of text; `label` is written before it where the table is stacked.
[[nodiscard]] Html text_cell(const Html& content, const std::string& label,
                             const std::string& css_class = {});
/// A cell that holds a picture.
[[nodiscard]] Html plot_cell(const Html& picture);
/// The row's own name.
[[nodiscard]] Html row_heading(const Html& content, const std::string& css_class = {});
[[nodiscard]] Html table_row(const Html& cells, const std::string& css_class = {});
/// A table whose rows are the rows of a chart.
[[nodiscard]] Html chart_table(const std::string& caption, const std::vector<Column>& columns,
                               const Html& rows);
/// A plain table of numbers, that scrolls by itself where it is too wide, folded away under `summary`.
[[nodiscard]] Html folded_table(const std::string& summary, const std::vector<std::string>& headings,
                                const Html& rows);
/// A cell of a plain table.
[[nodiscard]] Html plain_cell(const Html& content);

/// A number with its interval; or the reason why there is none.
[[nodiscard]] Html figure_text(const Figure& figure);
[[nodiscard]] Html reason_text(const stats::NotEstimable& missing);

/// A colour patch and the variant's name.
[[nodiscard]] Html variant_label(const experiment::Analysis& analysis, std::size_t variant);
/// The words of a verdict in the colour of better or worse.
[[nodiscard]] Html verdict_label(Verdict verdict);
[[nodiscard]] Html segment_verdict_label(Verdict verdict);

[[nodiscard]] Html findings_list(const std::vector<experiment::Finding>& findings);

[[nodiscard]] Html overview_section(const experiment::Analysis& analysis);
[[nodiscard]] Html metric_sections(const experiment::Analysis& analysis);
[[nodiscard]] Html segment_sections(const experiment::Analysis& analysis);

}  // namespace splitplot::report
