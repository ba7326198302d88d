/// The vocabulary of answers: an interval, or an estimate, or the reason why there is none. Nothing in
/// `stats` answers NaN, or 0 or 1 in disguise. Pure values, thread-safe.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace splitplot::stats {

/// A closed interval; an end may be infinite.
struct Interval {
  double lower = 0;
  double upper = 0;

  [[nodiscard]] bool contains(double x) const { return lower <= x && x <= upper; }
  [[nodiscard]] double width() const { return upper - lower; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Why a number cannot be given, in words for a person ("the control mean cannot be told from zero").
struct NotEstimable {
  std::string why;
};

/// An estimate, or the reason why there is none.
template <typename T>
using Estimated = tl::expected<T, NotEstimable>;

[[nodiscard]] inline tl::unexpected<NotEstimable> not_estimable(std::string why) {
  return tl::unexpected<NotEstimable>(NotEstimable{std::move(why)});
}

/// A number with its interval.
struct Estimate {
  double value = 0;
  Interval interval;
};

}  // namespace splitplot::stats
