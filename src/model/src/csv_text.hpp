/// CSV (RFC 4180) as it is uploaded: separated by commas or semicolons, quoted or not, with any line end.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

using Cells = std::vector<std::string>;

/// Takes CSV apart, a record at a time.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    const std::string_view head = text_.substr(at_, text_.find_first_of("\r\n", at_) - at_);
    // Spreadsheets of half of Europe write semicolons.
    separator_ = std::ranges::count(head, ';') > std::ranges::count(head, ',') ? ';' : ',';
  }

  [[nodiscard]] bool is_at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  /// Nothing: a quote is never closed.
  std::optional<Cells> record() {
    Cells cells(1);
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && cells.back().empty()) {
        if (!quoted(cells.back())) return std::nullopt;
      } else if (c == separator_) {
        cells.emplace_back();
      } else if (c == '\n' || c == '\r') {
        if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
        ++line_;
        return cells;
      } else {
        cells.back().push_back(c);
      }
    }
    return cells;
  }

 private:
  bool quoted(std::string& cell) {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') {
        cell.push_back(c);
      } else if (at_ < text_.size() && text_[at_] == '"') {
        cell.push_back('"');
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  char separator_ = ',';
};

}  // namespace splitplot::model
