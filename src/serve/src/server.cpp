#include "http/http_server.hpp"
#include "service.hpp"

#include <splitplot/serve/server.hpp>

#include <utility>

namespace splitplot::serve {
namespace {

class RunningServer final : public Server {
 public:
  RunningServer(const Services& services, const ServerOptions& options) : service_(services, options) {}
  ~RunningServer() override { stop_all({}); }

  Result<void> listen(Log& log, const ServerOptions& options) {
    auto http = HttpServer::start(options.address, options.port, options.io_threads, options.limits,
                                  options.streams, service_, log);
    if (!http) return tl::unexpected(std::move(http.error()));
    http_ = std::move(*http);
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return http_->port(); }
  void stop(std::chrono::milliseconds grace) override { stop_all(grace); }

 private:
  void stop_all(std::chrono::milliseconds grace) {
    if (http_ != nullptr) http_->stop(grace);
    service_.stop();
  }

  Service service_;  // outlives the sockets, which call it
  std::unique_ptr<HttpServer> http_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Services services, const ServerOptions& options) {
  auto server = std::make_unique<RunningServer>(services, options);
  if (Result<void> listening = server->listen(services.log, options); !listening) {
    return tl::unexpected(std::move(listening.error()));
  }
  return server;
}

}  // namespace splitplot::serve
