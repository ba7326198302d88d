/// Tells subscribers that the configuration changed, or that the time of one of its schedules has come. A topic is an environment in the words of one protocol; its frame
/// is made once for each change, when somebody listens, and sent to all: `subscribe` gives a response the stream that
/// makes it go on, and the I/O threads do the rest (http/streams.hpp). Frames are made on a thread of its own, so that a
/// large one holds up no decision.
#pragma once

#include "http/message.hpp"
#include "http/stream_answer.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/serve/server.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace splitplot::serve {

/// What subscribers are told of a snapshot.
struct StreamEvent {
  /// Names the state: the same for as long as subscribers need not be told, also after a restart. One line, at most 64
  /// bytes.
  std::string id;
  std::string
      name;  ///< of the event; empty: the frame has no "event:" line, which clients take for "message"
  std::string data;
};

/// Called on the broadcaster's thread, whenever the snapshot changed or has a turning point, and somebody listens; may
/// take its time.
using StreamRender = std::function<StreamEvent(const decide::Snapshot& snapshot)>;

struct StreamTopic {
  catalogue::Scope scope;
  std::string
      format;  ///< "ofrep", "growthbook/mobile": names everything that `render` depends on but the snapshot
  StreamRender render;
};

/// Why there can be no further stream.
enum class NoStream {
  Off,             ///< the server offers none
  TooMany,         ///< of all clients
  TooManyOfThese,  ///< of this connection
};

/// Names the time between two turning points of the snapshot, for ids of what changes there: empty before the first.
[[nodiscard]] std::string turn_at(const decide::Snapshot& snapshot, Timestamp now);

/// The event as it goes over the wire; every line of the data is one of the frame.
[[nodiscard]] std::string frame_of(const StreamEvent& event);

/// Any thread.
class Broadcaster {
 public:
  /// Catalogue, clock and log must outlive it.
  Broadcaster(catalogue::Catalogue& catalogue, const StreamLimits& limits, const Clock& clock, Log& log);
  Broadcaster(const Broadcaster&) = delete;
  Broadcaster& operator=(const Broadcaster&) = delete;
  ~Broadcaster();

  /// What Response::stream takes. The subscriber gets the newest state at once, unless `known_id` names it, and then
  /// every change; its stream ends with its key.
  [[nodiscard]] tl::expected<std::shared_ptr<StreamAnswer>, NoStream> subscribe(
      const StreamTopic& topic, const catalogue::Principal& principal, std::string_view known_id);

  /// Whether `subscribe` would let the principal in now.
  [[nodiscard]] std::optional<NoStream> refusal(const catalogue::Principal& principal) const;

  [[nodiscard]] const StreamCounts& counts() const { return *counts_; }

  /// No frames are made any more; waits for the one that is being made.
  void stop();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Topic;
  struct Places;
  using TopicName = std::pair<catalogue::Scope, std::string>;

  std::shared_ptr<Topic> topic_named(const StreamTopic& topic);
  void note_changes(const std::vector<catalogue::Scope>& scopes);
  void run();
  [[nodiscard]] std::optional<Time> next_due() const;
  [[nodiscard]] std::optional<Timestamp> next_turn() const;
  void note_turns();
  [[nodiscard]] std::vector<std::shared_ptr<Topic>> take_due(Time now);
  void produce_due(std::unique_lock<std::mutex>& lock);
  /// Answers when the frame is no longer right, by the clock that says `now`.
  std::optional<Timestamp> produce(Topic& topic, Timestamp now);

  catalogue::Catalogue& catalogue_;
  const Clock& clock_;
  Log& log_;
  const std::chrono::milliseconds gathering_time_;
  const std::shared_ptr<StreamCounts> counts_ = std::make_shared<StreamCounts>();
  const std::shared_ptr<Places> places_;

  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  std::map<TopicName, std::weak_ptr<Topic>> topics_;  ///< live as long as somebody listens
  bool stopping_ = false;

  std::unique_ptr<catalogue::Watch> watch_;
  std::thread thread_;
};

}  // namespace splitplot::serve
