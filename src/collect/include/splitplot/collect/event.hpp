/// One event, whatever wire format it came in: what the journal holds and the warehouse gets. Properties and context
/// stay the JSON text that they are written and loaded as; few events need them as values (`object_of`). Plain values
/// and pure functions.
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

/// The numbers are stored: they never change.
enum class EventType : std::uint8_t { Track = 0, Identify = 1, Page = 2, Screen = 3, Group = 4, Alias = 5 };

[[nodiscard]] std::string_view name_of(EventType type);

/// Times as design says: what the client said, what we saw, and the one that counts.
struct EventTimes {
  std::optional<Timestamp> client;
  std::optional<Timestamp> sent;
  Timestamp received;
  Timestamp corrected;  ///< see corrected_time
  friend bool operator==(const EventTimes&, const EventTimes&) = default;
};

/// When it happened, by our clock: received - (sent - client), so that a client's wrong clock cancels out; without
/// `sent` what the client said; without `client` when we received it. Never later than received, and received where
/// the clocks are so far off that the year would leave 1 to 9999.
[[nodiscard]] Timestamp corrected_time(std::optional<Timestamp> client, std::optional<Timestamp> sent,
                                       Timestamp received);

/// A unit met a variant.
struct Exposure {
  std::string experiment;
  std::string variant;
  // What follows is set when the event is sequenced.
  Unit unit;  ///< of the kind that the experiment randomises; empty id: not known, the event's own counts
  /// As they were at this moment.
  std::vector<decide::SegmentLabel> segments;
  std::string
      attributes_json;  ///< values of the experiment's dimensions at this moment: an object; empty: null
  std::uint64_t revision = 0;  ///< of the configuration
  friend bool operator==(const Exposure&, const Exposure&) = default;
};

/// Name of the Track event that a single evaluation is recorded as. It carries an Exposure, and is loaded as an
/// exposure only; an exposure that came as an event is loaded as an event, too.
inline constexpr std::string_view kEvaluationExposure = "$exposure";

/// Name of the Track event that a lasting assignment is recorded as. It changes the profile of its unit and is loaded
/// nowhere.
inline constexpr std::string_view kLastingAssignment = "$assignment";

/// A unit was assigned a variant for good, by an experiment that is sticky.
struct LastingAssignment {
  std::string attribute;   ///< whose value is the unit
  std::string experiment;  ///< "<experiment key>__<version>"
  std::string variant;
  friend bool operator==(const LastingAssignment&, const LastingAssignment&) = default;
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
  /// Compact JSON of an object, or empty for null; of an Identify or Group: its traits.
  std::string properties_json;
  std::string context_json;  ///< likewise
  std::optional<Exposure> exposure;
  std::optional<LastingAssignment> assignment;  ///< from the server itself alone

  /// Who it is about: the user if known, else the device.
  [[nodiscard]] Unit unit() const;

  friend bool operator==(const Event&, const Event&) = default;
};

/// The object that `properties_json` or `context_json` stands for; null if empty, or if it is no object.
[[nodiscard]] Value object_of(std::string_view json);

/// An event that was refused, with the reason; kept to be looked at.
struct RejectedEvent {
  std::string environment;
  std::string source;
  Timestamp received;
  std::string reason;   ///< code: "no_user", "oversize", "bad_type", ...
  std::string message;  ///< a sentence with the place
  std::string body;     ///< as received without the write key, at most 32 KB
  friend bool operator==(const RejectedEvent&, const RejectedEvent&) = default;
};

/// What a journal record holds. The bytes carry a format version; see docs/formats/events.md.
using Record = std::variant<Event, RejectedEvent>;

[[nodiscard]] std::string encode(const Event& event);
[[nodiscard]] std::string encode(const RejectedEvent& rejected);
[[nodiscard]] std::string encode(const Record& record);
/// Errors: BadData (damaged, or of a newer format).
[[nodiscard]] Result<Record> decode(std::string_view bytes);

}  // namespace splitplot::collect
