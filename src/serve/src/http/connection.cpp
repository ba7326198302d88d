#include "http/connection.hpp"

#include "http/target.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>

namespace splitplot::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::milliseconds kSweepInterval{100};
constexpr std::size_t kReadBytes = 16UL * 1024;
/// A refused body of at most this size is read all the same, so that the connection can be kept.
constexpr std::size_t kReadAnyway = 64UL * 1024;
/// After an answer to a request that was not read to its end, so much is read and thrown away; closing at once would
/// reset the connection, and the client would not see the answer.
constexpr std::size_t kDrainBytes = 64UL * 1024 * 1024;
constexpr std::chrono::milliseconds kDrainTime{1000};

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::Get;
    case http::verb::head:
      return Method::Head;
    case http::verb::post:
      return Method::Post;
    case http::verb::put:
      return Method::Put;
    case http::verb::patch:
      return Method::Patch;
    case http::verb::delete_:
      return Method::Delete;
    case http::verb::options:
      return Method::Options;
    default:
      return Method::Other;
  }
}

std::string_view std_view(beast::string_view text) {
  return {text.data(), text.size()};
}

int status_of(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::bad_version) return 505;
  return 400;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

bool is_bodiless(int status) {
  return status == 204 || status == 304;
}

/// As Request::address; empty if it is gone already.
std::string address_of(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  const asio::ip::address address = endpoint.address();
  if (address.is_v4()) return address.to_string();
  const asio::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, six).to_string();
  return six.to_string();
}

/// As Request::peer.
std::string peer_of(const std::string& address) {
  error_code error;
  const asio::ip::address read = asio::ip::make_address(address, error);
  if (error || read.is_v4()) return address;
  auto bytes = read.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6(bytes).to_string();
}

}  // namespace

IoThread::IoThread(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)),
      guard_(context_.get_executor()),
      sweep_timer_(context_),
      streams_(context_, shared_->streams) {}

void IoThread::run() {
  sweep();
  thread_ = std::thread([this] { context_.run(); });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::adopt(Socket socket) {
  if (winding_down_) {
    error_code ignored;
    socket.close(ignored);
    shared_->closed_one();
    return;
  }
  auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket));
  connections_.emplace(connection.get(), connection);
  connection->begin();
}

void IoThread::forget(const Connection& connection) {
  if (connections_.erase(&connection) != 0) shared_->closed_one();
}

void IoThread::adopt_stream(Socket socket, std::string head, StreamAnswer answer) {
  if (winding_down_) return;  // the socket closes with its owner
  streams_.adopt(std::move(socket), std::move(head), std::move(answer),
                 [weak = weak_from_this()](std::function<void()> function) {
                   if (const auto self = weak.lock()) self->post(std::move(function));
                 });
}

void IoThread::wind_down() {
  winding_down_ = true;
  streams_.close_all();
  const auto connections = connections_;  // closing takes them out of the map
  for (const auto& [key, connection] : connections) connection->wind_down();
}

void IoThread::finish() {
  winding_down_ = true;
  {
    const std::lock_guard lock(mailbox_mutex_);
    mailbox_open_ = false;
  }
  streams_.close_all();
  const auto connections = connections_;
  for (const auto& [key, connection] : connections) connection->close();
  sweep_timer_.cancel();
  guard_.reset();
}

void IoThread::sweep() {
  date_ = http_date();
  const auto now = std::chrono::steady_clock::now();
  const auto connections = connections_;
  for (const auto& [key, connection] : connections) connection->close_if_late(now);
  streams_.sweep(now);
  sweep_timer_.expires_after(kSweepInterval);
  sweep_timer_.async_wait([this](const error_code& error) {
    if (!error && mailbox_open_) sweep();
  });
}

Connection::Connection(std::shared_ptr<IoThread> home, Socket socket)
    : home_(std::move(home)),
      socket_(std::move(socket)),
      address_(address_of(socket_)),
      peer_(peer_of(address_)),
      buffer_(home_->shared().limits.header_bytes + 64UL * 1024),
      exchange_(home_->shared().application.make_exchange()) {}

void Connection::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
}

void Connection::close_if_late(Time now) {
  if (now < deadline_) return;
  if (phase_ == Phase::Header || phase_ == Phase::Body) {
    refuse(408, "the request took too long to arrive");
  } else {
    close();
  }
}

void Connection::wind_down() {
  if (phase_ == Phase::Idle) close();
}

void Connection::close() {
  if (phase_ == Phase::Closed) return;
  phase_ = Phase::Closed;
  error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
  home_->forget(*this);
}

void Connection::next_request() {
  if (home_->winding_down()) {
    close();
    return;
  }
  parser_.emplace();
  parser_->eager(false);
  parser_->header_limit(static_cast<std::uint32_t>(home_->shared().limits.header_bytes));
  parser_->body_limit(boost::none);  // the route's limit is set once the route is known
  refusal_.reset();
  admitted_ = false;
  phase_ = Phase::Idle;
  set_deadline(home_->shared().limits.idle_time);
  advance();
}

void Connection::advance() {
  if (phase_ == Phase::Idle || phase_ == Phase::Header) {
    read_header();
  } else if (phase_ == Phase::Body) {
    read_body();
  }
}

void Connection::read_more() {
  const std::size_t room = buffer_.max_size() - buffer_.size();
  if (room == 0) {
    refuse(400, "the request has a line that is too long");
    return;
  }
  socket_.async_read_some(buffer_.prepare(std::min(room, kReadBytes)),
                          [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                            if (self->phase_ > Phase::Body) return;  // refused meanwhile, or closed
                            if (error) {
                              self->close();
                              return;
                            }
                            self->buffer_.commit(bytes);
                            self->advance();
                          });
}

void Connection::read_header() {
  if (phase_ == Phase::Idle) {
    if (buffer_.size() == 0) {
      read_more();
      return;
    }
    phase_ = Phase::Header;
    exchange_->begun = std::chrono::steady_clock::now();
    deadline_ = exchange_->begun + home_->shared().limits.header_time;
  }
  error_code error;
  buffer_.consume(parser_->put(buffer_.data(), error));
  if (parser_->is_header_done() && !error) {
    header_complete();
  } else if (!error || error == http::error::need_more) {
    read_more();
  } else {
    refuse(status_of(error), "the request is not well-formed HTTP/1.1");
  }
}

std::optional<int> Connection::fault_of_header() const {
  const auto& message = parser_->get();
  if (exchange_->request.headers.size() > home_->shared().limits.header_fields) return 431;
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) return 400;
  // Anything but exactly one "chunked" is where proxies and servers disagree about the end of a request.
  const auto encodings = message.count(http::field::transfer_encoding);
  if (encodings > 1 || (encodings == 1 && message.version() == 10)) return 400;
  if (message.count(http::field::content_length) > 1) return 400;  // Beast takes several that agree
  if (encodings == 1 && !equal_ignoring_case(std_view(message[http::field::transfer_encoding]), "chunked")) {
    return 501;
  }
  const auto expectation = message[http::field::expect];
  if (!expectation.empty() && !equal_ignoring_case(std_view(expectation), "100-continue")) return 417;
  return {};
}

void Connection::describe_request() {
  Request& request = exchange_->request;
  const auto& message = parser_->get();
  request.method = method_of(message.method());
  request.peer = peer_;
  request.address = address_;
  request.body.clear();
  request.headers.clear();
  for (const auto& field : message) {
    request.headers.push_back({std_view(field.name_string()), std_view(field.value())});
  }
}

void Connection::header_complete() {
  describe_request();
  if (const std::optional<int> status = fault_of_header()) {
    refuse(*status, "the header fields of the request cannot be accepted");
    return;
  }
  const std::optional<Target> target = split_target(std_view(parser_->get().target()));
  if (!target) {
    refuse(400, "the request target is no path");
    return;
  }
  exchange_->request.path = target->path;
  exchange_->request.query = target->query;
  admitted_ = true;
  refusal_ = home_->shared().application.admit(*exchange_);
  if (parser_->is_done()) {
    body_complete();
    return;
  }
  expect_body();
}

void Connection::expect_body() {
  const auto length = parser_->content_length();
  const bool continues = !parser_->get()[http::field::expect].empty() && parser_->get().version() == 11;
  std::size_t limit = exchange_->body_limit;
  if (refusal_) {
    if (!length || *length > kReadAnyway || continues) {
      close_after_ = true;
      phase_ = Phase::Answer;
      respond(*std::exchange(refusal_, std::nullopt));
      return;
    }
    limit = kReadAnyway;
  }
  if (length && *length > limit) {
    refuse(413, "the body is larger than this route takes");
    return;
  }
  parser_->body_limit(limit);
  parser_->eager(true);
  phase_ = Phase::Body;
  set_deadline(home_->shared().limits.body_time);
  if (!continues || buffer_.size() != 0) {
    read_body();
    return;
  }
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      if (self->phase_ != Phase::Body) return;
                      if (error) {
                        self->close();
                      } else {
                        self->read_body();
                      }
                    });
}

void Connection::read_body() {
  if (buffer_.size() == 0) {
    read_more();
    return;
  }
  error_code error;
  buffer_.consume(parser_->put(buffer_.data(), error));
  if (error && error != http::error::need_more) {
    refuse(status_of(error), error == http::error::body_limit ? "the body is larger than this route takes"
                                                              : "the body is not well-formed HTTP/1.1");
  } else if (parser_->is_done()) {
    body_complete();
  } else {
    read_more();
  }
}

void Connection::body_complete() {
  phase_ = Phase::Answer;
  deadline_ = Time::max();
  if (refusal_) {
    respond(*std::exchange(refusal_, std::nullopt));
    return;
  }
  exchange_->request.body = std::move(parser_->get().body());
  std::optional<Response> response =
      home_->shared().application.answer(*exchange_, [this] { return make_responder(); });
  if (response) respond(std::move(*response));
}

Responder Connection::make_responder() {
  return Responder([self = shared_from_this()](Response response) {
    self->home_->post([self, response = std::move(response)]() mutable {
      if (self->phase_ == Phase::Answer) self->respond(std::move(response));
    });
  });
}

void Connection::refuse(int status, std::string_view what) {
  close_after_ = true;
  std::string_view path;
  if (parser_->is_header_done()) path = std_view(parser_->get().target());
  path = path.substr(0, path.find('?'));
  Response response = home_->shared().application.refuse(status, path, what);
  if (admitted_) home_->shared().application.finish(*exchange_, response);
  error_code ignored;
  socket_.cancel(ignored);  // a read may be under way
  write(std::move(response));
}

void Connection::respond(Response response) {
  home_->shared().application.finish(*exchange_, response);
  write(std::move(response));
}

void Connection::write(Response response) {
  phase_ = Phase::Write;
  set_deadline(home_->shared().limits.write_time);
  response_ = std::move(response);
  const bool head_only = parser_->is_header_done() && parser_->get().method() == http::verb::head;
  const bool is_stream = response_.stream != nullptr;
  close_after_ = close_after_ || is_stream || !parser_->keep_alive() || home_->winding_down();
  head_ = head_of(response_);
  if (is_stream && !head_only) {
    become_stream(std::move(*response_.stream));
    return;
  }
  if (is_bodiless(response_.status) || head_only) response_.body.clear();
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(head_), asio::buffer(response_.body)};
  asio::async_write(socket_, pieces, [self = shared_from_this()](const error_code& error, std::size_t) {
    self->on_written(error);
  });
}

std::string Connection::head_of(const Response& response) const {
  std::string head = "HTTP/1.1 ";
  head.append(std::to_string(response.status)).append(" ");
  head.append(reason_phrase(response.status)).append("\r\nDate: ").append(home_->date());
  if (!is_bodiless(response.status)) {
    if (!response.content_type.empty()) head.append("\r\nContent-Type: ").append(response.content_type);
    // The end of a stream is that of its connection.
    if (response.stream == nullptr) {
      head.append("\r\nContent-Length: ").append(std::to_string(response.body.size()));
    }
  }
  head.append("\r\n").append(response.headers.text());
  if (close_after_) {
    head.append("Connection: close\r\n");
  } else if (parser_->get().version() == 10) {
    head.append("Connection: keep-alive\r\n");
  }
  return head.append("\r\n");
}

/// The parser and its buffers, which a stream needs no more, go with the connection.
void Connection::become_stream(StreamAnswer answer) {
  phase_ = Phase::Closed;
  home_->adopt_stream(std::move(socket_), std::move(head_), std::move(answer));
  home_->forget(*this);
}

void Connection::on_written(const error_code& error) {
  if (phase_ != Phase::Write) return;
  if (error) {
    close();
    return;
  }
  if (!close_after_) {
    next_request();
    return;
  }
  if (parser_->is_done() && buffer_.size() == 0) {
    close();
    return;
  }
  phase_ = Phase::Drain;
  set_deadline(kDrainTime);
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  drain();
}

void Connection::drain() {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(kReadBytes),
                          [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                            if (self->phase_ != Phase::Drain) return;
                            self->drained_ += bytes;
                            if (error || self->drained_ > kDrainBytes) {
                              self->close();
                            } else {
                              self->drain();
                            }
                          });
}

}  // namespace splitplot::serve
