/// What a client knows of itself: where its rules are from, how old they are, what became of its events. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::client {

enum class RulesFrom { Nowhere, Disk, Server };
/// Streaming: told of each change; Polling: asks now and then, since streams are refused; Away: the server cannot be reached,
/// or refuses.
enum class Link { Away, Polling, Streaming };

/// "nowhere", "disk", "server".
[[nodiscard]] std::string_view name_of(RulesFrom from);
/// "away", "polling", "streaming".
[[nodiscard]] std::string_view name_of(Link link);

struct EventCounts {
  std::uint64_t waiting = 0;
  std::uint64_t sent = 0;     ///< the server has them on disk
  std::uint64_t dropped = 0;  ///< too many waited, or the end came first
  std::uint64_t refused = 0;  ///< the server will never take them
};

struct State {
  RulesFrom rules_from = RulesFrom::Nowhere;
  std::string version;  ///< of the rules: the server's `dateUpdated`
  /// Since the server last said, or let us hear over the stream, that these are its rules; nothing without rules.
  std::optional<std::chrono::milliseconds> age;
  Link link = Link::Away;
  std::string error;  ///< what went wrong last; empty once all is well again
  EventCounts events;
};

}  // namespace splitplot::client
