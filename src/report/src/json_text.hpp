/// JSON as text for people and programs: two spaces of indentation, numbers with the shortest digits that
/// read back to the same value.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace splitplot::report {

/// Numbers must be finite. Arrays of numbers stand on one line.
[[nodiscard]] std::string json_text(const boost::json::value& document);

}  // namespace splitplot::report
