/// Conditions rewritten for SDKs that know no segments: each `$inSegment` becomes the condition of the segment, and, if
/// wanted, each long list a name.
#pragma once

#include "snapshot_content.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/decide/payload.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::decide {

/// All of the conditions; an empty object for none.
[[nodiscard]] Value all_of(std::vector<Value> conditions);

/// Nobody meets it.
[[nodiscard]] Value nobody();

class PortableConditions {
 public:
  PortableConditions(const Snapshot::Compiled& content, ListForm lists) : content_(content), lists_(lists) {}

  /// The condition for an SDK. Once `is_too_large`, anything.
  [[nodiscard]] Value rewrite(const Value& written);

  /// The lists that were given names.
  [[nodiscard]] Value groups() const { return groups_; }
  /// A list that conditions name and nobody has: a payload's own groups are not kept once it is compiled.
  [[nodiscard]] const std::optional<std::string>& missing_list() const { return missing_list_; }
  [[nodiscard]] bool is_too_large() const { return parts_ > kMostParts; }

 private:
  /// Values in all conditions together: some ten megabytes.
  static constexpr std::size_t kMostParts = 500'000;

  Value rewrite_members(const Value::Object& members);
  Value rewrite_all(const Value& conditions);
  Value rewrite_test(const Value& test);
  Value segments(const Value& keys, const char* connective);
  Value segment(const std::string& key);
  Value named(const Value& list);
  /// A list of the documents, by its key.
  void add_list(Value::Object& operators, const Member& test, const Value& beside);
  void count(const Value& value);

  const Snapshot::Compiled& content_;
  const ListForm lists_;
  std::size_t parts_ = 0;
  std::optional<std::string> missing_list_;
  Value groups_ = Value(Value::Object{});
  std::map<std::string, std::string, std::less<>> names_;  ///< of lists, by their canonical JSON
};

}  // namespace splitplot::decide
