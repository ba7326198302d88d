#include "position.hpp"

#include <algorithm>
#include <initializer_list>

namespace splitplot::content {
namespace {

using model::ContentTarget;

/// What stands at the beginning of an address is looked at as far as a scheme may reach.
constexpr std::size_t kLongestScheme = 64;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::ranges::find(all, text) != all.end();
}

bool holds_address(std::string_view attribute) {
  return is_one_of(attribute, {"href", "src", "action", "formaction", "poster", "cite", "background", "data",
                               "ping", "manifest", "longdesc", "usemap", "xlink:href"});
}

bool holds_code(std::string_view attribute) {
  return attribute.starts_with("on") || is_one_of(attribute, {"style", "srcset", "srcdoc", "imagesrcset"});
}

tl::unexpected<Error> refused(std::string message, std::string hint) {
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(hint));
}

/// Behind "javascript:" or another scheme that is not that of a place to go to.
bool begins_with_code(std::string_view value) {
  std::string scheme;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= 0x20) continue;
    if (c == ':') return !is_one_of(scheme, {"http", "https", "mailto", "tel"});
    if (c == '/' || c == '?' || c == '#') return false;
    scheme += lower(c);
  }
  return false;
}

}  // namespace

void HtmlPosition::advance(std::string_view literal) {
  for (const char c : literal) step(c);
}

void HtmlPosition::pass_value() {
  if (state_ == State::InDouble || state_ == State::InSingle) has_value_ = true;
}

void HtmlPosition::leave_tag() {
  state_ = State::Text;
  const bool is_raw =
      is_one_of(tag_, {"script", "style", "iframe", "xmp", "noembed", "noframes", "noscript", "plaintext"});
  if (is_raw && !is_closing_) {
    state_ = State::RawText;
    raw_ = tag_;
    recent_.clear();
  }
  tag_.clear();
  attribute_.clear();
}

void HtmlPosition::step(char c) {
  switch (state_) {
    case State::Text:
      if (c == '<') state_ = State::TagOpen;
      break;
    case State::TagOpen:
      is_closing_ = c == '/';
      tag_.clear();
      recent_.clear();
      if (is_letter(c)) tag_ += lower(c);
      if (is_letter(c) || c == '/') {
        state_ = State::TagName;
      } else if (c == '!' || c == '?') {
        state_ = State::Markup;
      } else if (c != '<') {
        state_ = State::Text;
      }
      break;
    case State::TagName:
      if (c == '>') {
        leave_tag();
      } else if (is_blank(c) || c == '/') {
        state_ = State::InTag;
      } else {
        tag_ += lower(c);
      }
      break;
    case State::InTag:
    case State::BehindName:
      if (c == '>') {
        leave_tag();
      } else if (c == '=' && state_ == State::BehindName) {
        state_ = State::BeforeValue;
      } else if (!is_blank(c) && c != '/') {
        attribute_.assign(1, lower(c));
        state_ = State::AttributeName;
      }
      break;
    case State::AttributeName:
      if (c == '>') {
        leave_tag();
      } else if (c == '=') {
        state_ = State::BeforeValue;
      } else if (is_blank(c) || c == '/') {
        state_ = c == '/' ? State::InTag : State::BehindName;
      } else {
        attribute_ += lower(c);
      }
      break;
    case State::BeforeValue:
      value_.clear();
      has_value_ = false;
      if (c == '"') {
        state_ = State::InDouble;
      } else if (c == '\'') {
        state_ = State::InSingle;
      } else if (c == '>') {
        leave_tag();
      } else if (!is_blank(c)) {
        state_ = State::Unquoted;
      }
      break;
    case State::Unquoted:
      if (c == '>') {
        leave_tag();
      } else if (is_blank(c)) {
        state_ = State::InTag;
        attribute_.clear();
      }
      break;
    case State::InDouble:
    case State::InSingle:
      if (c == (state_ == State::InDouble ? '"' : '\'')) {
        state_ = State::InTag;
        attribute_.clear();
      } else if (value_.size() < kLongestScheme) {
        value_ += c;
      }
      break;
    case State::Markup:
      recent_ += c;
      if (recent_ == "--") {
        state_ = State::Comment;
        recent_.clear();
      } else if (c == '>') {
        state_ = State::Text;
      }
      break;
    case State::Comment:
      recent_ += c;
      if (recent_.size() > 3) recent_.erase(0, recent_.size() - 3);
      if (recent_ == "-->") state_ = State::Text;
      break;
    case State::RawText:
      recent_ += lower(c);
      if (const std::size_t most = raw_.size() + 3; recent_.size() > most)
        recent_.erase(0, recent_.size() - most);
      if (recent_ == "</" + raw_ + ">") {
        state_ = State::Text;
        raw_.clear();
      }
      break;
  }
}

Result<Escaping> HtmlPosition::escaping() const {
  switch (state_) {
    case State::Text:
      return Escaping::Html;
    case State::InDouble:
    case State::InSingle:
      break;
    case State::Unquoted:
    case State::BeforeValue:
      return refused("a value in an attribute needs quotes around it",
                     "write " + attribute_ + "=\"{{...}}\"");
    case State::Comment:
    case State::Markup:
      return refused("no value can stand in a comment or declaration", "move it out");
    case State::RawText:
      return refused("no value can stand in a " + raw_ + " element",
                     "put it into an attribute, and read it from there");
    default:
      return refused("no value can stand inside of a tag, but in an attribute's value", "move it out");
  }
  if (holds_code(attribute_))
    return refused("no value can stand in the attribute '" + attribute_ + "', whose text is code",
                   "use a class or a data attribute");
  if (!holds_address(attribute_)) return Escaping::Html;
  const bool is_at_begin = !has_value_ && std::ranges::all_of(value_, is_blank);
  if (is_at_begin) return Escaping::Address;
  if (begins_with_code(value_))
    return refused("no value can stand in an address that is not of http, https, mailto or tel",
                   "move it out");
  return Escaping::Url;
}

void JsonPosition::advance(std::string_view literal) {
  for (const char c : literal) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (c == '"') {
      in_string_ = !in_string_;
    } else if (c == '\\' && in_string_) {
      is_escaped_ = true;
    }
  }
}

Position Position::inside_json_string() {
  Position position(ContentTarget::Json);
  position.json_.begin_string();
  return position;
}

void Position::advance(std::string_view literal) {
  if (target_ == ContentTarget::Html) html_.advance(literal);
  if (target_ == ContentTarget::Json) json_.advance(literal);
}

void Position::pass_value() {
  html_.pass_value();
}

void Position::begin_section() {
  html_.begin_section();
}

Result<Escaping> Position::escaping() const {
  switch (target_) {
    case ContentTarget::Html:
      return html_.escaping();
    case ContentTarget::Attribute:
      return Escaping::Attribute;
    case ContentTarget::Url:
      return Escaping::Url;
    case ContentTarget::Json:
      if (json_.is_behind_backslash()) return refused("no value can stand behind a backslash", "remove it");
      return json_.escaping();
    case ContentTarget::Text:
      break;
  }
  return Escaping::None;
}

bool Position::takes_blocks() const {
  if (target_ == ContentTarget::Html) return html_.is_in_text();
  return target_ != ContentTarget::Json || (json_.is_in_string() && !json_.is_behind_backslash());
}

bool Position::is_like(const Position& other) const {
  return html_.is_like(other.html_) && json_.is_in_string() == other.json_.is_in_string() &&
         json_.is_behind_backslash() == other.json_.is_behind_backslash();
}

std::string Position::in_words() const {
  if (target_ == ContentTarget::Json)
    return json_.is_in_string() ? "inside of a string" : "outside of strings";
  return html_.is_in_text() ? "in text" : "inside of a tag, comment, script or style";
}

std::size_t safe_length(std::string_view text, std::size_t most, ContentTarget target) {
  std::size_t length = std::min(most, text.size());
  while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
    --length;
  const std::string_view kept = text.substr(0, length);
  if (target == ContentTarget::Url) {
    const std::size_t escape = kept.rfind('%');
    return escape != kept.npos && escape + 3 > length ? escape : length;
  }
  if (target != ContentTarget::Html && target != ContentTarget::Attribute) return length;
  const std::size_t escape = kept.rfind('&');
  constexpr std::size_t kLongestEntity = 12;
  if (escape != kept.npos && escape + kLongestEntity > length && kept.find(';', escape) == kept.npos)
    length = escape;
  if (target == ContentTarget::Attribute) return length;
  HtmlPosition position;
  std::size_t last_in_text = 0;
  for (std::size_t at = 0; at < length; ++at) {
    position.advance(text.substr(at, 1));
    if (position.is_in_text()) last_in_text = at + 1;
  }
  return last_in_text;
}

}  // namespace splitplot::content
