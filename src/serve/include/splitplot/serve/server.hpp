/// The HTTP server: one route table over the modules that decide, collect and keep. It owns no data: everything it
/// serves arrives in `Services`, and must outlive the server. A request runs on one of a few I/O threads; events are
/// answered when the pipeline says they are durable, and what may take long (catalogue, results, backup) runs on a
/// small pool behind a bounded queue, so that neither ever holds up a decision.
///
/// Routes, permissions, limits and error forms: docs/formats/http-api.md.
#pragma once

#include <splitplot/base/log.hpp>
#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/collect/live_traffic.hpp>
#include <splitplot/collect/loader.hpp>
#include <splitplot/collect/pipeline.hpp>
#include <splitplot/context/request_context.hpp>
#include <splitplot/serve/experiments.hpp>
#include <splitplot/serve/files.hpp>
#include <splitplot/serve/trusted_proxies.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::serve {

/// Writes a backup of that name (a key, or empty: the caller of the function chooses one), and answers what it wrote
/// as a JSON object. Called on a pool thread.
using BackUp = std::function<Result<Value>(std::string_view name)>;

/// What the simulator wrote down as true of the data that it sends, as the text of a JSON object. Called on a pool thread.
using TruthSource = std::function<Result<std::string>()>;

/// Something that must be well for the server to be ready, besides pipeline and loader.
struct ReadinessCheck {
  std::string name;  ///< "disk"
  std::function<std::optional<std::string>()>
      check;  ///< what is wrong; nothing: all is well. Any thread, fast.
};

enum class SiteCaching {
  Revalidate,  ///< asked about each time
  Immutable,   ///< kept for ever: the name changes with the content
};

/// A file of the dashboard as it goes out. Views of what is built into the program.
struct SiteFile {
  std::string_view path;  ///< "/", "/assets/index-4fK2dQ1x.js"
  std::string_view content_type;
  std::string_view body;
  std::string_view gzip;  ///< the body compressed; empty: it would not be smaller
  std::string_view etag;  ///< in quotes; changes with the body
  SiteCaching caching = SiteCaching::Revalidate;
};

/// What the server serves. References must outlive it; functions may be called by any thread. The catalogue and the
/// pipeline are always there, the rest may be missing: its routes then answer 503.
struct Services {
  catalogue::Catalogue& catalogue;
  collect::Pipeline& pipeline;
  const Clock& clock;
  Log& log;
  const collect::Loader* loader = nullptr;
  ResultsSource results;
  BackUp back_up;
  std::vector<ReadinessCheck> readiness;
  ManualClock* test_clock = nullptr;  ///< test mode: the clock that POST /api/v1/test/clock sets
  std::string version;                ///< of the program, for /api/v1/status and splitplot_build_info
  std::span<const SiteFile> site;     ///< the dashboard; none: its paths answer 404
  collect::LiveTraffic* traffic = nullptr;
  ExperimentSources experiments;
  FileAnalyses* files = nullptr;
  TruthSource truth;                                         ///< of a demo; without it its route answers 404
  const context::RequestContext* request_context = nullptr;  ///< null: nothing is derived from requests
};

/// Times and sizes that no client can exceed. Sizes of bodies are limited per route (docs/formats/http-api.md).
struct ServerLimits {
  std::size_t connections = 4096;          ///< open at once; more are answered 503 and closed
  std::size_t header_bytes = 16UL * 1024;  ///< request line and header fields
  std::size_t header_fields = 100;
  std::chrono::milliseconds header_time{
      10'000};                                  ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds body_time{30'000};  ///< from there to the end of the body
  std::chrono::milliseconds idle_time{75'000};  ///< between requests; longer than the 60 s of common proxies
  std::chrono::milliseconds write_time{60'000};  ///< for the client to take the answer
  std::size_t waiting_tasks = 64;                ///< for the pool; more are answered 503
};

/// Event streams: connections that stay, on which a client is told of changes. They do not count as connections of
/// ServerLimits.
struct StreamLimits {
  std::size_t streams = 20'000;                ///< open at once; 0: none are offered
  std::size_t streams_of_connection = 15'000;  ///< with keys of one connection, such as a shop's client key
  std::chrono::milliseconds heartbeat_least{15'000};  ///< each stream has its own rhythm between these two
  std::chrono::milliseconds heartbeat_most{30'000};
  /// When clients come back after their stream broke, each at a time of its own: ten thousand that are dropped at once
  /// return over half a minute.
  std::chrono::milliseconds retry_least{1'000};
  std::chrono::milliseconds retry_most{32'000};
  std::chrono::milliseconds message_time{30'000};  ///< for the client to take a message; then it is dropped
  std::chrono::milliseconds gathering_time{50};    ///< changes within this time are told as one
  std::size_t socket_buffer_bytes = 128UL * 1024;  ///< what the kernel keeps of messages that are not read
};

enum class AccessLog { Off, On };

/// Whose requests come from the visitor that they are about, so that their address and headers say something of them.
enum class VisitorRequests {
  Client,  ///< those with a client key, as browsers and apps have it
  All,     ///< also those of servers: they pass on the address and the headers of their visitors
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: any that is free
  unsigned io_threads = 2;
  unsigned pool_threads = 2;
  ServerLimits limits;
  StreamLimits streams;
  AccessLog access_log = AccessLog::Off;  ///< a debug line for each request
  /// "https://ab.example.org": how clients reach the server, where a proxy stands before it; told to Segment clients.
  /// Empty: http and the Host of the request.
  std::string public_url;
  TrustedProxies trusted_proxies;  ///< whose X-Forwarded-For is believed
  VisitorRequests visitor_requests = VisitorRequests::Client;
};

class Server {
 public:
  /// Listens and serves. Errors: InvalidArgument (the address), Unavailable (it is in use, or not ours).
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(Services services,
                                                             const ServerOptions& options = {});
  /// Stops with a grace of zero, if it runs.
  virtual ~Server() = default;

  /// The port that it listens on.
  [[nodiscard]] virtual std::uint16_t port() const = 0;

  /// Stops accepting, closes idle connections, answers what was asked, closes what is not done within the grace. The
  /// pipeline must still run. Returns when no request is running any more; may be called once more without effect.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

/// Whether one can listen there now, for a program that has long work to do before it does. Errors: as of Server::start.
[[nodiscard]] Result<void> check_can_listen(const std::string& address, std::uint16_t port);

}  // namespace splitplot::serve
