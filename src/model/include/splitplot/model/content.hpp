/// What a flag says about values that are templates, and the items that templates can show. Plain values: `check` builds
/// them, the module `content` renders them.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/model/written_condition.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// What the text that comes out is put into: decides how the values in it are escaped.
enum class ContentTarget { Html, Attribute, Url, Json, Text };

/// What a column of items holds. A cell without anything is null.
enum class ColumnType { Text, Integer, Float, Boolean, TextList, Any };

/// "text", "integer", "number", "boolean", "list", "any".
[[nodiscard]] std::string_view name_of(ColumnType type);

struct ItemColumn {
  std::string name;
  ColumnType type = ColumnType::Text;
};

/// Which items: those whose column has one of the values of an attribute of the user, or those that meet a condition.
struct ItemRule {
  std::string column;          ///< empty: the condition says
  std::string attribute;       ///< dotted path; a list, or one value
  WrittenCondition condition;  ///< over the item
};

/// A catalogue of things that content can show.
struct Items {
  std::string key;
  std::string description;
  std::vector<ItemColumn> columns;  ///< `id` is the first
  /// An object per item with all columns, in their order.
  std::shared_ptr<const std::vector<Value>> rows;
  std::vector<ItemRule> exclude;  ///< nobody is shown these, whatever a flag selects
};

/// Some of the items, for a template to name.
struct ItemSelection {
  std::string from;
  WrittenCondition where;         ///< over the item
  std::vector<ItemRule> match;    ///< only these...
  std::vector<ItemRule> exclude;  ///< ...and not these
  std::string order_by;           ///< empty: as they stand in the catalogue
  enum class Order { Ascending, Descending } order = Order::Ascending;
  std::size_t limit = 10;
};

/// Text that depends on who looks: the first case whose condition is met.
struct TextBlock {
  struct Case {
    WrittenCondition condition;
    std::string text;
  };
  std::vector<Case> cases;
  std::string otherwise;
};

/// The member `content` of a flag whose values are templates.
struct Content {
  ContentTarget target = ContentTarget::Text;
  std::size_t max_bytes = 10'000;
  std::map<std::string, Value, std::less<>> defaults;  ///< dotted name to what stands in where it is missing
  std::map<std::string, TextBlock, std::less<>> blocks;
  std::map<std::string, ItemSelection, std::less<>> items;
};

}  // namespace splitplot::model
