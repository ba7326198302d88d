/// Templates and documents with content, rendered for somebody who is written as JSON.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/content/contents.hpp>
#include <splitplot/content/template.hpp>
#include <splitplot/model/configuration.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::content::test {

Value json(std::string_view text);

/// What a template without lists and blocks shows; or its error, with the hint in brackets.
std::string shown(std::string_view text, std::string_view user = "{}",
                  model::ContentTarget target = model::ContentTarget::Html, std::size_t max_bytes = 10'000);

/// Documents that are right, with what they show. In one place for good: contents point into the configuration.
class Shop {
 public:
  explicit Shop(std::string_view yaml);

  [[nodiscard]] const model::Configuration& configuration() const { return *configuration_; }
  [[nodiscard]] Rendering render(std::string_view flag, std::string_view variant, const Value& user) const;
  /// The value as JSON; with "failure: ..." behind it where there is one.
  [[nodiscard]] std::string text(std::string_view flag, std::string_view variant,
                                 std::string_view user = "{}") const;

 private:
  std::unique_ptr<const model::Configuration> configuration_;
  std::unique_ptr<const Contents> contents_;
};

/// One line each; documents are read as f.yaml.
std::vector<std::string> problems_of(std::string_view yaml);
std::vector<std::string> warnings_of(std::string_view yaml);

}  // namespace splitplot::content::test
