/// The event streams of one I/O thread, by channel. A new message goes to a few of them at a time, and between those
/// handfuls the thread answers requests, so that ten thousand streams do not hold up a decision.
#pragma once

#include "http/event_stream.hpp"

#include <splitplot/base/random.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace splitplot::serve {

/// All but the constructor runs on the thread of `context`.
class Streams {
 public:
  using Time = EventStream::Time;
  /// Runs a function on the thread, from any thread, as long as there is one.
  using Post = std::function<void(std::function<void()>)>;

  Streams(boost::asio::io_context& context, const StreamLimits& limits);

  /// Takes over the connection of a request that is answered by a stream. `head` is the response up to its body.
  void adopt(Socket socket, std::string head, StreamAnswer answer, const Post& post);
  /// Called every 100 ms: looks after a tenth of the streams, so after each one once a second, or more often where they
  /// are few.
  void sweep(Time now);
  void close_all();

  [[nodiscard]] const StreamLimits& limits() const { return limits_; }
  /// Uniform between the two.
  [[nodiscard]] std::chrono::milliseconds between(std::chrono::milliseconds least,
                                                  std::chrono::milliseconds most);

 private:
  friend class EventStream;
  struct Group {
    std::shared_ptr<Channel> channel;
    std::vector<std::shared_ptr<EventStream>> members;
    std::size_t behind = 0;  ///< members before this one are yet to be told
    bool is_spreading = false;
    std::size_t unswept = 0;  ///< members before this one are yet to be looked after
  };

  Group& group_of(const std::shared_ptr<Channel>& channel, const Post& post);
  void spread(const Channel* channel);
  void spread_slice(const Channel* channel);
  void remove(EventStream& stream);

  boost::asio::io_context& context_;
  const StreamLimits& limits_;
  RandomStream random_;
  std::unordered_map<const Channel*, Group> groups_;
};

}  // namespace splitplot::serve
