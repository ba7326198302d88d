/// The thread that keeps the rules current: once from disk, then from the server, by its stream, or asking now and then where
/// there is none.
#pragma once

#include "backoff.hpp"
#include "current_rules.hpp"
#include "event_stream_parser.hpp"
#include "http_session.hpp"
#include "rules_file.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/client/options.hpp>
#include <splitplot/client/state.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace splitplot::client {

class Updater {
 public:
  Updater(const Options& options, CurrentRules& current);
  ~Updater();
  Updater(const Updater&) = delete;
  Updater& operator=(const Updater&) = delete;

  /// Reads what is on disk, begins to ask, waits until the server answered or `patience` is over.
  void start(std::chrono::milliseconds patience);
  void stop();

  /// All but the events.
  [[nodiscard]] State state() const;

 private:
  struct Attempt {
    enum class Outcome { Done, Failed, Refused } outcome = Outcome::Failed;
    std::optional<std::chrono::milliseconds> asked;  ///< for how long to stay away
  };

  /// A cache on the way may answer older rules than the stream told already.
  enum class Older { Taken, Ignored };

  void run();
  void read_file();
  /// Asks for the rules once.
  Attempt fetch(Older older);
  /// Listens until the stream ends.
  Attempt listen();
  void hear(const StreamEvent& event);
  void refresh();
  /// False: they cannot be read, and those before hold on.
  bool accept(std::string payload, std::string id, Older older);
  /// The server said or showed that nothing has changed.
  void confirm();
  void link(Link link);
  void failed(const std::string& what, LogLevel level = LogLevel::Warning);
  void say(LogLevel level, const std::string& message) const;
  bool pause(std::chrono::milliseconds time);
  [[nodiscard]] std::vector<std::string> headers() const;

  const Options& options_;
  CurrentRules& current_;
  RulesFile file_;
  HttpSession stream_http_;
  HttpSession fetch_http_;
  Backoff backoff_;
  std::chrono::steady_clock::time_point next_fetch_;
  bool is_behind_ = false;  ///< the newest rules could not be read: nothing confirms those that hold
  std::string id_;  ///< of the rules that hold, as the server's ETag and events have it; of this thread alone
  std::chrono::steady_clock::time_point next_file_;  ///< when the time on disk is written anew

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_;
  std::optional<Timestamp> confirmed_;
  bool has_tried_ = false;
  bool is_stopped_ = false;
  std::jthread thread_;
};

}  // namespace splitplot::client
