/// Some of the items, in order: what does not depend on the user is settled when it is compiled. Never answers an item
/// that an exclusion is about. Immutable; any number of threads may ask it.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/model/attributes.hpp>
#include <splitplot/model/content.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace splitplot::content {

class Selection {
 public:
  /// The items must outlive it.
  Selection(const model::ItemSelection& selection, const model::Items& items);

  [[nodiscard]] std::vector<const Value*> select(const model::Attributes& user) const;

 private:
  /// An item's column against an attribute.
  struct UserRule {
    std::size_t column = 0;
    model::AttributeName attribute;
    std::vector<std::string> path;
  };
  void add_rules(const std::vector<model::ItemRule>& rules, const model::Items& items,
                 std::vector<UserRule>& of_user, std::vector<const model::Condition*>& of_items);

  std::vector<UserRule> match_;
  std::vector<UserRule> exclude_;
  std::vector<const Value*> candidates_;  ///< in order
  std::size_t limit_;
};

}  // namespace splitplot::content
