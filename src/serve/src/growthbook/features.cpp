#include "answers.hpp"
#include "growthbook/handlers.hpp"
#include "growthbook/payloads.hpp"
#include "http/conditions.hpp"
#include "stream/response.hpp"

#include <memory>
#include <string>
#include <utility>

namespace splitplot::serve::growthbook {
namespace {

Response failure(int status, std::string code, std::string detail, std::string hint) {
  return error_response(ErrorForm::GrowthBook, {.status = status,
                                                .code = std::move(code),
                                                .detail = std::move(detail),
                                                .hint = std::move(hint),
                                                .errors = {},
                                                .key = {}});
}

/// Null where the snapshot is older or newer than the key.
const model::Connection* connection_of(const decide::Snapshot& snapshot, const std::string& key) {
  const auto& connections = snapshot.configuration().connections;
  const auto found = connections.find(key);
  return found == connections.end() ? nullptr : &found->second;
}

}  // namespace

Response features(const Call& call) {
  const catalogue::Principal& principal = *call.principal;
  const auto snapshot = call.context.services.catalogue.snapshot(principal.scope);
  const model::Connection* connection =
      snapshot == nullptr ? nullptr : connection_of(*snapshot, principal.connection);
  if (connection == nullptr)
    return failure(503, "unavailable", "the environment has no configuration yet", "try again in a second");
  if (!connection->local_evaluation)
    return failure(400, "remote_evaluation_only", "this key is for remote evaluation only",
                   "set remoteEval in the SDK, or 'local_evaluation: true' in the connection");
  const auto payload = call.context.payloads->find(principal.scope, *snapshot, *connection);
  if (!payload->refusal.empty()) return failure(503, "no_payload", payload->refusal, "use remote evaluation");

  Response response;
  const std::string tag = "\"" + payload->id + "\"";
  if (names_etag(call.request.header("if-none-match"), tag)) {
    response.status = 304;
  } else {
    response.content_type = "application/json";
    const bool is_compressed = !payload->gzip.empty() && accepts_gzip(call.request.header("accept-encoding"));
    if (is_compressed) response.headers.add("Content-Encoding", "gzip");
    response.body = is_compressed ? payload->gzip : payload->json;
  }
  // Weak: plain or compressed, and with another date after changes that are not about flags.
  response.headers.add("ETag", "W/" + tag);
  response.headers.add("Vary", "Accept-Encoding");
  // A secret key's answer stays with whom it was given to.
  const bool is_public = principal.kind == model::ConnectionKind::Client;
  response.headers.add("Cache-Control",
                       std::string(is_public ? "public" : "private") +
                           ", max-age=30, stale-while-revalidate=3600, stale-if-error=36000");
  if (!call.context.streams->refusal(principal)) response.headers.add("X-SSE-Support", "enabled");
  return response;
}

Response subscribe(const Call& call) {
  const catalogue::Principal& principal = *call.principal;
  const StreamRender render = [payloads = call.context.payloads, scope = principal.scope,
                               key = principal.connection,
                               &clock = call.context.services.clock](const decide::Snapshot& snapshot) {
    const model::Connection* connection = connection_of(snapshot, key);
    // The stream of a connection that is gone ends by itself.
    if (connection == nullptr)
      return StreamEvent{std::to_string(snapshot.revision()), "features-updated", ""};
    const auto payload = payloads->find(scope, snapshot, *connection);
    // Whoever may not see rules asks again, and so does who is to be told that there are none.
    const bool is_sent = connection->local_evaluation && payload->refusal.empty();
    if (!is_sent) return StreamEvent{payload->id + turn_at(snapshot, clock.now()), "features-updated", ""};
    return StreamEvent{payload->id, "features", payload->json};
  };
  return stream_response(call, ErrorForm::GrowthBook,
                         StreamTopic{principal.scope, "growthbook/" + principal.connection, render});
}

}  // namespace splitplot::serve::growthbook
