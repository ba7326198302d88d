#include "ofrep/event_streams.hpp"

#include "json_text.hpp"
#include "stream/broadcaster.hpp"
#include "stream/response.hpp"

#include <chrono>
#include <string_view>

namespace splitplot::serve::ofrep {
namespace {

constexpr std::chrono::hours kPeriod{12};
constexpr int kInactivitySeconds = 120;

/// The path behind which a proxy has put the server: "/ab" of "https://example.org/ab".
std::string_view prefix_of(std::string_view public_url) {
  const std::size_t scheme = public_url.find("://");
  if (scheme == public_url.npos) return {};
  const std::size_t path = public_url.find('/', scheme + 3);
  if (path == public_url.npos) return {};
  public_url.remove_prefix(path);
  while (public_url.ends_with('/')) public_url.remove_suffix(1);
  return public_url;
}

}  // namespace

StreamOffer stream_offer(const Call& call) {
  const catalogue::Principal& principal = *call.principal;
  // A provider that is refused a stream asks again each second; one that is not offered any leaves it.
  if (call.context.streams->refusal(principal)) return {};
  const auto now = call.context.services.clock.now().time_since_epoch();
  const std::int64_t period = std::chrono::floor<std::chrono::hours>(now) / kPeriod;
  const Timestamp expires{(period + 2) * kPeriod};
  std::string uri(prefix_of(call.context.public_url));
  uri.append("/ofrep/v1/stream?token=").append(call.context.stream_tokens.token({principal, expires}));
  StreamOffer offer{period, R"(,"eventStreams":[{"type":"sse","endpoint":{"requestUri":)"};
  append_json_text(offer.json, uri);
  offer.json.append(R"(},"inactivityDelaySec":)").append(std::to_string(kInactivitySeconds)).append("}]");
  return offer;
}

Response stream(const Call& call) {
  const StreamTopic topic{call.principal->scope, "ofrep",
                          [&clock = call.context.services.clock](const decide::Snapshot& snapshot) {
                            const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
                            const std::string id =
                                std::to_string(snapshot.revision()) + turn_at(snapshot, clock.now());
                            std::string data = R"({"type":"refetchEvaluation","etag":")" + id;
                            data.append(R"(","lastModified":)");
                            data.append(std::to_string(now.time_since_epoch().count())).append("}");
                            return StreamEvent{id, "message", std::move(data)};
                          }};
  return stream_response(call, ErrorForm::Ofrep, topic);
}

}  // namespace splitplot::serve::ofrep
