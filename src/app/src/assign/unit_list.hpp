// A list of units as CSV: which column names the unit, and what the others say about it.
#pragma once

#include "assign/csv.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::app {

/// What a cell says: nothing where it is empty, numbers and booleans as JSON writes them, else text ("007" is text).
[[nodiscard]] std::optional<Value> typed_cell(const std::string& cell);

class UnitList {
 public:
  /// `id_column`: empty: `id` where there is such a column, else the first. Errors: Unreadable, NotFound, those of CSV.
  [[nodiscard]] static Result<UnitList> open(const std::string& path, const std::string& id_column);

  [[nodiscard]] CsvReader& rows() { return *reader_; }
  [[nodiscard]] const std::string& id_column() const { return reader_->header()[id_at_]; }
  [[nodiscard]] std::size_t id_at() const { return id_at_; }

  /// The row's cells as attributes: the unit under `unit_attribute`, as text; the others under their names, where a dot
  /// leads into an object.
  [[nodiscard]] Value attributes(const std::vector<std::string>& cells,
                                 std::string_view unit_attribute) const;

 private:
  UnitList() = default;
  std::unique_ptr<std::ifstream> file_;
  std::optional<CsvReader> reader_;
  std::size_t id_at_ = 0;
};

}  // namespace splitplot::app
