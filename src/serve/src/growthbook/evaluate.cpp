#include "answers.hpp"
#include "growthbook/feature_texts.hpp"
#include "growthbook/handlers.hpp"
#include "growthbook/question.hpp"
#include "json_text.hpp"
#include "made_of_snapshot.hpp"
#include "metrics.hpp"
#include "ofrep/question.hpp"
#include "request_attributes.hpp"
#include "shown_value.hpp"
#include "sticky_assignments.hpp"
#include "stored_profile.hpp"
#include "stream/broadcaster.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/decide/redirect.hpp>
#include <splitplot/model/json.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace splitplot::serve::growthbook {
namespace {

/// A usual feature has less.
constexpr std::size_t kBytesOfFlag = 250;

Response failure(int status, std::string code, std::string detail) {
  return error_response(ErrorForm::GrowthBook, {.status = status,
                                                .code = std::move(code),
                                                .detail = std::move(detail),
                                                .hint = {},
                                                .errors = {},
                                                .key = {}});
}

/// Writes what SDKs are to report once the application reads the flag: the experiment's key, of its variants the one that
/// was served, and who it was.
class Tracks : public decide::EvaluationObserver {
 public:
  Tracks(const decide::Snapshot& snapshot, const FeatureTexts& texts, const model::Attributes& user,
         const Value& context, StickyAssignments& sticky)
      : snapshot_(snapshot), texts_(texts), user_(user), context_(context), sticky_(sticky) {}

  void remember(const decide::StickyAssignment& assignment) override { sticky_.remember(assignment); }

  void assigned(std::string_view flag, const decide::Assignment& assignment, const Value& decided) override {
    const ShownValue shown(snapshot_, &decided, user_, &context_);
    const std::string_view value = texts_.json(shown.value() == nullptr ? kNothing : *shown.value(), room_);
    const FeatureTexts::Track& track = texts_.track(*assignment.experiment, *assignment.variant);
    text_.append(text_.empty() ? "" : ",").append(track.before).append(value).append(track.after);
    text_.append(assignment.is_sticky ? "false" : "true").append(R"(,"hashAttribute":)");
    append_json_text(text_, assignment.attribute);
    text_.append(R"(,"hashValue":)");
    append_json_text(text_, assignment.bucket_value);
    text_.append(R"(,"value":)").append(value).append(R"(,"featureId":)");
    append_json_text(text_, flag);
    text_.append(R"(,"bucket":)");
    append_json_bucket(text_, assignment.bucket);
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
  const FeatureTexts& texts_;
  model::Attributes user_;
  const Value& context_;
  StickyAssignments& sticky_;
  std::string text_;
  std::string room_;  ///< for values that are not the flags' own
};

/// The flag's own default where rules could not be judged without an id: SDKs skip such rules.
const Value* default_of(const decide::Snapshot& snapshot, std::string_view key) {
  const auto found = snapshot.configuration().flags.find(key);
  if (found == snapshot.configuration().flags.end()) return nullptr;
  return &found->second.variants[found->second.fallback].value;
}

/// Null where nobody forces anything: it is not asked about then.
const Value* forced_by(const Value& forced) {
  const Value::Object* members = forced.if_object();
  return members == nullptr || members->empty() ? nullptr : &forced;
}

/// The beginning of an answer, what has nothing left to decide: all flags as features, and the experiments that redirect
/// from this page.
std::string reduced(const Call& call, const decide::Snapshot& snapshot, const FeatureTexts& texts,
                    Question& question, const std::string& environment) {
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
  Tracks tracks(snapshot, texts, evaluation.attributes, question.attributes, sticky);
  evaluation.sticky = sticky.source();
  evaluation.url = question.url;
  evaluation.forced_values = forced_by(question.forced_values);
  evaluation.forced_variants = forced_by(question.forced_variants);
  evaluation.now = now;
  evaluation.observer = &tracks;

  std::string out(R"({"features":{)");
  out.reserve(kBytesOfFlag * (snapshot.configuration().flags.size() + 1));
  std::string room;
  DecisionTally tally;
  std::size_t place = 0;
  std::uint64_t decided = 0;
  snapshot.decide_all(evaluation, [&](std::string_view flag, const decide::Decision& decision) {
    const std::string_view opening = texts.opening(place++);
    tally.add(decision);
    const bool is_switched_off =
        decision.reason == decide::Reason::Disabled && decision.source == decide::Source::Nothing;
    if (is_switched_off) return;
    const Value* answer = decision.error == decide::DecisionError::TargetingKeyMissing
                              ? default_of(snapshot, flag)
                              : decision.value;
    const ShownValue shown(snapshot, answer, evaluation.attributes, &question.attributes);
    // Without a value, the caller's default holds.
    const std::string_view value = shown.value() == nullptr ? "null" : texts.json(*shown.value(), room);
    if (decided++ > 0) out.push_back(',');
    out.append(opening).append(value);
    if (!tracks.empty()) {
      out.append(R"(,"rules":[{"force":)").append(value).append(R"(,"tracks":[)");
      tracks.move_to(out);
      out.append("]}]");
    }
    out.push_back('}');
  });
  call.context.metrics->decisions(EvaluationMode::Bulk, tally);
  const Value redirects = decide::decided_redirects(snapshot, evaluation);
  sticky.keep(now);
  if (call.context.services.traffic != nullptr) call.context.services.traffic->decided(environment, decided);
  out.append(R"(},"experiments":)");
  model::append_json(out, redirects);
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
  response.body = reduced(call, *snapshot, *call.context.feature_texts->of(environment, snapshot), *question,
                          environment);
  // SDKs ignore an answer with a date that they know, and stored traits change without a revision.
  response.body.append(R"(,"dateUpdated":")");
  response.body.append(rfc3339(call.context.services.clock.now())).append("\"}");
  response.headers.add("Cache-Control", "no-store");
  if (!call.context.streams->refusal(principal)) response.headers.add("X-SSE-Support", "enabled");
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  call.context.metrics->evaluated(EvaluationMode::Bulk, taken.count());
  return response;
}

}  // namespace splitplot::serve::growthbook
