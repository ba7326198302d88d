/// Documents for a test of `check`: parts that others need, and everything that is found as one text a line.
#pragma once

#include <splitplot/model/configuration.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::model::test {

/// A layer, three metrics and two segments that checked documents may refer to.
inline constexpr std::string_view kSurroundings = R"(
- {kind: layer, key: area}
- {kind: metric, key: orders, type: proportion, event: Order}
- {kind: metric, key: revenue, type: sum, event: Order, property: revenue}
- {kind: metric, key: errors, type: count, event: Error, direction: down}
- {kind: segment, key: pro, condition: {plan: pro}}
- {kind: segment, key: phone, condition: {device: phone}}
)";

inline Checked check_text(std::string_view yaml) {
  auto text = read_documents("f.yaml", yaml);
  if (!text) {
    ADD_FAILURE() << yaml << to_text(text.error().front());
    return {};
  }
  return check(text->documents);
}

inline Checked check_with_surroundings(std::string_view yaml) {
  return check_text(std::string(kSurroundings) + "---\n" + std::string(yaml));
}

inline std::vector<std::string> texts_of(const std::vector<Problem>& problems) {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(to_text(problem));
  return texts;
}

inline std::vector<std::string> problems_of(std::string_view yaml) {
  return texts_of(check_with_surroundings(yaml).problems);
}

inline std::vector<std::string> warnings_of(std::string_view yaml) {
  const Checked checked = check_with_surroundings(yaml);
  EXPECT_TRUE(checked.problems.empty()) << to_text(checked.problems.front());
  return texts_of(checked.warnings);
}

/// The configuration of documents that are right.
inline Configuration accepted(std::string_view yaml) {
  Checked checked = check_with_surroundings(yaml);
  for (const Problem& problem : checked.problems) ADD_FAILURE() << to_text(problem);
  return std::move(checked.configuration);
}

}  // namespace splitplot::model::test
