/// Documents of one kind that ask one another, in an order that ends: whoever evaluates them follows them into one another
/// on the stack.
#pragma once

#include "spot.hpp"

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// For each key, the keys that it asks for and that exist.
using AskedFor = std::map<std::string_view, std::vector<std::string_view>>;

struct OrderRule {
  DocumentKind kind = DocumentKind::Segment;
  std::string_view noun;    ///< "segments"
  std::string_view member;  ///< where they name one another: "condition"
  std::string_view hint;    ///< what to do about a circle
  std::size_t deepest = 0;  ///< how many may stand behind one another
};

/// Notes each circle once, and each document that has too many others behind it.
void check_order(AskedFor asked, const OrderRule& rule, Findings& findings);

}  // namespace splitplot::model
