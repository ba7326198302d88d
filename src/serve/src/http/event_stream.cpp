#include "http/event_stream.hpp"

#include "http/streams.hpp"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace splitplot::serve {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// A client has nothing to say on a stream. What it says all the same, such as a pipelined request, is thrown away.
constexpr std::size_t kMostThrownAway = 64UL * 1024;

constexpr std::chrono::milliseconds kKernelLater{5000};

const std::shared_ptr<const std::string>& ping() {
  static const auto text = std::make_shared<const std::string>(": ping\n\n");
  return text;
}

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

/// What the kernel keeps of unread messages is bounded, and a client that vanished without a word is given up soon after
/// the time that it has for a message: otherwise the kernel tries for a quarter of an hour.
void prepare(Socket& socket, const StreamLimits& limits) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  const int buffer = static_cast<int>(limits.socket_buffer_bytes);
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  const auto timeout = static_cast<unsigned>((limits.message_time + kKernelLater).count());
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

}  // namespace

EventStream::EventStream(Streams& home, Socket socket, StreamAnswer answer)
    : home_(home), socket_(std::move(socket)), answer_(std::move(answer)) {
  prepare(socket_, home_.limits());
}

void EventStream::begin(std::string head, Time now) {
  ++answer_.counts->open;
  ++answer_.counts->begun;
  // The clients of a server that goes away must not all come back in the same second.
  const auto retry = home_.between(home_.limits().retry_least, home_.limits().retry_most);
  head.append("retry: ").append(std::to_string(retry.count())).append("\n\n");
  set_next_beat(now);
  await_client();
  send(std::make_shared<const std::string>(std::move(head)));
  catch_up();
}

void EventStream::set_next_beat(Time now) {
  next_beat_ = now + home_.between(home_.limits().heartbeat_least, home_.limits().heartbeat_most);
}

void EventStream::catch_up() {
  if (closed_) return;
  auto newest = answer_.channel->newest();
  if (newest == nullptr || newest->id == answer_.known_id) return;
  answer_.known_id = newest->id;
  if (sending_ != nullptr) {
    if (waiting_ != nullptr) ++answer_.counts->skipped;
    waiting_ = std::move(newest);
    return;
  }
  is_message_ = true;
  const std::string* frame = &newest->frame;
  send(Bytes(std::move(newest), frame));
}

void EventStream::send(Bytes bytes) {
  sending_ = std::move(bytes);
  sent_ = 0;
  deadline_ = std::chrono::steady_clock::now() + home_.limits().message_time;
  write();
}

void EventStream::write() {
  while (sending_ != nullptr && !closed_) {
    error_code error;
    const std::size_t left = sending_->size() - sent_;
    sent_ += socket_.write_some(asio::buffer(sending_->data() + sent_, left), error);
    if (would_block(error)) {
      await_room();
      return;
    }
    if (error) {
      close();
      return;
    }
    if (sent_ < sending_->size()) continue;
    if (std::exchange(is_message_, false)) ++answer_.counts->messages;
    sending_.reset();
    sent_ = 0;
    deadline_ = Time::max();
    if (waiting_ == nullptr) return;
    is_message_ = true;
    const std::string* frame = &waiting_->frame;
    sending_ = Bytes(std::move(waiting_), frame);
    waiting_.reset();
    deadline_ = std::chrono::steady_clock::now() + home_.limits().message_time;
  }
}

void EventStream::await_room() {
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code& error) {
    if (!error) self->write();
  });
}

void EventStream::await_client() {
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this()](const error_code& error) { self->on_client(error); });
}

void EventStream::on_client(const error_code& error) {
  if (closed_ || error) return;
  std::array<char, 4096> bytes;
  error_code read_error;
  thrown_away_ += socket_.read_some(asio::buffer(bytes), read_error);
  if (thrown_away_ > kMostThrownAway) {
    ++answer_.counts->dropped;
    close();
  } else if (read_error && !would_block(read_error)) {
    close();  // also one that only ended its own sending: whoever reads a stream keeps its side open
  } else {
    await_client();
  }
}

void EventStream::beat(Time now) {
  if (now >= deadline_) {
    ++answer_.counts->dropped;
    close();
    return;
  }
  if (now < next_beat_) return;
  set_next_beat(now);
  if (answer_.may_go_on && !answer_.may_go_on()) {
    ++answer_.counts->withdrawn;
    close();
    return;
  }
  if (sending_ == nullptr) send(ping());
}

void EventStream::close() {
  if (std::exchange(closed_, true)) return;
  --answer_.counts->open;
  sending_.reset();
  waiting_.reset();
  answer_.place.reset();
  error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);
  socket_.close(ignored);
  home_.remove(*this);
}

}  // namespace splitplot::serve
