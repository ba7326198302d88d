/// What a condition is compiled to. A condition (Clauses) asks about attributes; what stands under an attribute (Tests)
/// asks about one value. All clauses, and all tests, must hold. Built by compile.cpp, read by evaluate.cpp.
#pragma once

#include "condition/coercion.hpp"
#include "condition/pattern.hpp"
#include "condition/value_set.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/attributes.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace splitplot::model::condition {

struct Test;
struct Clause;
using Tests = std::vector<Test>;
using Clauses = std::vector<Clause>;

enum class Sense { Is, IsNot };
enum class Comparison { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

/// JavaScript's kinds of values, as `$type` names them.
enum class TypeName { Null, Boolean, Number, Text, List, Object };

struct TextTest {
  std::string text;  ///< in small letters where case is ignored
  LetterCase letter_case = LetterCase::Matters;
};
struct NumberTest {
  WideNumber number = 0;
};
struct TruthTest {
  bool truth = false;
};
struct NullTest {};
struct JsonTest {
  Value json;
};
struct IdentityTest {
  Value scalar;
  Sense sense = Sense::Is;
};
struct OrderTest {
  Comparison comparison = Comparison::Less;
  Value scalar;
};
struct VersionTest {
  Comparison comparison = Comparison::Equal;
  std::string padded;
};
struct MembershipTest {
  std::shared_ptr<const ValueSet> set;  ///< shared where it is a list that has a name
  Sense sense = Sense::Is;
};
/// Each of them is met by some element of the list.
struct ContainsAllTest {
  std::vector<Tests> each;
};
/// Some element that is not null passes.
struct ElementTest {
  Tests tests;      ///< about the element itself, or
  Clauses clauses;  ///< about its members
};
struct SizeTest {
  Tests tests;
};
struct ExistenceTest {
  Sense sense = Sense::Is;
};
struct TypeTest {
  TypeName type = TypeName::Null;
};
struct PatternTest {
  Pattern pattern;
};
struct NegatedTest {
  Tests tests;
};

struct Test {
  std::variant<TextTest, NumberTest, TruthTest, NullTest, JsonTest, IdentityTest, OrderTest, VersionTest,
               MembershipTest, ContainsAllTest, ElementTest, SizeTest, ExistenceTest, TypeTest, PatternTest,
               NegatedTest>
      what;
};

/// A part of a dotted path.
struct Step {
  std::string name;
  std::optional<std::size_t> index;  ///< where the name could be the place in a list
};

struct AttributeClause {
  AttributeName name;      ///< what the path begins with
  std::vector<Step> path;  ///< all of it
  Tests tests;
};
struct AllClause {
  std::vector<Clauses> parts;
};
/// Some part holds; also if there is none.
struct AnyClause {
  std::vector<Clauses> parts;
  Sense sense = Sense::Is;
};
struct NegatedClause {
  Clauses clauses;
};
/// The unit is in some of the segments.
struct SegmentClause {
  std::vector<std::string> keys;
  Sense sense = Sense::Is;
};

struct Clause {
  std::variant<AttributeClause, AllClause, AnyClause, NegatedClause, SegmentClause> what;
};

}  // namespace splitplot::model::condition
