#include "terminal_page.hpp"

#include "text.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::report {
namespace {

struct Marks {
  const char* zero;
  const char* heavy_line;
  const char* heavy_point;
  const char* thin_line;
  const char* thin_point;
  const char* beyond_left;
  const char* beyond_right;
};

constexpr Marks kUnicodeMarks{"│", "━", "●", "─", "○", "◂", "▸"};
constexpr Marks kAsciiMarks{"|", "=", "*", "-", "o", "<", ">"};

const char* colour_code(Tone tone) {
  switch (tone) {
    case Tone::Strong:
      return "\x1b[1m";
    case Tone::Dim:
      return "\x1b[2m";
    case Tone::Better:
      return "\x1b[32m";
    case Tone::Worse:
      return "\x1b[31m";
    case Tone::Alert:
      return "\x1b[1;33m";
    case Tone::Plain:
      break;
  }
  return "";
}

int cell_of(const Scale& scale, double value, int columns) {
  // A hair before rounding, so that the last bits of a sum, which depend on the order of its parts, never
  // move a mark.
  constexpr double kHair = 1e-9;
  return static_cast<int>(std::lround(scale.position(value) * (columns - 1) + kHair));
}

std::string without_no_break(std::string text) {
  for (std::size_t at = text.find("\u00a0"); at != std::string::npos; at = text.find("\u00a0", at))
    text.replace(at, 2, " ");
  return text;
}

}  // namespace

TerminalPage::TerminalPage(const TerminalStyle& style)
    : columns_(std::max(style.columns, 1)), colour_(style.colour), unicode_(style.unicode) {}

std::string TerminalPage::clean(std::string_view text) const {
  if (unicode_) return single_line(text);
  // The no-break space survives until a line is printed, because wrapping must see it.
  std::string ascii;
  const std::string line = single_line(text);
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find("\u00a0", at), line.size());
    ascii += to_ascii(std::string_view(line).substr(at, end - at));
    if (end < line.size()) ascii += "\u00a0";
    at = end + 2;
  }
  return ascii;
}

std::string TerminalPage::name(std::string_view text, int columns) const {
  return pad_right(shorten(clean(text), columns, unicode_ ? "…" : "..."), columns);
}

int TerminalPage::width(std::string_view text) const {
  return display_width(clean(text));
}

std::string_view TerminalPage::point(Stroke stroke) const {
  const Marks& marks = unicode_ ? kUnicodeMarks : kAsciiMarks;
  return stroke == Stroke::Heavy ? marks.heavy_point : marks.thin_point;
}

Pieces TerminalPage::bar(const Scale& scale, const Span& span, int columns, Stroke stroke, Tone tone) const {
  if (columns <= 0) return {};
  const Marks& marks = unicode_ ? kUnicodeMarks : kAsciiMarks;
  Pieces cells(static_cast<std::size_t>(columns), Piece{" ", Tone::Plain});
  const auto put = [&](int at, const char* mark, Tone with) {
    cells[static_cast<std::size_t>(at)] = {mark, with};
  };
  const int first = cell_of(scale, span.interval.lower, columns);
  const int last = cell_of(scale, span.interval.upper, columns);
  for (int at = first; at <= last; ++at)
    put(at, stroke == Stroke::Heavy ? marks.heavy_line : marks.thin_line, tone);
  if (!scale.beyond_lower(0) && !scale.beyond_upper(0))
    put(cell_of(scale, 0, columns), marks.zero, Tone::Dim);
  if (scale.beyond_lower(span.interval.lower)) put(0, marks.beyond_left, tone);
  if (scale.beyond_upper(span.interval.upper)) put(columns - 1, marks.beyond_right, tone);
  put(cell_of(scale, span.value, columns), stroke == Stroke::Heavy ? marks.heavy_point : marks.thin_point,
      tone);
  return cells;
}

std::string TerminalPage::axis(const Scale& scale, int columns) const {
  std::string labels(static_cast<std::size_t>(std::max(columns, 0)), ' ');
  const auto place = [&](double tick) {
    const std::string text = tick_text(scale, tick);
    const int size = static_cast<int>(text.size());
    const int start = std::clamp(cell_of(scale, tick, columns) - size / 2, 0, std::max(columns - size, 0));
    if (start + size > columns) return;
    const int from = std::max(start - 1, 0);
    const int to = std::min(start + size + 1, columns);
    const std::string room =
        labels.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
    if (room.find_first_not_of(' ') != std::string::npos) return;
    labels.replace(static_cast<std::size_t>(start), text.size(), text);
  };
  for (const double tick : scale.ticks) {
    if (tick == 0) place(tick);
  }
  for (const double tick : scale.ticks) {
    if (tick != 0) place(tick);
  }
  return labels;
}

std::string TerminalPage::painted(std::string_view text, Tone tone) const {
  if (!colour_ || tone == Tone::Plain || text.empty()) return std::string(text);
  return colour_code(tone) + std::string(text) + "\x1b[0m";
}

void TerminalPage::line(const Pieces& pieces) {
  Pieces kept;
  int left = columns_;
  for (const Piece& piece : pieces) {
    const std::string text(prefix(without_no_break(clean(piece.text)), left));
    left -= display_width(text);
    if (!kept.empty() && kept.back().tone == piece.tone) {
      kept.back().text += text;
    } else {
      kept.push_back({text, piece.tone});
    }
  }
  while (!kept.empty()) {
    std::string& last = kept.back().text;
    last.erase(last.find_last_not_of(' ') + 1);
    if (!last.empty()) break;
    kept.pop_back();
  }
  for (const Piece& piece : kept) text_ += painted(piece.text, piece.tone);
  text_ += '\n';
}

void TerminalPage::blank() {
  const bool already = text_.empty() || text_.ends_with("\n\n");
  if (!already) text_ += '\n';
}

void TerminalPage::heading(std::string_view text, std::string_view note) {
  blank();
  line({{std::string(text), Tone::Strong}, {note.empty() ? "" : "  " + std::string(note), Tone::Dim}});
}

void TerminalPage::paragraph(std::string_view text, int indent, const Piece& first, Tone tone) {
  const std::string lead = clean(first.text);
  const int hang = indent + display_width(lead);
  bool is_first = true;
  for (const std::string& row : wrap(clean(text), columns_ - hang)) {
    const std::string margin(static_cast<std::size_t>(is_first ? indent : hang), ' ');
    if (is_first) {
      line({{margin, Tone::Plain}, {lead, first.tone}, {row, tone}});
    } else {
      line({{margin, Tone::Plain}, {row, tone}});
    }
    is_first = false;
  }
}

Pieces joined(Pieces head, const Pieces& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

}  // namespace splitplot::report
