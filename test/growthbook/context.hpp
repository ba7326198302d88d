// The context of a GrowthBook SDK, configuration and unit in one, as a payload and an evaluation.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace splitplot::growthbook {

/// Null where the object has none of that name.
[[nodiscard]] const Value& member(const Value& object, std::string_view name);
/// Empty for what is no text.
[[nodiscard]] std::string text_of(const Value& value);
/// What JavaScript takes for true.
[[nodiscard]] bool is_true(const Value& value);

struct Context {
  /// Of {features, experiments, savedGroups, contextualBandits, attributes, url, forcedVariations, forcedFeatureValues,
  /// enabled, qaMode}.
  explicit Context(const Value& written);

  /// Points to this.
  [[nodiscard]] decide::Evaluation evaluation() const;
  [[nodiscard]] std::shared_ptr<const decide::Snapshot> snapshot() const;

  Value payload = Value::Object{};
  Value attributes;
  std::string url;
  Value forced_variants;
  Value forced_values;
  bool enabled = true;
  bool qa_mode = false;
};

}  // namespace splitplot::growthbook
