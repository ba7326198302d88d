/// The saved groups of a GrowthBook payload: lists, which conditions ask by their names, and conditions, which stand where
/// they are named once they are written out. Pure.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>

#include <optional>
#include <string_view>

namespace splitplot::decide {

class SavedGroups {
 public:
  /// `written`: the payload's member, which must outlive this; null: there are none.
  explicit SavedGroups(const Value* written);

  [[nodiscard]] const model::ValueLists& lists() const { return lists_; }

  /// Whether a condition has to be written out.
  [[nodiscard]] static bool are_named_in(const Value& condition);

  /// The condition with every `$savedGroup` as what it stands for, and groups that are neither list nor condition as what
  /// nobody meets. Nothing where that is deeper or longer than conditions may be.
  [[nodiscard]] std::optional<Value> written_out(const Value& condition) const;

 private:
  class Writer;

  const Value* groups_;
  model::ValueLists lists_;
};

}  // namespace splitplot::decide
