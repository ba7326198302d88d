/// What a handler gets: the request, who asks, and the services behind the server. Handlers are plain functions, so a
/// test makes a Call and looks at the Response.
#pragma once

#include "credential_tokens.hpp"
#include "http/message.hpp"
#include "session/login_attempts.hpp"
#include "session/sessions.hpp"

#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/serve/server.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::serve {

class Broadcaster;
class Metrics;
class RecentExposures;
class RequestAttributes;
class SummaryCache;
template <typename Made>
class MadeOfSnapshot;
namespace growthbook {
class FeatureTexts;
class Payloads;
}  // namespace growthbook
namespace ofrep {
class AnswerTexts;
}

/// What all handlers share. `metrics` and `exposures` are shared pointers since the pipeline may call back after the
/// server is gone.
struct Context {
  const Services services;
  const std::string public_url;
  const std::shared_ptr<Metrics> metrics;
  const std::shared_ptr<RecentExposures> exposures;
  const Sessions sessions;
  LoginAttempts login_attempts;
  const std::shared_ptr<SummaryCache> summaries;
  const CredentialTokens stream_tokens;
  const std::shared_ptr<Broadcaster> streams;
  const std::shared_ptr<growthbook::Payloads> payloads;
  /// Bodies of event requests that name no event: a client that sends one again means the same events.
  const std::shared_ptr<RecentExposures> recent_bodies;
  const std::shared_ptr<const RequestAttributes> request_attributes;
  const std::shared_ptr<MadeOfSnapshot<ofrep::AnswerTexts>> answer_texts;
  const std::shared_ptr<MadeOfSnapshot<growthbook::FeatureTexts>> feature_texts;
};

struct Call {
  const Request& request;
  const std::vector<std::string>& parameters;            ///< of the route's pattern, decoded, in its order
  const std::optional<catalogue::Principal>& principal;  ///< there wherever the route is not Public or Body
  Context& context;
};

/// "project/environment": how a scope is called below the catalogue.
[[nodiscard]] inline std::string environment_name(const catalogue::Scope& scope) {
  return scope.project + "/" + scope.environment;
}

}  // namespace splitplot::serve
