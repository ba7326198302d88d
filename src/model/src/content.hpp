/// The member `content` of a flag, and what it shares with items.
#pragma once

#include "object_reader.hpp"
#include "spot.hpp"

#include <splitplot/model/configuration.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// `declared` is the flag's type. Templates themselves are read by the module `content`.
[[nodiscard]] std::shared_ptr<const Content> read_content(const Value& written, const Spot& spot,
                                                          std::optional<ValueType> declared);

/// Values of a flag with content are texts.
void require_templates(const Flag& flag, const Spot& variants);

/// A member that is a list of rules: {column: category, in: disliked_categories} or {if: {stock: 0}}.
[[nodiscard]] std::vector<ItemRule> read_item_rules(ObjectReader& reader, std::string_view name);

/// A condition over items, which are in no segment.
[[nodiscard]] WrittenCondition read_item_condition(ObjectReader& reader, std::string_view name);

}  // namespace splitplot::model
