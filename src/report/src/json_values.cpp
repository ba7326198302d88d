#include "json_values.hpp"

#include <splitplot/base/utf8.hpp>

#include <cmath>

namespace splitplot::report {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using experiment::Analysis;

value text(const std::string& content) {
  return value(valid_utf8(content));
}

value number(double x) {
  return std::isfinite(x) ? value(x == 0 ? 0.0 : x) : value(nullptr);
}

array interval(const stats::Interval& ends) {
  return {number(ends.lower), number(ends.upper)};
}

object reason(const stats::NotEstimable& missing) {
  return {{"not_estimable", text(missing.why)}};
}

object write(const stats::Estimate& x) {
  return {{"value", number(x.value)}, {"interval", interval(x.interval)}};
}

value variant_value(const Analysis& analysis, std::size_t variant) {
  return variant < analysis.variants.size() ? text(analysis.variants[variant].name) : value(nullptr);
}

}  // namespace splitplot::report
