#include "ofrep/answer.hpp"

#include "json_text.hpp"
#include "ofrep/answer_parts.hpp"

namespace splitplot::serve::ofrep {
namespace {

void append_metadata(std::string& out, std::string_view key, const decide::Decision& decision,
                     const FlagSet& flag_set, std::string_view failure) {
  append_flag_metadata(out, key, flag_set);
  const decide::Assignment& assignment = decision.assignment;
  if (const model::Experiment* experiment = decision.experiment())
    append_experiment(out, *experiment, assignment.variant, assignment.is_forced);
  if (decision.experiment() != nullptr || decision.reason == decide::Reason::Split)
    append_bucket(out, assignment.bucket);
  if (!failure.empty()) {
    out.append(R"(,"contentFailure":)");
    append_json_text(out, failure);
  }
  out.push_back('}');
}

void append_error(std::string& out, std::string_view key, const decide::Decision& decision) {
  switch (decision.error) {
    case decide::DecisionError::FlagNotFound: {
      out.append(R"("errorCode":"FLAG_NOT_FOUND","errorDetails":)");
      append_json_text(out, "there is no flag '" + std::string(key) + "'");
      break;
    }
    case decide::DecisionError::TargetingKeyMissing:
      out.append(R"("errorCode":"TARGETING_KEY_MISSING","errorDetails":)"
                 R"("the flag's rules need a targeting key, and the context has none")");
      break;
    case decide::DecisionError::CyclicPrerequisite:
      out.append(
          R"("errorCode":"GENERAL","errorDetails":"the flag's prerequisites ask for one another in a circle")");
      break;
    case decide::DecisionError::None:
      out.append(R"("errorCode":"GENERAL","errorDetails":"the flag could not be evaluated")");
      break;
  }
}

}  // namespace

void append_evaluation(std::string& out, std::string_view key, const decide::Decision& decision,
                       const FlagSet& flag_set, std::string_view failure) {
  append_opening(out, key);
  if (decision.error != decide::DecisionError::None || decision.reason == decide::Reason::Error) {
    append_error(out, key, decision);
    out.push_back(',');
  } else {
    // Without a value, or disabled: the caller's default holds.
    if (decision.value != nullptr && decision.reason != decide::Reason::Disabled)
      append_value(out, *decision.value);
    const decide::Reason reason = failure.empty() ? decision.reason : decide::Reason::Error;
    out.append(R"("reason":")").append(name_of(reason)).append(R"(",)");
    append_variant(out, decision.variant);
  }
  append_metadata(out, key, decision, flag_set, failure);
  out.push_back('}');
}

}  // namespace splitplot::serve::ofrep
