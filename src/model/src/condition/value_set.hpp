/// The list behind `$in`: texts by their hash, numbers in logarithmic time, so that a list of a million ids costs little.
#pragma once

#include "condition/text_set.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/condition.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace splitplot::model::condition {

class ValueSet {
 public:
  /// Lists and objects among the elements are left out: nothing is identical to them.
  ValueSet(const Value::Array& elements, LetterCase letter_case);

  /// Whether an element is identical (===) to the value. Does not allocate.
  [[nodiscard]] bool contains(const Value& value) const;

  /// Different elements.
  [[nodiscard]] std::size_t size() const;

 private:
  void insert(const Value& element);

  TextSet texts_;
  std::vector<std::int64_t> integers_;  ///< sorted
  std::vector<double> floats_;          ///< sorted; those that are no 64-bit integer
  bool has_null_ = false;
  bool has_true_ = false;
  bool has_false_ = false;
};

}  // namespace splitplot::model::condition

namespace splitplot::model {

struct ValueList::Set : condition::ValueSet {
  using ValueSet::ValueSet;
};

}  // namespace splitplot::model
