// Lists as CSV, read and written row by row, so that millions of them need no memory (RFC 4180; also ';' and tabs).
#pragma once

#include <splitplot/base/result.hpp>

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::app {

class CsvReader {
 public:
  /// Reads the header. Errors: BadData: nothing in it, a column without a name or twice, a quote that does not end.
  [[nodiscard]] static Result<CsvReader> open(std::istream& input, std::string name);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] char delimiter() const { return delimiter_; }

  /// The next row, as many cells as the header has; false at the end. Blank lines are skipped. Errors: BadData with the
  /// row's number.
  [[nodiscard]] Result<bool> next(std::vector<std::string>& cells);

  [[nodiscard]] std::size_t rows() const { return rows_; }

 private:
  CsvReader(std::istream& input, std::string name) : input_(&input), name_(std::move(name)) {}
  [[nodiscard]] Result<bool> read_record(std::vector<std::string>& cells);
  [[nodiscard]] Result<void> read_header();

  std::istream* input_;
  std::string name_;
  std::vector<std::string> header_;
  char delimiter_ = ',';
  std::size_t rows_ = 0;
};

/// Whether cells that a spreadsheet would take for a formula are written so that it does not.
enum class Formulas { MadeHarmless, Kept };

/// Whether a spreadsheet would calculate it: it begins with =, @, a tab or a carriage return, or with + or - and is no
/// number.
[[nodiscard]] bool looks_like_formula(std::string_view cell);

/// Writes rows; counts the cells that it changed.
class CsvWriter {
 public:
  CsvWriter(char delimiter, Formulas formulas) : delimiter_(delimiter), formulas_(formulas) {}

  void append(std::string& out, const std::vector<std::string>& cells);
  [[nodiscard]] std::size_t changed() const { return changed_; }

 private:
  char delimiter_;
  Formulas formulas_;
  std::size_t changed_ = 0;
};

}  // namespace splitplot::app
