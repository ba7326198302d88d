#include "table_file.hpp"

#include <fstream>
#include <stdexcept>

namespace splitplot::reference {
namespace {

/// Splits at separators outside double quotes; a doubled quote inside quotes is not needed by these files.
std::vector<std::string> fields_of(std::string_view line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back().push_back(c);
    }
  }
  return fields;
}

}  // namespace

TableFile::TableFile(const std::string& path) {
  std::ifstream stream(path);
  std::string line;
  if (!std::getline(stream, line)) throw std::runtime_error("cannot read " + path);
  const char separator = line.find(';') == std::string::npos ? ',' : ';';
  names_ = fields_of(line, separator);
  columns_.resize(names_.size());
  while (std::getline(stream, line)) {
    const std::vector<std::string> fields = fields_of(line, separator);
    if (fields.size() != names_.size()) throw std::runtime_error("uneven row in " + path);
    for (std::size_t i = 0; i < fields.size(); ++i) columns_[i].push_back(fields[i]);
    ++rows_;
  }
}

const std::vector<std::string>& TableFile::column(std::string_view name) const {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return columns_[i];
  }
  throw std::runtime_error("no column " + std::string(name));
}

std::vector<double> TableFile::numbers(std::string_view name) const {
  std::vector<double> result;
  for (const std::string& text : column(name)) result.push_back(std::stod(text));
  return result;
}

}  // namespace splitplot::reference
