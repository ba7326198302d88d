#include "check_fixture.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace splitplot::model::test {
namespace {

constexpr const char* kSurroundings = R"(
- {kind: layer, key: area}
- {kind: metric, key: orders, type: proportion, event: Order}
- {kind: metric, key: revenue, type: sum, event: Order, property: revenue}
- {kind: metric, key: errors, type: count, event: Error, direction: down}
- {kind: segment, key: pro, condition: {plan: pro}}
- {kind: segment, key: phone, condition: {device: phone}}
---
)";

Checked check_with_surroundings(std::string_view yaml) {
  std::string text = kSurroundings;
  text += yaml;
  return check_text(text);
}

}  // namespace

Checked check_text(std::string_view yaml) {
  auto text = read_documents("f.yaml", yaml);
  if (text) return check(text->documents);
  for (const Problem& problem : text.error()) ADD_FAILURE() << yaml << to_text(problem);
  return {};
}

std::vector<std::string> texts_of(const std::vector<Problem>& problems) {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(to_text(problem));
  return texts;
}

std::vector<std::string> problems_of(std::string_view yaml) {
  return texts_of(check_with_surroundings(yaml).problems);
}

std::vector<std::string> warnings_of(std::string_view yaml) {
  const Checked checked = check_with_surroundings(yaml);
  for (const Problem& problem : checked.problems) ADD_FAILURE() << to_text(problem);
  return texts_of(checked.warnings);
}

Configuration accepted(std::string_view yaml) {
  Checked checked = check_with_surroundings(yaml);
  for (const Problem& problem : checked.problems) ADD_FAILURE() << to_text(problem);
  return std::move(checked.configuration);
}

}  // namespace splitplot::model::test
