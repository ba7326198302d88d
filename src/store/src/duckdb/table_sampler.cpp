#include "table_sampler.hpp"

#include "cell_sql.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::store::duckdb {
namespace {

constexpr std::size_t kMostRows = 10'000;
/// Of cells at once in memory, however wide the file is.
constexpr std::size_t kMostCells = 500'000;

using Counts = std::unordered_map<std::string, std::uint64_t>;

std::vector<std::string> most_frequent(const Counts& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> ordered;
  ordered.reserve(counts.size());
  for (const auto& [value, count] : counts) ordered.emplace_back(count, value);
  const std::size_t kept = std::min(ordered.size(), kSampleValues);
  std::partial_sort(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(kept), ordered.end(),
                    [](const auto& a, const auto& b) {
                      return a.first != b.first ? a.first > b.first : a.second < b.second;
                    });
  std::vector<std::string> values;
  for (std::size_t i = 0; i < kept; ++i) values.push_back(std::move(ordered[i].second));
  return values;
}

std::string sample_sql(const Source& source) {
  const ReadPlan plan{&source, Typing::Text, {}};
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < source.columns.size(); ++i)
    cells.push_back(fmt::format("left({}, {}) AS s{}", text_sql(plan, i), kSampleCharacters, i));
  const std::size_t rows =
      std::clamp(kMostCells / std::max<std::size_t>(cells.size(), 1), kSampleRows, kMostRows);
  return fmt::format("SELECT {} FROM {} LIMIT {}", fmt::join(cells, ", "), table_expression(plan), rows);
}

}  // namespace

QueryResult<TableSample> sample_of(Connection& connection, const Source& source, const Progress& progress) {
  // The first rows are to be the file's first.
  (void)connection.query("SET preserve_insertion_order = true");
  auto answer = connection.query(sample_sql(source), progress);
  (void)connection.query("SET preserve_insertion_order = false");
  if (!answer) return tl::unexpected(answer.error());
  TableSample sample;
  sample.columns.resize(source.columns.size());
  std::vector<Counts> counts(source.columns.size());
  answer->for_each([&](const Row& row) {
    const bool shown = sample.rows++ < kSampleRows;
    if (shown) sample.first_rows.emplace_back();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      auto cell = row.text(i);
      if (cell && cell->find_first_not_of(" \t") == std::string::npos) cell.reset();
      if (!cell) {
        ++sample.columns[i].missing;
      } else {
        ++counts[i][*cell];
      }
      if (shown) sample.first_rows.back().push_back(std::move(cell));
    }
    return true;
  });
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sample.columns[i].distinct = counts[i].size();
    sample.columns[i].values = most_frequent(counts[i]);
  }
  return sample;
}

}  // namespace splitplot::store::duckdb
