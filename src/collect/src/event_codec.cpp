#include <splitplot/base/bytes.hpp>
#include <splitplot/collect/event.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace splitplot::collect {
namespace {

// docs/formats/events.md, "Record payload". Bytes are never given another meaning: a change is a new format number.
constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kFormatWithAssignment = 2;
constexpr std::uint8_t kEventRecord = 1;
constexpr std::uint8_t kRejectedRecord = 2;
constexpr std::uint8_t kHasClientTime = 1;
constexpr std::uint8_t kHasSentTime = 2;
constexpr std::uint8_t kHasExposure = 4;
constexpr std::uint8_t kHasAssignment = 8;  ///< always, and only, in its format
constexpr std::uint8_t kAllFlags = kHasClientTime | kHasSentTime | kHasExposure | kHasAssignment;

void write_time(ByteWriter& out, Timestamp time) {
  out.word(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

Timestamp read_time(ByteReader& in) {
  return Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(in.word())));
}

void write_exposure(ByteWriter& out, const Exposure& exposure) {
  out.text(exposure.experiment);
  out.text(exposure.variant);
  out.byte(static_cast<std::uint8_t>(exposure.unit.kind));
  out.text(exposure.unit.id);
  out.number(exposure.segments.size());
  for (const decide::SegmentLabel& segment : exposure.segments) {
    out.text(segment.key);
    out.number(segment.version);
  }
  out.text(exposure.attributes_json);
  out.number(exposure.revision);
}

bool read_exposure(ByteReader& in, Exposure& exposure) {
  exposure.experiment = in.text();
  exposure.variant = in.text();
  const std::uint8_t unit_kind = in.byte();
  if (unit_kind < static_cast<std::uint8_t>(UnitKind::User) ||
      unit_kind > static_cast<std::uint8_t>(UnitKind::Session)) {
    return false;
  }
  exposure.unit.kind = static_cast<UnitKind>(unit_kind);
  exposure.unit.id = in.text();
  const std::uint64_t segments = in.count();
  exposure.segments.reserve(segments);
  for (std::uint64_t index = 0; index < segments && in.ok(); ++index) {
    std::string key = in.text();
    const std::uint64_t version = in.number();
    if (version > std::numeric_limits<std::uint32_t>::max()) return false;
    exposure.segments.push_back({std::move(key), static_cast<std::uint32_t>(version)});
  }
  exposure.attributes_json = in.text();
  exposure.revision = in.number();
  return in.ok();
}

template <typename SomeAssignment, typename Visit>
void for_each_assignment_text(SomeAssignment& assignment, const Visit& visit) {
  visit(assignment.attribute);
  visit(assignment.experiment);
  visit(assignment.variant);
}

// The texts of an event in the order in which they are stored.
template <typename SomeEvent, typename Visit>
void for_each_text(SomeEvent& event, const Visit& visit) {
  visit(event.environment);
  visit(event.source);
  visit(event.message_id);
  visit(event.user_id);
  visit(event.anonymous_id);
  visit(event.group_id);
  visit(event.previous_id);
  visit(event.name);
  visit(event.properties_json);
  visit(event.context_json);
}

template <typename SomeRejection, typename Visit>
void for_each_rejection_text(SomeRejection& rejected, const Visit& visit) {
  visit(rejected.environment);
  visit(rejected.source);
  visit(rejected.reason);
  visit(rejected.message);
  visit(rejected.body);
}

bool read_event(ByteReader& in, std::uint8_t format, Event& event) {
  const std::uint8_t flags = in.byte();
  if (((flags & kHasAssignment) != 0) != (format == kFormatWithAssignment)) return false;
  const std::uint8_t type = in.byte();
  if ((flags & ~kAllFlags) != 0 || type > static_cast<std::uint8_t>(EventType::Alias)) return false;
  event.type = static_cast<EventType>(type);
  event.times.received = read_time(in);
  event.times.corrected = read_time(in);
  if ((flags & kHasClientTime) != 0) event.times.client = read_time(in);
  if ((flags & kHasSentTime) != 0) event.times.sent = read_time(in);
  for_each_text(event, [&in](std::string& text) { text = in.text(); });
  if ((flags & kHasExposure) != 0 && !read_exposure(in, event.exposure.emplace())) return false;
  if ((flags & kHasAssignment) != 0) {
    for_each_assignment_text(event.assignment.emplace(), [&in](std::string& text) { text = in.text(); });
  }
  return in.ok();
}

bool read_rejected(ByteReader& in, RejectedEvent& rejected) {
  rejected.received = read_time(in);
  for_each_rejection_text(rejected, [&in](std::string& text) { text = in.text(); });
  return in.ok();
}

}  // namespace

std::string encode(const Event& event) {
  std::size_t expected = 64;
  for_each_text(event, [&expected](const std::string& text) { expected += text.size() + 3; });
  ByteWriter out(expected);
  out.byte(event.assignment ? kFormatWithAssignment : kFormat);
  out.byte(kEventRecord);
  out.byte(static_cast<std::uint8_t>(
      (event.times.client ? kHasClientTime : 0) | (event.times.sent ? kHasSentTime : 0) |
      (event.exposure ? kHasExposure : 0) | (event.assignment ? kHasAssignment : 0)));
  out.byte(static_cast<std::uint8_t>(event.type));
  write_time(out, event.times.received);
  write_time(out, event.times.corrected);
  if (event.times.client) write_time(out, *event.times.client);
  if (event.times.sent) write_time(out, *event.times.sent);
  for_each_text(event, [&out](const std::string& text) { out.text(text); });
  if (event.exposure) write_exposure(out, *event.exposure);
  if (event.assignment) {
    for_each_assignment_text(*event.assignment, [&out](const std::string& text) { out.text(text); });
  }
  return out.take();
}

std::string encode(const RejectedEvent& rejected) {
  std::size_t expected = 64;
  for_each_rejection_text(rejected, [&expected](const std::string& text) { expected += text.size() + 3; });
  ByteWriter out(expected);
  out.byte(kFormat);
  out.byte(kRejectedRecord);
  write_time(out, rejected.received);
  for_each_rejection_text(rejected, [&out](const std::string& text) { out.text(text); });
  return out.take();
}

std::string encode(const Record& record) {
  return std::visit([](const auto& either) { return encode(either); }, record);
}

Result<Record> decode(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint8_t format = in.byte();
  if (in.ok() && format > kFormatWithAssignment) {
    return fail(ErrorCode::BadData,
                "the event record is of format " + std::to_string(format) + ", newer than this program",
                "use the version of Splitplot that wrote it, or a later one");
  }
  const std::uint8_t kind = in.byte();
  Result<Record> record;
  bool understood = in.ok() && (format == kFormat || format == kFormatWithAssignment);
  if (understood && kind == kEventRecord) {
    understood = read_event(in, format, record->emplace<Event>());
  } else if (understood && kind == kRejectedRecord && format == kFormat) {
    understood = read_rejected(in, record->emplace<RejectedEvent>());
  } else {
    understood = false;
  }
  if (!understood || !in.at_end()) return fail(ErrorCode::BadData, "the event record is damaged");
  return record;
}

}  // namespace splitplot::collect
