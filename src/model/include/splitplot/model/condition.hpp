/// The condition language: which units a rule, a segment or an experiment is about. It is the Mongo-like one of
/// GrowthBook (docs/formats/conditions.md), compiled once and evaluated without allocation, and the same everywhere.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model {

/// What a condition looks at. The first of the layers that has a top-level name answers: what the caller said about
/// the unit (context) over what is known of it (traits). Nulls in the context hide the trait.
class Attributes {
 public:
  Attributes() = default;
  /// Both must be objects or null pointers, and outlive this.
  explicit Attributes(const Value* context, const Value* traits = nullptr)
      : context_(context), traits_(traits) {}

  /// The value of a top-level name; null if nobody knows it. "id" and "targetingKey" stand for one another where only
  /// one of them is given.
  [[nodiscard]] const Value* find(std::string_view name) const;

 private:
  const Value* context_ = nullptr;
  const Value* traits_ = nullptr;
};

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
  /// `pointer` (if given) receives the JSON pointer inside the condition.
  [[nodiscard]] static Result<Condition> compile(const Value& written, std::string* pointer = nullptr);

  [[nodiscard]] bool matches(const Attributes& attributes, const SegmentMembership& segments) const;

  /// Keys of the segments that it asks for, for checking that they exist and form no cycle.
  [[nodiscard]] const std::vector<std::string>& segments() const;

 private:
  struct Node;
  std::unique_ptr<const Node> root_;
  std::vector<std::string> segments_;
};

}  // namespace splitplot::model
