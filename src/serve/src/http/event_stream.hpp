/// One client's event stream: a socket to which messages are written as they come. It holds two messages at most, the
/// one that is being written and the newest behind it, both shared with all other streams, so that a slow reader costs
/// nothing but its socket. Lives on one I/O thread.
#pragma once

#include "http/socket.hpp"
#include "http/stream_answer.hpp"

#include <splitplot/base/random.hpp>
#include <splitplot/serve/server.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace splitplot::serve {

class Streams;

class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  using Time = std::chrono::steady_clock::time_point;

  EventStream(Streams& home, Socket socket, StreamAnswer answer);

  /// Sends the head of the response, and the newest message to who does not know it yet.
  void begin(std::string head, Time now);
  /// Sends the newest message of the channel, unless it was sent.
  void catch_up();
  /// Closes what is late; otherwise sends a comment, where it is time for one.
  void beat(Time now);
  void close();

  [[nodiscard]] const std::shared_ptr<Channel>& channel() const { return answer_.channel; }

 private:
  friend class Streams;
  using Bytes = std::shared_ptr<const std::string>;

  void send(Bytes bytes);
  void write();
  void await_room();
  void await_client();
  void on_client(const boost::system::error_code& error);
  void set_next_beat(Time now);

  Streams& home_;
  Socket socket_;
  StreamAnswer answer_;
  Bytes sending_;
  std::size_t sent_ = 0;  ///< bytes of it
  bool is_message_ = false;
  std::shared_ptr<const StreamMessage> waiting_;
  Time deadline_ = Time::max();  ///< for what is being sent
  Time next_beat_;
  std::size_t thrown_away_ = 0;  ///< bytes that the client sent
  bool closed_ = false;
  std::size_t place_ = 0;  ///< in its group, kept by Streams
};

}  // namespace splitplot::serve
