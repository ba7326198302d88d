#include "assign/unit_list.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

/// Sets "address.city" as {"address": {"city": ...}}. A column that is in the way of another is left as it is.
void set_path(Value& object, std::string_view path, Value value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == path.size()) {
    if (object.find(path) == nullptr) object.set(path, std::move(value));
    return;
  }
  const std::string_view name = path.substr(0, dot);
  if (object.find(name) == nullptr) object.set(name, Value::Object{});
  Value& inner = *object.find(name);
  if (inner.if_object() != nullptr) set_path(inner, path.substr(dot + 1), std::move(value));
}

}  // namespace

std::optional<Value> typed_cell(const std::string& cell) {
  if (cell.empty()) return std::nullopt;
  const char first = cell.front();
  const bool may_be_json =
      first == '-' || (first >= '0' && first <= '9') || cell == "true" || cell == "false";
  if (may_be_json) {
    if (auto value = model::parse_json(cell); value && cell.find_first_of(" \t\r\n") == std::string::npos)
      return *std::move(value);
  }
  return Value(cell);
}

Result<UnitList> UnitList::open(const std::string& path, const std::string& id_column) {
  UnitList list;
  list.file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  std::error_code ignored;
  if (!*list.file_ || std::filesystem::is_directory(path, ignored)) {
    return fail(ErrorCode::Unreadable, fmt::format("cannot read {}", path),
                "name a CSV file whose first line names the columns");
  }
  auto reader = CsvReader::open(*list.file_, path);
  if (!reader) return tl::unexpected(reader.error());
  list.reader_ = *std::move(reader);
  const std::vector<std::string>& header = list.reader_->header();
  const auto found = std::ranges::find(header, id_column.empty() ? std::string("id") : id_column);
  if (found != header.end()) {
    list.id_at_ = static_cast<std::size_t>(found - header.begin());
  } else if (!id_column.empty()) {
    const auto nearest = nearest_name(id_column, header);
    return fail(ErrorCode::NotFound, fmt::format("{} has no column '{}'", path, id_column),
                nearest ? fmt::format("did you mean '{}'?", *nearest)
                        : fmt::format("its columns are '{}'", fmt::join(header, "', '")));
  }
  return list;
}

Value UnitList::attributes(const std::vector<std::string>& cells, std::string_view unit_attribute) const {
  Value object = Value::Object{};
  if (!cells[id_at_].empty()) object.set(unit_attribute, cells[id_at_]);
  const std::vector<std::string>& header = reader_->header();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == id_at_) continue;
    if (auto value = typed_cell(cells[i])) set_path(object, header[i], *std::move(value));
  }
  return object;
}

}  // namespace splitplot::app
