#include "condition/evaluate.hpp"

#include "condition/lower_case.hpp"
#include "condition/version_order.hpp"

#include <splitplot/base/text_hash.hpp>

#include <algorithm>
#include <compare>

namespace splitplot::model::condition {
namespace {

const Value kMissing;

bool compares(std::partial_ordering order, Comparison comparison) {
  switch (comparison) {
    case Comparison::Equal:
      return std::is_eq(order);
    case Comparison::NotEqual:
      return std::is_neq(order);
    case Comparison::Less:
      return std::is_lt(order);
    case Comparison::LessOrEqual:
      return std::is_lteq(order);
    case Comparison::Greater:
      return std::is_gt(order);
    case Comparison::GreaterOrEqual:
      return std::is_gteq(order);
  }
  return false;
}

TypeName type_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Null:
      return TypeName::Null;
    case Value::Kind::Boolean:
      return TypeName::Boolean;
    case Value::Kind::Integer:
    case Value::Kind::Float:
      return TypeName::Number;
    case Value::Kind::Text:
      return TypeName::Text;
    case Value::Kind::Array:
      return TypeName::List;
    case Value::Kind::Object:
      return TypeName::Object;
  }
  return TypeName::Null;
}

const Value* member_of(const Value& value, const Step& step) {
  if (const Value::Array* elements = value.if_array()) {
    return step.index && *step.index < elements->size() ? &(*elements)[*step.index] : nullptr;
  }
  return value.find(step.name);
}

/// What a condition is about: the attributes of a unit, or an element of a list inside them.
struct Subject {
  const Attributes& attributes;
  const SegmentMembership& segments;
  const Value* element = nullptr;
};

/// What lies below a value, along the rest of a path.
[[gnu::noinline]] const Value* value_below(const Value* value, const std::vector<Step>& path) {
  for (auto step = path.begin() + 1; value != nullptr && step != path.end(); ++step)
    value = member_of(*value, *step);
  return value;
}

const Value& value_at(const AttributeClause& clause, const Subject& subject) {
  const Value* value = subject.element != nullptr ? member_of(*subject.element, clause.path.front())
                                                  : subject.attributes.find(clause.name);
  if (clause.path.size() > 1) value = value_below(value, clause.path);
  return value != nullptr ? *value : kMissing;
}

bool hold(const Clauses& clauses, const Subject& subject);
bool pass(const Tests& tests, const Value& value, const Subject& subject);

/// Whether a value passes a test.
struct Judge {
  const Value& value;
  const Subject& subject;

  bool operator()(const TextTest& test) const {
    const std::string* plain = value.if_text();
    if (plain != nullptr && test.letter_case == LetterCase::Matters) return same_text(*plain, test.text);
    return is_text_of(test);
  }
  [[gnu::noinline]] bool is_text_of(const TextTest& test) const {
    TextBuffer buffer;
    const std::optional<std::string_view> text = text_of(value, buffer);
    if (!text) return false;
    return test.letter_case == LetterCase::Matters ? *text == test.text
                                                   : std::is_eq(compare_lowered(test.text, *text));
  }
  bool operator()(const NumberTest& test) const { return number_of(value) == test.number; }
  bool operator()(const TruthTest& test) const { return !value.is_null() && truth_of(value) == test.truth; }
  bool operator()(const NullTest&) const { return value.is_null(); }
  bool operator()(const JsonTest& test) const { return same_json(value, test.json); }
  bool operator()(const IdentityTest& test) const {
    return identical(value, test.scalar) == (test.sense == Sense::Is);
  }
  bool operator()(const OrderTest& test) const {
    return compares(compare(value, test.scalar), test.comparison);
  }
  bool operator()(const VersionTest& test) const {
    // Only texts and numbers are versions; all else, and an empty text, is version 0.
    TextBuffer buffer;
    std::optional<std::string_view> text;
    if (value.is_number() || value.kind() == Value::Kind::Text) text = text_of(value, buffer);
    if (!text || text->empty()) text = "0";
    return compares(compare_versions(*text, test.padded), test.comparison);
  }
  bool operator()(const MembershipTest& test) const {
    const Value::Array* elements = value.if_array();
    const bool found =
        elements == nullptr
            ? test.set->contains(value)
            : std::ranges::any_of(*elements, [&](const Value& e) { return test.set->contains(e); });
    return found == (test.sense == Sense::Is);
  }
  bool operator()(const ContainsAllTest& test) const {
    const Value::Array* elements = value.if_array();
    return elements != nullptr && std::ranges::all_of(test.each, [&](const Tests& tests) {
             return std::ranges::any_of(*elements, [&](const Value& e) { return pass(tests, e, subject); });
           });
  }
  bool operator()(const ElementTest& test) const {
    const Value::Array* elements = value.if_array();
    return elements != nullptr && std::ranges::any_of(*elements, [&](const Value& element) {
             if (element.is_null()) return false;
             return pass(test.tests, element, subject) &&
                    hold(test.clauses, {subject.attributes, subject.segments, &element});
           });
  }
  bool operator()(const SizeTest& test) const {
    const Value::Array* elements = value.if_array();
    return elements != nullptr && pass(test.tests, Value(elements->size()), subject);
  }
  bool operator()(const ExistenceTest& test) const { return value.is_null() != (test.sense == Sense::Is); }
  bool operator()(const TypeTest& test) const { return type_of(value) == test.type; }
  bool operator()(const PatternTest& test) const {
    TextBuffer buffer;
    const std::optional<std::string_view> text = text_of(value, buffer);
    return text && test.pattern.matches(*text);
  }
  bool operator()(const NegatedTest& test) const { return !pass(test.tests, value, subject); }
};

/// The commonest are asked for first: a visit goes by way of a table of functions, none of which is inlined.
bool pass(const Test& test, const Judge& judge) {
  if (const auto* text = std::get_if<TextTest>(&test.what)) return judge(*text);
  if (const auto* membership = std::get_if<MembershipTest>(&test.what)) return judge(*membership);
  if (const auto* order = std::get_if<OrderTest>(&test.what)) return judge(*order);
  return std::visit(judge, test.what);
}

bool pass(const Tests& tests, const Value& value, const Subject& subject) {
  return std::ranges::all_of(tests,
                             [judge = Judge{value, subject}](const Test& test) { return pass(test, judge); });
}

/// Whether a subject meets a clause.
struct ClauseJudge {
  const Subject& subject;

  bool operator()(const AttributeClause& clause) const {
    return pass(clause.tests, value_at(clause, subject), subject);
  }
  bool operator()(const AllClause& clause) const {
    return std::ranges::all_of(clause.parts, [&](const Clauses& part) { return hold(part, subject); });
  }
  bool operator()(const AnyClause& clause) const {
    const bool some = clause.parts.empty() || std::ranges::any_of(clause.parts, [&](const Clauses& part) {
                        return hold(part, subject);
                      });
    return some == (clause.sense == Sense::Is);
  }
  bool operator()(const NegatedClause& clause) const { return !hold(clause.clauses, subject); }
  bool operator()(const SegmentClause& clause) const {
    const bool inside = std::ranges::any_of(clause.keys, [&](const std::string& key) {
      return subject.segments.contains(key, subject.attributes);
    });
    return inside == (clause.sense == Sense::Is);
  }
};

bool hold(const Clauses& clauses, const Subject& subject) {
  return std::ranges::all_of(clauses, [judge = ClauseJudge{subject}](const Clause& clause) {
    const auto* attribute = std::get_if<AttributeClause>(&clause.what);
    return attribute != nullptr ? judge(*attribute) : std::visit(judge, clause.what);
  });
}

}  // namespace

bool holds(const Clauses& clauses, const Attributes& attributes, const SegmentMembership& segments) {
  return hold(clauses, {attributes, segments});
}

bool holds(const Clause& clause, const Attributes& attributes, const SegmentMembership& segments) {
  const Subject subject{attributes, segments};
  return std::visit(ClauseJudge{subject}, clause.what);
}

const Value& found_at(const AttributeClause& clause, const Attributes& attributes,
                      const SegmentMembership& segments) {
  return value_at(clause, {attributes, segments});
}

bool passes(const Test& test, const Value& value, const Attributes& attributes,
            const SegmentMembership& segments) {
  return pass(test, Judge{value, {attributes, segments}});
}

}  // namespace splitplot::model::condition
