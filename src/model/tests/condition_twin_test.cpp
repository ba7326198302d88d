#include "condition_twin.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/condition_findings.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot::model::test {
namespace {

class Segments final : public SegmentMembership {
 public:
  explicit Segments(const std::vector<std::string>& keys) : keys_(keys) {}
  [[nodiscard]] bool contains(std::string_view key, const Attributes&) const override {
    return std::ranges::find(keys_, key) != keys_.end();
  }

 private:
  const std::vector<std::string>& keys_;
};

constexpr const char* kNames[] = {"a", "b", "c", "list", "inner"};
constexpr const char* kSegments[] = {"s1", "s2", "s3"};
constexpr const char* kTexts[] = {"",           "a",       "b",          "ab",    "A",         "Ab",
                                  "5",          "10",      "-3",         "2.5",   " 7 ",       "x",
                                  "null",       "true",    "a,b",        "1.2.3", "1.10.0",    "v1.2",
                                  "1.2.3-rc.1", "1.2.3+b", "1.2.3-beta", "0.9",   "2.0.0-1-x", "1e2"};
constexpr const char* kPatterns[] = {"a",    "^a",          "b$",    "[aA]b?", "^$",
                                     "\\d+", "^(a|null),?", "1\\.2", "[^0-9]", "(a|b)+$"};
constexpr const char* kTypes[] = {"null", "boolean", "number", "string", "array", "object"};
constexpr const char* kOperators[] = {"$eq",     "$ne",   "$lt",    "$lte",    "$gt",   "$gte",       "$in",
                                      "$nin",    "$ini",  "$nini",  "$all",    "$alli", "$elemMatch", "$size",
                                      "$exists", "$type", "$regex", "$regexi", "$not",  "$veq",       "$vne",
                                      "$vlt",    "$vlte", "$vgt",   "$vgte"};

/// Conditions and attributes that often have to do with one another, because they are made of few pieces.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Value attributes() {
    Value object = Value::Object{};
    for (const char* name : kNames) {
      if (random_.bernoulli(0.8)) object.set(name, value(3));
    }
    return object;
  }

  std::vector<std::string> segments() {
    std::vector<std::string> keys;
    for (const char* key : kSegments) {
      if (random_.bernoulli(0.5)) keys.emplace_back(key);
    }
    return keys;
  }

  Value condition(int depth, bool about_units = true) {
    Value object = Value::Object{};
    const std::uint64_t members = 1 + random_.below(2);
    for (std::uint64_t i = 0; i < members; ++i) {
      switch (depth > 0 ? random_.below(10) : 9) {
        case 0:
          object.set("$or", conditions(depth - 1, about_units));
          break;
        case 1:
          object.set("$and", conditions(depth - 1, about_units));
          break;
        case 2:
          object.set("$nor", conditions(depth - 1, about_units));
          break;
        case 3:
          object.set("$not", condition(depth - 1, about_units));
          break;
        case 4:
          if (about_units)
            object.set(random_.bernoulli(0.5) ? "$inSegment" : "$notInSegment", segment_keys());
          break;
        default:
          object.set(path(), condition_value(depth));
      }
    }
    return object;
  }

 private:
  const char* one_of(std::span<const char* const> choices) { return choices[random_.below(choices.size())]; }

  Value scalar() {
    switch (random_.below(8)) {
      case 0:
        return {};
      case 1:
        return random_.bernoulli(0.5);
      case 2:
        return static_cast<double>(random_.below(40)) / 4 - 3;
      case 3:
      case 4:
        return static_cast<std::int64_t>(random_.below(14)) - 3;
      default:
        return one_of(kTexts);
    }
  }

  Value value(int depth) {
    const std::uint64_t kind = random_.below(depth > 0 ? 6 : 4);
    if (kind < 4) return scalar();
    const std::uint64_t size = random_.below(4);
    Value::Array elements;
    Value object = Value::Object{};
    for (std::uint64_t i = 0; i < size; ++i) {
      if (kind == 4) elements.push_back(value(depth - 1));
      if (kind == 5) object.set(one_of(kNames), value(depth - 1));
    }
    return kind == 4 ? Value(elements) : object;
  }

  Value scalars() {
    Value::Array elements;
    for (std::uint64_t i = random_.below(4); i > 0; --i) elements.push_back(scalar());
    return elements;
  }

  Value conditions(int depth, bool about_units) {
    Value::Array parts;
    for (std::uint64_t i = random_.below(4); i > 0; --i) parts.push_back(condition(depth, about_units));
    return parts;
  }

  Value segment_keys() {
    if (random_.bernoulli(0.5)) return one_of(kSegments);
    return Value::Array{one_of(kSegments), one_of(kSegments)};
  }

  std::string path() {
    std::string path = one_of(kNames);
    while (random_.bernoulli(0.3)) {
      path += '.';
      path += random_.bernoulli(0.3) ? std::to_string(random_.below(3)) : one_of(kNames);
    }
    return path;
  }

  Value condition_value(int depth) {
    switch (random_.below(8)) {
      case 0:
      case 1:
        return scalar();
      case 2:
        return value(2);
      default:
        return operators(depth);
    }
  }

  Value operators(int depth) {
    Value object = Value::Object{};
    for (std::uint64_t i = 1 + random_.below(2); i > 0; --i) {
      const std::string name = one_of(kOperators);
      object.set(name, operand(name, depth > 0 ? depth - 1 : 0));
    }
    return object;
  }

  Value operand(const std::string& name, int depth) {
    if (name == "$eq" || name == "$ne") return scalar();
    if (name.ends_with("in") || name.ends_with("ini")) return scalars();
    if (name == "$regex" || name == "$regexi") return one_of(kPatterns);
    if (name == "$exists") return random_.bernoulli(0.5);
    if (name == "$type") return one_of(kTypes);
    if (name == "$not") return condition_value(depth);
    if (name == "$elemMatch") return random_.bernoulli(0.5) ? operators(depth) : about_members(depth);
    if (name == "$size")
      return random_.bernoulli(0.5) ? Value(random_.below(4)) : Value(Value::Object{{"$gt", 1}});
    if (name == "$all" || name == "$alli") {
      Value::Array each;
      for (std::uint64_t i = random_.below(3); i > 0; --i) each.push_back(condition_value(depth));
      return each;
    }
    if (name.starts_with("$v")) return one_of(std::span(kTexts).subspan(1));
    return random_.bernoulli(0.5) ? Value(static_cast<std::int64_t>(random_.below(12)))
                                  : Value(one_of(kTexts));
  }

  /// Begins with an attribute, so that it is not read as operators about the element.
  Value about_members(int depth) {
    Value object = Value::Object{};
    object.set(path(), condition_value(depth));
    const Value more = condition(depth, false);
    for (const Member& member : *more.if_object()) object.set(member.name, member.value);
    return object;
  }

  RandomStream random_;
};

/// What holds of groups of clauses follows from what holds of each.
void expect_sound(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const bool all = std::ranges::all_of(finding.parts, &Finding::held);
    const bool any = finding.parts.empty() || std::ranges::any_of(finding.parts, &Finding::held);
    if (finding.what == Finding::What::All) {
      EXPECT_EQ(finding.held, all);
    }
    if (finding.what == Finding::What::Any) {
      EXPECT_EQ(finding.held, any);
    }
    if (finding.what == Finding::What::None) {
      EXPECT_EQ(finding.held, !any);
    }
    if (finding.what == Finding::What::Not) {
      EXPECT_EQ(finding.held, !all);
    }
    expect_sound(finding.parts);
  }
}

TEST(ConditionTwinTest, CompiledAndInterpretedConditionsAgree) {
  constexpr std::uint64_t kSeed = 20261122;
  Generator generator(kSeed);
  int met = 0;
  constexpr int kConditions = 2'000;
  constexpr int kUnitsEach = 4;
  for (int i = 0; i < kConditions; ++i) {
    const Value written = generator.condition(3);
    const Result<Condition> condition = Condition::compile(written);
    ASSERT_TRUE(condition) << to_json(written) << ": " << condition.error().message;
    for (int unit = 0; unit < kUnitsEach; ++unit) {
      const Value attributes = generator.attributes();
      const std::vector<std::string> keys = generator.segments();
      const bool expected = twin_matches(written, attributes, keys);
      ASSERT_EQ(condition->matches(Attributes(&attributes), Segments(keys)), expected)
          << "seed " << kSeed << ", number " << i << ": " << to_json(written) << " about "
          << to_json(attributes);
      const auto findings = findings_of(written, Attributes(&attributes), Segments(keys));
      ASSERT_TRUE(findings);
      ASSERT_EQ(std::ranges::all_of(*findings, &Finding::held), expected)
          << "clause by clause, " << to_json(written) << " about " << to_json(attributes);
      expect_sound(*findings);
      ASSERT_FALSE(HasFailure()) << to_json(written) << " about " << to_json(attributes);
      met += expected ? 1 : 0;
    }
  }
  EXPECT_GT(met, kConditions * kUnitsEach / 8) << "otherwise little was compared";
  EXPECT_LT(met, kConditions * kUnitsEach * 7 / 8);
}

}  // namespace
}  // namespace splitplot::model::test
