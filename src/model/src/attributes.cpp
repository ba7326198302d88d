
#include <splitplot/model/attributes.hpp>

#include <algorithm>
#include <bit>

namespace splitplot::model {
namespace {

constexpr std::string_view kId = "id";
constexpr std::string_view kTargetingKey = "targetingKey";

/// The member, or the other one of the two names that a unit's id has.
const Value* find_in(const Value* layer, std::string_view name) {
  if (layer == nullptr) return nullptr;
  if (const Value* value = layer->find(name)) return value;
  if (name == kId) return layer->find(kTargetingKey);
  if (name == kTargetingKey) return layer->find(kId);
  return nullptr;
}

std::size_t members_of(const Value* layer) {
  const Value::Object* members = layer == nullptr ? nullptr : layer->if_object();
  return members == nullptr ? 0 : members->size();
}

}  // namespace

const Value* Attributes::find(std::string_view name) const {
  if (index_ != nullptr) return index_->find(TextHead(name), name);
  if (only_name_ != nullptr) return name == only_name_->text() ? only_value_ : nullptr;
  const Value* value = find_in(context_, name);
  return value != nullptr ? value : find_in(traits_, name);
}

void AttributeIndex::assign(const Attributes& attributes) {
  // Two more for the names of the id that stand for one another.
  const std::size_t most = members_of(attributes.context_) + members_of(attributes.traits_) + 2;
  entries_.assign(std::bit_ceil(2 * most), {});
  insert_layer(attributes.context_);
  insert_layer(attributes.traits_);
}

void AttributeIndex::insert_layer(const Value* layer) {
  if (members_of(layer) == 0) return;
  for (const Member& member : *layer->if_object()) insert(member.name, &member.value);
  insert(kId, find_in(layer, kId));
  insert(kTargetingKey, find_in(layer, kTargetingKey));
}

void AttributeIndex::insert(std::string_view name, const Value* value) {
  if (value == nullptr) return;
  const TextHead head(name);
  std::size_t at = head.hash() & (entries_.size() - 1);
  while (entries_[at].value != nullptr) {
    if (is_at(at, head, name)) return;
    at = (at + 1) & (entries_.size() - 1);
  }
  entries_[at] = {head, value, name};
}

}  // namespace splitplot::model
