#include "service.hpp"

#include "answers.hpp"
#include "authentication.hpp"
#include "growthbook/feature_texts.hpp"
#include "growthbook/handlers.hpp"
#include "growthbook/payloads.hpp"
#include "http/gzip.hpp"
#include "http/sender.hpp"
#include "http/target.hpp"
#include "made_of_snapshot.hpp"
#include "metrics.hpp"
#include "ofrep/answer_texts.hpp"
#include "ofrep/exposures.hpp"
#include "request_attributes.hpp"
#include "results/summary_cache.hpp"
#include "stream/broadcaster.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/digest/hash.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <random>
#include <utility>

namespace splitplot::serve {
namespace {

constexpr std::size_t kLongestRequestId = 128;

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRequestId &&
         std::all_of(text.begin(), text.end(), [](char character) {
           return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                  (character >= '0' && character <= '9') || character == '-' || character == '_' ||
                  character == '.' || character == ':';
         });
}

/// 16 hex digits that no other request of this process has; begun at random, so that restarts differ.
std::string new_request_id() {
  static std::atomic<std::uint64_t> next{std::uint64_t{std::random_device{}()} << 32 |
                                         std::random_device{}()};
  static constexpr char kHex[] = "0123456789abcdef";
  std::uint64_t number = next.fetch_add(0x9e3779b97f4a7c15);
  std::string id(16, '0');
  for (char& digit : id) {
    digit = kHex[number & 15];
    number >>= 4;
  }
  return id;
}

Response refusal(const Route* route, std::string_view path, int status, std::string code, std::string detail,
                 std::string hint = {}) {
  Refusal refusal{.status = status,
                  .code = std::move(code),
                  .detail = std::move(detail),
                  .hint = std::move(hint),
                  .errors = {},
                  .key = {}};
  return error_response(route != nullptr ? route->form : form_of_path(path), refusal);
}

std::string list_of(const std::vector<const Route*>& routes) {
  std::string list = "OPTIONS";
  for (const Route* route : routes) {
    list.append(", ").append(name_of(route->method));
    if (route->method == Method::Get) list.append(", HEAD");
  }
  return list;
}

/// What a browser is told before it asks across origins.
Response preflight(const std::vector<const Route*>& routes) {
  Response response;
  response.status = 204;
  const std::string methods = list_of(routes);
  response.headers.add("Allow", methods);
  const bool any_origin = std::any_of(routes.begin(), routes.end(),
                                      [](const Route* route) { return route->cors == Cors::AnyOrigin; });
  if (!any_origin) return response;
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Allow-Methods", methods);
  response.headers.add(
      "Access-Control-Allow-Headers",
      "authorization, x-api-key, content-type, content-encoding, if-none-match, x-retry-count, "
      "x-request-id, anonymousid, last-event-id");
  response.headers.add("Access-Control-Max-Age", "86400");
  return response;
}

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  if (equal_ignoring_case(type, "application/json")) return true;
  return type.size() > 17 && equal_ignoring_case(type.substr(0, 12), "application/") &&
         equal_ignoring_case(type.substr(type.size() - 5), "+json");
}

std::shared_ptr<SummaryCache> make_summaries(const Services& services) {
  const auto position = [loader = services.loader] {
    return loader != nullptr ? loader->status().loaded : store::JournalOffset{0};
  };
  return std::make_shared<SummaryCache>(services.experiments.analysis, position, services.clock);
}

}  // namespace

struct Service::Visit final : Exchange {
  const Route* route = nullptr;
  std::vector<std::string> parameters;
  std::optional<catalogue::Principal> principal;
  std::string request_id;
  /// What the connection showed last, and the id of the key that it was.
  std::string known_secret;
  std::string known_credential;
  bool is_active = false;  ///< counted among the active requests
};

Service::Service(const Services& services, const ServerOptions& options)
    : context_{services,
               options.public_url,
               std::make_shared<Metrics>(route_table(), services.version),
               std::make_shared<RecentExposures>(),
               Sessions(services.catalogue, services.clock),
               {},
               make_summaries(services),
               CredentialTokens(services.catalogue, services.clock, "streams"),
               std::make_shared<Broadcaster>(services.catalogue, options.streams, services.clock,
                                             services.log),
               std::make_shared<growthbook::Payloads>(services.catalogue, services.clock, services.log),
               std::make_shared<RecentExposures>(growthbook::kRememberedBodies, growthbook::kBodyWindow),
               std::make_shared<const RequestAttributes>(services, options),
               std::make_shared<MadeOfSnapshot<ofrep::AnswerTexts>>(),
               std::make_shared<MadeOfSnapshot<growthbook::FeatureTexts>>()},
      router_(route_table()),
      mode_(services.test_clock != nullptr ? Mode::TestOnly : Mode::Always),
      access_log_(options.access_log),
      pool_(options.pool_threads, options.limits.waiting_tasks) {}

Service::~Service() = default;

void Service::stop() {
  context_.streams->stop();
  context_.summaries->stop();
  pool_.stop();
}

std::unique_ptr<Exchange> Service::make_exchange() {
  return std::make_unique<Visit>();
}

std::optional<Response> Service::find_route(Visit& visit) const {
  const Request& request = visit.request;
  Router::Match match = router_.find(request.method, request.path, mode_, visit.parameters);
  if (match.malformed) {
    return refusal(match.route, request.path, 400, "bad_path",
                   "the path has a '%' that is not followed by two hex digits");
  }
  visit.route = match.route;
  if (match.route != nullptr) return {};
  if (match.others.empty()) {
    return refusal(nullptr, request.path, 404, "not_found", "there is nothing at this path");
  }
  if (request.method == Method::Options) return preflight(match.others);
  Response response = refusal(match.others.front(), request.path, 405, "method_not_allowed",
                              "this path does not take the method " + std::string(name_of(request.method)));
  response.headers.add("Allow", list_of(match.others));
  return response;
}

/// Clients show the same key with each request of a connection: it is hashed once, and only looked up afterwards, since it
/// may have been revoked.
std::optional<catalogue::Principal> Service::holder_of(std::string_view secret, Visit& visit) const {
  const catalogue::Catalogue& catalogue = context_.services.catalogue;
  if (!visit.known_credential.empty() && digest::equal_in_constant_time(secret, visit.known_secret))
    return catalogue.holder_of(visit.known_credential);
  std::optional<catalogue::Principal> holder = catalogue.authenticate(secret);
  if (holder) {
    visit.known_secret = secret;
    visit.known_credential = holder->credential;
  }
  return holder;
}

std::optional<Response> Service::check_permission(Visit& visit) const {
  const Route& route = *visit.route;
  if (route.permission == Permission::Public) return {};
  if (const auto secret = secret_of(visit.request, route.credentials, visit.parameters)) {
    visit.principal = holder_of(*secret, visit);
  } else if (route.credentials == Credentials::HeaderOrSession) {
    if (std::optional<Session> session = context_.sessions.of(visit.request)) {
      // Browsers send the cookie whoever asks: what changes something must come from a page of ours.
      if (route.method != Method::Get && sender_of(visit.request, context_.public_url) != Sender::OwnPage) {
        return refusal(&route, visit.request.path, 403, "cross_site",
                       "with a session this can be done from a page of this server only",
                       "send a key as 'Authorization: Bearer <key>' instead");
      }
      visit.principal = std::move(session->principal);
    }
  } else if (route.credentials == Credentials::HeaderOrToken) {
    const std::optional<std::string> token = query_parameter(visit.request.query, "token");
    std::optional<TokenHolder> holder = token ? context_.stream_tokens.find(*token) : std::nullopt;
    if (holder) visit.principal = std::move(holder->principal);
  }
  if (!visit.principal) {
    // The key may stand in the body: the handler looks there, and refuses.
    if (route.credentials == Credentials::HeaderQueryBody) return {};
    return refusal(&route, visit.request.path, 401, "unauthorized", "the request has no valid key",
                   "send a connection's key as 'Authorization: Bearer <key>'");
  }
  if (!allows(route.permission, visit.principal->kind)) {
    return refusal(&route, visit.request.path, 403, "forbidden", "this key may not do that",
                   "use an admin key");
  }
  return {};
}

std::optional<Response> Service::admit(Exchange& exchange) {
  auto& visit = static_cast<Visit&>(exchange);
  visit.route = nullptr;
  visit.principal.reset();
  visit.body_limit = 0;
  const std::string_view sent_id = visit.request.header("x-request-id");
  visit.request_id = is_request_id(sent_id) ? std::string(sent_id) : new_request_id();
  visit.is_active = false;
  if (std::optional<Response> refused = find_route(visit)) return refused;
  visit.body_limit = visit.route->body_limit;
  if (std::optional<Response> refused = check_permission(visit)) return refused;
  const bool is_named_json = is_json(visit.request.header("content-type"));
  const std::string_view length = visit.request.header("content-length");
  const bool has_body =
      (!length.empty() && length != "0") || !visit.request.header("transfer-encoding").empty();
  if (visit.route->content_type == ContentType::Json && has_body && !is_named_json) {
    return refusal(visit.route, visit.request.path, 415, "unsupported_media_type",
                   "the body is not called JSON", "send Content-Type: application/json");
  }
  return {};
}

std::optional<Response> Service::unpack_body(Visit& visit) const {
  Request& request = visit.request;
  if (looks_like_gzip(request.body)) {
    const GzipLimits limits{.bytes = visit.route->body_limit};
    Result<std::string> plain = gunzip(request.body, limits);
    if (!plain) {
      const int status = plain.error().code == ErrorCode::ResourceLimit ? 413 : 400;
      return refusal(visit.route, request.path, status, "bad_gzip", plain.error().message,
                     plain.error().hint);
    }
    request.body = std::move(*plain);
    return {};
  }
  const std::string_view encoding = request.header("content-encoding");
  const bool is_known = encoding.empty() || equal_ignoring_case(encoding, "identity") ||
                        equal_ignoring_case(encoding, "gzip") || equal_ignoring_case(encoding, "x-gzip");
  if (is_known || request.body.empty()) return {};
  Response response =
      refusal(visit.route, request.path, 415, "unsupported_encoding",
              "the body has a Content-Encoding that is not understood", "send it plain or as gzip");
  response.headers.add("Accept-Encoding", "gzip");
  return response;
}

std::optional<Response> Service::answer(Exchange& exchange, const ResponderSource& later) {
  auto& visit = static_cast<Visit&>(exchange);
  visit.is_active = true;
  context_.metrics->request_begun(visit.request.method);
  if (std::optional<Response> refused = unpack_body(visit)) return refused;
  try {
    return run(visit, later);
  } catch (const std::exception& exception) {
    context_.services.log.error("a request failed",
                                {{"request_id", visit.request_id}, {"error", std::string(exception.what())}});
    return refusal(visit.route, visit.request.path, 500, "internal", "the server failed to answer");
  }
}

std::optional<Response> Service::run(Visit& visit, const ResponderSource& later) {
  const Call call{visit.request, visit.parameters, visit.principal, context_};
  const Handler& handler = visit.route->handler;
  switch (handler.runs()) {
    case Handler::Runs::AtOnce:
      return handler.answer(call);
    case Handler::Runs::Later:
      handler.begin(call, later());
      return {};
    case Handler::Runs::OnPool:
      break;
  }
  // The visit lives as long as its connection, and that as long as its responder.
  const Responder responder = later();
  const bool taken = pool_.submit([this, call, &visit, responder] {
    try {
      responder(visit.route->handler.answer(call));
    } catch (const std::exception& exception) {
      context_.services.log.error(
          "a request failed", {{"request_id", visit.request_id}, {"error", std::string(exception.what())}});
      responder(refusal(visit.route, visit.request.path, 500, "internal", "the server failed to answer"));
    }
  });
  if (!taken) {
    responder(refusal(visit.route, visit.request.path, 503, "busy",
                      "too many requests of this kind are waiting", "try again in a second"));
  }
  return {};
}

Response Service::refuse(int status, std::string_view path, std::string_view what) {
  context_.metrics->request_refused(status);
  std::string code = "bad_request";
  if (status == 408) code = "timeout";
  if (status == 413 || status == 431) code = "too_large";
  return refusal(nullptr, path, status, std::move(code), std::string(what));
}

void Service::finish(Exchange& exchange, Response& response) {
  auto& visit = static_cast<Visit&>(exchange);
  response.headers.add("X-Request-Id", visit.request_id);
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (visit.route != nullptr && visit.route->cors == Cors::AnyOrigin) {
    response.headers.add("Access-Control-Allow-Origin", "*");
    response.headers.add("Access-Control-Expose-Headers", "ETag, Retry-After, X-Request-Id, X-SSE-Support");
  }
  if (visit.route != nullptr && visit.route->permission != Permission::Public &&
      visit.route->cors == Cors::No) {
    response.headers.add("Cache-Control", "no-store");
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - visit.begun;
  if (std::exchange(visit.is_active, false)) context_.metrics->request_ended(visit.request.method);
  context_.metrics->answered(visit.request.method, visit.route, response.status, taken.count());
  if (response.status == 500) {
    context_.services.log.error(
        "answered 500",
        {{"request_id", visit.request_id}, {"route", visit.route != nullptr ? visit.route->pattern : ""}});
  }
  if (access_log_ == AccessLog::Off) return;
  context_.services.log.write(LogLevel::Debug, "request",
                              {{"request_id", visit.request_id},
                               {"method", name_of(visit.request.method)},
                               {"route", visit.route != nullptr ? visit.route->pattern : ""},
                               {"status", response.status},
                               {"connection", visit.principal ? visit.principal->connection : std::string()},
                               {"seconds", taken.count()}});
}

}  // namespace splitplot::serve
