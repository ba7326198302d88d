#include "segment/handlers.hpp"

#include "answers.hpp"
#include "growthbook/events.hpp"
#include "json_text.hpp"
#include "metrics.hpp"
#include "route.hpp"

#include <optional>
#include <string>
#include <utility>

namespace splitplot::serve::segment {
namespace {

Response success() {
  Response response;
  response.content_type = "application/json";
  response.body = R"({"success":true})";
  return response;
}

Response failure(int status, std::string code, std::string message, std::string hint = {}) {
  return error_response(ErrorForm::Segment, {.status = status,
                                             .code = std::move(code),
                                             .detail = std::move(message),
                                             .hint = std::move(hint),
                                             .errors = {},
                                             .key = {}});
}

/// Whose events these are: the key of the header or query, else the body's. A header with a token of another system
/// (a proxy's, OAuth) does not shadow the body's key.
std::optional<catalogue::Principal> source_of(const Call& call, const collect::ParsedBatch& parsed) {
  if (call.principal) return call.principal;
  if (parsed.write_key.empty()) return {};
  return call.context.services.catalogue.authenticate(parsed.write_key);
}

/// Clients drop a batch for ever on 400 and try again on 429 and 503: so only a body that can never be used is 400.
Response refusal(const Error& error) {
  if (error.code == ErrorCode::ResourceLimit) return failure(429, "too_busy", error.message, error.hint);
  return failure(503, "unavailable", error.message, error.hint);
}

void count(Metrics& metrics, const collect::ParsedBatch& parsed, std::size_t bytes) {
  for (const collect::Event& event : parsed.events) metrics.events_received(event.type, 1);
  for (const collect::RejectedEvent& rejected : parsed.rejected) metrics.event_rejected(rejected.reason);
  metrics.batch(bytes, parsed.events.size() + parsed.rejected.size());
}

collect::Batch batch_of(const catalogue::Principal& source, collect::ParsedBatch parsed) {
  collect::Batch batch;
  batch.environment = environment_name(source.scope);
  batch.source = source.connection;
  batch.events = std::move(parsed.events);
  batch.rejected = std::move(parsed.rejected);
  return batch;
}

}  // namespace

void receive(const Call& call, const collect::SegmentPath& path, const Responder& responder) {
  Result<collect::ParsedBatch> parsed = collect::parse_segment_body(call.request.body, path);
  // A body that cannot be read has no key either.
  const std::optional<catalogue::Principal> source = parsed ? source_of(call, *parsed) : call.principal;
  if (!source || !allows(Permission::Ingest, source->kind)) {
    call.context.metrics->event_rejected("bad_key");
    const std::string why = parsed ? "" : ", and " + parsed.error().message;
    responder(failure(401, "invalid_write_key", "the request has no valid write key" + why,
                      "send a connection's key as the user of Basic authorization, or as 'writeKey'"));
    return;
  }
  if (!parsed) {
    const bool is_too_large = parsed.error().code == ErrorCode::ResourceLimit;
    call.context.metrics->event_rejected(is_too_large ? "oversize" : "bad_json");
    responder(failure(400, is_too_large ? "too_large" : "invalid_request", parsed.error().message,
                      parsed.error().hint));
    return;
  }
  if (const auto snapshot = call.context.services.catalogue.snapshot(source->scope))
    complete_exposures(parsed->events, snapshot->configuration());
  count(*call.context.metrics, *parsed, call.request.body.size());
  if (parsed->events.empty() && parsed->rejected.empty()) {
    responder(success());
    return;
  }
  call.context.services.pipeline.submit(batch_of(*source, std::move(*parsed)),
                                        [responder](const Result<collect::Accepted>& accepted) {
                                          responder(accepted ? success() : refusal(accepted.error()));
                                        });
}

void receive_batch(const Call& call, const Responder& responder) {
  receive(call, std::nullopt, responder);
}

Response settings(const Call& call) {
  const std::string& key = call.parameters.front();
  std::string host(call.request.header("host"));
  std::string protocol = "http";
  if (const std::string& url = call.context.public_url; !url.empty()) {
    const std::size_t scheme_end = url.find("://");
    if (scheme_end != std::string::npos) {
      protocol = url.substr(0, scheme_end);
      host = url.substr(scheme_end + 3);
      while (host.ends_with('/')) host.pop_back();
    }
  }
  Response response;
  response.content_type = "application/json";
  std::string& body = response.body;
  body = R"({"integrations":{"Segment.io":{"apiKey":)";
  append_json_text(body, key);
  body.append(R"(,"apiHost":)");
  append_json_text(body, host + "/v1");
  body.append(R"(,"protocol":)");
  append_json_text(body, protocol);
  body.append(R"(,"versionSettings":{"componentTypes":["browser"]}}},"plan":{},"metrics":{"sampleRate":0},)"
              R"("remotePlugins":[]})");
  response.headers.add("Cache-Control", "private, max-age=300");
  return response;
}

Response swallow(const Call&) {
  return success();
}

}  // namespace splitplot::serve::segment
