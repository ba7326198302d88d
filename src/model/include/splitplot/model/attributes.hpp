/// What is known of a unit when it is asked about: what the caller said (context) over what is stored (traits). Views of
/// values that others own; any number of threads may read them.
#pragma once

#include <splitplot/base/text_hash.hpp>
#include <splitplot/base/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// The name of an attribute, hashed when a condition is compiled, so that it is looked up without comparing texts.
class AttributeName {
 public:
  AttributeName() = default;
  explicit AttributeName(std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::uint32_t hash() const { return hash_; }

 private:
  std::string text_;
  std::uint32_t hash_ = 0;
};

class AttributeIndex;

/// The first of the layers that has a top-level name answers; nulls in the context hide the trait. "id" and
/// "targetingKey" stand for one another where only one of them is given.
class Attributes {
 public:
  Attributes() = default;
  /// Both must be objects or null pointers, and outlive this.
  explicit Attributes(const Value* context, const Value* traits = nullptr)
      : context_(context), traits_(traits) {}
  /// The same, looked up in an index, which must outlive this.
  explicit Attributes(const AttributeIndex& index) : index_(&index) {}
  /// A single attribute. Both must outlive this.
  Attributes(const AttributeName& name, const Value& value) : only_name_(&name), only_value_(&value) {}

  /// The value of a top-level name; null if nobody knows it. Linear in the number of attributes, or constant where there is
  /// an index.
  [[nodiscard]] const Value* find(const AttributeName& name) const;
  [[nodiscard]] const Value* find(std::string_view name) const;

 private:
  friend class AttributeIndex;

  const Value* context_ = nullptr;
  const Value* traits_ = nullptr;
  const AttributeIndex* index_ = nullptr;
  const AttributeName* only_name_ = nullptr;
  const Value* only_value_ = nullptr;
};

/// Attributes prepared for many questions about one unit, as when all flags are asked at once. A view of the values like
/// the attributes it was made of. Making it allocates unless it was larger before; asking it does not.
class AttributeIndex {
 public:
  AttributeIndex() = default;
  explicit AttributeIndex(const Attributes& attributes) { assign(attributes); }

  void assign(const Attributes& attributes);
  [[nodiscard]] const Value* find(std::uint32_t hash, std::string_view name) const;

 private:
  struct Entry {
    std::uint32_t hash = 0;
    std::string_view name;
    const Value* value = nullptr;
  };
  void insert(std::string_view name, const Value* value);
  void insert_layer(const Value* layer);

  std::vector<Entry> entries_;  ///< open addressing; the size is a power of two, at least half of it empty
};

inline const Value* AttributeIndex::find(std::uint32_t hash, std::string_view name) const {
  if (entries_.empty()) return nullptr;
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t at = hash & mask; entries_[at].value != nullptr; at = (at + 1) & mask) {
    if (entries_[at].hash == hash && same_text(entries_[at].name, name)) return entries_[at].value;
  }
  return nullptr;
}

inline const Value* Attributes::find(const AttributeName& name) const {
  return index_ != nullptr ? index_->find(name.hash(), name.text()) : find(std::string_view(name.text()));
}

}  // namespace splitplot::model
