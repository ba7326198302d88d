#include "content.hpp"
#include "item_cells.hpp"
#include "nouns.hpp"
#include "object_reader.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace splitplot::model {
namespace {

DeclaredColumns read_columns(ObjectReader& reader) {
  DeclaredColumns declared;
  const Value* written = reader.take("columns");
  if (written == nullptr) return declared;
  if (written->if_object() == nullptr) {
    expected("an object", *written, reader.at("columns"), "write {price: number, colours: list}");
    return declared;
  }
  ObjectReader columns(*written, reader.at("columns"));
  for (const Member& column : *written->if_object()) {
    const auto type = columns.choice<ColumnType>(column.name, {{"text", ColumnType::Text},
                                                               {"integer", ColumnType::Integer},
                                                               {"number", ColumnType::Float},
                                                               {"boolean", ColumnType::Boolean},
                                                               {"list", ColumnType::TextList},
                                                               {"any", ColumnType::Any}});
    if (!type) continue;
    if (column.name == "id" && *type != ColumnType::Text)
      columns.at(column.name).problem("ids are texts", "leave the column out here");
    declared.emplace(column.name, *type);
  }
  return declared;
}

ItemRows read_rows(ObjectReader& reader, const DeclaredColumns& declared) {
  const Value* written = reader.require("items", "write CSV with a header, or a list of objects");
  if (written == nullptr) return {};
  const Spot place = reader.at("items");
  if (written->if_text() != nullptr) return rows_of_csv(*written->if_text(), declared, place);
  if (written->if_array() != nullptr) return rows_of_list(*written->if_array(), declared, place);
  expected("text (CSV) or a list", *written, place, "write [{id: a1, category: shoes}]");
  return {};
}

}  // namespace

Items read_items(const std::string& key, const Value& body, const Spot& spot) {
  ObjectReader reader(body, spot);
  Items items;
  items.key = key;
  items.description = reader.text("description").value_or("");
  const DeclaredColumns declared = read_columns(reader);
  ItemRows read = read_rows(reader, declared);
  items.columns = std::move(read.columns);
  items.rows = std::make_shared<const std::vector<Value>>(std::move(read.rows));
  items.exclude = read_item_rules(reader, "exclude");
  reader.finish();
  std::vector<std::string> names;
  for (const ItemColumn& column : items.columns) names.push_back(column.name);
  for (std::size_t i = 0; i < items.exclude.size() && !names.empty(); ++i) {
    const std::string& column = items.exclude[i].column;
    if (!column.empty() && std::ranges::find(names, column) == names.end())
      spot.at("exclude").at(i).at("column").unknown("column", column, names);
  }
  return items;
}

}  // namespace splitplot::model
