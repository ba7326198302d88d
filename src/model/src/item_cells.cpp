#include "item_cells.hpp"

#include "csv_text.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/base/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostColumns = 100;
/// A file with a mistake in a column has it in every row; nobody reads more of them.
constexpr std::size_t kMostComplaints = 20;

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> truth_in(std::string_view text) {
  if (equal_ignoring_case(text, "true")) return true;
  if (equal_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

/// "red|blue" as ["red", "blue"].
Value list_in(std::string_view text) {
  Value::Array elements;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('|'), text.size());
    if (end > 0) elements.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return elements;
}

/// Nothing where the text is none of that type.
std::optional<Value> cell_of(std::string_view text, ColumnType type) {
  if (text.empty()) return type == ColumnType::TextList ? Value(Value::Array{}) : Value();
  switch (type) {
    case ColumnType::Integer:
      if (const auto number = number_in<std::int64_t>(text)) return Value(*number);
      return std::nullopt;
    case ColumnType::Float:
      if (const auto number = number_in<double>(text); number && std::isfinite(*number))
        return Value(*number);
      return std::nullopt;
    case ColumnType::Boolean:
      if (const auto truth = truth_in(text)) return Value(*truth);
      return std::nullopt;
    case ColumnType::TextList:
      return list_in(text);
    case ColumnType::Text:
    case ColumnType::Any:
      break;
  }
  return Value(text);
}

/// The same for a value of JSON or YAML.
std::optional<Value> cell_of(const Value& value, ColumnType type) {
  if (value.is_null()) return type == ColumnType::TextList ? Value(Value::Array{}) : Value();
  switch (type) {
    case ColumnType::Integer:
      return value.if_integer() != nullptr ? std::optional(value) : std::nullopt;
    case ColumnType::Float:
      return value.is_number() ? std::optional(Value(*value.number())) : std::nullopt;
    case ColumnType::Boolean:
      return value.if_boolean() != nullptr ? std::optional(value) : std::nullopt;
    case ColumnType::Text:
      return value.if_text() != nullptr ? std::optional(value) : std::nullopt;
    case ColumnType::TextList:
      return value.if_array() != nullptr ? std::optional(value) : std::nullopt;
    case ColumnType::Any:
      break;
  }
  return value;
}

/// The narrowest type of what was seen so far and a further cell.
class GuessedType {
 public:
  void see_text(std::string_view cell) {
    if (cell.empty()) return;
    is_integer_ = is_integer_ && number_in<std::int64_t>(cell);
    const auto number = number_in<double>(cell);
    is_float_ = is_float_ && number && std::isfinite(*number);
    is_boolean_ = is_boolean_ && truth_in(cell);
    // 007 and +5 are no numbers to who wrote them.
    if (cell.size() > 1 && cell[0] == '0' && cell[1] >= '0' && cell[1] <= '9')
      is_integer_ = is_float_ = false;
    is_empty_ = false;
  }
  void see(const Value& cell) {
    if (cell.is_null()) return;
    is_integer_ = is_integer_ && cell.if_integer() != nullptr;
    is_float_ = is_float_ && cell.is_number();
    is_boolean_ = is_boolean_ && cell.if_boolean() != nullptr;
    is_text_ = is_text_ && cell.if_text() != nullptr;
    is_list_ = is_list_ && cell.if_array() != nullptr;
    has_values_ = true;
    is_empty_ = false;
  }
  [[nodiscard]] ColumnType type() const {
    if (is_empty_) return ColumnType::Any;
    if (is_integer_) return ColumnType::Integer;
    if (is_float_) return ColumnType::Float;
    if (is_boolean_) return ColumnType::Boolean;
    if (!has_values_ || is_text_) return ColumnType::Text;
    return is_list_ ? ColumnType::TextList : ColumnType::Any;
  }

 private:
  bool is_empty_ = true, has_values_ = false;
  bool is_integer_ = true, is_float_ = true, is_boolean_ = true, is_text_ = true, is_list_ = true;
};

/// Collects rows, and what is wrong with them.
class RowWriter {
 public:
  RowWriter(std::string row_word, const Spot& spot) : row_word_(std::move(row_word)), spot_(spot) {}

  void complain(std::size_t row, std::string_view column, const std::string& message,
                const std::string& hint = {}) {
    if (++complaints_ > kMostComplaints) return;
    std::string place = row_word_ + " " + std::to_string(row);
    if (!column.empty()) place += ", column '" + std::string(column) + "'";
    spot_.problem(place + ": " + message, hint);
  }

  /// Ends with how many more problems there are.
  void finish() const {
    if (complaints_ > kMostComplaints)
      spot_.problem("and " + std::to_string(complaints_ - kMostComplaints) + " problems like these");
  }

  void check_id(const Value& row, std::size_t number) {
    const Value* id = row.find("id");
    const std::string* text = id == nullptr ? nullptr : id->if_text();
    if (text == nullptr || text->empty()) return complain(number, "id", "the item has no id");
    const auto [earlier, is_new] = ids_.emplace(*text, number);
    if (!is_new)
      complain(
          number, "id",
          "'" + *text + "' is there twice, first in " + row_word_ + " " + std::to_string(earlier->second));
  }

 private:
  std::string row_word_;
  const Spot& spot_;
  std::size_t complaints_ = 0;
  std::unordered_map<std::string, std::size_t> ids_;
};

bool check_columns(const std::vector<std::string>& names, const Spot& spot) {
  if (std::ranges::find(names, "id") == names.end()) {
    spot.problem("there is no column 'id'", "every item has an id of its own");
    return false;
  }
  if (names.size() > kMostColumns) {
    spot.problem("there are more than " + std::to_string(kMostColumns) + " columns");
    return false;
  }
  std::unordered_set<std::string> seen;
  for (const std::string& name : names) {
    if (!name.empty() && seen.insert(name).second) continue;
    spot.problem(name.empty() ? "a column has no name" : "the column '" + name + "' is there twice");
    return false;
  }
  return true;
}

/// Ids are texts whatever they look like; tags are a list.
std::optional<ColumnType> said_type(const std::string& name, const DeclaredColumns& declared) {
  if (name == "id") return ColumnType::Text;
  const auto said = declared.find(name);
  if (said != declared.end()) return said->second;
  if (name == "tags") return ColumnType::TextList;
  return std::nullopt;
}

void refuse_unknown(const DeclaredColumns& declared, const std::vector<std::string>& names,
                    const Spot& spot) {
  for (const auto& [name, type] : declared) {
    if (std::ranges::find(names, name) == names.end()) spot.unknown("column", name, names);
  }
}

std::vector<ItemColumn> typed(const std::vector<std::string>& names, const std::vector<GuessedType>& guesses,
                              const DeclaredColumns& declared) {
  std::vector<ItemColumn> columns;
  for (std::size_t i = 0; i < names.size(); ++i)
    columns.push_back({names[i], said_type(names[i], declared).value_or(guesses[i].type())});
  return columns;
}

std::string not_of_type(std::string_view shown, ColumnType type) {
  return "'" + valid_utf8(shown.substr(0, 40)) + "' is not of the type " + std::string(name_of(type));
}

}  // namespace

std::string_view name_of(ColumnType type) {
  switch (type) {
    case ColumnType::Text:
      return "text";
    case ColumnType::Integer:
      return "integer";
    case ColumnType::Float:
      return "number";
    case ColumnType::Boolean:
      return "boolean";
    case ColumnType::TextList:
      return "list";
    case ColumnType::Any:
      break;
  }
  return "any";
}

ItemRows rows_of_csv(std::string_view text, const DeclaredColumns& declared, const Spot& spot) {
  ItemRows answer;
  if (text.size() > kMostItemBytes) {
    spot.problem("the items take more than " + std::to_string(kMostItemBytes / 1'000'000) + " MB");
    return answer;
  }
  if (!is_valid_utf8(text)) {
    spot.problem("the text is not UTF-8", "export it as \"CSV UTF-8\"");
    return answer;
  }
  RowWriter writer("row", spot);
  CsvReader reader(text);
  const Cells names = reader.record().value_or(Cells{});
  if (!check_columns(names, spot)) return answer;
  refuse_unknown(declared, names, spot);
  std::vector<std::pair<std::size_t, Cells>> records;
  std::vector<GuessedType> guesses(names.size());
  while (!reader.is_at_end()) {
    const std::size_t line = reader.line();
    std::optional<Cells> cells = reader.record();
    if (!cells) {
      writer.complain(line, "", "a quote is never closed", "inside of quotes, write a quote twice");
      break;
    }
    if (cells->size() == 1 && cells->front().empty()) continue;
    if (cells->size() != names.size()) {
      writer.complain(
          line, "",
          "has " + std::to_string(cells->size()) + " cells, and the header " + std::to_string(names.size()));
      continue;
    }
    if (records.size() == kMostItems) {
      writer.complain(line, "", "there are more than 100,000 items");
      break;
    }
    for (std::size_t i = 0; i < names.size(); ++i) guesses[i].see_text((*cells)[i]);
    records.emplace_back(line, std::move(*cells));
  }
  answer.columns = typed(names, guesses, declared);
  answer.rows.reserve(records.size());
  for (auto& [line, cells] : records) {
    Value::Object row;
    row.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::optional<Value> cell = cell_of(std::string_view(cells[i]), answer.columns[i].type);
      if (!cell) writer.complain(line, names[i], not_of_type(cells[i], answer.columns[i].type));
      row.push_back({names[i], std::move(cell).value_or(Value())});
    }
    answer.rows.emplace_back(std::move(row));
    writer.check_id(answer.rows.back(), line);
  }
  writer.finish();
  return answer;
}

ItemRows rows_of_list(const Value::Array& items, const DeclaredColumns& declared, const Spot& spot) {
  ItemRows answer;
  if (items.size() > kMostItems) {
    spot.problem("there are more than 100,000 items");
    return answer;
  }
  RowWriter writer("item", spot);
  std::vector<std::string> names;
  std::vector<GuessedType> guesses;
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t at = 0; at < items.size(); ++at) {
    const Value::Object* members = items[at].if_object();
    if (members == nullptr) {
      writer.complain(at + 1, "", "must be an object, not " + std::string(name_of(items[at].kind())));
      continue;
    }
    for (const Member& member : *members) {
      const auto [place, is_new] = places.emplace(member.name, names.size());
      if (is_new) {
        names.push_back(member.name);
        guesses.emplace_back();
        if (names.size() > kMostColumns) break;
      }
      guesses[place->second].see(member.value);
    }
    if (names.size() > kMostColumns) break;
  }
  if (!items.empty() && !check_columns(names, spot)) return answer;
  refuse_unknown(declared, names, spot);
  answer.columns = typed(names, guesses, declared);
  answer.rows.reserve(items.size());
  for (std::size_t at = 0; at < items.size(); ++at) {
    if (items[at].if_object() == nullptr) continue;
    Value::Object row;
    row.reserve(names.size());
    for (const ItemColumn& column : answer.columns) {
      const Value* written = items[at].find(column.name);
      // Who numbers items in JSON means the same id as who writes it in a CSV.
      const bool is_numbered = column.name == "id" && written != nullptr && written->if_integer() != nullptr;
      std::optional<Value> cell = is_numbered ? Value(std::to_string(*written->if_integer()))
                                              : cell_of(written == nullptr ? Value() : *written, column.type);
      if (!cell)
        writer.complain(at + 1, column.name,
                        "a value of the kind " + std::string(name_of(written->kind())) +
                            " is not of the type " + std::string(name_of(column.type)));
      row.push_back({column.name, std::move(cell).value_or(Value())});
    }
    answer.rows.emplace_back(std::move(row));
    writer.check_id(answer.rows.back(), at + 1);
  }
  writer.finish();
  return answer;
}

}  // namespace splitplot::model
