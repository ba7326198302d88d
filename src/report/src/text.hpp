/// Text of unknown origin made fit for a page: valid UTF-8, one line, a known width. Names come from a user's
/// data, so they may hold anything. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::report {

/// One line: control characters (a terminal would obey them) become spaces, marks that turn the direction of
/// writing are dropped.
[[nodiscard]] std::string single_line(std::string_view text);

/// Only ASCII: common signs are spelled ("≥" as ">="), the rest becomes '?'.
[[nodiscard]] std::string to_ascii(std::string_view text);

/// Columns that a terminal gives the text: 2 for East Asian wide characters and emoji, 0 for combining marks.
/// Approximate where fonts differ.
[[nodiscard]] int display_width(std::string_view text);

/// At most `columns` wide; what is too long loses its middle to `ellipsis`, so that names that share a
/// beginning stay apart.
[[nodiscard]] std::string shorten(std::string_view text, int columns, std::string_view ellipsis);

/// The longest beginning that is at most `columns` wide.
[[nodiscard]] std::string_view prefix(std::string_view text, int columns);

/// Lines of at most `columns`, broken at spaces (not at no-break spaces); a longer word is cut.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, int columns);

/// The text with spaces after it (or before it) up to `columns`; unchanged where it is wider.
[[nodiscard]] std::string pad_right(std::string_view text, int columns);
[[nodiscard]] std::string pad_left(std::string_view text, int columns);

}  // namespace splitplot::report
