#include "ofrep/handlers.hpp"

#include "answers.hpp"
#include "http/conditions.hpp"
#include "made_of_snapshot.hpp"
#include "metrics.hpp"
#include "ofrep/answer.hpp"
#include "ofrep/answer_texts.hpp"
#include "ofrep/event_streams.hpp"
#include "ofrep/exposures.hpp"
#include "ofrep/met_experiments.hpp"
#include "ofrep/question.hpp"
#include "request_attributes.hpp"
#include "shown_value.hpp"
#include "sticky_assignments.hpp"
#include "stored_profile.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace splitplot::serve::ofrep {
namespace {

Response json_text(std::string body, int status) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response bad_question(const Call& call, EvaluationMode mode, BadContext bad, std::string key) {
  const bool is_parse_error = bad.kind == BadQuestionKind::ParseError;
  call.context.metrics->bad_question(mode,
                                     is_parse_error ? BadQuestion::ParseError : BadQuestion::InvalidContext);
  return error_response(ErrorForm::Ofrep, {.status = 400,
                                           .code = is_parse_error ? "PARSE_ERROR" : "INVALID_CONTEXT",
                                           .detail = std::move(bad.details),
                                           .hint = {},
                                           .errors = {},
                                           .key = std::move(key)});
}

Response no_snapshot(std::string key) {
  return error_response(ErrorForm::Ofrep, {.status = 503,
                                           .code = "GENERAL",
                                           .detail = "the environment has no configuration yet",
                                           .hint = {},
                                           .errors = {},
                                           .key = std::move(key)});
}

/// What was assigned for good on the way to all answers.
class LastingAssignments final : public decide::EvaluationObserver {
 public:
  explicit LastingAssignments(StickyAssignments& sticky) : sticky_(sticky) {}
  void remember(const decide::StickyAssignment& assignment) override { sticky_.remember(assignment); }

 private:
  StickyAssignments& sticky_;
};

int status_of(const decide::Decision& decision) {
  if (decision.error == decide::DecisionError::FlagNotFound) return 404;
  if (decision.error == decide::DecisionError::TargetingKeyMissing) return 400;
  return decision.reason == decide::Reason::Error ? 500 : 200;
}

/// For who looks at the traffic.
void note_decided(const Call& call, const std::string& environment, std::uint64_t flags) {
  if (call.context.services.traffic != nullptr) call.context.services.traffic->decided(environment, flags);
}

void note_time(const Call& call, EvaluationMode mode, std::chrono::steady_clock::time_point begun) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  call.context.metrics->evaluated(mode, taken.count());
}

}  // namespace

Response evaluate_one(const Call& call) {
  const auto begun = std::chrono::steady_clock::now();
  const std::string& key = call.parameters.front();
  const catalogue::Principal& principal = *call.principal;
  tl::expected<Value, BadContext> context = read_context(call.request.body);
  if (!context) return bad_question(call, EvaluationMode::Single, std::move(context.error()), key);
  const auto snapshot = call.context.services.catalogue.snapshot(principal.scope);
  if (snapshot == nullptr) return no_snapshot(key);

  const FlagSet flag_set{environment_name(principal.scope), *snapshot};
  const auto profile = profile_of(call, flag_set.environment, *context);
  const Timestamp now = call.context.services.clock.now();
  const Value* traits = profile != nullptr ? &profile->traits : nullptr;
  call.context.request_attributes->add_missing(*context, traits,
                                               {call.request, principal, *snapshot, page_url(*context), now});
  decide::Evaluation evaluation(model::Attributes(&*context, traits));
  evaluation.now = now;
  evaluation.url = page_url(*context);
  StickyAssignments sticky(call, *snapshot, evaluation.attributes, unit_of(*context), profile);
  evaluation.sticky = sticky.source();
  // Evaluation is exposure only where a server asks for one flag: client SDKs evaluate all flags at page load.
  const bool is_exposure = principal.kind != model::ConnectionKind::Client && principal.record_exposures;
  MetExperiments met(sticky);
  if (is_exposure || evaluation.sticky != nullptr) evaluation.observer = &met;
  const decide::Decision decision = snapshot->decide(key, evaluation);
  DecisionTally tally;
  tally.add(decision);
  call.context.metrics->decisions(EvaluationMode::Single, tally);
  if (decision.error == decide::DecisionError::None) note_decided(call, flag_set.environment, 1);
  sticky.keep(now);
  if (is_exposure && decision.error == decide::DecisionError::None) {
    for (const decide::Assignment& assignment : met.assignments()) {
      record_exposure({call.context.services.pipeline, call.context.exposures, call.context.metrics},
                      principal, assignment, *context, snapshot->revision(), now);
    }
  }
  std::string body;
  body.reserve(256);
  const ShownValue shown(*snapshot, decision.value, evaluation.attributes, &*context);
  append_evaluation(body, key, shown.of(decision), flag_set, shown.failure());
  note_time(call, EvaluationMode::Single, begun);
  return json_text(std::move(body), status_of(decision));
}

Response evaluate_all(const Call& call) {
  const auto begun = std::chrono::steady_clock::now();
  const catalogue::Principal& principal = *call.principal;
  tl::expected<Value, BadContext> context = read_context(call.request.body);
  if (!context) return bad_question(call, EvaluationMode::Bulk, std::move(context.error()), {});
  const auto snapshot = call.context.services.catalogue.snapshot(principal.scope);
  if (snapshot == nullptr) return no_snapshot({});

  const FlagSet flag_set{environment_name(principal.scope), *snapshot};
  const auto profile = profile_of(call, flag_set.environment, *context);
  const Timestamp now = call.context.services.clock.now();
  const Value* traits = profile != nullptr ? &profile->traits : nullptr;
  call.context.request_attributes->add_missing(*context, traits,
                                               {call.request, principal, *snapshot, page_url(*context), now});
  const model::AttributeIndex index(model::Attributes(&*context, traits));
  decide::Evaluation evaluation{model::Attributes(index)};
  evaluation.now = now;
  evaluation.url = page_url(*context);
  StickyAssignments sticky(call, *snapshot, evaluation.attributes, unit_of(*context), profile);
  evaluation.sticky = sticky.source();
  LastingAssignments lasting(sticky);
  if (evaluation.sticky != nullptr) evaluation.observer = &lasting;
  const auto texts = call.context.answer_texts->of(flag_set.environment, snapshot);
  BulkAnswer answer(flag_set, *texts);
  DecisionTally tally;
  std::uint64_t decided = 0;
  snapshot->decide_all(evaluation, [&](std::string_view flag, const decide::Decision& decision) {
    const ShownValue shown(*snapshot, decision.value, evaluation.attributes, &*context);
    if (shown.is_as_decided()) {
      answer.add(flag, decision, {});
    } else {
      answer.add(flag, shown.of(decision), shown.failure());
    }
    tally.add(decision);
    if (decision.error == decide::DecisionError::None) ++decided;
  });
  call.context.metrics->decisions(EvaluationMode::Bulk, tally);
  sticky.keep(now);
  note_decided(call, flag_set.environment, decided);
  const StreamOffer offer = stream_offer(call);
  const std::string etag = answer.etag(offer.period);
  note_time(call, EvaluationMode::Bulk, begun);
  const bool is_known = names_etag(call.request.header("if-none-match"), etag);
  Response response = is_known ? json_text({}, 304) : json_text(answer.body(offer.json), 200);
  response.headers.add("ETag", etag);
  // Kept by the browser only to be asked about again.
  response.headers.add("Cache-Control", "private, no-cache");
  return response;
}

}  // namespace splitplot::serve::ofrep
