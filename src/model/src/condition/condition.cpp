#include "condition/compile.hpp"
#include "condition/evaluate.hpp"

#include <splitplot/model/condition.hpp>

namespace splitplot::model {
struct Condition::Node {
  condition::Clauses clauses;
};

Condition::Condition() = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;
Condition::~Condition() = default;

Result<Condition> Condition::compile(const Value& written, std::string* pointer, const ValueLists* lists) {
  std::string wrong_at;
  Result<condition::CompiledCondition> compiled = condition::compile(written, wrong_at, lists);
  if (!compiled) {
    if (pointer != nullptr) *pointer = std::move(wrong_at);
    return tl::unexpected(std::move(compiled.error()));
  }
  Condition condition;
  condition.segments_ = std::move(compiled->segments);
  condition.lists_ = std::move(compiled->lists);
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
const std::vector<std::string>& Condition::lists() const {
  return lists_;
}

ValueList::ValueList(const Value::Array& elements)
    : set_(std::make_shared<const Set>(elements, condition::LetterCase::Matters)) {}

bool ValueList::contains(const Value& value) const {
  return set_->contains(value);
}
std::size_t ValueList::size() const {
  return set_->size();
}

}  // namespace splitplot::model
