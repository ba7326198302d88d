/// The condition language: which units a rule, a segment or an experiment is about. It is the Mongo-like one of
/// GrowthBook (docs/formats/conditions.md), compiled once and evaluated without allocation, and the same everywhere.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/model/attributes.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// A list of values that conditions name instead of repeating it: made ready once, shared by all who ask for it.
class ValueList {
 public:
  struct Set;

  /// Texts, numbers, booleans and null; nothing is identical to a list or an object, so that these are left out.
  explicit ValueList(const Value::Array& elements);

  /// Whether an element is identical (===) to the value. Does not allocate.
  [[nodiscard]] bool contains(const Value& value) const;
  /// Different elements.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const std::shared_ptr<const Set>& set() const { return set_; }

 private:
  std::shared_ptr<const Set> set_;
};

/// Lists by the names that conditions have for them.
using ValueLists = std::map<std::string, ValueList, std::less<>>;

/// Answers `$inSegment`. Asked during evaluation, so it must not allocate, block or fail.
class SegmentMembership {
 public:
  virtual ~SegmentMembership() = default;
  [[nodiscard]] virtual bool contains(std::string_view segment_key, const Attributes& attributes) const = 0;
};

/// A compiled condition. Immutable; any number of threads may evaluate it.
class Condition {
 public:
  /// The condition that everybody meets.
  Condition();
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;
  ~Condition();

  /// Compiles and checks. Errors: InvalidArgument; `message` says what is wrong, `hint` what to do, and
  /// `pointer` (if given) receives the JSON pointer inside the condition. `lists` are what `$inGroup` and `$notInGroup`
  /// may name; without any, these are refused. A list that is not among them is empty (`lists()` tells).
  [[nodiscard]] static Result<Condition> compile(const Value& written, std::string* pointer = nullptr,
                                                 const ValueLists* lists = nullptr);

  [[nodiscard]] bool matches(const Attributes& attributes, const SegmentMembership& segments) const;

  /// Keys of the segments that it asks for, for checking that they exist and form no cycle.
  [[nodiscard]] const std::vector<std::string>& segments() const;

  /// Names of the lists that it asks for, each once.
  [[nodiscard]] const std::vector<std::string>& lists() const;

 private:
  struct Node;
  std::unique_ptr<const Node> root_;
  std::vector<std::string> segments_;
  std::vector<std::string> lists_;
};

}  // namespace splitplot::model
