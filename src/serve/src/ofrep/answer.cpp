#include "ofrep/answer.hpp"

#include "json_text.hpp"

#include <splitplot/model/json.hpp>

#include <charconv>
#include <functional>

namespace splitplot::serve::ofrep {
namespace {

void append_flag_set(std::string& out, const FlagSet& flag_set) {
  out.append(R"("flagSetId":)");
  append_json_text(out, flag_set.environment);
  out.append(R"(,"version":")").append(std::to_string(flag_set.snapshot.revision())).push_back('"');
}

void append_number(std::string& out, double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, end);
}

void append_metadata(std::string& out, std::string_view key, const decide::Decision& decision,
                     const FlagSet& flag_set, std::string_view failure) {
  out.append(R"("metadata":{)");
  append_flag_set(out, flag_set);
  if (const Value* metadata = flag_set.snapshot.metadata_of(key)) {
    for (const Member& member : *metadata->if_object()) {
      out.push_back(',');
      append_json_text(out, member.name);
      out.push_back(':');
      model::append_json(out, member.value);
    }
  }
  if (const model::Experiment* experiment = decision.experiment()) {
    out.append(R"(,"experimentKey":)");
    append_json_text(out, experiment->key);
    // What an application reports: variants of a flag and of an experiment may have different keys.
    if (decision.assignment.variant) {
      out.append(R"(,"experimentVariant":)");
      append_json_text(out, experiment->variants[*decision.assignment.variant].key);
    }
    out.append(R"(,"inExperiment":)").append(decision.assignment.is_forced ? "false" : "true");
    out.append(R"(,"bucket":)");
    append_number(out, decision.assignment.bucket);
  } else if (decision.reason == decide::Reason::Split) {
    out.append(R"(,"bucket":)");
    append_number(out, decision.assignment.bucket);
  }
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
  out.append(R"({"key":)");
  append_json_text(out, key);
  out.push_back(',');
  if (decision.error != decide::DecisionError::None || decision.reason == decide::Reason::Error) {
    append_error(out, key, decision);
    out.push_back(',');
  } else {
    // Without a value, or disabled: the caller's default holds.
    if (decision.value != nullptr && decision.reason != decide::Reason::Disabled) {
      out.append(R"("value":)");
      model::append_json(out, *decision.value);
      out.push_back(',');
    }
    const decide::Reason reason = failure.empty() ? decision.reason : decide::Reason::Error;
    out.append(R"("reason":")").append(name_of(reason)).append(R"(","variant":)");
    append_json_text(out, decision.variant);
    out.push_back(',');
  }
  append_metadata(out, key, decision, flag_set, failure);
  out.push_back('}');
}

std::string bulk_body(std::string_view evaluations, const FlagSet& flag_set, std::string_view more) {
  std::string body;
  body.reserve(evaluations.size() + more.size() + 100);
  body.append(R"({"flags":[)").append(evaluations).append(R"(],"metadata":{)");
  append_flag_set(body, flag_set);
  body.append("}").append(more).append("}");
  return body;
}

std::string etag_of(std::string_view evaluations, std::int64_t stream_period) {
  static constexpr char kHex[] = "0123456789abcdef";
  auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(evaluations));
  hash ^= static_cast<std::uint64_t>(stream_period) * 0x9e3779b97f4a7c15;
  std::string etag(18, '"');
  for (std::size_t at = 1; at < 17; ++at, hash >>= 4) etag[at] = kHex[hash & 15];
  return etag;
}

}  // namespace splitplot::serve::ofrep
