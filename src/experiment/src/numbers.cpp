#include <splitplot/base/number_text.hpp>
#include <splitplot/experiment/numbers.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

constexpr int kMostDecimals = 9;
constexpr double kLargestFixed = 1e15;

/// Decimals that show two significant digits of `size`.
int decimals_for(double size) {
  if (!(size > 0) || !std::isfinite(size)) return 2;
  return 1 - static_cast<int>(std::floor(std::log10(size)));
}

/// Decimals for a number with its interval: two significant digits of the distance to the nearer end, so that
/// a small rate with a lopsided interval is not written as zero. The distance counts as at least an eighth of
/// the width, so that an end that touches the value does not call for endless digits.
int decimals_for(double value, const stats::Interval& interval) {
  const double width = interval.upper - interval.lower;
  if (!std::isfinite(width) || !(width > 0)) return decimals_for(std::abs(value)) + 1;
  const double nearer = std::min(value - interval.lower, interval.upper - value);
  return decimals_for(std::max(nearer, width / 8));
}

bool only_zeros(const std::string& digits) {
  return digits.find_first_of("123456789") == std::string::npos;
}

std::string with_separators(std::string digits) {
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = point; at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string with_unit(const std::string& number, const std::string& unit) {
  return unit.empty() ? number : number + kNoBreakSpace + unit;
}

Figure figure(const stats::Estimate& estimate, double factor, const std::string& unit, bool is_signed) {
  const double value = estimate.value * factor;
  const stats::Interval interval{estimate.interval.lower * factor, estimate.interval.upper * factor};
  const int decimals = decimals_for(value, interval);
  return {is_signed ? signed_fixed(value, decimals) : fixed(value, decimals), fixed(interval.lower, decimals),
          fixed(interval.upper, decimals), unit};
}

}  // namespace

std::string Figure::interval() const {
  return "[" + lower + "," + kNoBreakSpace + upper + "]";
}
std::string Figure::with_unit() const {
  return experiment::with_unit(value, unit);
}
std::string Figure::bare() const {
  return value + " " + interval();
}
std::string Figure::text() const {
  return with_unit() + " " + interval();
}

Figure level(const stats::Estimate& estimate, Quantity quantity) {
  return quantity == Quantity::Rate ? figure(estimate, 100, "%", false) : figure(estimate, 1, "", false);
}

Figure change(const stats::Estimate& estimate, Quantity quantity) {
  return quantity == Quantity::Rate ? figure(estimate, 100, "points", true) : figure(estimate, 1, "", true);
}

Figure lift(const stats::Estimate& estimate) {
  return figure(estimate, 100, "%", true);
}

Figure share(const stats::Estimate& estimate) {
  return {fixed(estimate.value * 100, 0), fixed(estimate.interval.lower * 100, 0),
          fixed(estimate.interval.upper * 100, 0), "%"};
}

std::string magnitude(double value, Quantity quantity) {
  const double shown = quantity == Quantity::Rate ? value * 100 : value;
  const int decimals = shown == 0 ? 0 : std::max(0, decimals_for(std::abs(shown)) + 1);
  return with_unit(fixed(shown, decimals), quantity == Quantity::Rate ? "points" : "");
}

std::string magnitude(double value, Quantity quantity, double standard_error) {
  const double factor = quantity == Quantity::Rate ? 100 : 1;
  if (standard_error > 0 && std::isfinite(standard_error)) {
    const int decimals = static_cast<int>(-std::floor(std::log10(standard_error * factor / 10)));
    const double least = std::pow(10.0, -decimals);
    if (std::abs(value) * factor < least) {
      return std::string("<") + kNoBreakSpace +
             with_unit(fixed(least, decimals), quantity == Quantity::Rate ? "points" : "");
    }
  }
  return magnitude(value, quantity);
}

std::string count(std::uint64_t number) {
  return grouped(number);
}

std::string counted(std::uint64_t number, const std::string& singular) {
  return count(number) + " " + singular + (number == 1 ? "" : "s");
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "unbounded";
  if (value == 0) value = 0;  // drops the sign of a negative zero
  if (std::abs(value) >= kLargestFixed || (decimals > kMostDecimals && value != 0))
    return fmt::format("{:.2e}", value);
  const std::string digits = fmt::format("{:.{}f}", value, std::clamp(decimals, 0, kMostDecimals));
  return with_separators(only_zeros(digits) && digits.front() == '-' ? digits.substr(1) : digits);
}

std::string signed_fixed(double value, int decimals) {
  const std::string digits = fixed(value, decimals);
  return std::isfinite(value) && value > 0 && !only_zeros(digits) ? "+" + digits : digits;
}

std::string p_value(double p) {
  if (!std::isfinite(p)) return "unknown";
  if (p < 0.0001) return "< .0001";
  if (p > 0.999) return "> .999";
  return fmt::format("{:.{}f}", p, p < 0.0995 ? 4 : 3).substr(1);
}

std::string p_equals(double p) {
  const std::string digits = p_value(p);
  const std::string gap = kNoBreakSpace;
  return digits.front() == '.' ? "p" + gap + "=" + gap + digits
                               : "p" + gap + digits.substr(0, 1) + gap + digits.substr(2);
}

std::string chance(double probability) {
  if (!std::isfinite(probability)) return "unknown";
  if (probability < 0.001) return with_unit("< 0.1", "%");
  if (probability > 0.999) return with_unit("> 99.9", "%");
  return with_unit(fixed(probability * 100, 1), "%");
}

std::string percent(double share, int decimals) {
  return with_unit(fixed(share * 100, decimals), "%");
}

std::string confidence(double alpha) {
  return with_unit(fmt::format("{:.6g}", std::isfinite(alpha) ? 100 * (1 - alpha) : 0.0), "%");
}

}  // namespace splitplot::experiment
