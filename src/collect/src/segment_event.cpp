#include "segment_event.hpp"

#include "exposure_conventions.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <utility>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace splitplot::collect {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kIdBytes = 512;
constexpr std::size_t kNameCharacters = 200;
constexpr std::size_t kMessageIdCharacters = 100;

// Members that mean something to us, by their index in kFieldNames.
enum class Field : std::size_t {
  Type,
  Event,
  Name,
  UserId,
  AnonymousId,
  GroupId,
  PreviousId,
  MessageId,
  Timestamp,
  OriginalTimestamp,
  SentAt,
  Properties,
  Traits,
  Context,
};
constexpr std::size_t kFieldCount = 14;
constexpr std::array<std::string_view, kFieldCount> kFieldNames{
    "type",    "event",      "name",      "userId",    "anonymousId",
    "groupId", "previousId", "messageId", "timestamp", "originalTimestamp",
    "sentAt",  "properties", "traits",    "context"};

constexpr std::size_t index_of(Field field) {
  return static_cast<std::size_t>(field);
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

/// Reads one event; the first thing that is wrong is kept, and everything after it is not looked at.
class EventReader {
 public:
  EventReader(const std::string& place, const BatchDefaults& defaults, const EventLimits& limits)
      : place_(place), defaults_(defaults), limits_(limits) {}

  tl::expected<Event, Rejection> read(const dom::object& object, std::string_view raw, SegmentPath type) {
    const bool good = find_fields(object) && read_type(type) && read_who() && read_name() &&
                      read_message_id(raw) && read_times() && read_properties() && read_context();
    if (!good) return tl::unexpected<Rejection>(std::move(rejection_));
    return std::move(event_);
  }

 private:
  bool refuse(std::string_view reason, std::string message) {
    rejection_ = {std::string(reason), std::move(message)};
    return false;
  }
  bool refuse_at(Field field, std::string_view reason, std::string_view what) {
    return refuse(reason, place_ + "/" + std::string(kFieldNames[index_of(field)]) + " " + std::string(what));
  }

  [[nodiscard]] const dom::element& content(Field field) const { return fields_[index_of(field)]; }
  [[nodiscard]] bool has(Field field) const { return given_[index_of(field)]; }

  /// Notes where the members are; a null counts as not given.
  bool find_fields(const dom::object& object) {
    std::bitset<kFieldCount> seen;
    for (const dom::key_value_pair member : object) {
      const auto* const name = std::find(kFieldNames.begin(), kFieldNames.end(), member.key);
      if (name == kFieldNames.end()) continue;
      const auto field = static_cast<std::size_t>(name - kFieldNames.begin());
      if (seen[field]) {
        return refuse("duplicate_name",
                      in_words(place_) + " holds the name '" + std::string(*name) + "' twice");
      }
      seen[field] = true;
      given_[field] = !member.value.is_null();
      fields_[field] = member.value;
    }
    return true;
  }

  bool read_type(SegmentPath type) {
    if (type) {
      event_.type = *type;
      return true;
    }
    if (!has(Field::Type)) return refuse("bad_type", in_words(place_) + " has no 'type'");
    std::string_view text;
    if (content(Field::Type).get_string().get(text) == simdjson::SUCCESS) {
      for (const EventType known : {EventType::Track, EventType::Identify, EventType::Page, EventType::Screen,
                                    EventType::Group, EventType::Alias}) {
        if (text != name_of(known)) continue;
        event_.type = known;
        return true;
      }
    }
    return refuse_at(Field::Type, "bad_type", "is none of track, identify, page, screen, group and alias");
  }

  /// An id is a text or a whole number; an empty text counts as not given.
  bool read_id(Field field, std::string& id) {
    if (!has(field)) return true;
    std::string_view text;
    std::int64_t integer = 0;
    std::uint64_t large = 0;
    const dom::element& held = content(field);
    if (held.get_string().get(text) == simdjson::SUCCESS) {
      if (text.size() > kIdBytes) return refuse_at(field, "bad_id", "is longer than 512 bytes");
      if (has_nul(text)) return refuse_at(field, "bad_id", "holds a NUL character");
      id = text;
      return true;
    }
    if (held.get_int64().get(integer) == simdjson::SUCCESS) {
      id = std::to_string(integer);
      return true;
    }
    if (held.get_uint64().get(large) == simdjson::SUCCESS) {
      id = std::to_string(large);
      return true;
    }
    return refuse_at(field, "bad_id", "is neither a text nor a whole number of 64 bits");
  }

  bool read_who() {
    if (!read_id(Field::UserId, event_.user_id) || !read_id(Field::AnonymousId, event_.anonymous_id))
      return false;
    if (event_.user_id.empty() && event_.anonymous_id.empty()) {
      return refuse("no_user", in_words(place_) + " has neither 'userId' nor 'anonymousId'");
    }
    if (event_.type == EventType::Group) {
      if (!read_id(Field::GroupId, event_.group_id)) return false;
      if (event_.group_id.empty())
        return refuse("no_group", in_words(place_) + " is a group call without 'groupId'");
    }
    if (event_.type == EventType::Alias) {
      if (!read_id(Field::PreviousId, event_.previous_id)) return false;
      if (event_.previous_id.empty()) {
        return refuse("no_previous_id", in_words(place_) + " is an alias call without 'previousId'");
      }
    }
    return true;
  }

  bool read_name() {
    const bool track = event_.type == EventType::Track;
    if (!track && event_.type != EventType::Page && event_.type != EventType::Screen) return true;
    const Field field = track ? Field::Event : Field::Name;
    std::string_view text;
    if (has(field) && content(field).get_string().get(text) != simdjson::SUCCESS) {
      return refuse_at(field, "bad_event_name", "is not a text");
    }
    if (track && text.empty())
      return refuse("no_event_name", in_words(place_) + " is a track call without 'event'");
    if (characters(text) > kNameCharacters) {
      return refuse_at(field, "bad_event_name", "is longer than 200 characters");
    }
    if (has_nul(text)) return refuse_at(field, "bad_event_name", "holds a NUL character");
    event_.name = text;
    return true;
  }

  bool read_message_id(std::string_view raw) {
    if (!has(Field::MessageId)) return make_message_id(raw);
    std::string_view text;
    if (content(Field::MessageId).get_string().get(text) != simdjson::SUCCESS) {
      return refuse_at(Field::MessageId, "bad_message_id", "is not a text");
    }
    if (text.empty()) return make_message_id(raw);
    if (characters(text) > kMessageIdCharacters) {
      return refuse_at(Field::MessageId, "bad_message_id", "is longer than 100 characters");
    }
    if (has_nul(text)) return refuse_at(Field::MessageId, "bad_message_id", "holds a NUL character");
    event_.message_id = text;
    return true;
  }

  /// From what was sent, and from its place in the body, so that the same body sent again makes the same ids while two
  /// equal events of one body stay two.
  bool make_message_id(std::string_view raw) {
    // The name space of our content ids: it never changes, or resent events would become new ones.
    static constexpr boost::uuids::uuid kContentIds{
        {0x5b, 0x0e, 0x6d, 0x1c, 0x83, 0x2f, 0x4a, 0x57, 0x9c, 0x46, 0x21, 0xd8, 0x7e, 0x90, 0x3f, 0xb4}};
    std::string content(raw);
    content += '\n';
    content += place_;
    content += '\n';
    content += defaults_.sent_at;
    event_.message_id = "content-" + to_string(boost::uuids::name_generator_sha1(kContentIds)(content));
    return true;
  }

  bool read_times() {
    const Field field = has(Field::OriginalTimestamp) ? Field::OriginalTimestamp : Field::Timestamp;
    std::string_view text;
    if (has(field)) {
      if (content(field).get_string().get(text) == simdjson::SUCCESS) {
        event_.times.client = parse_rfc3339(text);
      }
      if (!event_.times.client) return refuse_at(field, "bad_time", "is not an ISO 8601 time");
    }
    // Only the correction of the client's clock needs it, so one that cannot be read is not worth an event.
    if (has(Field::SentAt) && content(Field::SentAt).get_string().get(text) == simdjson::SUCCESS) {
      event_.times.sent = parse_rfc3339(text);
    } else if (!has(Field::SentAt)) {
      event_.times.sent = parse_rfc3339(defaults_.sent_at);
    }
    return true;
  }

  /// Nothing for what is not given; an empty list is an empty object (PHP writes its empty arrays so). False after a
  /// refusal.
  bool find_object(Field field, std::string_view reason, std::optional<dom::object>& found,
                   bool& empty_list) {
    if (!has(field)) return true;
    dom::object object;
    dom::array list;
    if (content(field).get_object().get(object) == simdjson::SUCCESS) {
      found = object;
      return true;
    }
    empty_list = content(field).get_array().get(list) == simdjson::SUCCESS && list.begin() == list.end();
    return empty_list || refuse_at(field, reason, "is not an object");
  }

  bool append(Field field, std::string& out, const dom::object& object, const dom::object* under) {
    const auto flaw = append_object(out, object, under, limits_.depth - 1);
    if (!flaw) return true;
    rejection_ = rejection_of(*flaw, place_ + "/" + std::string(kFieldNames[index_of(field)]), limits_);
    return false;
  }

  bool read_properties() {
    if (event_.type == EventType::Alias) return true;
    const bool traits = event_.type == EventType::Identify || event_.type == EventType::Group;
    const Field field = traits ? Field::Traits : Field::Properties;
    std::optional<dom::object> properties;
    bool empty_list = false;
    if (!find_object(field, "bad_properties", properties, empty_list)) return false;
    if (empty_list) event_.properties_json = "{}";
    if (!properties) return true;
    if (event_.type == EventType::Track) event_.exposure = exposure_of(event_.name, *properties);
    return append(field, event_.properties_json, *properties, nullptr);
  }

  bool read_context() {
    std::optional<dom::object> context;
    bool empty_list = false;
    if (!find_object(Field::Context, "bad_context", context, empty_list)) return false;
    const dom::object* const under = defaults_.context ? &*defaults_.context : nullptr;
    if (context) return append(Field::Context, event_.context_json, *context, under);
    if (under != nullptr) return append(Field::Context, event_.context_json, *under, nullptr);
    if (empty_list) event_.context_json = "{}";
    return true;
  }

  const std::string& place_;
  const BatchDefaults& defaults_;
  const EventLimits& limits_;
  std::bitset<kFieldCount> given_;
  std::array<dom::element, kFieldCount> fields_;
  Event event_;
  Rejection rejection_;
};

}  // namespace

tl::expected<Event, Rejection> read_segment_event(const dom::object& object, std::string_view raw,
                                                  const std::string& place, SegmentPath type,
                                                  const BatchDefaults& defaults, const EventLimits& limits) {
  return EventReader(place, defaults, limits).read(object, raw, type);
}

std::string in_words(const std::string& place) {
  return place.empty() ? "the event" : place;
}

Rejection rejection_of(const JsonFlaw& flaw, const std::string& place, const EventLimits& limits) {
  switch (flaw.kind) {
    case JsonFlawKind::TooDeep:
      return {"too_deep", place + " is nested deeper than the " + std::to_string(limits.depth) +
                              " levels that an event may have"};
    case JsonFlawKind::DuplicateName:
      return {"duplicate_name", place + " holds the name '" + flaw.name + "' twice in one object"};
    case JsonFlawKind::NulCharacter:
      break;
  }
  return {"bad_text", place + " holds a NUL character"};
}

Rejection rejection_of(simdjson::error_code error, const std::string& place) {
  switch (error) {
    case simdjson::NUMBER_ERROR:
      return {"bad_number",
              in_words(place) + " holds a number that is not JSON's, or beyond the largest there is"};
    case simdjson::STRING_ERROR:
      return {"bad_text", in_words(place) + " holds a text with a wrong escape or half a surrogate pair"};
    case simdjson::DEPTH_ERROR:
      return {"too_deep", in_words(place) + " is nested too deep"};
    default:
      return {"bad_json", in_words(place) + " is not JSON"};
  }
}

}  // namespace splitplot::collect
