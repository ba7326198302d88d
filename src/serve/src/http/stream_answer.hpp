/// A response that goes on: what the connection needs to know to become an event stream.
#pragma once

#include "http/channel.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace splitplot::serve {

/// Counted by the streams themselves; read at each scrape of the metrics. Any thread.
struct StreamCounts {
  std::atomic<std::size_t> most{0};  ///< that may be open at once
  std::atomic<std::size_t> open{0};
  std::atomic<std::uint64_t> begun{0};
  std::atomic<std::uint64_t> messages{0};   ///< sent whole
  std::atomic<std::uint64_t> skipped{0};    ///< replaced by a newer one before they were sent
  std::atomic<std::uint64_t> dropped{0};    ///< clients that did not take a message in time, or sent too much
  std::atomic<std::uint64_t> withdrawn{0};  ///< those whose key was taken away
};

struct StreamAnswer {
  std::shared_ptr<Channel> channel;
  std::string known_id;             ///< what the client has seen already; empty: nothing
  std::function<bool()> may_go_on;  ///< asked now and then, on the I/O thread; empty: always
  std::shared_ptr<StreamCounts> counts;
  std::shared_ptr<const void> place;  ///< among the streams that there may be; freed with the stream
};

}  // namespace splitplot::serve
