/// Sockets: accepts connections and carries requests to an Application. Each connection belongs to one I/O thread and
/// is touched by no other, so that there are no locks; answers from other threads are posted to it.
#pragma once

#include "http/application.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/base/result.hpp>
#include <splitplot/serve/server.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace splitplot::serve {

class HttpServer {
 public:
  /// `application` and `log` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const std::string& address,
                                                                 std::uint16_t port, unsigned io_threads,
                                                                 const ServerLimits& limits,
                                                                 const StreamLimits& streams,
                                                                 Application& application, Log& log);
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// As Server::stop.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace splitplot::serve
