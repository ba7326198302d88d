/// What a client is told when it starts. Plain values.
#pragma once

#include <splitplot/base/log.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::client {

using std::chrono::milliseconds;

struct Options {
  std::string server;  ///< "https://flags.example"; http and https
  /// Of a connection that may see rules: a server's, or a client's with `local_evaluation`. The same one sends events.
  std::string key;
  std::string
      decryption_key;  ///< of a connection with `encryption`; whether rules are encrypted, they say themselves

  /// Where the last rules are kept for a start without the server; empty: nowhere. A file a program may share with others.
  std::string cache_file;
  /// Rules on disk that are older than this are not used; nothing: however old they are.
  std::optional<milliseconds> oldest_cache;
  milliseconds start_patience{2'000};  ///< how long a start waits for the server

  milliseconds refresh_interval{
      60'000};                         ///< how often rules are asked for while a stream is open, to be sure
  milliseconds poll_interval{30'000};  ///< and where there is none
  milliseconds longest_reconnect_wait{60'000};  ///< between attempts to reach a server that is away

  /// The attribute that names the user of an event.
  std::string user_attribute = "id";
  /// Attributes that go along with exposures and events, so that results can be split by them; nothing: all.
  std::optional<std::vector<std::string>> reported_attributes;
  enum class Exposures {
    Reported,
    Kept
  } exposures = Exposures::Reported;           ///< Kept: to itself, for tests and shadow runs
  milliseconds exposure_window{3'600'000};     ///< a unit's exposure to a variant is sent once in this time
  std::size_t remembered_exposures = 131'072;  ///< units x experiments that are told apart; 8 bytes each

  milliseconds flush_interval{2'000};
  std::size_t most_waiting_events = 10'000;  ///< beyond: the oldest is dropped, and counted
  milliseconds close_patience{3'000};        ///< how long the end waits until what waits is sent

  /// Told of what goes wrong and of what changed, by threads of the client; may be empty. Never given a key.
  std::function<void(LogLevel level, std::string_view message)> log;
};

}  // namespace splitplot::client
