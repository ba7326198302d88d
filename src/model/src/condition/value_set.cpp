#include "condition/value_set.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace splitplot::model::condition {
namespace {

/// The integer that a float is, if it is one.
std::optional<std::int64_t> whole(double number) {
  constexpr double kBeyond = 9223372036854775808.0;
  if (!(number >= -kBeyond && number < kBeyond) || std::trunc(number) != number) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::size_t texts_among(const Value::Array& elements) {
  return static_cast<std::size_t>(
      std::ranges::count(elements, Value::Kind::Text, [](const Value& element) { return element.kind(); }));
}

template <typename T>
void sort(std::vector<T>& elements) {
  std::ranges::sort(elements);
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  elements.shrink_to_fit();
}

}  // namespace

ValueSet::ValueSet(const Value::Array& elements, LetterCase letter_case)
    : texts_(texts_among(elements), letter_case) {
  for (const Value& element : elements) insert(element);
  texts_.finish();
  sort(integers_);
  sort(floats_);
}

void ValueSet::insert(const Value& element) {
  if (const std::string* text = element.if_text()) {
    texts_.insert(*text);
  } else if (const std::int64_t* integer = element.if_integer()) {
    integers_.push_back(*integer);
  } else if (const double* number = element.if_float()) {
    if (const std::optional<std::int64_t> same = whole(*number)) {
      integers_.push_back(*same);
    } else if (!std::isnan(*number)) {
      floats_.push_back(*number);
    }
  } else if (const bool* truth = element.if_boolean()) {
    (*truth ? has_true_ : has_false_) = true;
  } else if (element.is_null()) {
    has_null_ = true;
  }
}

bool ValueSet::contains(const Value& value) const {
  switch (value.kind()) {
    case Value::Kind::Null:
      return has_null_;
    case Value::Kind::Boolean:
      return *value.if_boolean() ? has_true_ : has_false_;
    case Value::Kind::Integer:
      return std::ranges::binary_search(integers_, *value.if_integer());
    case Value::Kind::Float: {
      const std::optional<std::int64_t> same = whole(*value.if_float());
      return same ? std::ranges::binary_search(integers_, *same)
                  : !std::isnan(*value.if_float()) && std::ranges::binary_search(floats_, *value.if_float());
    }
    case Value::Kind::Text:
      return texts_.contains(*value.if_text());
    case Value::Kind::Array:
    case Value::Kind::Object:
      break;
  }
  return false;
}

std::size_t ValueSet::size() const {
  return texts_.size() + integers_.size() + floats_.size() + static_cast<std::size_t>(has_null_) +
         static_cast<std::size_t>(has_true_) + static_cast<std::size_t>(has_false_);
}

}  // namespace splitplot::model::condition
