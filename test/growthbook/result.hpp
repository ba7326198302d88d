// Answers as GrowthBook's JavaScript SDK puts them.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/decide/decision.hpp>

#include <string>
#include <string_view>

namespace splitplot::growthbook {

/// FeatureResult without its experiment: {value, on, off, source, ruleId}.
[[nodiscard]] Value feature_result(const decide::Decision& decision);

/// The rule of a feature that an experiment was made of.
[[nodiscard]] const Value& rule_of(const Value& payload, const std::string& flag,
                                   std::string_view experiment);

/// Result of somebody who is in an experiment. `written`: the rule or experiment of the payload; `flag`: null where no
/// feature asked. The unit is a text, whatever it was.
[[nodiscard]] Value experiment_result(const Value& payload, const Value& written, const Value& flag,
                                      const decide::Assignment& assignment, const Value& value);

}  // namespace splitplot::growthbook
