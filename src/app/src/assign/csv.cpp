#include "assign/csv.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

/// A record beyond this is a quote that does not end.
constexpr std::size_t kLongestRecord = std::size_t{1} << 20;

bool is_blank(const std::vector<std::string>& cells) {
  return cells.size() == 1 && cells.front().empty();
}

/// The one that is there most often outside of quotes.
char delimiter_of(std::string_view header) {
  constexpr std::string_view kDelimiters = ",;\t";
  std::size_t counts[kDelimiters.size()] = {};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    const std::size_t which = kDelimiters.find(c);
    if (!quoted && which != std::string_view::npos) ++counts[which];
  }
  return kDelimiters[static_cast<std::size_t>(std::ranges::max_element(counts) - counts)];
}

}  // namespace

Result<CsvReader> CsvReader::open(std::istream& input, std::string name) {
  CsvReader reader(input, std::move(name));
  if (auto read = reader.read_header(); !read) return tl::unexpected(read.error());
  return reader;
}

Result<void> CsvReader::read_header() {
  std::streambuf& buffer = *input_->rdbuf();
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (buffer.sgetc() == static_cast<unsigned char>(kMark.front())) {
    for (std::size_t i = 0; i < kMark.size(); ++i) buffer.sbumpc();
  }
  // The first line as it stands tells the delimiter; then it is read like any other.
  std::string line;
  std::getline(*input_, line);
  delimiter_ = delimiter_of(line);
  std::istringstream one_line(line + "\n");
  std::istream* const rest = std::exchange(input_, &one_line);
  const auto read = read_record(header_);
  input_ = rest;
  // A quoted name may hold one.
  if (const std::size_t at = line.find('\r'); at < line.size() - 1 && line.find('"') > at)
    return fail(ErrorCode::BadData, fmt::format("{}: lines end in carriage returns alone", name_),
                "save it with the line ends of Windows or Unix");
  if (!read)
    return fail(ErrorCode::BadData, fmt::format("{}: the header cannot be read", name_),
                "names of columns stand in one line, and a quote ends in it");
  if (is_blank(header_))
    return fail(ErrorCode::BadData, fmt::format("{} has no header", name_),
                "the first line names the columns");
  std::set<std::string_view> seen;
  for (const std::string& column : header_) {
    if (column.empty())
      return fail(ErrorCode::BadData, fmt::format("{}: a column has no name", name_),
                  "name it, or leave it out");
    if (!seen.insert(column).second)
      return fail(ErrorCode::BadData, fmt::format("{}: there are two columns '{}'", name_, column),
                  "rename one");
  }
  return {};
}

Result<bool> CsvReader::next(std::vector<std::string>& cells) {
  do {
    auto read = read_record(cells);
    if (!read || !*read) return read;
  } while (is_blank(cells) && header_.size() > 1);
  ++rows_;
  if (cells.size() == header_.size()) return true;
  return fail(ErrorCode::BadData,
              fmt::format("{}, row {}: it has {} cells, and the header {}", name_, rows_, cells.size(),
                          header_.size()),
              "put cells that hold the separator in double quotes");
}

Result<bool> CsvReader::read_record(std::vector<std::string>& cells) {
  cells.clear();
  std::streambuf& buffer = *input_->rdbuf();
  constexpr int kEnd = std::char_traits<char>::eof();
  int next = buffer.sbumpc();
  if (next == kEnd) return false;
  std::string cell;
  std::size_t size = 0;
  bool quoted = false;
  for (; next != kEnd; next = buffer.sbumpc()) {
    const char c = static_cast<char>(next);
    if (++size > kLongestRecord) break;
    if (c == '"') {
      if (quoted && buffer.sgetc() == '"') {
        cell += '"';
        buffer.sbumpc();
      } else {
        quoted = !quoted;
      }
    } else if (quoted) {
      cell += c;
    } else if (c == delimiter_) {
      cells.push_back(std::exchange(cell, {}));
    } else if (c == '\n') {
      break;
    } else if (c != '\r' || buffer.sgetc() != '\n') {
      cell += c;
    }
  }
  if (quoted || size > kLongestRecord) {
    return fail(ErrorCode::BadData,
                quoted ? fmt::format("{}, row {}: a quote does not end", name_, rows_ + 1)
                       : fmt::format("{}, row {}: it is longer than 1 MB", name_, rows_ + 1),
                "is it a CSV file?");
  }
  cells.push_back(std::move(cell));
  return true;
}

bool looks_like_formula(std::string_view cell) {
  if (cell.empty()) return false;
  const char first = cell.front();
  if (first == '=' || first == '@' || first == '\t' || first == '\r') return true;
  if (first != '+' && first != '-') return false;
  // A number, or one of a telephone: nothing is calculated that is not written there.
  const bool has_digit = cell.find_first_of("0123456789") != std::string_view::npos;
  return !has_digit || cell.find_first_not_of("0123456789., ", 1) != std::string_view::npos;
}

void CsvWriter::append(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += delimiter_;
    const std::string& cell = cells[i];
    const bool guarded = formulas_ == Formulas::MadeHarmless && looks_like_formula(cell);
    changed_ += guarded ? 1 : 0;
    const bool quoted =
        cell.find_first_of("\"\r\n") != std::string::npos || cell.find(delimiter_) != std::string::npos;
    if (!quoted) {
      out.append(guarded ? "'" : "").append(cell);
      continue;
    }
    out.append(guarded ? "\"'" : "\"");
    for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  out += '\n';
}

}  // namespace splitplot::app
