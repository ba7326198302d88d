#include "true_names.hpp"

#include "sql_text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace splitplot::store::duckdb {
namespace {

/// Records whose keys are looked at: a third of a second. A column that begins later is not found.
constexpr std::uint64_t kRecordsSearchedForKeys = 1'000'000;

std::string lower(std::string_view text) {
  std::string answer(text);
  std::ranges::transform(answer, answer.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return answer;
}

/// What stands before a suffix _1, _2 that DuckDB may have appended.
std::optional<std::string_view> without_suffix(std::string_view name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last == std::string_view::npos || last + 1 == name.size() || name[last] != '_') return std::nullopt;
  return name.substr(0, last);
}

/// Positions of names that may be DuckDB's: without the suffix they are another column's.
std::vector<std::size_t> suspects(const Source& source) {
  std::set<std::string> names;
  for (const SourceColumn& column : source.columns) names.insert(lower(column.name));
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < source.columns.size(); ++i) {
    const auto base = without_suffix(source.columns[i].name);
    if (base && names.contains(lower(*base))) found.push_back(i);
  }
  return found;
}

QueryResult<void> restore_header(Connection& connection, Source& source) {
  const std::vector<std::size_t> positions = suspects(source);
  if (positions.empty()) return {};
  auto answer = connection.query(fmt::format("SELECT * FROM {} LIMIT 1", header_expression(source)));
  if (!answer) return tl::unexpected(answer.error());
  answer->for_each([&](const Row& row) {
    for (const std::size_t i : positions) {
      const std::string cell = row.text(i).value_or("");
      if (without_suffix(source.columns[i].name) == cell) source.columns[i].name = cell;
    }
    return true;
  });
  return {};
}

QueryResult<void> restore_schema(Connection& connection, Source& source) {
  if (suspects(source).empty()) return {};
  auto answer = connection.query(fmt::format(
      "SELECT name, coalesce(num_children, 0)::BIGINT FROM parquet_schema({})", quoted_path(source.path)));
  if (!answer) return tl::unexpected(answer.error());
  // The schema is a tree in depth-first order under a root; columns are the root's children.
  std::vector<std::string> names;
  std::uint64_t below = 0;
  bool root = true;
  answer->for_each([&](const Row& row) {
    if (!std::exchange(root, false)) {
      if (below == 0)
        names.push_back(row.text(0).value_or(""));
      else
        --below;
      below += row.count(1);
    }
    return true;
  });
  if (names.size() != source.columns.size()) return {};
  for (std::size_t i = 0; i < names.size(); ++i) {
    SourceColumn& column = source.columns[i];
    column.reader_name = std::exchange(column.name, names[i]);
  }
  return {};
}

QueryResult<void> restore_keys(Connection& connection, Source& source) {
  auto answer = connection.query(
      fmt::format("SELECT DISTINCT unnest(json_keys(json)) FROM (SELECT json FROM {} LIMIT {})",
                  records_expression(source), kRecordsSearchedForKeys));
  if (!answer) return tl::unexpected(answer.error());
  std::set<std::string> keys;
  std::map<std::string, std::size_t> spellings;
  answer->for_each([&](const Row& row) {
    const std::string key = row.text(0).value_or("");
    if (keys.insert(key).second) ++spellings[lower(key)];
    return true;
  });
  if (keys.empty()) return {};
  std::erase_if(source.columns, [&](const SourceColumn& column) { return keys.erase(column.name) == 0; });
  // Of keys that DuckDB did not see the type is not known; as text they can be anything.
  for (const std::string& key : keys) source.columns.push_back({key, "VARCHAR", ColumnType::Text});
  for (SourceColumn& column : source.columns) {
    if (spellings[lower(column.name)] > 1) column.access = Access::Ambiguous;
  }
  return {};
}

}  // namespace

QueryResult<void> restore_names(Connection& connection, Source& source) {
  switch (source.kind.format) {
    case FileFormat::DelimitedText:
      return restore_header(connection, source);
    case FileFormat::Parquet:
      return restore_schema(connection, source);
    case FileFormat::JsonLines:
      return restore_keys(connection, source);
    case FileFormat::Relation:
      break;
  }
  return {};
}

}  // namespace splitplot::store::duckdb
