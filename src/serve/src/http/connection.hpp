/// One client's connection, and the I/O thread that it lives on. Only http_server.cpp and connection.cpp see this: it
/// names Beast.
///
/// A connection goes round: Idle -> Header -> Body -> Answer -> Write -> Idle. One request is in hand at a time; what
/// a client sends ahead (pipelining) waits in the buffer. A response that is a stream takes the socket with it, and the
/// connection ends. Deadlines are not timers of their own: the thread sweeps its
/// connections a few times a second, which costs nothing per request.
#pragma once

#include "http/application.hpp"
#include "http/socket.hpp"
#include "http/streams.hpp"

#include <splitplot/serve/server.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace splitplot::serve {

/// What all threads of a server share.
struct Shared {
  Shared(Application& who_answers, const ServerLimits& how_much, const StreamLimits& how_many_streams)
      : application(who_answers), limits(how_much), streams(how_many_streams) {}
  void closed_one() {
    const std::lock_guard lock(mutex);
    if (--open == 0) none_open.notify_all();
  }

  Application& application;
  const ServerLimits limits;
  const StreamLimits streams;
  std::atomic<std::size_t> open{0};  ///< connections; streams are counted elsewhere
  std::mutex mutex;
  std::condition_variable none_open;
};

class Connection;

/// An event loop with its connections. All but `post` and `join` runs on its own thread.
class IoThread : public std::enable_shared_from_this<IoThread> {
 public:
  explicit IoThread(std::shared_ptr<Shared> shared);

  void run();
  void join();
  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] Shared& shared() { return *shared_; }

  /// Runs the function on this thread; drops it once the thread has been told to finish. Any thread.
  template <typename Function>
  void post(Function&& function) {
    const std::lock_guard lock(mailbox_mutex_);
    if (mailbox_open_) boost::asio::post(context_, std::forward<Function>(function));
  }

  void adopt(Socket socket);
  void forget(const Connection& connection);
  /// Goes on with the connection as an event stream.
  void adopt_stream(Socket socket, std::string head, StreamAnswer answer);
  /// Closes the connections that ask for nothing, and the others after their answer.
  void wind_down();
  /// Closes everything; the thread ends.
  void finish();

  [[nodiscard]] bool winding_down() const { return winding_down_; }
  [[nodiscard]] std::string_view date() const { return date_; }

 private:
  void sweep();

  std::shared_ptr<Shared> shared_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::steady_timer sweep_timer_;
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
  Streams streams_;
  std::string date_;
  bool winding_down_ = false;
  std::mutex mailbox_mutex_;
  bool mailbox_open_ = true;
  std::thread thread_;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Connection(std::shared_ptr<IoThread> home, Socket socket);

  void begin() { next_request(); }
  void wind_down();
  void close();
  void close_if_late(Time now);

 private:
  enum class Phase { Idle, Header, Body, Answer, Write, Drain, Closed };
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void next_request();
  void advance();
  void read_header();
  void header_complete();
  void describe_request();
  [[nodiscard]] std::optional<int> fault_of_header() const;
  void expect_body();
  void read_body();
  void body_complete();
  void read_more();
  void refuse(int status, std::string_view what);
  void respond(Response response);
  void write(Response response);
  [[nodiscard]] std::string head_of(const Response& response) const;
  void become_stream(StreamAnswer answer);
  void on_written(const boost::system::error_code& error);
  void drain();
  void set_deadline(std::chrono::milliseconds from_now);
  [[nodiscard]] Responder make_responder();

  std::shared_ptr<IoThread> home_;
  Socket socket_;
  const std::string address_;
  const std::string peer_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::unique_ptr<Exchange> exchange_;
  Phase phase_ = Phase::Idle;
  Time deadline_ = Time::max();
  bool close_after_ = false;
  bool admitted_ = false;
  std::optional<Response> refusal_;  ///< goes out once the body was read and thrown away
  std::size_t drained_ = 0;
  std::string head_;
  Response response_;
};

}  // namespace splitplot::serve
