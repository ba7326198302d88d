#include "condition/compile.hpp"
#include "condition/evaluate.hpp"

#include <splitplot/model/condition.hpp>

namespace splitplot::model {
namespace {

/// The member, or the other one of the two names that a unit's id has.
const Value* find_in(const Value* layer, std::string_view name) {
  if (layer == nullptr) return nullptr;
  if (const Value* value = layer->find(name)) return value;
  if (name == "id") return layer->find("targetingKey");
  if (name == "targetingKey") return layer->find("id");
  return nullptr;
}

}  // namespace

const Value* Attributes::find(std::string_view name) const {
  const Value* value = find_in(context_, name);
  return value != nullptr ? value : find_in(traits_, name);
}

struct Condition::Node {
  condition::Clauses clauses;
};

Condition::Condition() = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;
Condition::~Condition() = default;

Result<Condition> Condition::compile(const Value& written, std::string* pointer) {
  std::string wrong_at;
  Result<condition::CompiledCondition> compiled = condition::compile(written, wrong_at);
  if (!compiled) {
    if (pointer != nullptr) *pointer = std::move(wrong_at);
    return tl::unexpected(std::move(compiled.error()));
  }
  Condition condition;
  condition.segments_ = std::move(compiled->segments);
  if (!compiled->clauses.empty())
    condition.root_ = std::make_unique<const Node>(Node{std::move(compiled->clauses)});
  return condition;
}

bool Condition::matches(const Attributes& attributes, const SegmentMembership& segments) const {
  return root_ == nullptr || condition::holds(root_->clauses, attributes, segments);
}

const std::vector<std::string>& Condition::segments() const {
  return segments_;
}

}  // namespace splitplot::model
