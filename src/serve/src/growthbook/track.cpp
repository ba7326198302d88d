#include "answers.hpp"
#include "growthbook/events.hpp"
#include "growthbook/handlers.hpp"
#include "metrics.hpp"
#include "ofrep/exposures.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace splitplot::serve {
namespace {

Response failure(int status, std::string code, const Error& error) {
  return error_response(ErrorForm::GrowthBook, {.status = status,
                                                .code = std::move(code),
                                                .detail = error.message,
                                                .hint = error.hint,
                                                .errors = {},
                                                .key = {}});
}

Response success(std::string body) {
  Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

/// What this body is: a hash that the same body of another source does not have.
struct Identity {
  std::uint64_t fingerprint = 0;
  std::string message_prefix;
};

/// Events have no ids of their own: the same ones may well happen again later, so the time is part of theirs.
Identity identity_of(const Call& call) {
  const catalogue::Principal& principal = *call.principal;
  const digest::Hash hash = digest::sha256(environment_name(principal.scope) + "/" + principal.connection +
                                           "\n" + call.request.body);
  Identity identity;
  std::memcpy(&identity.fingerprint, hash.data(), sizeof identity.fingerprint);
  const auto now = call.context.services.clock.now().time_since_epoch();
  constexpr std::size_t kDigits = 24;
  identity.message_prefix = "content-" + digest::hex(digest::bytes_of(hash)).substr(0, kDigits) + "-" +
                            std::to_string(std::chrono::floor<std::chrono::milliseconds>(now).count());
  return identity;
}

void count(const Call& call, const ReportedEvents& reported) {
  Metrics& metrics = *call.context.metrics;
  for (const collect::Event& event : reported.batch.events) metrics.events_received(event.type, 1);
  for (const collect::RejectedEvent& rejected : reported.batch.rejected)
    metrics.event_rejected(rejected.reason);
  metrics.batch(call.request.body.size(), reported.batch.events.size() + reported.batch.rejected.size());
  if (call.context.services.traffic != nullptr && reported.evaluations > 0)
    call.context.services.traffic->decided(environment_name(call.principal->scope), reported.evaluations);
}

using Reader = Result<ReportedEvents> (*)(std::string_view body, std::string_view message_prefix,
                                          const model::Configuration& configuration);

/// Answers `done` once the events are durable, and at once where the same body came shortly before.
void take(const Call& call, const Responder& responder, Reader read, const std::string& done) {
  const auto snapshot = call.context.services.catalogue.snapshot(call.principal->scope);
  if (snapshot == nullptr) {
    responder(failure(503, "unavailable",
                      {ErrorCode::Unavailable, "the environment has no configuration yet", {}}));
    return;
  }
  const Identity identity = identity_of(call);
  Result<ReportedEvents> reported =
      read(call.request.body, identity.message_prefix, snapshot->configuration());
  if (!reported) {
    const bool is_too_large = reported.error().code == ErrorCode::ResourceLimit;
    call.context.metrics->event_rejected(is_too_large ? "oversize" : "bad_json");
    responder(failure(400, is_too_large ? "too_large" : "invalid_request", reported.error()));
    return;
  }
  if (!call.context.recent_bodies->add(identity.fingerprint, call.context.services.clock.now())) {
    responder(success(done));
    return;
  }
  complete_exposures(reported->batch.events, snapshot->configuration());
  count(call, *reported);
  collect::Batch batch;
  batch.environment = environment_name(call.principal->scope);
  batch.source = call.principal->connection;
  batch.events = std::move(reported->batch.events);
  batch.rejected = std::move(reported->batch.rejected);
  if (batch.events.empty() && batch.rejected.empty()) {
    responder(success(done));
    return;
  }
  call.context.services.pipeline.submit(
      std::move(batch), [responder, done, recent = call.context.recent_bodies,
                         fingerprint = identity.fingerprint](const Result<collect::Accepted>& accepted) {
        if (accepted) {
          responder(success(done));
          return;
        }
        recent->forget(fingerprint);
        const bool is_busy = accepted.error().code == ErrorCode::ResourceLimit;
        responder(failure(is_busy ? 429 : 503, is_busy ? "too_busy" : "unavailable", accepted.error()));
      });
}

}  // namespace

void growthbook::track(const Call& call, const Responder& responder) {
  const Reader read = [](std::string_view body, std::string_view prefix, const model::Configuration&) {
    return growthbook::read_events(body, prefix);
  };
  take(call, responder, read, "{}");
}

void go_feature_flag::collect(const Call& call, const Responder& responder) {
  take(call, responder, &go_feature_flag::read_events, "{}");
}

}  // namespace splitplot::serve
