#include "session/handlers.hpp"

#include "answers.hpp"
#include "authentication.hpp"
#include "http/sender.hpp"
#include "management/body.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/model/configuration.hpp>

#include <string>
#include <utility>

namespace splitplot::serve::session {
namespace {

using management::BodyReader;
using management::problem;

/// Logging somebody in as somebody else, or out, is nothing for the pages of others.
std::optional<Response> refuse_other_sites(const Call& call) {
  if (sender_of(call.request, call.context.public_url) != Sender::OtherSite) return {};
  return problem(403, "cross_site", "a page of another site may not log in or out here");
}

/// Where the browser came by TLS, the cookie goes no other way.
bool is_over_tls(const Call& call) {
  return call.context.public_url.starts_with("https://") ||
         call.request.header("origin").starts_with("https://");
}

std::string cookie(const Call& call, std::string_view token, std::chrono::seconds lasts) {
  std::string line = std::string(kSessionCookie) + "=" + std::string(token) +
                     "; Path=/; Max-Age=" + std::to_string(lasts.count()) + "; HttpOnly; SameSite=Strict";
  if (is_over_tls(call)) line.append("; Secure");
  return line;
}

Value value_of(const catalogue::Principal& principal, const std::optional<Timestamp>& expires) {
  Value value;
  value.set("connection", principal.connection);
  value.set("kind", model::name_of(principal.kind));
  value.set("environment", environment_name(principal.scope));
  value.set("expires", expires ? Value(rfc3339(*expires)) : Value());
  return value;
}

Response too_many_attempts(std::chrono::seconds wait) {
  return error_response(ErrorForm::Problem,
                        {.status = 429,
                         .code = "too_many_attempts",
                         .detail = "too many wrong keys came from this address",
                         .hint = "try again in " + std::to_string(wait.count()) + " seconds",
                         .errors = {},
                         .key = {},
                         .retry_after = wait});
}

}  // namespace

Response begin(const Call& call) {
  if (std::optional<Response> refused = refuse_other_sites(call)) return std::move(*refused);
  Context& context = call.context;
  const Timestamp now = context.services.clock.now();
  if (const auto wait = context.login_attempts.wait(call.request.peer, now); wait.count() > 0) {
    return too_many_attempts(wait);
  }
  BodyReader body(call.request.body);
  const std::optional<std::string> key = body.text("key");
  body.require("key", key.has_value());
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);

  std::optional<catalogue::Principal> principal = context.services.catalogue.authenticate(*key);
  if (!principal) {
    context.login_attempts.failed(call.request.peer, now);
    context.services.log.warn("a login failed", {{"address", std::string(call.request.peer)}});
    return problem(401, "unauthorized", "that is no key of this server",
                   "use the admin key that was shown at the first start, or: splitplot keys add admin");
  }
  if (principal->kind != model::ConnectionKind::Admin) {
    return problem(403, "forbidden", "this key may not do that", "use an admin key");
  }
  const Session session{std::move(*principal), context.sessions.end_of_new()};
  context.services.log.info("session begun", {{"connection", session.principal.connection}});
  Response response = json_response(value_of(session.principal, session.expires), 201);
  response.headers.add("Set-Cookie", cookie(call, context.sessions.token(session), kSessionTime));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response show(const Call& call) {
  // A key in the header goes before the cookie, and has no end.
  std::optional<Timestamp> expires;
  if (!secret_of_headers(call.request)) {
    if (const auto session = call.context.sessions.of(call.request)) expires = session->expires;
  }
  return json_response(value_of(*call.principal, expires));
}

Response end(const Call& call) {
  if (std::optional<Response> refused = refuse_other_sites(call)) return std::move(*refused);
  Response response;
  response.status = 204;
  response.headers.add("Set-Cookie", cookie(call, "", {}));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace splitplot::serve::session
