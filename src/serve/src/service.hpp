/// The application behind the sockets: finds the route, checks who asks, unpacks the body, runs the handler, and puts on
/// every answer what all answers carry.
#pragma once

#include "call.hpp"
#include "http/application.hpp"
#include "route.hpp"
#include "worker_pool.hpp"

#include <splitplot/serve/server.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::serve {

class Service final : public Application {
 public:
  Service(const Services& services, const ServerOptions& options);
  ~Service() override;

  [[nodiscard]] std::unique_ptr<Exchange> make_exchange() override;
  std::optional<Response> admit(Exchange& exchange) override;
  std::optional<Response> answer(Exchange& exchange, const ResponderSource& later) override;
  Response refuse(int status, std::string_view path, std::string_view what) override;
  void finish(Exchange& exchange, Response& response) override;

  /// Drops what waits for the pool. No request may come any more.
  void stop();

 private:
  struct Visit;
  std::optional<Response> find_route(Visit& visit) const;
  std::optional<Response> check_permission(Visit& visit) const;
  std::optional<catalogue::Principal> holder_of(std::string_view secret, Visit& visit) const;
  std::optional<Response> unpack_body(Visit& visit) const;
  std::optional<Response> run(Visit& visit, const ResponderSource& later);

  Context context_;
  const Router router_;
  const Mode mode_;
  const AccessLog access_log_;
  WorkerPool pool_;
};

}  // namespace splitplot::serve
