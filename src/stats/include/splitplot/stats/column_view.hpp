/// Rows for the methods that cannot work from aggregates: one variable of all units, seen in place. Pure values, thread-safe; a view
/// must not outlive what it looks at.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace splitplot::stats {

/// Values lying `stride` apart: a plain array (stride 1) or a column of a row-major table.
class ColumnView {
 public:
  ColumnView() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): an array is a column
  ColumnView(std::span<const double> values) : first_(values.data()), size_(values.size()) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  ColumnView(const std::vector<double>& values) : first_(values.data()), size_(values.size()) {}
  ColumnView(const double* first, std::size_t size, std::size_t stride)
      : first_(first), size_(size), stride_(stride) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] double operator[](std::size_t row) const { return first_[row * stride_]; }

 private:
  const double* first_ = nullptr;
  std::size_t size_ = 0;
  std::size_t stride_ = 1;
};

/// The columns of a row-major table. Domain: `table.size()` is a multiple of `columns`.
[[nodiscard]] inline std::vector<ColumnView> columns_of(std::span<const double> table, std::size_t columns) {
  std::vector<ColumnView> views;
  if (columns == 0) return views;
  assert(table.size() % columns == 0);
  views.reserve(columns);
  for (std::size_t i = 0; i < columns; ++i)
    views.emplace_back(table.data() + i, table.size() / columns, columns);
  return views;
}

}  // namespace splitplot::stats
