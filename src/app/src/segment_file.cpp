#include "segment_file.hpp"

#include <splitplot/base/spelling.hpp>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr std::size_t kMostSegments = 10'000;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

/// The cells of a line; a cell in double quotes may hold commas, and quotes doubled.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quoted && c == '"' && at + 1 < line.size() && line[at + 1] == '"') {
      cell += '"';
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.push_back(trimmed(cell));
      cell.clear();
    } else {
      cell += c;
    }
  }
  cells.push_back(trimmed(cell));
  return cells;
}

std::optional<double>* number_column(SegmentRow& row, std::string_view column) {
  if (column == "rate") return &row.rate;
  if (column == "mean") return &row.mean;
  if (column == "sd") return &row.standard_deviation;
  if (column == "per_day") return &row.per_day;
  if (column == "share") return &row.share;
  return nullptr;
}

Result<void> check_header(const std::string& path, const std::vector<std::string>& header) {
  const std::vector<std::string> known{"segment", "rate", "mean", "sd", "per_day", "share"};
  bool named = false;
  for (const std::string& column : header) {
    SegmentRow row;
    named = named || column == "segment";
    if (column == "segment" || number_column(row, column) != nullptr) continue;
    const auto nearest = nearest_name(column, known);
    return fail(ErrorCode::BadData, fmt::format("{}: there is no column '{}' for segments", path, column),
                nearest ? "did you mean " + *nearest + "?"
                        : "columns: segment, rate or mean and sd, per_day or share");
  }
  if (named) return {};
  return fail(ErrorCode::BadData, fmt::format("{}: there is no column 'segment'", path),
              "columns: segment, rate or mean and sd, per_day or share");
}

Result<SegmentRow> row_of(const std::string& path, std::size_t number, const std::vector<std::string>& header,
                          const std::vector<std::string>& cells) {
  if (cells.size() != header.size()) {
    return fail(ErrorCode::BadData, fmt::format("{}: row {} has {} cells, and the header {}", path, number,
                                                cells.size(), header.size()));
  }
  SegmentRow row;
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::optional<double>* target = number_column(row, header[i]);
    if (target == nullptr) {
      row.name = cells[i];
      continue;
    }
    if (cells[i].empty()) continue;
    double value = 0;
    const char* end = cells[i].data() + cells[i].size();
    const auto parsed = std::from_chars(cells[i].data(), end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value)) {
      return fail(ErrorCode::BadData, fmt::format("{}: column '{}', row {}: '{}' is not a number", path,
                                                  header[i], number, cells[i]));
    }
    *target = value;
  }
  return row;
}

}  // namespace

Result<std::vector<SegmentRow>> read_segment_file(const std::string& path) {
  std::error_code error;
  std::ifstream file(path);
  if (!file || std::filesystem::is_directory(path, error)) {
    return fail(ErrorCode::Unreadable, fmt::format("cannot read {}", path),
                "name a CSV file with a row per segment");
  }
  std::string line;
  std::vector<std::string> header;
  std::vector<SegmentRow> rows;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (trimmed(line).empty()) continue;
    const auto cells = cells_of(line);
    if (header.empty()) {
      header = cells;
      if (auto checked = check_header(path, header); !checked) return tl::unexpected(checked.error());
      continue;
    }
    auto row = row_of(path, number, header, cells);
    if (!row) return tl::unexpected(row.error());
    rows.push_back(std::move(*row));
    if (rows.size() > kMostSegments) {
      return fail(ErrorCode::ResourceLimit, fmt::format("{}: more than {} segments", path, kMostSegments));
    }
  }
  if (rows.empty()) return fail(ErrorCode::BadData, fmt::format("{}: there are no segments", path));
  return rows;
}

}  // namespace splitplot::app
