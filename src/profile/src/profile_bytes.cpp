// A profile as the online store keeps it: see docs/formats/online-store.md. Numbers of variable length are LEB128.
#include <splitplot/base/bytes.hpp>
#include <splitplot/profile/profiles.hpp>

#include <bit>
#include <cstdint>

namespace splitplot::profile {

namespace {

constexpr std::uint8_t kPlainVersion = 1;
constexpr std::uint8_t kVersionWithAssignments = 2;
constexpr int kDepthLimit = 64;  ///< of what is read: deeper nesting is no profile of ours

enum class Tag : std::uint8_t {
  Null = 0,
  False = 1,
  True = 2,
  Integer = 3,
  Float = 4,
  Text = 5,
  Array = 6,
  Object = 7
};

void write_value(ByteWriter& out, const Value& value) {
  const auto tag = [&out](Tag which) { out.byte(static_cast<std::uint8_t>(which)); };
  if (const bool* truth = value.if_boolean()) {
    tag(*truth ? Tag::True : Tag::False);
  } else if (const std::int64_t* integer = value.if_integer()) {
    tag(Tag::Integer);
    out.integer(*integer);
  } else if (const double* number = value.if_float()) {
    tag(Tag::Float);
    out.word(std::bit_cast<std::uint64_t>(*number));
  } else if (const std::string* text = value.if_text()) {
    tag(Tag::Text);
    out.text(*text);
  } else if (const Value::Array* elements = value.if_array()) {
    tag(Tag::Array);
    out.number(elements->size());
    for (const Value& element : *elements) write_value(out, element);
  } else if (const Value::Object* members = value.if_object()) {
    tag(Tag::Object);
    out.number(members->size());
    for (const Member& member : *members) {
      out.text(member.name);
      write_value(out, member.value);
    }
  } else {
    tag(Tag::Null);
  }
}

Value read_value(ByteReader& in, int depth = 0);

Value read_array(ByteReader& in, int depth) {
  const std::uint64_t size = in.count();
  Value::Array elements;
  elements.reserve(size);
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) elements.push_back(read_value(in, depth + 1));
  return Value(std::move(elements));
}

Value read_object(ByteReader& in, int depth) {
  const std::uint64_t size = in.count(2);
  Value::Object members;
  members.reserve(size);
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) {
    std::string name = in.text();
    members.push_back({std::move(name), read_value(in, depth + 1)});
  }
  return Value(std::move(members));
}

Value read_value(ByteReader& in, int depth) {
  const std::uint8_t tag = in.byte();
  if (depth > kDepthLimit) {
    in.refuse();
    return {};
  }
  switch (static_cast<Tag>(tag)) {
    case Tag::Null:
      return {};
    case Tag::False:
      return Value(false);
    case Tag::True:
      return Value(true);
    case Tag::Integer:
      return Value(in.integer());
    case Tag::Float:
      return Value(std::bit_cast<double>(in.word()));
    case Tag::Text:
      return Value(in.text());
    case Tag::Array:
      return read_array(in, depth);
    case Tag::Object:
      return read_object(in, depth);
  }
  in.refuse();
  return {};
}

}  // namespace

std::string encode(const Profile& profile) {
  ByteWriter out;
  out.byte(profile.assignments.is_null() ? kPlainVersion : kVersionWithAssignments);
  out.integer(profile.first_seen.time_since_epoch().count());
  out.integer((profile.last_seen - profile.first_seen).count());
  out.number(profile.events);
  write_value(out, profile.traits);
  if (!profile.assignments.is_null()) write_value(out, profile.assignments);
  return out.take();
}

Result<Profile> decode(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint8_t version = in.byte();
  if (in.ok() && version != kPlainVersion && version != kVersionWithAssignments) {
    return fail(ErrorCode::BadData,
                "the profile is of an unknown format, version " + std::to_string(version));
  }
  const std::int64_t first_seen = in.integer();
  const std::int64_t seen_for = in.integer();
  const std::uint64_t events = in.number();
  Value traits = read_value(in);
  Value assignments = version == kVersionWithAssignments ? read_value(in) : Value();
  const bool are_right = (traits.is_null() || traits.if_object() != nullptr) &&
                         (version == kPlainVersion || assignments.if_object() != nullptr);
  if (!in.ok() || !in.at_end() || !are_right) {
    return fail(ErrorCode::BadData, "the bytes of the profile are damaged");
  }
  Profile profile;
  profile.traits = std::move(traits);
  profile.first_seen = Timestamp(std::chrono::microseconds(first_seen));
  // Added without a sign, so that damaged numbers wrap instead of being undefined.
  profile.last_seen = Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(
      static_cast<std::uint64_t>(first_seen) + static_cast<std::uint64_t>(seen_for))));
  profile.events = events;
  profile.assignments = std::move(assignments);
  return profile;
}

}  // namespace splitplot::profile
