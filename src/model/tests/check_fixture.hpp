/// Documents for a test of `check`. Around those handed in stand a layer `area`, the metrics `orders`, `revenue` and
/// `errors`, and the segments `pro` and `phone`, for them to refer to.
#pragma once

#include <splitplot/model/configuration.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model::test {

/// What is found in these documents alone.
Checked check_text(std::string_view yaml);

/// One line each.
std::vector<std::string> texts_of(const std::vector<Problem>& problems);
std::vector<std::string> problems_of(std::string_view yaml);

/// Of documents that are right.
std::vector<std::string> warnings_of(std::string_view yaml);
Configuration accepted(std::string_view yaml);

}  // namespace splitplot::model::test
