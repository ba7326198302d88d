/// The values that every part of an analysis' JSON is made of.
#pragma once

#include <splitplot/experiment/analysis.hpp>

#include <string>

#include <boost/json.hpp>

namespace splitplot::report {

/// What is not UTF-8 becomes U+FFFD.
[[nodiscard]] boost::json::value text(const std::string& content);
/// An Analysis holds finite numbers except for ends of intervals, which may be open; JSON has no infinity, so
/// that is null.
[[nodiscard]] boost::json::value number(double x);
[[nodiscard]] boost::json::array interval(const stats::Interval& ends);
[[nodiscard]] boost::json::object reason(const stats::NotEstimable& missing);
[[nodiscard]] boost::json::object write(const stats::Estimate& x);
[[nodiscard]] boost::json::value variant_value(const experiment::Analysis& analysis, std::size_t variant);

}  // namespace splitplot::report
