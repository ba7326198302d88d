// A profile as the online store keeps it: see docs/formats/online-store.md. Numbers of variable length are LEB128.
#include <splitplot/profile/profiles.hpp>

#include <bit>
#include <limits>
#include <optional>

namespace splitplot::profile {

namespace {

constexpr char kFormatVersion = 1;
constexpr int kDepthLimit = 64;  ///< of what is read: deeper nesting is no profile of ours

enum class Tag : char {
  Null = 0,
  False = 1,
  True = 2,
  Integer = 3,
  Float = 4,
  Text = 5,
  Array = 6,
  Object = 7
};

void append_number(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}

/// Small magnitudes of either sign in few bytes: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
void append_integer(std::string& out, std::int64_t integer) {
  append_number(out, (static_cast<std::uint64_t>(integer) << 1) ^ static_cast<std::uint64_t>(integer >> 63));
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out.append(text);
}

void append_value(std::string& out, const Value& value) {
  const auto tag = [&out](Tag which) { out.push_back(static_cast<char>(which)); };
  if (const bool* truth = value.if_boolean()) {
    tag(*truth ? Tag::True : Tag::False);
  } else if (const std::int64_t* integer = value.if_integer()) {
    tag(Tag::Integer);
    append_integer(out, *integer);
  } else if (const double* number = value.if_float()) {
    tag(Tag::Float);
    const auto bits = std::bit_cast<std::uint64_t>(*number);
    for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(bits >> shift));
  } else if (const std::string* text = value.if_text()) {
    tag(Tag::Text);
    append_text(out, *text);
  } else if (const Value::Array* elements = value.if_array()) {
    tag(Tag::Array);
    append_number(out, elements->size());
    for (const Value& element : *elements) append_value(out, element);
  } else if (const Value::Object* members = value.if_object()) {
    tag(Tag::Object);
    append_number(out, members->size());
    for (const Member& member : *members) {
      append_text(out, member.name);
      append_value(out, member.value);
    }
  } else {
    tag(Tag::Null);
  }
}

/// Reads from the front of the bytes; nothing where they end too early or say what no writer says.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::optional<char> byte() {
    if (rest_.empty()) return std::nullopt;
    const char first = rest_.front();
    rest_.remove_prefix(1);
    return first;
  }

  std::optional<std::uint64_t> number() {
    std::uint64_t result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto next = byte();
      if (!next) return std::nullopt;
      const auto bits = static_cast<std::uint64_t>(static_cast<unsigned char>(*next));
      if (shift == 63 && bits > 1) return std::nullopt;
      result |= (bits & 0x7f) << shift;
      if ((bits & 0x80) == 0) return result;
    }
    return std::nullopt;
  }

  std::optional<std::int64_t> integer() {
    const auto folded = number();
    if (!folded) return std::nullopt;
    return static_cast<std::int64_t>((*folded >> 1) ^ (~(*folded & 1) + 1));
  }

  std::optional<std::string> text() {
    const auto size = number();
    if (!size || *size > rest_.size()) return std::nullopt;
    std::string result(rest_.substr(0, *size));
    rest_.remove_prefix(*size);
    return result;
  }

  std::optional<Value> value(int depth = 0) {
    const auto tag = byte();
    if (!tag || depth > kDepthLimit) return std::nullopt;
    switch (static_cast<Tag>(*tag)) {
      case Tag::Null:
        return Value();
      case Tag::False:
        return Value(false);
      case Tag::True:
        return Value(true);
      case Tag::Integer:
        if (const auto read = integer()) return Value(*read);
        return std::nullopt;
      case Tag::Float:
        return floating();
      case Tag::Text:
        if (auto read = text()) return Value(std::move(*read));
        return std::nullopt;
      case Tag::Array:
        return array(depth);
      case Tag::Object:
        return object(depth);
    }
    return std::nullopt;
  }

 private:
  std::optional<Value> floating() {
    if (rest_.size() < 8) return std::nullopt;
    std::uint64_t bits = 0;
    for (std::size_t i = 8; i-- > 0;) bits = bits << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(8);
    return Value(std::bit_cast<double>(bits));
  }

  std::optional<Value> array(int depth) {
    const auto size = number();
    if (!size || *size > rest_.size()) return std::nullopt;  // each element takes a byte at least
    Value::Array elements;
    elements.reserve(*size);
    for (std::uint64_t i = 0; i < *size; ++i) {
      auto element = value(depth + 1);
      if (!element) return std::nullopt;
      elements.push_back(std::move(*element));
    }
    return Value(std::move(elements));
  }

  std::optional<Value> object(int depth) {
    const auto size = number();
    if (!size || *size > rest_.size() / 2) return std::nullopt;
    Value::Object members;
    members.reserve(*size);
    for (std::uint64_t i = 0; i < *size; ++i) {
      auto name = text();
      if (!name) return std::nullopt;
      auto member = value(depth + 1);
      if (!member) return std::nullopt;
      members.push_back({std::move(*name), std::move(*member)});
    }
    return Value(std::move(members));
  }

  std::string_view rest_;
};

}  // namespace

std::string encode(const Profile& profile) {
  std::string out;
  out.push_back(kFormatVersion);
  append_integer(out, profile.first_seen.time_since_epoch().count());
  append_integer(out, (profile.last_seen - profile.first_seen).count());
  append_number(out, profile.events);
  append_value(out, profile.traits);
  return out;
}

Result<Profile> decode(std::string_view bytes) {
  Reader reader(bytes);
  const auto version = reader.byte();
  if (version && *version != kFormatVersion) {
    return fail(ErrorCode::BadData, "the profile is of an unknown format, version " +
                                        std::to_string(static_cast<unsigned char>(*version)));
  }
  const auto first_seen = reader.integer();
  const auto seen_for = reader.integer();
  const auto events = reader.number();
  auto traits = reader.value();
  if (!first_seen || !seen_for || !events || !traits || !reader.at_end() ||
      (!traits->is_null() && traits->if_object() == nullptr)) {
    return fail(ErrorCode::BadData, "the bytes of the profile are damaged");
  }
  Profile profile;
  profile.traits = std::move(*traits);
  profile.first_seen = Timestamp(std::chrono::microseconds(*first_seen));
  // Added without a sign, so that damaged numbers wrap instead of being undefined.
  profile.last_seen = Timestamp(std::chrono::microseconds(static_cast<std::int64_t>(
      static_cast<std::uint64_t>(*first_seen) + static_cast<std::uint64_t>(*seen_for))));
  profile.events = *events;
  return profile;
}

}  // namespace splitplot::profile
