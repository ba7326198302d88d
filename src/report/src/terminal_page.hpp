/// A page of terminal text that no line leaves: every line is cleaned, measured and cut at the page's width.
/// Not thread-safe.
#pragma once

#include "scale.hpp"

#include <splitplot/report/report.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::report {

enum class Tone { Plain, Strong, Dim, Better, Worse, Alert };

/// A run of text in one tone.
struct Piece {
  std::string text;
  Tone tone = Tone::Plain;
};
using Pieces = std::vector<Piece>;

/// How an interval is drawn.
enum class Stroke {
  Heavy,  ///< the number to read: a comparison, or a pooled effect
  Thin,   ///< a segment alone
};

class TerminalPage {
 public:
  explicit TerminalPage(const TerminalStyle& style);

  [[nodiscard]] int columns() const { return columns_; }
  /// "≥" or ">=", and so on: text as this terminal can show it, on one line, without control characters.
  [[nodiscard]] std::string clean(std::string_view text) const;
  /// A cleaned name of exactly `columns`, shortened in its middle where it is longer.
  [[nodiscard]] std::string name(std::string_view text, int columns) const;
  [[nodiscard]] int width(std::string_view text) const;

  /// The marks of a bar, for a legend.
  [[nodiscard]] std::string_view point(Stroke stroke) const;
  /// An interval on the scale, `columns` wide, with a line at zero; ends beyond the scale are arrows.
  [[nodiscard]] Pieces bar(const Scale& scale, const Span& span, int columns, Stroke stroke, Tone tone) const;
  /// The scale's labels, `columns` wide; labels without room are left out, zero comes first.
  [[nodiscard]] std::string axis(const Scale& scale, int columns) const;

  void line(const Pieces& pieces);
  void blank();
  void heading(std::string_view text, std::string_view note = {});
  /// Wrapped at words. `first` stands before the first line, following lines are indented as far.
  void paragraph(std::string_view text, int indent = 0, const Piece& first = {}, Tone tone = Tone::Plain);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::string painted(std::string_view text, Tone tone) const;

  int columns_;
  bool colour_;
  bool unicode_;
  std::string text_;
};

/// The pieces of `tail` after those of `head`.
[[nodiscard]] Pieces joined(Pieces head, const Pieces& tail);

}  // namespace splitplot::report
