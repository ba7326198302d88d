/// What many streams carry the same of: the newest message of a topic. It is prepared once, published by one thread,
/// and read by the I/O threads that hold the connections. It has a history of one: who was away gets the newest.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace splitplot::serve {

/// One message of an event stream. Shared by all who get it, and never changed.
struct StreamMessage {
  std::string id;     ///< what a client sends back as Last-Event-ID; another state has another id
  std::string frame;  ///< the bytes on the wire, from "id:" to the empty line
};

/// Any thread.
class Channel {
 public:
  /// Called on the publishing thread; must only post.
  using Wake = std::function<void()>;

  /// Null as long as nothing was published.
  [[nodiscard]] std::shared_ptr<const StreamMessage> newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
  }

  /// Puts the message in the place of the newest and wakes the listeners.
  void publish(std::shared_ptr<const StreamMessage> message) {
    std::map<const void*, Wake> listeners;
    {
      const std::lock_guard lock(mutex_);
      newest_ = std::move(message);
      listeners = listeners_;
    }
    for (const auto& [who, wake] : listeners) wake();
  }

  /// `who` is only a name. A wake may still come shortly after `leave`.
  void listen(const void* who, Wake wake) {
    const std::lock_guard lock(mutex_);
    listeners_[who] = std::move(wake);
  }
  void leave(const void* who) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(who);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const StreamMessage> newest_;
  std::map<const void*, Wake> listeners_;
};

}  // namespace splitplot::serve
