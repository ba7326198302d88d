/// Where in the target's language a template stands: followed through its literal text, so that every value is escaped for
/// the place where it is put. Plain values.
#pragma once

#include "escape.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/model/content.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace splitplot::content {

/// The states of HTML that matter to what may be put there.
class HtmlPosition {
 public:
  void advance(std::string_view literal);
  /// A value is put here.
  void pass_value();
  [[nodiscard]] Result<Escaping> escaping() const;
  [[nodiscard]] bool is_in_text() const { return state_ == State::Text; }
  /// From here on, an address in an attribute counts as begun: it may be, or not.
  void begin_section() { pass_value(); }

  /// Apart from what was just read, which another value could have been.
  [[nodiscard]] bool is_like(const HtmlPosition& other) const {
    return state_ == other.state_ && tag_ == other.tag_ && attribute_ == other.attribute_ &&
           raw_ == other.raw_;
  }

 private:
  enum class State : std::uint8_t {
    Text,
    TagOpen,  ///< behind '<'
    TagName,
    InTag,  ///< between attributes
    AttributeName,
    BehindName,
    BeforeValue,  ///< behind '='
    Unquoted,
    InDouble,
    InSingle,
    Markup,  ///< <!doctype ...>
    Comment,
    RawText,  ///< of a script or style
  };
  void step(char c);
  void leave_tag();

  State state_ = State::Text;
  bool is_closing_ = false;
  std::string tag_;
  std::string attribute_;
  std::string value_;  ///< the beginning of an attribute's value
  bool has_value_ = false;
  std::string raw_;     ///< the element whose text is raw
  std::string recent_;  ///< the last characters of a comment, of raw text
};

/// Inside or outside of a string of JSON.
class JsonPosition {
 public:
  void advance(std::string_view literal);
  [[nodiscard]] Escaping escaping() const { return in_string_ ? Escaping::JsonString : Escaping::JsonValue; }
  [[nodiscard]] bool is_in_string() const { return in_string_; }
  [[nodiscard]] bool is_behind_backslash() const { return is_escaped_; }
  void begin_string() { in_string_ = true; }

 private:
  bool in_string_ = false;
  bool is_escaped_ = false;
};

/// The position in any target.
class Position {
 public:
  explicit Position(model::ContentTarget target) : target_(target) {}

  [[nodiscard]] static Position inside_json_string();
  void advance(std::string_view literal);
  void pass_value();
  void begin_section();
  /// Errors: InvalidArgument (no value may stand here).
  [[nodiscard]] Result<Escaping> escaping() const;
  /// Whether a piece of markup, of a block, may stand here.
  [[nodiscard]] bool takes_blocks() const;
  /// Whether a template may end here, or a section that began at `other`.
  [[nodiscard]] bool is_like(const Position& other) const;
  /// In words: "in text", "inside of a tag".
  [[nodiscard]] std::string in_words() const;

 private:
  model::ContentTarget target_;
  HtmlPosition html_;
  JsonPosition json_;
};

/// The longest beginning of the text, of at most `most` bytes, that ends between characters, and inside of no escape, tag or
/// comment.
[[nodiscard]] std::size_t safe_length(std::string_view text, std::size_t most, model::ContentTarget target);

}  // namespace splitplot::content
