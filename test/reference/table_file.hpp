/// A CSV file, separated by commas or (where its first line has one) semicolons, without quoted line breaks, read whole: enough for the data sets of the reference cases.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::reference {

class TableFile {
 public:
  explicit TableFile(const std::string& path);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const std::vector<std::string>& column(std::string_view name) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view name) const;

 private:
  std::size_t rows_ = 0;
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> columns_;
};

}  // namespace splitplot::reference
