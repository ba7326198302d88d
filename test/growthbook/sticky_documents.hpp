// The documents of a sticky-bucket service, as GrowthBook's SDKs keep them.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/decide/evaluation.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::growthbook {

/// "<attribute>||<value>" to {attributeName, attributeValue, assignments}. Is asked by a decision and told by an observer.
class StickyDocuments final : public decide::StickyBuckets {
 public:
  void add(const Value& document);

  [[nodiscard]] std::optional<std::string_view> find(std::string_view attribute, std::string_view value,
                                                     std::string_view experiment) const override;

  void remember(const decide::StickyAssignment& assignment);

  [[nodiscard]] const Value& all() const { return documents_; }
  /// Those of the unit: the service is asked for no others.
  [[nodiscard]] Value of(const Value& attributes) const;

 private:
  Value documents_ = Value::Object{};
};

}  // namespace splitplot::growthbook
