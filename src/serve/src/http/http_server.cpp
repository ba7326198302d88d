#include "http/http_server.hpp"

#include "http/connection.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace splitplot::serve {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

constexpr std::chrono::milliseconds kRestAfterFailedAccept{100};
/// In OFREP's form, which is as good as any for a client whose request was not read.
std::string too_many_connections() {
  const std::string body =
      R"({"errorCode":"GENERAL","errorDetails":"the server has too many connections open","metadata":{}})";
  return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\nRetry-After: 1\r\nConnection: close\r\n\r\n" + body;
}

/// Opens the acceptor and says at which port it listens.
Result<std::uint16_t> open_at(Acceptor& acceptor, const std::string& address, std::uint16_t port) {
  error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (error) {
    return fail(ErrorCode::InvalidArgument, "'" + address + "' is no IP address to listen on",
                "give one such as 127.0.0.1, 0.0.0.0 or ::");
  }
  const tcp::endpoint endpoint(parsed, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  std::uint16_t listening = port;
  if (!error) listening = acceptor.local_endpoint(error).port();
  if (error) {
    return fail(ErrorCode::Unavailable,
                "cannot listen on " + address + " port " + std::to_string(port) + ": " + error.message(),
                "another program may hold it; choose another port");
  }
  return listening;
}

class AsioServer final : public HttpServer {
 public:
  AsioServer(unsigned io_threads, const ServerLimits& limits, const StreamLimits& streams,
             Application& application, Log& log)
      : shared_(std::make_shared<Shared>(application, limits, streams)), log_(log) {
    for (unsigned thread = 0; thread < std::max(1U, io_threads); ++thread) {
      threads_.push_back(std::make_shared<IoThread>(shared_));
    }
    acceptor_ = std::make_unique<Acceptor>(threads_.front()->context().get_executor());
    rest_ = std::make_unique<asio::steady_timer>(threads_.front()->context());
  }

  ~AsioServer() override { stop_now({}); }

  Result<void> listen(const std::string& address, std::uint16_t port) {
    const auto listening = open_at(*acceptor_, address, port);
    if (!listening) return tl::unexpected(listening.error());
    port_ = *listening;
    return {};
  }

  void run() {
    running_ = true;
    accept();
    for (const auto& thread : threads_) thread->run();
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void stop(std::chrono::milliseconds grace) override { stop_now(grace); }

 private:
  void stop_now(std::chrono::milliseconds grace) {
    if (!std::exchange(running_, false)) return;
    threads_.front()->post([this] {
      error_code ignored;
      acceptor_->close(ignored);
      rest_->cancel();
    });
    for (const auto& thread : threads_) thread->post([thread] { thread->wind_down(); });
    {
      std::unique_lock lock(shared_->mutex);
      shared_->none_open.wait_for(lock, grace, [&] { return shared_->open == 0; });
    }
    for (const auto& thread : threads_) thread->post([thread] { thread->finish(); });
    for (const auto& thread : threads_) thread->join();
  }

  void accept() {
    IoThread& home = *threads_[next_++ % threads_.size()];
    acceptor_->async_accept(home.context(), [this, &home](const error_code& error, Socket socket) {
      if (!acceptor_->is_open()) return;
      if (error) {
        rest_after(error);
        return;
      }
      take(home, std::move(socket));
      accept();
    });
  }

  /// Out of file descriptors, mostly: the connections that are open go on.
  void rest_after(const error_code& error) {
    log_.warn("cannot accept a connection", {{"error", error.message()}});
    rest_->expires_after(kRestAfterFailedAccept);
    rest_->async_wait([this](const error_code& cancelled) {
      if (!cancelled && acceptor_->is_open()) accept();
    });
  }

  void take(IoThread& home, Socket socket) {
    error_code ignored;
    if (shared_->open >= shared_->limits.connections) {
      socket.non_blocking(true, ignored);
      socket.send(asio::buffer(too_many_), 0, ignored);
      socket.close(ignored);
      return;
    }
    ++shared_->open;
    socket.set_option(tcp::no_delay(true), ignored);
    home.post([&home, socket = std::move(socket)]() mutable { home.adopt(std::move(socket)); });
  }

  std::shared_ptr<Shared> shared_;
  Log& log_;
  std::vector<std::shared_ptr<IoThread>> threads_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<asio::steady_timer> rest_;
  const std::string too_many_ = too_many_connections();
  std::size_t next_ = 0;
  std::uint16_t port_ = 0;
  bool running_ = false;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, std::uint16_t port,
                                                      unsigned io_threads, const ServerLimits& limits,
                                                      const StreamLimits& streams, Application& application,
                                                      Log& log) {
  auto server = std::make_unique<AsioServer>(io_threads, limits, streams, application, log);
  if (Result<void> listening = server->listen(address, port); !listening) {
    return tl::unexpected(listening.error());
  }
  server->run();
  return server;
}

Result<void> check_can_listen(const std::string& address, std::uint16_t port) {
  asio::io_context context;
  Acceptor acceptor(context.get_executor());
  const auto listening = open_at(acceptor, address, port);
  if (!listening) return tl::unexpected(listening.error());
  return {};
}

}  // namespace splitplot::serve
