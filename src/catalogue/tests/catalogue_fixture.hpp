/// A catalogue in a folder of its own, and short words for what tests do with it.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/model/document.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::catalogue::test {

inline constexpr std::string_view kShop = R"(
kind: flag
key: button
type: string
variants: {red: "#f00", green: "#0f0"}
default: red
rules:
  - if: {$inSegment: pro}
    serve: green
  - experiment: colour
    variants: {control: red, treatment: green}
---
kind: segment
key: pro
condition: {plan: pro}
---
kind: metric
key: purchases
type: proportion
event: Order Completed
---
kind: layer
key: area
---
kind: experiment
key: colour
hypothesis: green sells
status: draft
variants: {control: 50, treatment: 50}
layer: {key: area, slice: [0, 0.5]}
metrics: {primary: [purchases]}
segments: [pro]
)";

/// The shop's experiment with one text in it replaced.
inline std::string colour_experiment(std::string_view from = "", std::string_view to = "") {
  std::string text(kShop.substr(kShop.rfind("kind: experiment")));
  if (const auto at = text.find(from); !from.empty() && at != std::string::npos)
    text.replace(at, from.size(), to);
  return text;
}

class CatalogueTest : public ::testing::Test {
 protected:
  CatalogueTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              (std::string("splitplot-catalogue-") + test->test_suite_name() + "-" + test->name() + "-" +
               std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    options_ = {path("catalogue.sqlite"), path("keys")};
  }
  ~CatalogueTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(std::string_view name) const { return (folder_ / name).string(); }

  std::string write(std::string_view name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  static std::string content(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// Opens, or opens again.
  void open() {
    catalogue_.reset();
    auto opened = open_catalogue(options_, clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    catalogue_ = std::move(opened->catalogue);
    if (!opened->first_keys.empty()) first_keys_ = std::move(opened->first_keys);
  }

  static std::vector<model::DocumentText> read(std::string_view name, std::string_view text) {
    // What starts with a brace would be read as JSON; the tests' short documents are YAML.
    auto documents =
        model::read_documents(name, (text.starts_with("{kind") ? "--- " : "") + std::string(text));
    EXPECT_TRUE(documents) << to_text(documents.error().front());
    return documents ? std::vector{std::move(*documents)} : std::vector<model::DocumentText>{};
  }

  ChangePlan plan(std::string_view text, Absent absent = Absent::Keep) {
    auto planned = catalogue_->plan({}, read("shop.yaml", text), absent);
    EXPECT_TRUE(planned) << planned.error().message;
    return planned ? std::move(*planned) : ChangePlan{};
  }

  Committed commit(const ChangePlan& plan) {
    for (const model::Problem& problem : plan.problems) ADD_FAILURE() << to_text(problem);
    clock_.advance(std::chrono::minutes(1));
    auto committed = catalogue_->commit(plan, "tester", "a test");
    EXPECT_TRUE(committed) << committed.error().message;
    return committed ? std::move(*committed) : Committed{};
  }

  Committed apply(std::string_view text, Absent absent = Absent::Keep) { return commit(plan(text, absent)); }

  std::string first_key(model::ConnectionKind kind) const {
    for (const NewCredential& key : first_keys_) {
      if (key.kind == kind) return key.secret;
    }
    return {};
  }

  std::filesystem::path folder_;
  CatalogueOptions options_;
  ManualClock clock_{Timestamp{std::chrono::seconds(1'700'000'000)}};
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<NewCredential> first_keys_;
};

}  // namespace splitplot::catalogue::test
