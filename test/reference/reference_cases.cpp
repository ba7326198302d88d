#include "reference_cases.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

namespace splitplot::reference {
namespace json = boost::json;
namespace {

const json::array& all_cases() {
  static const json::value kFile = [] {
    std::ifstream stream(shared_folder() + "/reference/stats/reference_cases.json");
    return json::parse(std::string(std::istreambuf_iterator<char>(stream), {}));
  }();
  return kFile.at("cases").as_array();
}

/// Failed expectations of the running test so far.
int failures() {
  const ::testing::TestResult* result = ::testing::UnitTest::GetInstance()->current_test_info()->result();
  int count = 0;
  for (int i = 0; i < result->total_part_count(); ++i) count += result->GetTestPartResult(i).failed() ? 1 : 0;
  return count;
}

}  // namespace

std::string shared_folder() {
  const char* chosen = std::getenv("SPLITPLOT_SHARED");
  return chosen != nullptr && *chosen != '\0' ? chosen : SPLITPLOT_SHARED_DEFAULT;
}

double number_of(const json::value& value) {
  if (value.is_string()) {
    const std::string_view text = value.as_string();
    const double infinity = std::numeric_limits<double>::infinity();
    if (text == "inf" || text == "Inf") return infinity;
    if (text == "-inf" || text == "-Inf") return -infinity;
    return std::numeric_limits<double>::quiet_NaN();
  }
  return value.to_number<double>();
}

Case::Case(json::object content) : content_(std::move(content)) {}

std::string Case::id() const {
  return std::string(content_.at("id").as_string());
}

bool Case::has_input(std::string_view key) const {
  return content_.at("inputs").as_object().contains(key);
}

const json::value& Case::input(std::string_view key) const {
  return content_.at("inputs").as_object().at(key);
}

double Case::number(std::string_view key) const {
  return number_of(input(key));
}

std::uint64_t Case::count(std::string_view key) const {
  return input(key).to_number<std::uint64_t>();
}

std::vector<double> Case::numbers(std::string_view key) const {
  std::vector<double> result;
  for (const json::value& value : input(key).as_array()) result.push_back(number_of(value));
  return result;
}

std::string Case::text(std::string_view key) const {
  return std::string(input(key).as_string());
}

bool Case::expects(std::string_view key) const {
  return content_.at("expected").as_object().contains(key);
}

const json::value& Case::expected(std::string_view key) const {
  return content_.at("expected").as_object().at(key);
}

void Case::check(std::string_view key, double got) const {
  check_part(key, expected(key), got);
}

void Case::check(std::string_view key, const std::vector<double>& got) const {
  const json::array& want = expected(key).as_array();
  ASSERT_EQ(got.size(), want.size()) << key;
  for (std::size_t i = 0; i < got.size(); ++i) check_part(key, want[i], got[i]);
}

void Case::check_part(std::string_view key, const json::value& want, double got) const {
  const json::object& tolerances = content_.at("tolerance").as_object();
  const json::value& tolerance = tolerances.contains(key) ? tolerances.at(key) : tolerances.at("default");
  const double target = number_of(want);
  if (got == target) return;
  const double allowed = number_of(tolerance.at("abs")) + number_of(tolerance.at("rel")) * std::abs(target);
  EXPECT_LE(std::abs(got - target), allowed) << key << ": got " << got << ", want " << target;
}

void for_each_case(std::string_view topic, std::string_view method,
                   const std::function<void(const Case&)>& body) {
  int found = 0;
  int passed = 0;
  int left_out = 0;
  for (const json::value& value : all_cases()) {
    const json::object& content = value.as_object();
    if (content.at("topic").as_string() != topic || content.at("method").as_string() != method) continue;
    const Case reference_case(content);
    SCOPED_TRACE(reference_case.id());
    const int failures_before = failures();
    body(reference_case);
    ++found;
    if (reference_case.left_out()) {
      ++left_out;
    } else if (failures() == failures_before) {
      ++passed;
    }
  }
  EXPECT_GT(found, left_out) << "no case of " << topic << "/" << method;
  std::cout << topic << "/" << method << ": " << passed << " of " << found - left_out << " cases passed, "
            << left_out << " left out\n";
}

}  // namespace splitplot::reference
