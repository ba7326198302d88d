#include "tags.hpp"

#include <splitplot/base/utf8.hpp>

#include <optional>
#include <utility>

namespace splitplot::content {
namespace {

constexpr std::size_t kMostBytes = 100'000;
constexpr std::size_t kMostTags = 2'000;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

/// Whether a name can be looked up: parts between dots, none of them empty; or a dot alone.
bool is_name(std::string_view name) {
  if (name == ".") return true;
  if (name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != name.npos) return false;
  for (const char c : name) {
    if (!is_name_character(c)) return false;
  }
  return true;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    if (text_.size() > kMostBytes)
      return fail(ErrorCode::InvalidArgument, "the template is longer than 100,000 bytes",
                  "move parts of it into blocks");
    if (!is_valid_utf8(text_)) return fail(ErrorCode::InvalidArgument, "the template is not UTF-8");
    while (at_ < text_.size()) {
      const std::size_t tag = std::min(text_.find("{{", at_), text_.size());
      if (tag > at_) add(Token::Kind::Literal, text_.substr(at_, tag - at_));
      move_to(tag);
      if (tag == text_.size()) break;
      if (std::optional<Error> fault = read_tag()) return tl::unexpected(std::move(*fault));
    }
    return std::move(tokens_);
  }

 private:
  std::optional<Error> read_tag() {
    const Place place = place_;
    const auto fault = [&place](const std::string& message, std::string hint) {
      return fault_at(place, message, std::move(hint)).value();
    };
    if (++tags_ > kMostTags) return fault("there are more than 2,000 tags", "use fewer");
    const bool is_triple = text_.substr(at_).starts_with("{{{");
    const std::string_view closing = is_triple ? "}}}" : "}}";
    const std::size_t begin = at_ + closing.size();
    const std::size_t end = text_.find(closing, begin);
    if (end == text_.npos) return fault("the tag is never closed", "write }} behind the name");
    const std::string_view content = text_.substr(begin, end - begin);
    const std::size_t behind = end + closing.size();
    const char mark = content.empty() ? ' ' : content.front();
    if (mark != '!' && content.find("{{") != content.npos)
      return fault("the tag is not closed before another begins", "write }} behind the name");
    switch (mark) {
      case '!':
        drop_line_around(behind);
        return std::nullopt;
      case '>':
        return fault("templates cannot include others", "use a block: content.blocks");
      case '=':
        return fault("the marks {{ and }} cannot be changed", "remove the tag");
      default:
        break;
    }
    Token::Kind kind = is_triple ? Token::Kind::Raw : Token::Kind::Variable;
    if (mark == '#') kind = Token::Kind::Section;
    if (mark == '^') kind = Token::Kind::Inverted;
    if (mark == '/') kind = Token::Kind::End;
    if (mark == '&') kind = Token::Kind::Raw;
    const bool has_mark = mark == '#' || mark == '^' || mark == '/' || mark == '&';
    const std::string_view name = trimmed(content.substr(has_mark ? 1 : 0));
    if (!is_name(name))
      return fault(
          name.empty() ? "the tag has no name" : "'" + std::string(name.substr(0, 60)) + "' is no name",
          "a name is letters, digits, '_' and '-', with dots between its parts: {{user.first_name}}");
    const bool is_block_tag = mark == '#' || mark == '^' || mark == '/';
    if (is_block_tag) {
      const Place here = place_;
      drop_line_around(behind);
      tokens_.push_back({kind, name, here});
    } else {
      add(kind, name);
      move_to(behind);
    }
    return std::nullopt;
  }

  /// Goes behind the tag; where it is alone in its line, the line goes with it.
  void drop_line_around(std::size_t behind) {
    const std::size_t line_begin = text_.substr(0, at_).find_last_of('\n') + 1;
    const std::string_view before = text_.substr(line_begin, at_ - line_begin);
    std::size_t line_end = behind;
    while (line_end < text_.size() && (text_[line_end] == ' ' || text_[line_end] == '\t')) ++line_end;
    std::size_t next = line_end;
    if (next < text_.size() && text_[next] == '\r') ++next;
    const bool ends = line_end == text_.size() || (next < text_.size() && text_[next] == '\n');
    const bool is_alone = ends && before.find_first_not_of(" \t") == before.npos;
    if (!is_alone) return move_to(behind);
    if (!before.empty() && !tokens_.empty() && tokens_.back().kind == Token::Kind::Literal) {
      tokens_.back().text.remove_suffix(before.size());
      if (tokens_.back().text.empty()) tokens_.pop_back();
    }
    move_to(line_end == text_.size() ? line_end : next + 1);
  }

  void add(Token::Kind kind, std::string_view text) { tokens_.push_back({kind, text, place_}); }

  void move_to(std::size_t to) {
    for (; at_ < to; ++at_) {
      if (text_[at_] == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
        ++place_.column;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
  std::size_t tags_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

tl::unexpected<Error> fault_at(const Place& place, const std::string& message, std::string hint) {
  return fail(
      ErrorCode::InvalidArgument,
      "line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ": " + message,
      std::move(hint));
}

Result<std::vector<Token>> tokens_of(std::string_view text) {
  return Scanner(text).run();
}

}  // namespace splitplot::content
