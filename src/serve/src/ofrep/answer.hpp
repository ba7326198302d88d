/// Decisions in OFREP's JSON, as every existing provider can read it: `metadata` and `variant` always, reasons from
/// OpenFeature's list only, details with every error code (docs/formats/http-api.md says which client needs which).
#pragma once

#include <splitplot/decide/snapshot.hpp>

#include <string>
#include <string_view>

namespace splitplot::serve::ofrep {

/// What all answers of a request share.
struct FlagSet {
  std::string environment;  ///< "project/environment": OpenFeature's flagSetId
  const decide::Snapshot& snapshot;
};

/// Appends the evaluation of one flag: {"key": ..., "value": ..., "reason": ..., "variant": ..., "metadata": {...}}, or
/// with errorCode and errorDetails. With a `failure` of its content, the value is the flag's default, which the
/// application is to show: the reason is ERROR, and metadata.contentFailure says why.
void append_evaluation(std::string& out, std::string_view key, const decide::Decision& decision,
                       const FlagSet& flag_set, std::string_view failure = {});

}  // namespace splitplot::serve::ofrep
