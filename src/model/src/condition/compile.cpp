#include "condition/compile.hpp"

#include "condition/lower_case.hpp"
#include "condition/operators.hpp"
#include "condition/version_order.hpp"

#include <splitplot/base/key.hpp>

#include <algorithm>
#include <utility>

namespace splitplot::model::condition {
namespace {

constexpr int kDeepest = 32;
constexpr int kMostNodes = 10'000;

/// An attribute of GrowthBook's older SDKs whose name looks like an operator's.
constexpr std::string_view kGroupsAttribute = "$groups";

/// Where a condition stands: segments are about units, not about elements of their lists.
enum class Scope { Unit, Element };

bool is_scalar(const Value& value) {
  return value.kind() != Value::Kind::Array && value.kind() != Value::Kind::Object;
}

bool names_operator(const Member& member) {
  return member.name.starts_with('$');
}

class Compiler {
 public:
  Compiler(std::string& refused_at, const ValueLists* lists) : refused_at_(refused_at), lists_(lists) {}

  Result<Clauses> clauses(const Value& written, Scope scope);
  [[nodiscard]] std::vector<std::string> take_segments() { return std::move(segments_); }
  [[nodiscard]] std::vector<std::string> take_lists() { return std::move(list_names_); }

 private:
  /// Is at a member or element while it lives.
  class Place {
   public:
    Place(Compiler& compiler, std::string_view token);
    Place(Compiler& compiler, std::size_t index) : Place(compiler, std::to_string(index)) {}
    ~Place() { compiler_.pointer_.resize(length_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Compiler& compiler_;
    std::size_t length_;
  };
  /// Is inside an object or list while it lives.
  class Level {
   public:
    explicit Level(Compiler& compiler) : compiler_(compiler) { ++compiler_.depth_; }
    ~Level() { --compiler_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Compiler& compiler_;
  };

  tl::unexpected<Error> refuse(std::string message, std::string hint);
  tl::unexpected<Error> refuse(const Advice& advice) { return refuse(advice.message, advice.hint); }
  Result<void> count_node();

  Result<Clause> clause(const Member& member, Scope scope);
  Result<Clause> connective(Connective kind, const Value& operand, Scope scope);
  Result<Clause> segment_clause(const Value& operand, Scope scope, Sense sense);
  Result<std::vector<Clauses>> parts(const Value& operand, Scope scope);
  Result<std::vector<Step>> path(const std::string& name);

  Result<Tests> tests(const Value& written, LetterCase letter_case = LetterCase::Matters);
  Result<Tests> operators(const Value::Object& members);
  Result<Test> test(Operator op, const Value& operand);
  Result<Test> scalar_test(Operator op, const Value& operand);
  Result<Test> version_test(Operator op, const Value& operand);
  Result<Test> membership_test(const Value& operand, LetterCase letter_case, Sense sense);
  Result<Test> group_test(const Value& operand, std::string_view name, Sense sense);
  Result<Test> all_test(const Value& operand, LetterCase letter_case);
  Result<Test> element_test(const Value& operand);
  Result<Test> size_test(const Value& operand);
  Result<Test> type_test(const Value& operand);
  Result<Test> pattern_test(const Value& operand, LetterCase letter_case);
  Result<void> check_literal(const Value& written);

  std::string& refused_at_;
  const ValueLists* lists_;
  std::string pointer_;
  std::vector<std::string> segments_;
  std::vector<std::string> list_names_;
  int depth_ = 0;
  int nodes_ = 0;
};

Compiler::Place::Place(Compiler& compiler, std::string_view token)
    : compiler_(compiler), length_(compiler.pointer_.size()) {
  std::string& pointer = compiler_.pointer_;
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

tl::unexpected<Error> Compiler::refuse(std::string message, std::string hint) {
  refused_at_ = pointer_;
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(hint));
}

Result<void> Compiler::count_node() {
  if (depth_ > kDeepest) {
    return refuse("the condition is nested more than " + std::to_string(kDeepest) + " deep",
                  "make it flatter");
  }
  if (++nodes_ > kMostNodes) {
    return refuse("the condition has more than " + std::to_string(kMostNodes) + " parts",
                  "use $in for long lists of values");
  }
  return {};
}

Result<Clauses> Compiler::clauses(const Value& written, Scope scope) {
  const Value::Object* members = written.if_object();
  if (members == nullptr) {
    return refuse("a condition is an object, not " + std::string(name_of(written.kind())),
                  "write for example {\"country\": \"DE\"}");
  }
  const Level level(*this);
  Clauses all;
  for (const Member& member : *members) {
    const Place place(*this, member.name);
    Result<Clause> one = clause(member, scope);
    if (!one) return tl::unexpected(std::move(one.error()));
    all.push_back(std::move(*one));
  }
  return all;
}

Result<Clause> Compiler::clause(const Member& member, Scope scope) {
  if (const Result<void> counted = count_node(); !counted) return tl::unexpected(counted.error());
  if (names_operator(member) && member.name != kGroupsAttribute) {
    const std::optional<Connective> kind = connective_named(member.name);
    return kind ? connective(*kind, member.value, scope) : refuse(advice_for_connective(member.name));
  }
  Result<std::vector<Step>> steps = path(member.name);
  if (!steps) return tl::unexpected(std::move(steps.error()));
  Result<Tests> all = tests(member.value);
  if (!all) return tl::unexpected(std::move(all.error()));
  AttributeName name(steps->front().name);
  return Clause{AttributeClause{std::move(name), std::move(*steps), std::move(*all)}};
}

Result<Clause> Compiler::connective(Connective kind, const Value& operand, Scope scope) {
  switch (kind) {
    case Connective::And:
      return parts(operand, scope).map([](std::vector<Clauses>&& all) {
        return Clause{AllClause{std::move(all)}};
      });
    case Connective::Or:
      return parts(operand, scope).map([](std::vector<Clauses>&& all) {
        return Clause{AnyClause{std::move(all), Sense::Is}};
      });
    case Connective::Nor:
      return parts(operand, scope).map([](std::vector<Clauses>&& all) {
        return Clause{AnyClause{std::move(all), Sense::IsNot}};
      });
    case Connective::Not:
      return clauses(operand, scope).map([](Clauses&& all) { return Clause{NegatedClause{std::move(all)}}; });
    case Connective::InSegment:
      return segment_clause(operand, scope, Sense::Is);
    case Connective::NotInSegment:
      return segment_clause(operand, scope, Sense::IsNot);
  }
  return refuse("it is no connective", "");
}

Result<std::vector<Clauses>> Compiler::parts(const Value& operand, Scope scope) {
  const Value::Array* elements = operand.if_array();
  if (elements == nullptr) {
    return refuse("it takes a list of conditions, not " + std::string(name_of(operand.kind())),
                  "write [{...}, {...}]");
  }
  const Level level(*this);
  std::vector<Clauses> all;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Place place(*this, i);
    if (const Result<void> counted = count_node(); !counted) return tl::unexpected(counted.error());
    Result<Clauses> one = clauses((*elements)[i], scope);
    if (!one) return tl::unexpected(std::move(one.error()));
    all.push_back(std::move(*one));
  }
  return all;
}

Result<Clause> Compiler::segment_clause(const Value& operand, Scope scope, Sense sense) {
  if (scope == Scope::Element) {
    return refuse("segments are about units, not about the elements of a list", "put it outside $elemMatch");
  }
  const Value::Array single{operand};
  const Value::Array& written = operand.if_array() != nullptr ? *operand.if_array() : single;
  std::vector<std::string> keys;
  for (const Value& key : written) {
    if (key.if_text() == nullptr || !is_key(*key.if_text())) {
      return refuse("it takes the key of a segment, or a list of keys", std::string(kKeyRule));
    }
    keys.push_back(*key.if_text());
    if (std::ranges::find(segments_, keys.back()) == segments_.end()) segments_.push_back(keys.back());
  }
  if (keys.empty()) return refuse("the list of segments is empty", "name a segment, or leave it out");
  return Clause{SegmentClause{std::move(keys), sense}};
}

Result<std::vector<Step>> Compiler::path(const std::string& name) {
  std::vector<Step> steps;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty()) {
      return refuse("'" + name + "' is no path to an attribute",
                    "names stand between the dots: 'address.country'");
    }
    steps.push_back({part, array_index(part)});
    if (end == name.size()) return steps;
    begin = end + 1;
  }
}

Result<Tests> Compiler::tests(const Value& written, LetterCase letter_case) {
  Test test;
  switch (written.kind()) {
    case Value::Kind::Null:
      test.what = NullTest{};
      break;
    case Value::Kind::Boolean:
      test.what = TruthTest{*written.if_boolean()};
      break;
    case Value::Kind::Integer:
    case Value::Kind::Float:
      test.what = NumberTest{number_of(written)};
      break;
    case Value::Kind::Text: {
      const std::string& text = *written.if_text();
      test.what = TextTest{letter_case == LetterCase::Ignored ? lowered(text) : text, letter_case};
      break;
    }
    case Value::Kind::Object: {
      const Value::Object& members = *written.if_object();
      const auto dollars = std::ranges::count_if(members, names_operator);
      if (dollars > 0 && std::cmp_equal(dollars, members.size())) return operators(members);
      if (dollars > 0) {
        return refuse("operators and other members stand side by side",
                      "begin the names of all operators with '$'");
      }
      [[fallthrough]];
    }
    case Value::Kind::Array: {
      if (const Result<void> literal = check_literal(written); !literal)
        return tl::unexpected(literal.error());
      test.what = JsonTest{written};
      break;
    }
  }
  Tests all;
  all.push_back(std::move(test));
  return all;
}

Result<void> Compiler::check_literal(const Value& written) {
  const Level level(*this);
  if (Result<void> counted = count_node(); !counted) return counted;
  if (const Value::Array* elements = written.if_array()) {
    for (std::size_t i = 0; i < elements->size(); ++i) {
      const Place place(*this, i);
      if (Result<void> checked = check_literal((*elements)[i]); !checked) return checked;
    }
  } else if (const Value::Object* members = written.if_object()) {
    for (const Member& member : *members) {
      const Place place(*this, member.name);
      if (names_operator(member)) {
        return refuse(
            "'" + member.name + "' stands inside an object that is compared as a whole",
            "name the inner attribute with dots: {\"address.country\": {\"" + member.name + "\": ...}}");
      }
      if (Result<void> checked = check_literal(member.value); !checked) return checked;
    }
  }
  return {};
}

Result<Tests> Compiler::operators(const Value::Object& members) {
  const Level level(*this);
  Tests all;
  for (const Member& member : members) {
    const Place place(*this, member.name);
    if (const Result<void> counted = count_node(); !counted) return tl::unexpected(counted.error());
    const std::optional<Operator> op = operator_named(member.name);
    if (!op) return refuse(advice_for_operator(member.name));
    Result<Test> one = test(*op, member.value);
    if (!one) return tl::unexpected(std::move(one.error()));
    all.push_back(std::move(*one));
  }
  return all;
}

Result<Test> Compiler::test(Operator op, const Value& operand) {
  switch (op) {
    case Operator::Eq:
    case Operator::Ne:
    case Operator::Lt:
    case Operator::Lte:
    case Operator::Gt:
    case Operator::Gte:
      return scalar_test(op, operand);
    case Operator::In:
      return membership_test(operand, LetterCase::Matters, Sense::Is);
    case Operator::Nin:
      return membership_test(operand, LetterCase::Matters, Sense::IsNot);
    case Operator::Ini:
      return membership_test(operand, LetterCase::Ignored, Sense::Is);
    case Operator::Nini:
      return membership_test(operand, LetterCase::Ignored, Sense::IsNot);
    case Operator::InGroup:
      return group_test(operand, "$inGroup", Sense::Is);
    case Operator::NotInGroup:
      return group_test(operand, "$notInGroup", Sense::IsNot);
    case Operator::All:
      return all_test(operand, LetterCase::Matters);
    case Operator::Alli:
      return all_test(operand, LetterCase::Ignored);
    case Operator::ElemMatch:
      return element_test(operand);
    case Operator::Size:
      return size_test(operand);
    case Operator::Exists:
      if (operand.if_boolean() == nullptr)
        return refuse("$exists takes true or false", "write true or false");
      return Test{ExistenceTest{*operand.if_boolean() ? Sense::Is : Sense::IsNot}};
    case Operator::Type:
      return type_test(operand);
    case Operator::Regex:
      return pattern_test(operand, LetterCase::Matters);
    case Operator::Regexi:
      return pattern_test(operand, LetterCase::Ignored);
    case Operator::Not:
      return tests(operand).map([](Tests&& all) { return Test{NegatedTest{std::move(all)}}; });
    case Operator::Veq:
    case Operator::Vne:
    case Operator::Vlt:
    case Operator::Vlte:
    case Operator::Vgt:
    case Operator::Vgte:
      return version_test(op, operand);
  }
  return refuse("it is no operator", "");
}

Result<Test> Compiler::scalar_test(Operator op, const Value& operand) {
  if (op == Operator::Eq || op == Operator::Ne) {
    if (!is_scalar(operand)) {
      return refuse("nothing is identical to " + std::string(operand.if_array() ? "a list" : "an object"),
                    "leave $eq out to compare lists and objects, use $in for one of several values");
    }
    return Test{IdentityTest{operand, op == Operator::Eq ? Sense::Is : Sense::IsNot}};
  }
  if (!operand.is_number() && operand.if_text() == nullptr) {
    return refuse("it takes a number or a text, not " + std::string(name_of(operand.kind())),
                  "use $eq, $ne or $exists for everything else");
  }
  return Test{OrderTest{comparison_of(op), operand}};
}

Result<Test> Compiler::version_test(Operator op, const Value& operand) {
  if (const std::int64_t* integer = operand.if_integer()) {
    return Test{VersionTest{comparison_of(op), padded_version(std::to_string(*integer))}};
  }
  const std::string* text = operand.if_text();
  if (text == nullptr || text->empty()) {
    return refuse("it takes a version as text",
                  "put it in quotes: 1.10 is the number 1.1, \"1.10\" is a version");
  }
  return Test{VersionTest{comparison_of(op), padded_version(*text)}};
}

Result<Test> Compiler::membership_test(const Value& operand, LetterCase letter_case, Sense sense) {
  const Value::Array* elements = operand.if_array();
  if (elements == nullptr) {
    return refuse("it takes a list of values, not " + std::string(name_of(operand.kind())),
                  "write [\"a\", \"b\"]");
  }
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Place place(*this, i);
    if (!is_scalar((*elements)[i])) {
      return refuse(
          "nothing is identical to " + std::string((*elements)[i].if_array() ? "a list" : "an object"),
          "list texts, numbers, booleans or null");
    }
  }
  return Test{MembershipTest{std::make_shared<const ValueSet>(*elements, letter_case), sense}};
}

Result<Test> Compiler::group_test(const Value& operand, std::string_view name, Sense sense) {
  if (lists_ == nullptr) return refuse(advice_for_group(name));
  const std::string* list = operand.if_text();
  if (list == nullptr) return refuse("it takes the key of a list", "write \"vip-customers\"");
  if (std::ranges::find(list_names_, *list) == list_names_.end()) list_names_.push_back(*list);
  static const ValueList kEmpty{Value::Array()};
  const auto found = lists_->find(*list);
  return Test{MembershipTest{found == lists_->end() ? kEmpty.set() : found->second.set(), sense}};
}

Result<Test> Compiler::all_test(const Value& operand, LetterCase letter_case) {
  const Value::Array* elements = operand.if_array();
  if (elements == nullptr) {
    return refuse("it takes a list, not " + std::string(name_of(operand.kind())), "write [\"a\", \"b\"]");
  }
  const Level level(*this);
  ContainsAllTest test;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Place place(*this, i);
    if (const Result<void> counted = count_node(); !counted) return tl::unexpected(counted.error());
    Result<Tests> one = tests((*elements)[i], letter_case);
    if (!one) return tl::unexpected(std::move(one.error()));
    test.each.push_back(std::move(*one));
  }
  return Test{std::move(test)};
}

Result<Test> Compiler::element_test(const Value& operand) {
  const Value::Object* members = operand.if_object();
  if (members == nullptr) {
    return refuse("it takes an object, not " + std::string(name_of(operand.kind())),
                  "write {\"$eq\": \"a\"} about the elements, or {\"name\": \"a\"} about their members");
  }
  ElementTest test;
  if (!members->empty() && std::ranges::all_of(*members, names_operator)) {
    Result<Tests> all = operators(*members);
    if (!all) return tl::unexpected(std::move(all.error()));
    test.tests = std::move(*all);
  } else {
    Result<Clauses> all = clauses(operand, Scope::Element);
    if (!all) return tl::unexpected(std::move(all.error()));
    test.clauses = std::move(*all);
  }
  return Test{std::move(test)};
}

Result<Test> Compiler::size_test(const Value& operand) {
  if (!operand.is_number() && operand.if_object() == nullptr) {
    return refuse("it takes a number, or operators about one, not " + std::string(name_of(operand.kind())),
                  "write 3 or {\"$gte\": 3}");
  }
  return tests(operand).map([](Tests&& all) { return Test{SizeTest{std::move(all)}}; });
}

Result<Test> Compiler::type_test(const Value& operand) {
  const std::string* name = operand.if_text();
  const std::optional<TypeName> type = name != nullptr ? type_named(*name) : std::nullopt;
  if (!type) return refuse("it takes the name of a type", "one of " + type_names());
  return Test{TypeTest{*type}};
}

Result<Test> Compiler::pattern_test(const Value& operand, LetterCase letter_case) {
  const std::string* text = operand.if_text();
  if (text == nullptr) {
    return refuse("it takes a pattern as text, not " + std::string(name_of(operand.kind())),
                  "put it in quotes");
  }
  Result<Pattern> pattern = Pattern::compile(*text, letter_case);
  if (!pattern) return refuse(pattern.error().message, pattern.error().hint);
  return Test{PatternTest{std::move(*pattern)}};
}

}  // namespace

Result<CompiledCondition> compile(const Value& written, std::string& pointer, const ValueLists* lists) {
  if (written.is_null()) return CompiledCondition{};
  Compiler compiler(pointer, lists);
  Result<Clauses> clauses = compiler.clauses(written, Scope::Unit);
  if (!clauses) return tl::unexpected(std::move(clauses.error()));
  return CompiledCondition{std::move(*clauses), compiler.take_segments(), compiler.take_lists()};
}

}  // namespace splitplot::model::condition
