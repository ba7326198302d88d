#include "payload_members.hpp"

#include <cmath>

namespace splitplot::decide {

const Value* member(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool is_set(const Value* value) {
  if (value == nullptr) return false;
  if (const bool* truth = value->if_boolean()) return *truth;
  if (const std::string* text = value->if_text()) return !text->empty();
  if (const std::optional<double> number = value->number()) return *number != 0 && !std::isnan(*number);
  return !value->is_null();
}

std::string text_or(const Value& object, std::string_view name, std::string_view otherwise) {
  const Value* value = object.find(name);
  const std::string* text = value == nullptr ? nullptr : value->if_text();
  return std::string(text == nullptr || text->empty() ? otherwise : *text);
}

std::int64_t version_number(const Value& object, std::string_view name) {
  const Value* value = member(object, name);
  const std::optional<double> number = value == nullptr ? std::nullopt : value->number();
  return number && *number > 0 && *number < 1e9 ? static_cast<std::int64_t>(*number) : 0;
}

std::optional<HashVersion> hash_version(const Value& object, HashVersion otherwise) {
  const Value* value = object.find("hashVersion");
  if (!is_set(value)) return otherwise;
  if (value->number() == 1.0) return HashVersion::One;
  if (value->number() == 2.0) return HashVersion::Two;
  return std::nullopt;
}

std::optional<BucketRange> range_of(const Value& written) {
  const Value::Array* ends = written.if_array();
  if (ends == nullptr || ends->size() < 2) return std::nullopt;
  const std::optional<double> begin = (*ends)[0].number();
  const std::optional<double> end = (*ends)[1].number();
  if (!begin || !end) return std::nullopt;
  return BucketRange{*begin, *end};
}

std::vector<BucketRange> ranges_of(const Value& written) {
  std::vector<BucketRange> ranges;
  if (const Value::Array* elements = written.if_array()) {
    for (const Value& element : *elements) ranges.push_back(range_of(element).value_or(BucketRange{0, 0}));
  }
  return ranges;
}

std::vector<double> weights_of(const Value* written, std::size_t variants) {
  const std::vector<double> equal(variants, 1 / static_cast<double>(variants));
  const Value::Array* elements = written == nullptr ? nullptr : written->if_array();
  if (elements == nullptr || elements->size() != variants) return equal;
  std::vector<double> weights;
  double sum = 0;
  for (const Value& element : *elements) {
    const std::optional<double> weight = element.number();
    if (!weight) return equal;
    weights.push_back(*weight);
    sum += *weight;
  }
  return sum < 0.99 || sum > 1.01 ? equal : weights;
}

double coverage_of(const Value& written) {
  const Value* coverage = member(written, "coverage");
  return coverage == nullptr ? 1 : coverage->number().value_or(1);
}

}  // namespace splitplot::decide
