#include "ofrep/exposures.hpp"

#include "call.hpp"
#include "ofrep/question.hpp"

#include <splitplot/model/json.hpp>

#include <functional>
#include <string>
#include <utility>

namespace splitplot::serve {

RecentExposures::RecentExposures(std::size_t most, std::chrono::minutes lifetime)
    : most_in_generation_(most / 2), lifetime_(lifetime) {}

bool RecentExposures::add(std::uint64_t fingerprint, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const bool is_old = now - newer_since_ >= lifetime_ / 2 || now < newer_since_;
  if (is_old || newer_.size() >= most_in_generation_) {
    const bool is_ancient = now - newer_since_ >= lifetime_ || now < newer_since_;
    older_.swap(newer_);
    if (is_ancient) older_.clear();
    newer_.clear();
    newer_since_ = now;
  }
  if (older_.contains(fingerprint)) return false;
  return newer_.insert(fingerprint).second;
}

void RecentExposures::forget(std::uint64_t fingerprint) {
  const std::lock_guard lock(mutex_);
  newer_.erase(fingerprint);
  older_.erase(fingerprint);
}

namespace ofrep {
namespace {

/// Repeats within the de-duplication window are one exposure; under another revision it is another one, since an
/// experiment that was started anew counts from there, and segments may have changed.
std::string message_id(const decide::Assignment& assignment, std::uint64_t revision) {
  const model::Experiment& experiment = *assignment.experiment;
  std::string id = "exposure:";
  id.append(experiment.key).append(":").append(experiment.variants[*assignment.variant].key);
  return id.append(":").append(std::to_string(revision)).append(":").append(assignment.bucket_value);
}

}  // namespace

void set_unit(collect::Event& event, UnitKind kind, const std::string& unit) {
  switch (kind) {
    case UnitKind::User:
      event.user_id = unit;
      break;
    case UnitKind::Anonymous:
      event.anonymous_id = unit;
      break;
    case UnitKind::Account:
      event.group_id = unit;
      break;
    case UnitKind::Session: {
      Value context = collect::object_of(event.context_json);
      context.set("sessionId", unit);
      event.context_json = model::to_json(context);
      break;
    }
  }
}

collect::Event exposure_event(const decide::Assignment& assignment, const Value& context,
                              std::uint64_t revision) {
  const model::Experiment& experiment = *assignment.experiment;
  collect::Event event;
  event.message_id = message_id(assignment, revision);
  event.type = collect::EventType::Track;
  event.name = collect::kEvaluationExposure;
  const std::string unit(assignment.bucket_value);
  const std::optional<Unit> user = unit_of(context);
  if (user && user->id != unit) event.user_id = user->id;  // the same id is that of the experiment's unit
  Value around;
  around.set("traits", context);
  event.context_json = model::to_json(around);
  set_unit(event, experiment.unit, unit);
  collect::Exposure exposure;
  exposure.experiment = experiment.key;
  exposure.variant = experiment.variants[*assignment.variant].key;
  event.exposure = std::move(exposure);
  return event;
}

void record_exposure(const ExposureSink& sink, const catalogue::Principal& principal,
                     const decide::Assignment& assignment, const Value& context, std::uint64_t revision,
                     Timestamp now) {
  // The targeting key was looked at before; this is what any other attribute may hold.
  if (!can_be_id_of_event(assignment.bucket_value)) {
    sink.metrics->exposure(ExposureOutcome::Refused);
    return;
  }
  const std::string identity = environment_name(principal.scope) + "/" + message_id(assignment, revision);
  const auto fingerprint = static_cast<std::uint64_t>(std::hash<std::string>{}(identity));
  if (!sink.recent->add(fingerprint, now)) {
    sink.metrics->exposure(ExposureOutcome::Recent);
    return;
  }
  collect::Batch batch;
  batch.environment = environment_name(principal.scope);
  batch.source = principal.connection;
  batch.events.push_back(exposure_event(assignment, context, revision));
  sink.pipeline.submit(std::move(batch), [recent = sink.recent, metrics = sink.metrics,
                                          fingerprint](const Result<collect::Accepted>& accepted) {
    if (accepted) {
      metrics->exposure(ExposureOutcome::Submitted);
      return;
    }
    recent->forget(fingerprint);
    metrics->exposure(ExposureOutcome::Refused);
  });
}

}  // namespace ofrep
}  // namespace splitplot::serve
