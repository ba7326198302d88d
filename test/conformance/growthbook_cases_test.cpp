// GrowthBook's own cases, in the sections that are about conditions and assignment by hash. The file is read from where it
// lies; without it the tests are skipped.
#include <splitplot/base/value.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace splitplot {
namespace {

/// No case knows segments.
class NoSegments final : public model::SegmentMembership {
 public:
  [[nodiscard]] bool contains(std::string_view, const model::Attributes&) const override { return false; }
};

class GrowthBookCases : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(SPLITPLOT_CASES)) GTEST_SKIP() << "there is no file " << SPLITPLOT_CASES;
    std::ifstream file(SPLITPLOT_CASES);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    Result<Value> read = model::parse_json(text);
    ASSERT_TRUE(read) << read.error().message;
    cases_ = std::move(*read);
  }

  [[nodiscard]] const Value::Array& section(std::string_view name) const {
    static const Value::Array kNone;
    const Value* found = cases_.find(name);
    EXPECT_TRUE(found != nullptr && found->if_array() != nullptr) << "no section " << name;
    return found != nullptr && found->if_array() != nullptr ? *found->if_array() : kNone;
  }

 private:
  Value cases_;
};

/// Saved groups are lists of values that conditions name: $inGroup becomes $in with the list, $notInGroup $nin. A group
/// that does not exist is an empty one.
Value with_groups_inlined(const Value& written, const Value* groups) {
  if (const Value::Array* elements = written.if_array()) {
    Value::Array inlined;
    for (const Value& element : *elements) inlined.push_back(with_groups_inlined(element, groups));
    return inlined;
  }
  const Value::Object* members = written.if_object();
  if (members == nullptr) return written;
  Value inlined = Value::Object{};
  for (const Member& member : *members) {
    if (member.name != "$inGroup" && member.name != "$notInGroup") {
      inlined.set(member.name, with_groups_inlined(member.value, groups));
      continue;
    }
    const std::string* id = member.value.if_text();
    const Value* group = groups != nullptr && id != nullptr ? groups->find(*id) : nullptr;
    inlined.set(member.name == "$inGroup" ? "$in" : "$nin",
                group != nullptr ? *group : Value(Value::Array{}));
  }
  return inlined;
}

TEST_F(GrowthBookCases, Conditions) {
  int refused = 0;
  for (const Value& one : section("evalCondition")) {
    const Value::Array& parts = *one.if_array();
    SCOPED_TRACE(model::to_json(one));
    const Value written = with_groups_inlined(parts[1], parts.size() > 4 ? &parts[4] : nullptr);
    const Result<model::Condition> condition = model::Condition::compile(written);
    // What is refused here when a document is saved, GrowthBook lets pass, and answers with false.
    const bool met = condition && condition->matches(model::Attributes(&parts[2]), NoSegments());
    if (!condition) ++refused;
    EXPECT_EQ(met, *parts[3].if_boolean()) << (condition ? "" : condition.error().message);
  }
  RecordProperty("refused", refused);
}

TEST_F(GrowthBookCases, Hash) {
  int compared = 0;
  for (const Value& one : section("hash")) {
    const Value::Array& parts = *one.if_array();
    if (!(parts[2] == Value(2))) continue;  // version 1 is not ours: its experiments are not independent
    EXPECT_EQ(decide::bucket_of(*parts[0].if_text(), *parts[1].if_text()), *parts[3].number())
        << model::to_json(one);
    ++compared;
  }
  EXPECT_GE(compared, 6);
}

using Ranges = std::vector<std::pair<double, double>>;

Ranges ranges_of(const Value& written) {
  Ranges ranges;
  for (const Value& range : *written.if_array()) {
    ranges.emplace_back(*(*range.if_array())[0].number(), *(*range.if_array())[1].number());
  }
  return ranges;
}

int choice(double bucket, const Ranges& ranges) {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].first <= bucket && bucket < ranges[i].second) return static_cast<int>(i);
  }
  return -1;
}

int variant_number(double bucket, const std::vector<double>& weights, double coverage) {
  const std::optional<std::size_t> variant = decide::variant_at(bucket, weights, coverage);
  return variant ? static_cast<int>(*variant) : -1;
}

TEST_F(GrowthBookCases, BucketRanges) {
  int compared = 0;
  for (const Value& one : section("getBucketRange")) {
    const Value::Array& parts = *one.if_array();
    const Value::Array& question = *parts[1].if_array();
    const auto variants = static_cast<std::size_t>(*question[0].if_integer());
    std::vector<double> weights(variants, 1.0 / static_cast<double>(variants));
    if (const Value::Array* written = question[2].if_array()) {
      double total = 0;
      for (const Value& weight : *written) total += *weight.number();
      // Our documents refuse a wrong number of weights, and make others sum to 1.
      if (written->size() != variants || std::abs(total - 1) > 0.01) continue;
      for (std::size_t i = 0; i < variants; ++i) weights[i] = *(*written)[i].number();
    }
    const Ranges expected = ranges_of(parts[2]);
    for (int bucket = 0; bucket < 10'000; ++bucket) {
      ASSERT_EQ(variant_number(bucket / 10'000.0, weights, *question[1].number()),
                choice(bucket / 10'000.0, expected))
          << model::to_json(one) << ", bucket " << bucket;
    }
    ++compared;
  }
  EXPECT_GE(compared, 7);
}

TEST_F(GrowthBookCases, ChoiceOfVariations) {
  for (const Value& one : section("chooseVariation")) {
    const Value::Array& parts = *one.if_array();
    const Ranges ranges = ranges_of(parts[2]);
    // The weights and the coverage that have these ranges.
    std::vector<double> weights;
    double coverage = 1;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const double next = i + 1 < ranges.size() ? ranges[i + 1].first : 1.0;
      weights.push_back(next - ranges[i].first);
      if (weights.back() > 0) coverage = (ranges[i].second - ranges[i].first) / weights.back();
    }
    EXPECT_EQ(variant_number(*parts[1].number(), weights, coverage), *parts[3].number())
        << model::to_json(one);
  }
}

}  // namespace
}  // namespace splitplot
