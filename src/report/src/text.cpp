#include "text.hpp"

#include <splitplot/base/utf8.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace splitplot::report {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& r) { return r.first <= code && code <= r.last; });
}

// Blocks of combining marks and joiners (Unicode categories Mn, Me, Cf), coarsely.
constexpr std::array<Range, 28> kZeroWidth{
    {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},  {0x0610, 0x061A}, {0x064B, 0x065F},
     {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4},  {0x0900, 0x0902}, {0x093C, 0x093C},
     {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},  {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
     {0x0F71, 0x0F7E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},  {0x200B, 0x200F}, {0x202A, 0x202E},
     {0x2060, 0x206F}, {0x20D0, 0x20FF}, {0x302A, 0x302D},  {0x3099, 0x309A}, {0xFE00, 0xFE0F},
     {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0000, 0xE01EF}}};

// East Asian wide and full-width blocks, and emoji.
constexpr std::array<Range, 20> kWide{
    {{0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23F3}, {0x25FD, 0x25FE}, {0x2614, 0x2615},
     {0x2648, 0x2653}, {0x26A1, 0x26A1}, {0x26BD, 0x26BE}, {0x2705, 0x2705}, {0x274C, 0x274E},
     {0x2753, 0x2757}, {0x2795, 0x2797}, {0x2B1B, 0x2B1C}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},
     {0xA960, 0xA97F}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}}};
constexpr std::array<Range, 4> kWideBeyond{
    {{0xFFE0, 0xFFE6}, {0x16FE0, 0x18CFF}, {0x1F000, 0x1FAFF}, {0x20000, 0x3FFFD}}};

int width_of(char32_t code) {
  if (code < 0x300) return 1;
  if (within(kZeroWidth, code)) return 0;
  return within(kWide, code) || within(kWideBeyond, code) ? 2 : 1;
}

bool turns_direction(char32_t code) {
  return code == 0x061C || (code >= 0x200E && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

std::string_view ascii_spelling(char32_t code) {
  constexpr std::array<std::pair<char32_t, std::string_view>, 17> spellings{{{0x00A0, " "},
                                                                             {0x00B7, "-"},
                                                                             {0x00B1, "+/-"},
                                                                             {0x00D7, "x"},
                                                                             {0x2010, "-"},
                                                                             {0x2011, "-"},
                                                                             {0x2012, "-"},
                                                                             {0x2013, "-"},
                                                                             {0x2014, "-"},
                                                                             {0x2018, "'"},
                                                                             {0x2019, "'"},
                                                                             {0x201C, "\""},
                                                                             {0x201D, "\""},
                                                                             {0x2026, "..."},
                                                                             {0x2212, "-"},
                                                                             {0x2264, "<="},
                                                                             {0x2265, ">="}}};
  for (const auto& [sign, spelling] : spellings) {
    if (sign == code) return spelling;
  }
  return width_of(code) == 0 ? "" : "?";
}

/// The shortest end that is at most `columns` wide, on a character's border.
std::string_view suffix(std::string_view text, int columns) {
  int wide = display_width(text);
  std::size_t at = 0;
  while (at < text.size() && wide > columns) {
    const Character character = character_at(text, at);
    wide -= width_of(character.code);
    at += character.bytes;
  }
  while (at < text.size() && width_of(character_at(text, at).code) == 0) at += character_at(text, at).bytes;
  return text.substr(at);
}

}  // namespace

std::string single_line(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string line;
  for (std::size_t at = 0; at < valid.size();) {
    const Character character = character_at(valid, at);
    if (is_control(character.code)) {
      line += ' ';
    } else if (!turns_direction(character.code)) {
      line.append(valid, at, character.bytes);
    }
    at += character.bytes;
  }
  return line;
}

std::string to_ascii(std::string_view text) {
  std::string ascii;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (character.code < 0x80) {
      ascii += text[at];
    } else {
      ascii += ascii_spelling(character.code);
    }
    at += character.bytes;
  }
  return ascii;
}

int display_width(std::string_view text) {
  int wide = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    wide += width_of(character.code);
    at += character.bytes;
  }
  return wide;
}

std::string_view prefix(std::string_view text, int columns) {
  int wide = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const Character character = character_at(text, at);
    wide += width_of(character.code);
    if (wide > columns) break;
    at += character.bytes;
  }
  return text.substr(0, at);
}

std::string shorten(std::string_view text, int columns, std::string_view ellipsis) {
  if (display_width(text) <= columns) return std::string(text);
  const int left = columns - display_width(ellipsis);
  if (left <= 0) return std::string(prefix(ellipsis, std::max(columns, 0)));
  const int front = (left + 1) / 2;
  return std::string(prefix(text, front)) + std::string(ellipsis) + std::string(suffix(text, left - front));
}

std::vector<std::string> wrap(std::string_view text, int columns) {
  columns = std::max(columns, 1);
  std::vector<std::string> lines;
  std::string line;
  const auto add_word = [&](std::string_view word) {
    if (!line.empty() && display_width(line) + 1 + display_width(word) > columns) {
      lines.push_back(std::exchange(line, {}));
    }
    if (!line.empty()) line += ' ';
    while (display_width(word) > columns) {
      std::string_view piece = prefix(word, columns);
      if (piece.empty()) piece = word.substr(0, character_at(word, 0).bytes);
      lines.emplace_back(piece);
      word.remove_prefix(piece.size());
    }
    line += word;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) add_word(text.substr(at, end - at));
    at = end + 1;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::string pad_right(std::string_view text, int columns) {
  return std::string(text) +
         std::string(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ');
}

std::string pad_left(std::string_view text, int columns) {
  return std::string(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ') +
         std::string(text);
}

}  // namespace splitplot::report
