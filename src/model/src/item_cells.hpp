/// The items of a document, from CSV (RFC 4180) or a list of objects, to rows of typed columns. Pure.
#pragma once

#include "spot.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/content.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

inline constexpr std::size_t kMostItems = 100'000;
inline constexpr std::size_t kMostItemBytes = 16'000'000;

struct ItemRows {
  std::vector<ItemColumn> columns;
  std::vector<Value> rows;
};

/// Columns without a declared type have the narrowest that fits all of their cells.
using DeclaredColumns = std::map<std::string, ColumnType, std::less<>>;

/// What is wrong is noted at the spot, with row (the header is 1) and column; the answer is then incomplete.
[[nodiscard]] ItemRows rows_of_csv(std::string_view text, const DeclaredColumns& declared, const Spot& spot);
[[nodiscard]] ItemRows rows_of_list(const Value::Array& items, const DeclaredColumns& declared,
                                    const Spot& spot);

}  // namespace splitplot::model
