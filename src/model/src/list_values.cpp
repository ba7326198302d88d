#include "csv_text.hpp"
#include "text_place.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/base/utf8.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/model/list_values.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace splitplot::model {
namespace {

constexpr std::string_view kUsualColumn = "id";

tl::unexpected<Error> refuse(std::size_t line, const std::string& message, std::string hint) {
  return fail(ErrorCode::BadData, "line " + std::to_string(line) + ": " + message, std::move(hint));
}

Result<void> check_text(std::string_view text) {
  const std::size_t invalid = find_invalid_utf8(text);
  if (invalid != std::string_view::npos)
    return refuse(static_cast<std::size_t>(place_at(text, invalid).line),
                  "there are bytes that are not UTF-8", "save the file as UTF-8");
  const auto control = std::ranges::find_if(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
  if (control == text.end()) return {};
  const auto at = static_cast<std::size_t>(control - text.begin());
  return refuse(static_cast<std::size_t>(place_at(text, at).line), "there is a control character",
                "is it a text file?");
}

bool is_nothing(const Value& value) {
  return value.is_null() || (value.if_text() != nullptr && value.if_text()->empty());
}

/// What speaks against taking the value as one more.
std::optional<Error> objection_to(const Value& value, std::size_t taken) {
  const std::string* text = value.if_text();
  if (text != nullptr && text->size() > kLongestListValue)
    return Error{ErrorCode::BadData, "a value is longer than " + std::to_string(kLongestListValue) + " bytes",
                 "write a value a line"};
  if (value.if_array() != nullptr || value.if_object() != nullptr)
    return Error{ErrorCode::BadData, "nothing is identical to a list or an object",
                 "list texts, numbers or booleans"};
  if (taken == kMostListValues)
    return Error{ErrorCode::BadData, "there are more than " + std::to_string(kMostListValues) + " values",
                 "a condition on an attribute says the same in less room"};
  return std::nullopt;
}

Result<void> add(Value::Array& values, Value value, std::size_t line) {
  if (is_nothing(value)) return {};
  if (auto objection = objection_to(value, values.size()))
    return refuse(line, objection->message, std::move(objection->hint));
  values.push_back(std::move(value));
  return {};
}

Result<Value::Array> values_of_json(std::string_view text) {
  auto read = parse_json(text, {.depth = 2, .members = kMostListValues + 1});
  if (!read) return tl::unexpected(read.error());
  Value::Array& written = *read->if_array();
  Value::Array values;
  values.reserve(written.size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (is_nothing(written[i])) continue;
    if (auto objection = objection_to(written[i], values.size()))
      return fail(ErrorCode::BadData, "/" + std::to_string(i) + ": " + objection->message,
                  std::move(objection->hint));
    values.push_back(std::move(written[i]));
  }
  return values;
}

Result<Value::Array> values_of_json_lines(std::string_view text, std::string_view column) {
  Value::Array values;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (one.find_first_not_of(" \t\r") == one.npos) continue;
    auto read = parse_json(one, {.depth = 32, .members = 1000});
    if (!read || read->if_object() == nullptr)
      return refuse(line, read ? "it is no object" : "it is not JSON: " + read.error().message,
                    "write an object a line, {\"id\": \"u1\"}, or a JSON list");
    Value* value = read->find(column);
    if (value == nullptr)
      return refuse(line, "it has no member '" + std::string(column) + "'", "name another by ?column=");
    if (auto added = add(values, std::move(*value), line); !added) return tl::unexpected(added.error());
  }
  return values;
}

/// Which cell of a record counts, and whether the first record is a header.
struct Column {
  std::size_t at = 0;
  bool has_header = false;
};

Result<Column> find_column(const Cells& first, std::string_view column) {
  if (column.empty()) {
    if (first.size() == 1) return Column{0, equal_ignoring_case(first.front(), kUsualColumn)};
    return refuse(1, "there are " + std::to_string(first.size()) + " columns",
                  "say by ?column= which, or put values with a comma in double quotes");
  }
  const auto found = std::ranges::find(first, column);
  if (found != first.end()) return Column{static_cast<std::size_t>(found - first.begin()), true};
  const auto nearest = nearest_name(column, first);
  return refuse(1, "there is no column '" + std::string(column) + "'",
                nearest ? "did you mean '" + *nearest + "'?" : "the first line names the columns");
}

Result<Value::Array> values_of_csv(std::string_view text, std::string_view column) {
  CsvReader reader(text);
  Value::Array values;
  Column taken;
  std::size_t columns = 0;
  while (!reader.is_at_end()) {
    const std::size_t line = reader.line();
    auto cells = reader.record();
    if (!cells) return refuse(line, "a quote is never closed", "a quote inside a cell is written twice");
    if (columns == 0) {
      const auto found = find_column(*cells, column);
      if (!found) return tl::unexpected(found.error());
      taken = *found;
      columns = cells->size();
      if (taken.has_header) continue;
    }
    if (cells->size() == 1 && cells->front().empty()) continue;
    if (cells->size() != columns)
      return refuse(
          line,
          "it has " + std::to_string(cells->size()) + " cells, and the first line " + std::to_string(columns),
          "put values that hold a comma or semicolon in double quotes");
    if (auto added = add(values, Value(std::move((*cells)[taken.at])), line); !added)
      return tl::unexpected(added.error());
  }
  return values;
}

}  // namespace

Result<Value::Array> read_list_values(std::string_view text, std::string_view column) {
  const std::string_view content = without_byte_order_mark(text);
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  if (first == content.npos)
    return fail(ErrorCode::BadData, "there are no values", "send CSV, a JSON list, or [] for none");
  if (auto checked = check_text(content); !checked) return tl::unexpected(checked.error());
  if (content[first] == '[') return values_of_json(content);
  if (content[first] == '{') return values_of_json_lines(content, column.empty() ? kUsualColumn : column);
  return values_of_csv(content, column);
}

}  // namespace splitplot::model
