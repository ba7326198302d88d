#include "answers.hpp"
#include "growthbook/handlers.hpp"
#include "growthbook/question.hpp"
#include "json_text.hpp"
#include "metrics.hpp"
#include "ofrep/question.hpp"
#include "request_attributes.hpp"
#include "shown_value.hpp"
#include "sticky_assignments.hpp"
#include "stored_profile.hpp"
#include "stream/broadcaster.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/model/json.hpp>

#include <charconv>
#include <chrono>
#include <string>
#include <utility>

namespace splitplot::serve::growthbook {
namespace {

Response failure(int status, std::string code, std::string detail) {
  return error_response(ErrorForm::GrowthBook, {.status = status,
                                                .code = std::move(code),
                                                .detail = std::move(detail),
                                                .hint = {},
                                                .errors = {},
                                                .key = {}});
}

void append_number(std::string& out, double number) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

/// Writes what SDKs are to report once the application reads the flag: the experiment's key, of its variants the one that
/// was served, and who it was.
class Tracks : public decide::EvaluationObserver {
 public:
  Tracks(const decide::Snapshot& snapshot, const model::Attributes& user, const Value& context,
         StickyAssignments& sticky)
      : snapshot_(snapshot), user_(user), context_(context), sticky_(sticky) {}

  void remember(const decide::StickyAssignment& assignment) override { sticky_.remember(assignment); }

  void assigned(std::string_view flag, const decide::Assignment& assignment, const Value& decided) override {
    const ShownValue shown(snapshot_, &decided, user_, &context_);
    const Value& value = shown.value() == nullptr ? kNothing : *shown.value();
    const model::Experiment& experiment = *assignment.experiment;
    const std::size_t variant = *assignment.variant;
    text_.append(text_.empty() ? "" : ",").append(R"({"experiment":{"key":)");
    append_json_text(text_, experiment.key);
    text_.append(R"(,"variations":[)");
    for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
      if (i > 0) text_.push_back(',');
      if (i == variant) {
        model::append_json(text_, value);
      } else {
        text_.append("{}");
      }
    }
    text_.append(R"(]},"result":{"key":)");
    append_json_text(text_, experiment.variants[variant].key);
    text_.append(R"(,"variationId":)").append(std::to_string(variant));
    text_.append(R"(,"inExperiment":true,"hashUsed":)").append(assignment.is_sticky ? "false" : "true");
    text_.append(R"(,"hashAttribute":)");
    append_json_text(text_, assignment.attribute);
    text_.append(R"(,"hashValue":)");
    append_json_text(text_, assignment.bucket_value);
    text_.append(R"(,"value":)");
    model::append_json(text_, value);
    text_.append(R"(,"featureId":)");
    append_json_text(text_, flag);
    text_.append(R"(,"bucket":)");
    append_number(text_, assignment.bucket);
    text_.append(R"(,"stickyBucketUsed":)").append(assignment.is_sticky ? "true" : "false").append("}}");
  }

  /// What was noted since the last time; the place is emptied.
  void move_to(std::string& out) {
    out.append(text_);
    text_.clear();
  }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  static inline const Value kNothing;
  const decide::Snapshot& snapshot_;
  model::Attributes user_;
  const Value& context_;
  StickyAssignments& sticky_;
  std::string text_;
};

/// The flag's own default where rules could not be judged without an id: SDKs skip such rules.
const Value* default_of(const decide::Snapshot& snapshot, std::string_view key) {
  const auto found = snapshot.configuration().flags.find(key);
  if (found == snapshot.configuration().flags.end()) return nullptr;
  return &found->second.variants[found->second.fallback].value;
}

void append_value(std::string& out, const Value* value) {
  if (value == nullptr) {
    out.append("null");  // the caller's default
  } else {
    model::append_json(out, *value);
  }
}

/// All flags as features that have nothing left to decide.
std::string reduced_features(const Call& call, const decide::Snapshot& snapshot, Question& question,
                             const std::string& environment) {
  const Timestamp now = call.context.services.clock.now();
  if (question.url.empty()) question.url = page_url(question.attributes);
  const auto profile = profile_of(call, environment, question.attributes);
  const Value* traits = profile != nullptr ? &profile->traits : nullptr;
  call.context.request_attributes->add_missing(question.attributes, traits,
                                               {call.request, *call.principal, snapshot, question.url, now});
  const model::AttributeIndex index(model::Attributes(&question.attributes, traits));
  decide::Evaluation evaluation{model::Attributes(index)};
  StickyAssignments sticky(call, snapshot, evaluation.attributes, ofrep::unit_of(question.attributes),
                           profile);
  Tracks tracks(snapshot, evaluation.attributes, question.attributes, sticky);
  evaluation.sticky = sticky.source();
  evaluation.url = question.url;
  evaluation.forced_values = &question.forced_values;
  evaluation.forced_variants = &question.forced_variants;
  evaluation.now = now;
  evaluation.observer = &tracks;

  std::string out;
  std::uint64_t decided = 0;
  snapshot.decide_all(evaluation, [&](std::string_view flag, const decide::Decision& decision) {
    call.context.metrics->decision(EvaluationMode::Bulk, decision);
    const bool is_switched_off =
        decision.reason == decide::Reason::Disabled && decision.source == decide::Source::Nothing;
    if (is_switched_off) return;
    const Value* answer = decision.error == decide::DecisionError::TargetingKeyMissing
                              ? default_of(snapshot, flag)
                              : decision.value;
    const ShownValue shown(snapshot, answer, evaluation.attributes, &question.attributes);
    const Value* value = shown.value();
    if (!out.empty()) out.push_back(',');
    append_json_text(out, flag);
    out.append(R"(:{"defaultValue":)");
    append_value(out, value);
    if (!tracks.empty()) {
      out.append(R"(,"rules":[{"force":)");
      append_value(out, value);
      out.append(R"(,"tracks":[)");
      tracks.move_to(out);
      out.append("]}]");
    }
    out.push_back('}');
    ++decided;
  });
  sticky.keep(now);
  if (call.context.services.traffic != nullptr) call.context.services.traffic->decided(environment, decided);
  return out;
}

}  // namespace

Response evaluate(const Call& call) {
  const auto begun = std::chrono::steady_clock::now();
  const catalogue::Principal& principal = *call.principal;
  tl::expected<Question, std::string> question = read_question(call.request.body);
  if (!question) {
    call.context.metrics->bad_question(EvaluationMode::Bulk, BadQuestion::ParseError);
    return failure(400, "invalid_input", "invalid input: " + question.error());
  }
  const auto snapshot = call.context.services.catalogue.snapshot(principal.scope);
  if (snapshot == nullptr) return failure(503, "unavailable", "the environment has no configuration yet");

  const std::string environment = environment_name(principal.scope);
  Response response;
  response.content_type = "application/json";
  response.body = R"({"features":{)";
  response.body.append(reduced_features(call, *snapshot, *question, environment));
  // SDKs ignore an answer with a date that they know, and stored traits change without a revision.
  response.body.append(R"(},"experiments":[],"dateUpdated":")");
  response.body.append(rfc3339(call.context.services.clock.now())).append("\"}");
  response.headers.add("Cache-Control", "no-store");
  if (!call.context.streams->refusal(principal)) response.headers.add("X-SSE-Support", "enabled");
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  call.context.metrics->evaluated(EvaluationMode::Bulk, taken.count());
  return response;
}

}  // namespace splitplot::serve::growthbook
