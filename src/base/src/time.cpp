#include <splitplot/base/time.hpp>

#include <charconv>
#include <cstdio>

namespace splitplot {
namespace {

using std::chrono::microseconds;

/// Takes digits off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// A number of exactly `digits` digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    const char* end = rest_.data() + digits;
    if (rest_.front() < '0' || rest_.front() > '9' || std::from_chars(rest_.data(), end, value).ptr != end)
      return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// The fraction of a second behind the point; digits beyond microseconds are cut off.
  std::optional<microseconds> fraction() {
    int value = 0;
    int digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits, rest_.remove_prefix(1)) {
      if (digits < 6) value = value * 10 + (rest_.front() - '0');
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 6; ++digits) value *= 10;
    return microseconds(value);
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<Timestamp> scan_date(Scanner& scanner) {
  const auto year = scanner.number(4);
  if (!year || *year < 1 || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.number(2);
  if (!month || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date));
}

std::optional<microseconds> scan_time_of_day(Scanner& scanner) {
  const auto hour = scanner.number(2);
  if (!hour || *hour > 23 || !scanner.take(':')) return std::nullopt;
  const auto minute = scanner.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  microseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!scanner.take(':')) return time;
  const auto second = scanner.number(2);
  if (!second || *second > 60) return std::nullopt;  // a leap second becomes the next minute's first
  time += std::chrono::seconds(*second);
  if (!scanner.take('.')) return time;
  const auto fraction = scanner.fraction();
  if (!fraction) return std::nullopt;
  return time + *fraction;
}

/// What has to be added to local time for UTC.
std::optional<microseconds> scan_zone(Scanner& scanner) {
  if (scanner.done() || scanner.take('Z') || scanner.take('z')) return microseconds(0);
  const int sign = scanner.take('+') ? -1 : scanner.take('-') ? 1 : 0;
  if (sign == 0) return std::nullopt;
  const auto hours = scanner.number(2);
  if (!hours || *hours > 23) return std::nullopt;
  scanner.take(':');
  const auto minutes = scanner.done() ? 0 : scanner.number(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

}  // namespace

std::string rfc3339(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<microseconds> clock(time - day);
  const long micros = static_cast<long>(clock.subseconds().count());
  char text[48];
  const int written =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()));
  const bool whole = micros % 1000 == 0;
  std::snprintf(text + written, sizeof text - static_cast<std::size_t>(written), whole ? "%03ldZ" : "%06ldZ",
                whole ? micros / 1000 : micros);
  return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto date = scan_date(scanner);
  if (!date || scanner.done()) return date;
  if (!scanner.take('T') && !scanner.take('t') && !scanner.take(' ')) return std::nullopt;
  const auto time = scan_time_of_day(scanner);
  if (!time) return std::nullopt;
  const auto offset = scan_zone(scanner);
  if (!offset || !scanner.done()) return std::nullopt;
  return *date + *time + *offset;
}

Timestamp SystemClock::now() const {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

}  // namespace splitplot
