/// One event, whatever wire format it came in: what the journal holds and the warehouse gets.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace splitplot::collect {

enum class EventType { Track, Identify, Page, Screen, Group, Alias };

[[nodiscard]] std::string_view name_of(EventType type);

/// Times as design says: what the client said, what we saw, and the one that counts.
struct EventTimes {
  std::optional<Timestamp> client;
  std::optional<Timestamp> sent;
  Timestamp received;
  Timestamp corrected;  ///< received - (sent - client), bounded by received
};

/// A unit met a variant.
struct Exposure {
  std::string experiment;
  std::string variant;
  /// As they were at this moment; set when the event is sequenced.
  std::vector<decide::SegmentLabel> segments;
  Value attributes;            ///< values of the experiment's dimensions at this moment, an object
  std::uint64_t revision = 0;  ///< of the configuration
};

struct Event {
  std::string environment;  ///< "project/environment"
  std::string source;       ///< connection key
  std::string message_id;
  EventType type = EventType::Track;
  EventTimes times;
  std::string user_id;       ///< empty: not given
  std::string anonymous_id;  ///< empty: not given
  std::string group_id;      ///< Group only
  std::string previous_id;   ///< Alias only
  std::string name;          ///< of a Track, Page or Screen
  Value properties;          ///< an object or null; of an Identify or Group: its traits
  Value context;             ///< an object or null
  std::optional<Exposure> exposure;

  /// Who it is about: the user if known, else the device.
  [[nodiscard]] Unit unit() const;
};

/// An event that was refused, with the reason; kept to be looked at.
struct RejectedEvent {
  std::string environment;
  std::string source;
  Timestamp received;
  std::string reason;   ///< code: "no_user", "oversize", "bad_type", ...
  std::string message;  ///< a sentence with the place
  std::string body;     ///< as received, at most 32 KB
};

/// What a journal record holds. The bytes carry a format version; see docs/formats/journal.md.
using Record = std::variant<Event, RejectedEvent>;

[[nodiscard]] std::string encode(const Record& record);
/// Errors: BadData (damaged, or of a newer format).
[[nodiscard]] Result<Record> decode(std::string_view bytes);

}  // namespace splitplot::collect
