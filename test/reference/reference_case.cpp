#include "reference_case.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>

namespace splitplot::reference {
namespace json = boost::json;

double number_of(const json::value& value) {
  if (!value.is_string()) return value.to_number<double>();
  std::string text(value.as_string());
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  if (text == "inf" || text == "infinity") return std::numeric_limits<double>::infinity();
  if (text == "-inf" || text == "-infinity") return -std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  throw Unanswered("not a number: '" + text + "'");
}

std::vector<double> numbers_of(const json::value& value) {
  std::vector<double> result;
  for (const json::value& item : value.as_array()) result.push_back(number_of(item));
  return result;
}

json::value json_of(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

json::array json_of(const std::vector<double>& values) {
  json::array result;
  for (const double value : values) result.push_back(json_of(value));
  return result;
}

ReferenceCase::ReferenceCase(const json::object& content, std::string case_folder, std::string data_folder)
    : content_(content),
      inputs_(content.at("inputs").as_object()),
      case_folder_(std::move(case_folder)),
      data_folder_(std::move(data_folder)) {}

std::string ReferenceCase::id() const {
  return std::string(content_.at("id").as_string());
}

std::string ReferenceCase::topic() const {
  return std::string(content_.at("topic").as_string());
}

std::string ReferenceCase::method() const {
  return std::string(content_.at("method").as_string());
}

std::string ReferenceCase::operation() const {
  return content_.contains("operation") ? std::string(content_.at("operation").as_string()) : "";
}

const json::value& ReferenceCase::input(std::string_view key) const {
  if (!has(key)) throw Unanswered("there is no input '" + std::string(key) + "'");
  return inputs_.at(key);
}

double ReferenceCase::number(std::string_view key) const {
  return number_of(input(key));
}

double ReferenceCase::number(std::string_view key, double otherwise) const {
  return has(key) ? number(key) : otherwise;
}

std::uint64_t ReferenceCase::count(std::string_view key) const {
  return input(key).to_number<std::uint64_t>();
}

bool ReferenceCase::flag(std::string_view key, bool otherwise) const {
  if (!has(key)) return otherwise;
  const json::value& value = input(key);
  return value.is_bool() ? value.as_bool() : number_of(value) != 0;
}

std::vector<double> ReferenceCase::numbers(std::string_view key) const {
  return numbers_of(input(key));
}

std::vector<std::vector<double>> ReferenceCase::rows(std::string_view key) const {
  std::vector<std::vector<double>> result;
  for (const json::value& row : input(key).as_array()) result.push_back(numbers_of(row));
  return result;
}

std::string ReferenceCase::text(std::string_view key) const {
  return std::string(input(key).as_string());
}

std::string ReferenceCase::text(std::string_view key, std::string otherwise) const {
  return has(key) ? text(key) : otherwise;
}

std::string ReferenceCase::data_file() const {
  return case_folder_ + "/" + text("data_file");
}

std::string ReferenceCase::data_path(std::string_view below) const {
  if (data_folder_.empty()) throw Unanswered("it needs a data set; name their folder with --data");
  return data_folder_ + "/" + std::string(below);
}

const TableFile& ReferenceCase::table() const {
  static std::map<std::string, TableFile> kRead;  // the runner has one thread
  std::string path;
  if (has("data_file")) {
    path = data_file();
  } else if (has("builtin_dataset")) {
    // "package::name (235 rows, fixtures/name.csv)": the copy that stands beside the cases.
    const std::string description = text("builtin_dataset");
    const std::size_t first = description.find("fixtures/");
    if (first == std::string::npos) throw Unanswered("no file is named in '" + description + "'");
    path = case_folder_ + "/" + description.substr(first, description.find_first_of(") ,", first) - first);
  } else {
    const std::string dataset = text("dataset");
    path = data_path(dataset == "hillstrom" ? "hillstrom/hillstrom.csv" : dataset);
  }
  const auto known = kRead.find(path);
  return known != kRead.end() ? known->second : kRead.emplace(path, TableFile(path)).first->second;
}

}  // namespace splitplot::reference
