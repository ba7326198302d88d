/// What is known of a unit when it is asked about: what the caller said (context) over what is stored (traits). Views of
/// values that others own; any number of threads may read them.
#pragma once

#include <splitplot/base/text_hash.hpp>
#include <splitplot/base/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace splitplot::model {

/// The name of an attribute, made ready when a condition is compiled, so that most are looked up without comparing texts.
class AttributeName {
 public:
  AttributeName() = default;
  explicit AttributeName(std::string text) : text_(std::move(text)), head_(text_) {}

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] TextHead head() const { return head_; }
  friend bool operator==(const AttributeName& left, const AttributeName& right) {
    return left.head_ == right.head_ && (left.head_.is_whole() || left.text_ == right.text_);
  }

 private:
  std::string text_;
  TextHead head_;
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
  /// `head` is that of the name.
  [[nodiscard]] const Value* find(TextHead head, std::string_view name) const;

 private:
  struct Entry {
    TextHead head;
    const Value* value = nullptr;
    std::string_view name;
  };
  [[nodiscard]] bool is_at(std::size_t place, TextHead head, std::string_view name) const {
    const Entry& entry = entries_[place];
    return entry.head == head && (head.is_whole() || same_text(entry.name, name));
  }
  void insert(std::string_view name, const Value* value);
  void insert_layer(const Value* layer);

  std::vector<Entry> entries_;  ///< open addressing; the size is a power of two, at least half of it empty
};

inline const Value* AttributeIndex::find(TextHead head, std::string_view name) const {
  if (entries_.empty()) return nullptr;
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t at = head.hash() & mask; entries_[at].value != nullptr; at = (at + 1) & mask) {
    if (is_at(at, head, name)) return entries_[at].value;
  }
  return nullptr;
}

inline const Value* Attributes::find(const AttributeName& name) const {
  return index_ != nullptr ? index_->find(name.head(), name.text()) : find(std::string_view(name.text()));
}

}  // namespace splitplot::model
