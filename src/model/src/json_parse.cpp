#include "number.hpp"
#include "text_place.hpp"

#include <splitplot/model/json.hpp>

#include <exception>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

namespace splitplot::model {
namespace {

using boost::json::error_code;

enum class Refusal { None, TooManyMembers, DuplicateName, NumberTooLarge };

/// An object or list that is not closed yet.
struct Open {
  Value container;
  std::string name;  ///< of the member whose value comes next
  /// Where each name stands, once an object has more members than are quickly searched.
  std::unordered_map<std::string, std::size_t> index;
};

constexpr std::size_t kSearchedInOrder = 16;

/// Takes what the parser finds, as it finds it.
class ValueBuilder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  ValueBuilder(const JsonLimits& limits, DuplicateNames duplicates)
      : members_left_(limits.members), duplicates_(duplicates) {}

  [[nodiscard]] Refusal refusal() const { return refusal_; }
  [[nodiscard]] const std::string& refused_name() const { return text_; }
  [[nodiscard]] Value take() { return std::move(root_); }

  bool on_document_begin(error_code& /*error*/) { return true; }
  bool on_document_end(error_code& /*error*/) { return true; }
  bool on_object_begin(error_code& /*error*/) { return open(Value::Object{}); }
  bool on_object_end(std::size_t /*size*/, error_code& error) { return close(error); }
  bool on_array_begin(error_code& /*error*/) { return open(Value::Array{}); }
  bool on_array_end(std::size_t /*size*/, error_code& error) { return close(error); }

  bool on_key_part(std::string_view part, std::size_t /*size*/, error_code& /*error*/) {
    return append(part);
  }
  bool on_key(std::string_view part, std::size_t /*size*/, error_code& error) {
    append(part);
    if (duplicates_ == DuplicateNames::Refuse && find_member(open_.back(), text_) != nullptr)
      return refuse(Refusal::DuplicateName, error);
    open_.back().name = std::exchange(text_, {});
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t /*size*/, error_code& /*error*/) {
    return append(part);
  }
  bool on_string(std::string_view part, std::size_t /*size*/, error_code& error) {
    append(part);
    return add(Value(std::exchange(text_, {})), error);
  }
  bool on_number_part(std::string_view part, error_code& /*error*/) { return append(part); }
  bool on_int64(std::int64_t integer, std::string_view /*part*/, error_code& error) {
    text_.clear();
    return add(Value(integer), error);
  }
  bool on_uint64(std::uint64_t integer, std::string_view part, error_code& error) {
    return on_double(static_cast<double>(integer), part, error);
  }
  // Boost's own conversion (1.81) is off by a unit in the last place for some numbers; the text's is exact.
  bool on_double(double /*approximate*/, std::string_view part, error_code& error) {
    append(part);
    const std::optional<double> number = nearest_double(std::exchange(text_, {}));
    return number ? add(Value(*number), error) : refuse(Refusal::NumberTooLarge, error);
  }
  bool on_bool(bool truth, error_code& error) { return add(Value(truth), error); }
  bool on_null(error_code& error) { return add(Value(), error); }
  bool on_comment_part(std::string_view /*part*/, error_code& /*error*/) { return true; }
  bool on_comment(std::string_view /*part*/, error_code& /*error*/) { return true; }

 private:
  bool append(std::string_view part) {
    text_.append(part);
    return true;
  }

  bool open(Value container) {
    open_.emplace_back().container = std::move(container);
    return true;
  }

  bool close(error_code& error) {
    Value closed = std::move(open_.back().container);
    open_.pop_back();
    return add(std::move(closed), error);
  }

  bool add(Value value, error_code& error) {
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    if (members_left_ == 0) return refuse(Refusal::TooManyMembers, error);
    --members_left_;
    Open& parent = open_.back();
    if (Value::Array* elements = parent.container.if_array()) {
      elements->push_back(std::move(value));
    } else if (Value* earlier = find_member(parent, parent.name)) {
      *earlier = std::move(value);
    } else {
      add_member(parent, std::move(value));
    }
    return true;
  }

  static Value* find_member(Open& object, const std::string& name) {
    if (object.index.empty()) return object.container.find(name);
    const auto found = object.index.find(name);
    return found == object.index.end() ? nullptr : &(*object.container.if_object())[found->second].value;
  }

  static void add_member(Open& object, Value value) {
    Value::Object& members = *object.container.if_object();
    members.push_back({std::exchange(object.name, {}), std::move(value)});
    if (members.size() < kSearchedInOrder) return;
    for (std::size_t i = object.index.size(); i < members.size(); ++i)
      object.index.emplace(members[i].name, i);
  }

  bool refuse(Refusal why, error_code& error) {
    refusal_ = why;
    error = boost::json::error::input_error;
    return false;
  }

  std::size_t members_left_;
  DuplicateNames duplicates_;
  Refusal refusal_ = Refusal::None;
  Value root_;
  std::vector<Open> open_;
  std::string text_;  ///< of a name, text or number that comes in parts
};

struct Complaint {
  std::string message;
  std::string hint;
};

Complaint describe_character(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return {"the text ends before its value does", ""};
  const std::string_view rest = text.substr(offset);
  const std::size_t length = character_length(rest);
  if (length == 0) return {"there are bytes that are not UTF-8", "save the text as UTF-8"};
  const auto byte = static_cast<unsigned char>(rest.front());
  if (byte >= 0x20 && byte != 0x7F)
    return {"'" + std::string(rest.substr(0, length)) + "' is not JSON here", ""};
  static constexpr std::string_view kDigits = "0123456789abcdef";
  return {"a control character (0x" + std::string{kDigits[byte >> 4U], kDigits[byte & 0xFU]} +
              ") is not JSON here",
          "write it as an escape (\\n, \\t, \\u0000) inside a text"};
}

/// Whether an escape for the first half of a surrogate pair ends here, or another escape was begun after it.
bool follows_half_pair(std::string_view text, std::size_t offset) {
  if (offset > 0 && text.substr(offset - 1).starts_with('\\')) --offset;
  if (offset < 6 || offset > text.size()) return false;
  const std::string_view escape = text.substr(offset - 6, 4);
  return escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D') &&
         std::string_view("89abAB").find(escape[3]) != std::string_view::npos;
}

Complaint describe(error_code code, const ValueBuilder& builder, const JsonLimits& limits,
                   std::string_view text, std::size_t offset) {
  switch (builder.refusal()) {
    case Refusal::TooManyMembers:
      return {"there are more than " + std::to_string(limits.members) + " members and list elements",
              "split the text, or leave out what is not needed"};
    case Refusal::DuplicateName:
      return {"the name '" + builder.refused_name() + "' is there twice in one object", "remove one of them"};
    case Refusal::NumberTooLarge:
      return {"a number is too large", "numbers end at 1.7976931348623157e308"};
    case Refusal::None:
      break;
  }
  using boost::json::error;
  if (code == error::too_deep)
    return {"lists and objects are nested more than " + std::to_string(limits.depth) + " deep",
            "write it flatter"};
  if (code == error::incomplete) return describe_character(text, text.size());
  if (code == error::exponent_overflow)
    return {"a number's exponent is out of range", "numbers end at 1.7976931348623157e308"};
  if (code == error::illegal_leading_surrogate || code == error::illegal_trailing_surrogate ||
      code == error::expected_utf16_escape || follows_half_pair(text, offset))
    return {"an escape is half of a surrogate pair",
            "write the character itself, or both halves (\\ud83d\\ude00)"};
  if (code == error::expected_hex_digit)
    return {"\\u is not followed by four hexadecimal digits", "a backslash itself is written \\\\"};
  return describe_character(text, offset);
}

}  // namespace

Result<Value> parse_json(std::string_view text, const JsonLimits& limits, DuplicateNames duplicates) {
  try {
    boost::json::parse_options options;
    options.max_depth = limits.depth;
    boost::json::basic_parser<ValueBuilder> parser(options, limits, duplicates);
    error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (!error && read == text.size()) return parser.handler().take();

    const Complaint complaint =
        error ? describe(error, parser.handler(), limits, text, read)
              : Complaint{"something follows the end of the value", "a text holds one value"};
    const std::size_t offset = error == boost::json::error::incomplete ? text.size() : read;
    return fail(ErrorCode::BadData, to_text(place_at(text, offset)) + ": " + complaint.message,
                complaint.hint);
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::Internal, std::string("the JSON parser failed: ") + thrown.what());
  }
}

}  // namespace splitplot::model
