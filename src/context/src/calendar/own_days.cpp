#include <splitplot/base/time.hpp>
#include <splitplot/base/utf8.hpp>
#include <splitplot/context/holidays.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace splitplot::context {
namespace {

using Cells = std::vector<std::string>;
constexpr std::string_view kHint =
    "write a line 'date,name,country' first, then a day a line, such as 2026-11-27,Black Friday,US";
constexpr std::size_t kMaxDays = 100'000;

tl::unexpected<Error> bad_line(std::size_t line, const std::string& what) {
  return fail(ErrorCode::BadData, "the holiday calendar, line " + std::to_string(line) + ": " + what,
              std::string(kHint));
}

/// The next line without its end, taken off the text.
std::string_view take_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The cells of a line (RFC 4180, but that no cell goes over several lines); nothing where a quote is not closed or
/// something is behind it.
std::optional<Cells> cells_of(std::string_view line) {
  Cells cells(1);
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == ',') {
      cells.emplace_back();
    } else if (line[at] != '"' || !cells.back().empty()) {
      cells.back().push_back(line[at]);
    } else {
      for (++at;; ++at) {
        if (at >= line.size()) return {};
        if (line[at] != '"') {
          cells.back().push_back(line[at]);
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          cells.back().push_back(line[++at]);
        } else {
          break;
        }
      }
      if (at + 1 < line.size() && line[at + 1] != ',') return {};
    }
  }
  return cells;
}

/// Where the columns stand.
struct Columns {
  std::size_t date;
  std::size_t name;
  std::size_t country;
};

std::optional<Columns> columns_of(const Cells& names) {
  const auto place = [&names](std::string_view name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  const Columns columns{place("date"), place("name"), place("country")};
  if (std::max({columns.date, columns.name, columns.country}) >= names.size()) return {};
  return columns;
}

std::optional<std::chrono::sys_days> day_written(const std::string& text) {
  constexpr std::size_t kLength = 10;  // 2026-12-24
  if (text.size() != kLength) return {};
  const std::optional<Timestamp> midnight = parse_rfc3339(text);
  if (!midnight) return {};
  return std::chrono::floor<std::chrono::days>(*midnight);
}

bool is_country(const std::string& text) {
  const auto is_upper = [](char character) { return character >= 'A' && character <= 'Z'; };
  return text.empty() || (text.size() == 2 && is_upper(text[0]) && is_upper(text[1]));
}

}  // namespace

Result<HolidayCalendar> HolidayCalendar::with_own_days(std::string_view csv) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
  if (!is_valid_utf8(csv))
    return fail(ErrorCode::BadData, "the holiday calendar is not in UTF-8", "save it in UTF-8");
  const std::optional<Cells> names = cells_of(take_line(csv));
  const std::optional<Columns> columns = names ? columns_of(*names) : std::nullopt;
  if (!columns) return bad_line(1, "the columns date, name and country are not all there");
  HolidayCalendar calendar;
  for (std::size_t line = 2; !csv.empty(); ++line) {
    const std::string_view text = take_line(csv);
    if (text.empty()) continue;
    std::optional<Cells> cells = cells_of(text);
    if (!cells) return bad_line(line, "a quoted cell does not end where it should");
    if (cells->size() != names->size()) {
      return bad_line(line,
                      std::to_string(cells->size()) + " cells instead of " + std::to_string(names->size()));
    }
    const std::string& date = (*cells)[columns->date];
    const std::optional<std::chrono::sys_days> day = day_written(date);
    if (!day) return bad_line(line, "'" + date + "' is no date");
    std::string& country = (*cells)[columns->country];
    if (!is_country(country))
      return bad_line(line, "'" + country + "' is no country's code of two upper-case letters");
    std::string& name = (*cells)[columns->name];
    if (name.empty()) return bad_line(line, "the name is empty");
    calendar.own_days_.push_back({*day, std::move(country), std::move(name)});
    if (calendar.own_days_.size() > kMaxDays) {
      return fail(ErrorCode::ResourceLimit,
                  "the holiday calendar has more than " + std::to_string(kMaxDays) + " days",
                  "leave out past ones");
    }
  }
  std::ranges::stable_sort(calendar.own_days_, {}, &OwnDay::date);
  return calendar;
}

}  // namespace splitplot::context
