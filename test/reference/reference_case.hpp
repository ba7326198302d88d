/// One reference case as the runner sees it: topic, method and inputs, never the expected values.
#pragma once

#include "table_file.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace splitplot::reference {

/// The case cannot be worked out: a method or an option that is not there, or an input that makes no sense. The message names it.
class Unanswered : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A JSON number, or one of the strings "inf", "-inf" and "nan" in any case.
double number_of(const boost::json::value& value);
std::vector<double> numbers_of(const boost::json::value& value);

/// The same the other way: JSON has no infinities, so that they are strings.
boost::json::value json_of(double value);
boost::json::array json_of(const std::vector<double>& values);

class ReferenceCase {
 public:
  /// `case_folder` is where data_file is looked up, `data_folder` is where dataset is.
  ReferenceCase(const boost::json::object& content, std::string case_folder, std::string data_folder);

  [[nodiscard]] std::string id() const;
  [[nodiscard]] std::string topic() const;
  [[nodiscard]] std::string method() const;
  /// The operation in words: for methods whose convention stands there alone.
  [[nodiscard]] std::string operation() const;

  [[nodiscard]] const boost::json::object& inputs() const { return inputs_; }
  [[nodiscard]] bool has(std::string_view key) const { return inputs_.contains(key); }
  /// These throw `Unanswered` where the key is missing and no `otherwise` is given.
  [[nodiscard]] const boost::json::value& input(std::string_view key) const;
  [[nodiscard]] double number(std::string_view key) const;
  [[nodiscard]] double number(std::string_view key, double otherwise) const;
  [[nodiscard]] std::uint64_t count(std::string_view key) const;
  /// true and false, or 1 and 0.
  [[nodiscard]] bool flag(std::string_view key, bool otherwise) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view key) const;
  [[nodiscard]] std::vector<std::vector<double>> rows(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, std::string otherwise) const;

  /// Path of data_file, and of a file below the data folder.
  [[nodiscard]] std::string data_file() const;
  [[nodiscard]] std::string data_path(std::string_view below) const;
  /// The table of data_file, of the file that builtin_dataset names, or of dataset ("hillstrom" means hillstrom/hillstrom.csv); each
  /// file is read once.
  [[nodiscard]] const TableFile& table() const;

 private:
  const boost::json::object& content_;
  const boost::json::object& inputs_;
  std::string case_folder_;
  std::string data_folder_;
};

}  // namespace splitplot::reference
