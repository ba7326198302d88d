#include "json_text.hpp"

#include <splitplot/collect/event.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

namespace splitplot::collect {
namespace {

namespace dom = simdjson::dom;

/// The beginning of a name that may be long, without half a character at the end.
std::string shortened(std::string_view name) {
  constexpr std::size_t kShown = 100;
  if (name.size() <= kShown) return std::string(name);
  std::size_t end = kShown;
  while (end > 0 && (name[end] & 0xC0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "...";
}

/// What an element holds, if its type was asked before.
template <typename T>
T held(const dom::element& element) {
  T content{};
  if (element.get(content) != simdjson::SUCCESS) content = T{};
  return content;
}

void append_escape(std::string& out, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '\\';
  if (const std::size_t index = kNamed.find(static_cast<char>(byte)); index != std::string_view::npos) {
    out += kLetters[index];
    return;
  }
  out += "u00";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

bool is_beyond_64_bits(std::string_view number) {
  if (number.find_first_of(".eE") != std::string_view::npos) return false;
  const char* const end = number.data() + number.size();
  std::int64_t negative = 0;
  std::uint64_t positive = 0;
  const auto read = number.starts_with('-') ? std::from_chars(number.data(), end, negative)
                                            : std::from_chars(number.data(), end, positive);
  return read.ec == std::errc::result_out_of_range;
}

/// Writes what simdjson has validated.
class CompactWriter {
 public:
  explicit CompactWriter(std::string& out) : out_(out) {}

  /// False after a flaw.
  bool object(const dom::object& object, const dom::object* under, std::size_t levels) {
    if (levels == 0) return refuse(JsonFlawKind::TooDeep);
    if (const auto twice = name_that_stands_twice(object)) {
      return refuse(JsonFlawKind::DuplicateName, *twice);
    }
    out_ += '{';
    bool first = true;
    for (const dom::key_value_pair member : object) {
      if (!this->member(member, first, levels)) return false;
      first = false;
    }
    if (under != nullptr) {
      for (const dom::key_value_pair member : *under) {
        if (object.at_key(member.key).error() == simdjson::SUCCESS) continue;
        if (!this->member(member, first, levels)) return false;
        first = false;
      }
    }
    out_ += '}';
    return true;
  }

  [[nodiscard]] JsonFlaw take_flaw() { return std::move(flaw_); }

 private:
  bool refuse(JsonFlawKind kind, std::string_view name = {}) {
    flaw_ = {kind, shortened(name)};
    return false;
  }

  bool member(const dom::key_value_pair& member, bool first, std::size_t levels) {
    if (!first) out_ += ',';
    if (!text(member.key)) return false;
    out_ += ':';
    return value(member.value, levels - 1);
  }

  bool value(const dom::element& element, std::size_t levels) {
    switch (element.type()) {
      case dom::element_type::OBJECT:
        return object(held<dom::object>(element), nullptr, levels);
      case dom::element_type::ARRAY:
        return list(held<dom::array>(element), levels);
      case dom::element_type::STRING:
        return text(held<std::string_view>(element));
      case dom::element_type::INT64:
        integer(held<std::int64_t>(element));
        return true;
      case dom::element_type::UINT64:
        floating(static_cast<double>(held<std::uint64_t>(element)));
        return true;
      case dom::element_type::DOUBLE:
        floating(held<double>(element));
        return true;
      case dom::element_type::BOOL:
        out_ += held<bool>(element) ? "true" : "false";
        return true;
      case dom::element_type::NULL_VALUE:
        break;
    }
    out_ += "null";
    return true;
  }

  bool list(const dom::array& elements, std::size_t levels) {
    if (levels == 0) return refuse(JsonFlawKind::TooDeep);
    out_ += '[';
    bool first = true;
    for (const dom::element element : elements) {
      if (!first) out_ += ',';
      first = false;
      if (!value(element, levels - 1)) return false;
    }
    out_ += ']';
    return true;
  }

  bool text(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) return refuse(JsonFlawKind::NulCharacter);
    append_json_text(out_, text);
    return true;
  }

  void integer(std::int64_t number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out_.append(digits.data(), end);
  }

  void floating(double number) {
    std::array<char, 40> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    out_ += text;
    if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
  }

  static std::optional<std::string_view> name_that_stands_twice(const dom::object& object) {
    constexpr std::size_t kFew = 12;
    if (object.size() > kFew) return among_many(object);
    std::array<std::string_view, kFew> names;
    std::size_t count = 0;
    for (const dom::key_value_pair member : object) {
      const auto end = names.begin() + count;
      if (std::find(names.begin(), end, member.key) != end) return member.key;
      names[count++] = member.key;
    }
    return {};
  }

  static std::optional<std::string_view> among_many(const dom::object& object) {
    std::vector<std::string_view> names;
    for (const dom::key_value_pair member : object) names.push_back(member.key);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return {};
    return *twice;
  }

  std::string& out_;
  JsonFlaw flaw_;
};

Value value_of(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::OBJECT: {
      Value::Object members;
      for (const dom::key_value_pair member : held<dom::object>(element)) {
        members.push_back({std::string(member.key), value_of(member.value)});
      }
      return members;
    }
    case dom::element_type::ARRAY: {
      Value::Array elements;
      for (const dom::element child : held<dom::array>(element)) {
        elements.push_back(value_of(child));
      }
      return elements;
    }
    case dom::element_type::STRING:
      return held<std::string_view>(element);
    case dom::element_type::INT64:
      return held<std::int64_t>(element);
    case dom::element_type::UINT64:
      return static_cast<double>(held<std::uint64_t>(element));
    case dom::element_type::DOUBLE:
      return held<double>(element);
    case dom::element_type::BOOL:
      return held<bool>(element);
    case dom::element_type::NULL_VALUE:
      break;
  }
  return nullptr;
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;
  for (std::size_t place = 0; place < text.size(); ++place) {
    const auto byte = static_cast<unsigned char>(text[place]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, written, place - written);
    append_escape(out, byte);
    written = place + 1;
  }
  out.append(text, written, std::string_view::npos);
  out += '"';
}

std::optional<JsonFlaw> append_object(std::string& out, const dom::object& object, const dom::object* under,
                                      std::size_t levels) {
  CompactWriter writer(out);
  if (writer.object(object, under, levels)) return {};
  return writer.take_flaw();
}

std::string with_huge_integers_as_floats(std::string_view json) {
  std::string out;
  out.reserve(json.size() + 16);
  bool in_text = false;
  for (std::size_t place = 0; place < json.size();) {
    const char byte = json[place];
    const bool escaped = in_text && byte == '\\' && place + 1 < json.size();
    if (byte == '"') in_text = !in_text;
    if (in_text || (byte != '-' && (byte < '0' || byte > '9'))) {
      const std::size_t taken = escaped ? 2 : 1;
      out.append(json, place, taken);
      place += taken;
      continue;
    }
    const std::size_t end = std::min(json.find_first_not_of("-+.eE0123456789", place), json.size());
    const std::string_view number = json.substr(place, end - place);
    out += number;
    if (is_beyond_64_bits(number)) out += ".0";
    place = end;
  }
  return out;
}

Value object_of(std::string_view json) {
  if (json.empty()) return {};
  thread_local dom::parser parser;
  dom::object object;
  dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return {};
  if (root.get_object().get(object) != simdjson::SUCCESS) return {};
  return value_of(root);
}

}  // namespace splitplot::collect
